"""What is rendered fits the provider's schema, and keeps the promises that other parts rely on."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from aurora_cli.hcl.names import CLUSTER_TAG
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.spec.model.cluster import ClusterSpec
from tests.contract.provider_schema import floor_problems, problems
from tests.contract.specs import VARIANTS, any_spec, spec
from tests.contract.terraform_reader import Block, is_expression, read, read_all, text_of

# Reading HCL takes python-hcl2 a quarter of a second a stack, so a failing spec is shown as it was found.
unshrunk = settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def blocks(variant: str = "smallest", options: RenderOptions = RenderOptions(), **changes: object) -> list[Block]:  # noqa: B008
    return read_all(render_stack(spec(variant, **changes), options))


def one(found: list[Block], kind: str, *labels: str) -> Block:
    (block,) = [b for b in found if b.kind == kind and b.labels == labels]
    return block


def cluster(found: list[Block]) -> Block:
    return one(found, "resource", "aws_rds_cluster", "this")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_fits_the_schema(variant: str) -> None:
    assert problems(blocks(variant)) == floor_problems(render_stack(spec(variant))) == []


@unshrunk
@given(any_spec())
def test_any_spec_fits_the_schema_and_keeps_its_texts(made: ClusterSpec) -> None:
    files = render_stack(made)
    found = read_all(files)
    assert problems(found) == floor_problems(files) == []
    (default_tags,) = one(found, "provider", "aws").nested("default_tags")
    tags = {text_of(k) if k.startswith('"') else k: text_of(v) for k, v in default_tags.attributes["tags"].items()}
    assert tags == {**made.tags, CLUSTER_TAG: made.name}
    group = one(found, "resource", "aws_rds_cluster_parameter_group", "this")
    values = {text_of(p.attributes["name"]): text_of(p.attributes["value"]) for p in group.nested("parameter")}
    written = {name: value for name, value in made.parameters.cluster.items() if isinstance(value, str)}
    assert written.items() <= values.items()


@unshrunk
@given(any_spec())
def test_the_same_spec_gives_the_same_bytes_which_end_with_a_newline(made: ClusterSpec) -> None:
    files = render_stack(made)
    assert files == render_stack(ClusterSpec.model_validate(made.model_dump(by_alias=True)))
    for text in files.values():
        assert text.endswith("\n") and not text.endswith("\n\n")


def test_a_broken_block_is_found() -> None:
    """The check itself must be able to fail."""
    broken = """
      resource "aws_rds_cluster" "this" {
        engin              = "aurora-mysql"
        arn                = "computed"
        port               = "text"
        availability_zones = aws_vpc.gone.id
        serverlessv2_scaling_configuration {
          max_capacity = local.gone
        }
        timeout {}
        lifecycle { ignore_changes = [nothing] }
      }
      resource "aws_unknown" "this" {}
      output "x" { value = aws_rds_cluster.this.nothing }
    """
    found = "\n".join(problems(read(broken)))
    for expected in (
        "no attribute engin",
        "arn: computed only",
        "is no number",
        "engine is required",
        "min_capacity is required",
        "no block timeout",
        "ignores nothing",
        "no such type",
        "aws_vpc.gone is not there",
        "local.gone is not there",
        "has no nothing",
    ):
        assert expected in found


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_count_and_no_zones_on_the_cluster(variant: str) -> None:
    found = blocks(variant)
    assert all("count" not in block.attributes for block in found)
    assert "availability_zones" not in cluster(found).attributes


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_password_is_in_no_file(variant: str) -> None:
    attributes = cluster(blocks(variant)).attributes
    given, kept = spec(variant).credentials.given, spec(variant).credentials.kept
    replica = "replication_source_identifier" in attributes
    assert attributes.get("manage_master_user_password", False) is not (given or kept or replica)
    passwords = {name for name in attributes if name.startswith("master_password")}
    assert passwords == ({"master_password_wo", "master_password_wo_version"} if given else set())


def test_addresses_that_other_parts_rely_on() -> None:
    private = {".".join(b.labels) for b in blocks("production") if b.kind == "resource"}
    assert private == {
        "aws_vpc.this",
        "aws_subnet.database",
        "aws_route_table.database",
        "aws_route_table_association.database",
        "aws_db_subnet_group.this",
        "aws_security_group.this",
        "aws_vpc_security_group_ingress_rule.allow",
        "aws_rds_cluster_parameter_group.this",
        "aws_db_parameter_group.this",
        "aws_cloudwatch_log_group.exports",
        "aws_rds_cluster.this",
        "aws_rds_cluster_instance.this",
    }
    public = {".".join(b.labels) for b in blocks("public") if b.kind == "resource"}
    assert public - private == {
        "aws_internet_gateway.this",
        "aws_route_table.public",
        "aws_route.internet",
        "aws_route_table_association.public",
    }


def test_outputs_that_the_report_needs() -> None:
    assert [b.labels[0] for b in blocks() if b.kind == "output"] == [
        "cluster_identifier",
        "cluster_arn",
        "writer_endpoint",
        "reader_endpoint",
        "port",
        "database",
        "engine",
        "engine_version",
        "secret_arn",
        "vpc_id",
        "security_group_id",
        "instance_identifiers",
    ]


def test_instances_are_created_in_parallel_in_several_zones_with_tiers_by_key() -> None:
    found = blocks("production")
    instances = next(b.attributes["instances"] for b in found if "instances" in b.attributes)
    facts = [(i["promotion_tier"], i["zone"]) for i in instances.values()]
    assert facts == [(0, "${element(local.zones, 0)}"), (1, "${element(local.zones, 1)}"), (15, '"eu-west-1c"')]
    assert "depends_on" not in one(found, "resource", "aws_rds_cluster_instance", "this").attributes


def test_keys_decide_what_an_instance_is_whatever_other_keys_are_there() -> None:
    options = RenderOptions(instance_keys=("5", "1", "10"))
    found = blocks("smallest", options)
    instances = next(b.attributes["instances"] for b in found if "instances" in b.attributes)
    assert {key: (i["promotion_tier"], i["zone"]) for key, i in instances.items()} == {
        '"1"': (0, "${element(local.zones, 0)}"),
        '"5"': (4, "${element(local.zones, 4)}"),
        '"10"': (9, "${element(local.zones, 9)}"),
    }
    identifier = one(found, "resource", "aws_rds_cluster_instance", "this").attributes["identifier"]
    assert identifier == '"${local.name}-${each.key}"'


def test_protection_holds_until_a_teardown() -> None:
    protected = cluster(blocks())
    assert protected.attributes["deletion_protection"] is True
    assert protected.nested("lifecycle")[0].attributes["prevent_destroy"] is True
    assert text_of(protected.attributes["final_snapshot_identifier"]) == "demo-final"

    allowed = cluster(blocks(options=RenderOptions(allow_destroy=True)))
    assert allowed.attributes["deletion_protection"] is True
    assert "prevent_destroy" not in allowed.nested("lifecycle")[0].attributes

    teardown = RenderOptions(teardown=True, final_snapshot_identifier="demo-final-20250101")
    leaving = cluster(blocks("production", teardown))
    assert leaving.attributes["deletion_protection"] is False
    assert leaving.attributes["apply_immediately"] is True
    assert "prevent_destroy" not in leaving.nested("lifecycle")[0].attributes
    assert leaving.attributes["skip_final_snapshot"] is False
    assert text_of(leaving.attributes["final_snapshot_identifier"]) == "demo-final-20250101"

    bare = cluster(blocks(options=RenderOptions(teardown=True, skip_final_snapshot=True)))
    assert bare.attributes["skip_final_snapshot"] is True
    assert "final_snapshot_identifier" not in bare.attributes


def test_a_pause_delay_only_with_a_minimum_of_zero() -> None:
    (paused,) = cluster(blocks("serverless-mysql")).nested("serverlessv2_scaling_configuration")
    assert paused.attributes == {"min_capacity": 0, "max_capacity": 4, "seconds_until_auto_pause": 600}
    awake = {"class": "db.serverless", "acu": "0.5-16", "pause_after": "10m"}
    (scaling,) = cluster(blocks(instances=awake)).nested("serverlessv2_scaling_configuration")
    assert scaling.attributes == {"min_capacity": 0.5, "max_capacity": 16}


def test_the_scaling_block_is_there_while_one_instance_is_serverless() -> None:
    assert cluster(blocks("mixed-classes")).nested("serverlessv2_scaling_configuration")
    assert not cluster(blocks("production")).nested("serverlessv2_scaling_configuration")


def test_kms_keys_reach_the_cluster_as_arns() -> None:
    production = cluster(blocks("production")).attributes
    assert text_of(production["kms_key_id"]).startswith("arn:")
    assert production["master_user_secret_kms_key_id"] == "${data.aws_kms_key.secret.arn}"
    by_alias = cluster(blocks("existing-subnets"))
    assert by_alias.attributes["kms_key_id"] == "${data.aws_kms_key.storage.arn}"
    assert by_alias.nested("lifecycle")[0].attributes["ignore_changes"] == ["availability_zones", "kms_key_id"]


def test_parameter_groups_change_when_the_engine_allows() -> None:
    group = one(blocks("production"), "resource", "aws_rds_cluster_parameter_group", "this")
    assert group.nested("lifecycle")[0].attributes["create_before_destroy"] is True
    facts = [tuple(text_of(v) for v in p.attributes.values()) for p in group.nested("parameter")]
    assert facts == [
        ("log_min_duration_statement", "500", "immediate"),
        ("rds.force_ssl", "1", "pending-reboot"),
        ("shared_preload_libraries", "pg_stat_statements,auto_explain", "pending-reboot"),
    ]
    mysql = one(blocks("serverless-mysql"), "resource", "aws_rds_cluster_parameter_group", "this")
    facts = [tuple(text_of(v) for v in p.attributes.values()) for p in mysql.nested("parameter")]
    assert facts == [("require_secure_transport", "ON", "immediate")]


def test_tls_is_set_even_when_it_is_not_required() -> None:
    """From version 17 on, Aurora PostgreSQL would force it by default."""
    group = one(blocks("public"), "resource", "aws_rds_cluster_parameter_group", "this")
    assert [text_of(p.attributes["value"]) for p in group.nested("parameter")] == ["0"]


def test_no_parameter_can_turn_required_tls_off() -> None:
    parameters = {"cluster": {"rds.force_ssl": 0}}
    group = one(blocks(parameters=parameters), "resource", "aws_rds_cluster_parameter_group", "this")
    assert [text_of(p.attributes["value"]) for p in group.nested("parameter")] == ["1"]


def test_ingress_rules_are_keyed_by_their_source() -> None:
    allow = next(b.attributes["allow"] for b in blocks("production") if "allow" in b.attributes)
    assert [text_of(key) for key in allow] == ["10.0.0.0/8", "2001:db8::/32", "pl-0a1b2c3d", "sg-0a1b2c3d"]
    group = one(blocks("production"), "resource", "aws_security_group", "this")
    assert not {"ingress", "egress"} & set(group.attributes)


def test_only_the_engines_major_version_when_aws_moves_the_minor_one() -> None:
    assert text_of(cluster(blocks("production")).attributes["engine_version"]) == "16"
    assert text_of(cluster(blocks()).attributes["engine_version"]) == "16.8"


def test_log_groups_come_before_the_cluster() -> None:
    assert cluster(blocks()).attributes["depends_on"] == ["${aws_cloudwatch_log_group.exports}"]
    without = render_stack(spec("public"))
    assert "logs.tf" not in without
    assert "depends_on" not in cluster(read_all(without)).attributes


def test_a_change_between_private_and_public_moves_the_association() -> None:
    """Two associations of one subnet cannot be, and Terraform would make the new one first."""
    for variant, origin, target in (("public", "database", "public"), ("smallest", "public", "database")):
        moves = [(b.attributes["from"], b.attributes["to"]) for b in blocks(variant) if b.kind == "moved"]
        tables = ("aws_route_table", "aws_route_table_association")
        assert moves == [(f"${{{t}.{origin}}}", f"${{{t}.{target}}}") for t in tables]


def test_existing_subnets_are_looked_up_and_checked() -> None:
    found = blocks("existing-subnets")
    assert not [b for b in found if b.labels[:1] in (("aws_vpc",), ("aws_subnet",)) and b.kind == "resource"]
    group = one(found, "resource", "aws_db_subnet_group", "this")
    assert group.nested("lifecycle")[0].nested("precondition")
    lookup = one(found, "data", "aws_subnet", "database")
    assert lookup.nested("lifecycle")[0].nested("postcondition")


def test_an_existing_subnet_group_is_used_and_not_made() -> None:
    found = blocks("existing-group")
    assert cluster(found).attributes["db_subnet_group_name"] == "${data.aws_db_subnet_group.this.name}"
    assert not [b for b in found if b.kind == "resource" and b.labels[0] == "aws_db_subnet_group"]


@pytest.mark.parametrize(
    ("variant", "backend"),
    [
        ("smallest", "local"),
        ("production", "s3"),
        ("public", "http"),
        ("mixed-classes", "pg"),
        ("serverless-mysql", "cloud"),
    ],
)
def test_the_backend_of_the_spec(variant: str, backend: str) -> None:
    (terraform,) = read(render_stack(spec(variant))["backend.tf"])
    (block,) = terraform.blocks
    assert (block.labels or (block.kind,)) == (backend,)
    assert "backend.tf" not in render_stack(spec(variant), RenderOptions(backend=False))


def test_state_in_s3_is_locked_and_encrypted_under_a_key_of_its_own() -> None:
    (terraform,) = read(render_stack(spec("production"))["backend.tf"])
    attributes = terraform.blocks[0].attributes
    assert attributes["use_lockfile"] is True
    assert attributes["encrypt"] is True
    assert text_of(attributes["key"]) == "aurora-cli/eu-west-1/demo.tfstate"


def test_two_clusters_never_share_a_schema_in_postgresql() -> None:
    def schema_of(name: str) -> str:
        (terraform,) = read(render_stack(spec("mixed-classes", name=name))["backend.tf"])
        return text_of(terraform.blocks[0].attributes["schema_name"])

    assert schema_of("demo") == "aurora_cli_eu_west_1_demo"
    long_names = ["a" * 62 + end for end in "bc"]
    found = {schema_of(name) for name in long_names}
    assert len(found) == 2
    assert all(len(name) == 63 for name in found)


def test_the_header_is_a_comment_whatever_it_holds() -> None:
    header = 'Made by aurora-cli\n}\r\nresource "aws_vpc" "evil" {}\u2028output "x" {}'
    files = render_stack(spec(), RenderOptions(header=header))
    assert all(text.startswith("# Made by aurora-cli\n# }\n") for text in files.values())
    assert not [b for b in read_all(files) if "evil" in b.labels]


def test_no_value_of_the_spec_becomes_code() -> None:
    hostile = '${aws_vpc.this.id} %{ if true } " } resource "x" "y" {'
    found = blocks(tags={hostile: hostile}, parameters={"cluster": {"application_name": hostile}})
    assert problems(found) == []
    group = one(found, "resource", "aws_rds_cluster_parameter_group", "this")
    values = [p.attributes["value"] for p in group.nested("parameter")]
    assert hostile in [text_of(v) for v in values if not is_expression(v)]


@pytest.mark.parametrize(
    ("variant", "address"),
    [
        ("smallest", "aws_security_group.this"),
        ("public", "aws_internet_gateway.this"),
        ("public", "aws_route.internet"),
        ("signed-in", "aws_iam_role.directory"),
        ("signed-in", "aws_iam_role_policy_attachment.directory"),
        ("smallest", "aws_rds_cluster_parameter_group.this"),
        ("smallest", "aws_db_parameter_group.this"),
        ("own-instances", "aws_db_parameter_group.instance_3"),
    ],
)
def test_what_aws_keeps_as_long_as_the_cluster_uses_it_goes_after_the_cluster_has_changed(
    variant: str, address: str
) -> None:
    """Terraform destroys what a spec no longer has before it changes what referred to it, unless it says otherwise."""
    (lifecycle,) = one(blocks(variant), "resource", *address.split(".")).nested("lifecycle")
    assert lifecycle.attributes["create_before_destroy"] is True
