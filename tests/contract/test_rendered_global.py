"""What a global database renders: the primary where it always is, each secondary Region as a module."""

from __future__ import annotations

from typing import Any

from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.provider_schema import floor_problems, problems
from tests.contract.specs import spec
from tests.contract.terraform_reader import Block, folders, read_all

REGIONS: dict[str, Any] = {
    "eu-central-1": {
        "network": {"cidr": "10.12.0.0/16", "zones": 2},
        "instances": {"readers": 2},
        "encryption": {"kms_key": "1234abcd-12ab-34cd-56ef-1234567890ab"},
        "write_forwarding": True,
    },
    "us-east-1": {"network": {"cidr": "10.1.0.0/16", "zones": 2}, "headless": True},
}
GLOBAL: dict[str, Any] = {"instances": {"class": "db.r7g.large", "readers": 1}, "global": {"regions": REGIONS}}


def rendered(options: RenderOptions = RenderOptions(), **changes: object) -> dict[str, list[Block]]:  # noqa: B008
    files = render_stack(spec(**{**GLOBAL, **changes}), options)
    return {folder: read_all(texts) for folder, texts in folders(files).items()}


def one(found: list[Block], *labels: str) -> Block:
    (block,) = [b for b in found if b.labels == labels]
    return block


def ignored(block: Block) -> set[str]:
    return set(block.nested("lifecycle")[0].attributes["ignore_changes"])


def test_every_folder_fits_the_schema() -> None:
    found = rendered()
    assert set(found) == {"", "eu-central-1", "us-east-1"}
    assert [problems(blocks) for blocks in found.values()] == [[], [], []]
    files = folders(render_stack(spec(**GLOBAL)))
    assert [floor_problems(texts) for texts in files.values()] == [[], [], []]


def test_a_secondary_has_what_aws_takes_of_it() -> None:
    cluster = one(rendered()["eu-central-1"], "aws_rds_cluster", "this").attributes
    assert cluster["global_cluster_identifier"] == "${var.global_cluster_identifier}"
    assert cluster["enable_global_write_forwarding"] is True
    assert cluster["kms_key_id"] == "${data.aws_kms_key.storage.arn}"
    refused = {"master_username", "master_password_wo", "manage_master_user_password", "database_name"}
    assert not refused & set(cluster)


def test_roles_and_versions_are_left_alone() -> None:
    found = rendered()
    for folder in found:
        assert {"engine_version", "replication_source_identifier"} <= ignored(
            one(found[folder], "aws_rds_cluster", "this")
        )
    assert "kms_key_id" in ignored(one(found["us-east-1"], "aws_rds_cluster", "this"))  # found by its alias
    assert "kms_key_id" not in ignored(one(found["eu-central-1"], "aws_rds_cluster", "this"))


def test_a_secondary_waits_for_the_primary_but_its_network_does_not() -> None:
    found = rendered()
    (module,) = [b for b in found[""] if b.labels == ("eu_central_1",)]
    assert "depends_on" not in module.attributes
    assert "${var.primary}" in one(found["eu-central-1"], "aws_rds_cluster", "this").attributes["depends_on"]


def test_a_multi_region_key_is_looked_up_in_each_region() -> None:
    found = rendered(logs={"exports": ["postgresql"], "kms_key": "mrk-1234abcd12ab34cd56ef1234567890ab"})
    for folder in found:
        looked_up = one(found[folder], "aws_kms_key", "logs").attributes
        assert looked_up == {"key_id": '"mrk-1234abcd12ab34cd56ef1234567890ab"'}


def test_the_secret_has_the_user_that_the_cluster_has_from_its_source() -> None:
    own = render_stack(spec(**GLOBAL))["secret.tf"]
    created_from = render_stack(spec(**GLOBAL), RenderOptions(created_from="clone", master_username="boss"))[
        "secret.tf"
    ]
    assert 'username = "postgres"' in own
    assert created_from == own.replace('username = "postgres"', 'username = "boss"')


def test_a_headless_region_has_no_instance() -> None:
    kinds = {b.labels[0] for b in rendered()["us-east-1"] if b.kind == "resource"}
    assert "aws_rds_cluster" in kinds
    assert "aws_rds_cluster_instance" not in kinds


def test_keys_of_a_region_are_its_own() -> None:
    options = RenderOptions(instance_keys=("1", "2"), region_keys=(("eu-central-1", ("1", "3")),))
    (table,) = [b.attributes["instances"] for b in rendered(options)["eu-central-1"] if "instances" in b.attributes]
    assert set(table) == {'"1"', '"3"'}


def test_the_final_snapshot_is_taken_where_the_primary_is() -> None:
    usual, moved = rendered(), rendered(RenderOptions(snapshot_region="eu-central-1"))
    skipped = [
        {folder: one(found[folder], "aws_rds_cluster", "this").attributes["skip_final_snapshot"] for folder in found}
        for found in (usual, moved)
    ]
    assert skipped == [
        {"": False, "eu-central-1": True, "us-east-1": True},
        {"": True, "eu-central-1": False, "us-east-1": True},
    ]


def test_around_an_existing_cluster_nothing_of_it_is_said_twice() -> None:
    found = rendered(RenderOptions(global_from_existing=True))[""]
    database, cluster = one(found, "aws_rds_global_cluster", "this"), one(found, "aws_rds_cluster", "this")
    assert database.attributes["source_db_cluster_identifier"] == "${aws_rds_cluster.this.arn}"
    assert not {"engine", "engine_version", "storage_encrypted"} & set(database.attributes)
    assert "global_cluster_identifier" not in cluster.attributes
    assert "global_cluster_identifier" in ignored(cluster)


def test_a_region_that_goes_keeps_its_provider() -> None:
    found = rendered(RenderOptions(former_regions=("sa-east-1",)))[""]
    aliases = [b.attributes["alias"] for b in found if b.kind == "provider" and "alias" in b.attributes]
    assert aliases == ['"eu_central_1"', '"sa_east_1"', '"us_east_1"']


def test_a_plain_cluster_has_none_of_it() -> None:
    files = render_stack(spec())
    assert not {"global.tf", "variables.tf"} & set(files)
    assert not any("/" in name for name in files)


def test_a_given_password_takes_the_place_of_the_made_one() -> None:
    found = rendered(RenderOptions(password_version=3), credentials={"password": "given"})
    assert [problems(blocks) for blocks in found.values()] == [[], [], []]
    cluster = one(found[""], "aws_rds_cluster", "this").attributes
    assert cluster["master_password_wo_version"] == 3
    assert not [b for b in found[""] if b.labels[:1] == ("aws_secretsmanager_secret",)]
    assert "master_password_wo" not in one(found["us-east-1"], "aws_rds_cluster", "this").attributes


def test_the_number_of_the_made_password_is_the_secrets() -> None:
    found = rendered(RenderOptions(password_version=2))[""]
    version = one(found, "aws_secretsmanager_secret_version", "master").attributes
    assert version["secret_string_wo_version"] == 2


def test_the_proxy_of_the_primary_reads_the_made_secret_and_secondaries_have_none() -> None:
    found = rendered(proxy={}, activity_stream={"mode": "async", "kms_key": "alias/stream"})
    assert [problems(blocks) for blocks in found.values()] == [[], [], []]
    (auth,) = one(found[""], "aws_db_proxy", "this").nested("auth")
    assert auth.attributes["secret_arn"] == "${aws_secretsmanager_secret.master.arn}"
    of_the_primary = {"aws_db_proxy", "aws_rds_cluster_activity_stream", "aws_secretsmanager_secret"}
    for folder in ("eu-central-1", "us-east-1"):
        assert not of_the_primary & {block.labels[0] for block in found[folder] if block.labels}


def test_a_cluster_that_was_restored_becomes_global_and_is_not_replaced() -> None:
    found = rendered(RenderOptions(created_from="snapshot", global_from_existing=True))[""]
    cluster = one(found, "aws_rds_cluster", "this")
    assert {"snapshot_identifier", "kms_key_id", "global_cluster_identifier"} <= ignored(cluster)
    assert "master_username" not in cluster.attributes
