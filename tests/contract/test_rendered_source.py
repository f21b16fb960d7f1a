"""Where the data comes from, in the Terraform: rendered once, ignored from then on, whatever the spec says later."""

from __future__ import annotations

import pytest

from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.specs import SECRET, spec
from tests.contract.terraform_reader import Block, read_all

INHERITED = {"master_username", "database_name", "storage_encrypted"}
BORN = {"restored": "snapshot", "earlier": "point_in_time", "kept": "point_in_time", "cloned": "clone"}


def found(variant: str, options: RenderOptions = RenderOptions(), **changes: object) -> list[Block]:  # noqa: B008
    return read_all(render_stack(spec(variant, **changes), options))


def cluster(variant: str, options: RenderOptions = RenderOptions(), **changes: object) -> Block:  # noqa: B008
    (block,) = [b for b in found(variant, options, **changes) if b.labels == ("aws_rds_cluster", "this")]
    return block


def ignored(block: Block) -> list[str]:
    (lifecycle,) = block.nested("lifecycle")
    return list(lifecycle.attributes["ignore_changes"])


@pytest.mark.parametrize("variant", BORN)
def test_a_copy_has_user_databases_and_encryption_of_its_source(variant: str) -> None:
    block = cluster(variant)
    assert INHERITED.isdisjoint(block.attributes)
    assert block.attributes["manage_master_user_password"] is True
    assert "kms_key_id" in ignored(block)


@pytest.mark.parametrize(("variant", "kind"), BORN.items())
def test_a_cluster_stays_what_it_was_born_as_when_its_source_is_removed(variant: str, kind: str) -> None:
    changes = {"source": None, "username": "postgres", "database": "app"}
    with_source, without = cluster(variant), cluster(variant, RenderOptions(created_from=kind), **changes)
    assert ignored(without) == ignored(with_source)
    assert INHERITED.isdisjoint(without.attributes)
    assert "snapshot_identifier" not in without.attributes
    assert not without.nested("restore_to_point_in_time")


def test_a_source_that_comes_too_late_changes_nothing() -> None:
    created_empty = RenderOptions(created_from="empty")
    late = render_stack(spec("smallest", source={"replica_of": "orders"}), created_empty)
    assert late == render_stack(spec("smallest"), created_empty)


@pytest.mark.parametrize("source", [{"replica_of": "orders"}, None], ids=["in the spec", "removed from it"])
def test_nothing_refers_to_a_secret_that_a_replica_has_not(source: dict[str, str] | None) -> None:
    changes = {
        "source": source,
        "username": None if source else "postgres",
        "proxy": {"secrets": [SECRET]},
        "credentials": {"rotation": {"every": 30}},
    }
    files = render_stack(spec("replica", **changes), RenderOptions(created_from=None if source else "replica_of"))
    (proxy,) = [b for b in read_all(files) if b.labels == ("aws_db_proxy", "this")]
    assert [auth.attributes["secret_arn"] for auth in proxy.nested("auth")] == [f'"{SECRET}"']
    assert "master_user_secret[0]" not in "".join(files.values())


def test_the_kinds_of_restore() -> None:
    assert cluster("restored").attributes["snapshot_identifier"] == '"before"'
    (time,) = cluster("earlier").nested("restore_to_point_in_time")
    assert time.attributes == {"source_cluster_identifier": '"orders"', "restore_to_time": '"2026-03-01T08:30:00Z"'}
    (kept,) = cluster("kept").nested("restore_to_point_in_time")
    assert set(kept.attributes) == {"source_cluster_resource_id", "use_latest_restorable_time"}
    (clone,) = cluster("cloned").nested("restore_to_point_in_time")
    assert clone.attributes["restore_type"] == '"copy-on-write"'


def test_the_arn_that_was_found_outweighs_the_identifier() -> None:
    arn = "arn:aws:rds:us-east-1:123456789012:db:orders"
    block = cluster("replica", RenderOptions(source_arn=arn))
    assert block.attributes["replication_source_identifier"] == f'"{arn}"'
    assert block.attributes["source_region"] == '"us-east-1"'
    assert cluster("replica").attributes["replication_source_identifier"] == "${local.source_arn}"


def test_a_promoted_replica_differs_in_its_password_alone() -> None:
    before = cluster("replica")
    kept = cluster("replica", RenderOptions(created_from="promoted"), source=None, credentials={"password": "kept"})
    managed = cluster("replica", RenderOptions(created_from="promoted"), source=None)
    still_written = cluster("replica", RenderOptions(created_from="promoted"))
    assert ignored(kept) == ignored(managed) == ignored(before)
    gone = {"replication_source_identifier", "source_region"}
    for block in (kept, still_written):
        assert set(block.attributes) == set(before.attributes) - gone, "a plan is empty, whatever the file says"
    assert set(managed.attributes) == {*before.attributes, "manage_master_user_password"} - gone


def test_a_replica_has_no_secret_and_is_promoted_only_to_be_destroyed() -> None:
    assert {"manage_master_user_password", "master_username"}.isdisjoint(cluster("replica").attributes)
    instances = [b for b in found("replica") if b.labels[:1] == ("aws_rds_cluster_instance",)]
    going = [b for b in found("replica", RenderOptions(teardown=True)) if b.labels[:1] == ("aws_rds_cluster_instance",)]
    assert [b.attributes.get("force_destroy") for b in instances] == [None]
    assert [b.attributes.get("force_destroy") for b in going] == [True]


def test_an_import_reads_its_prefix_and_nothing_else() -> None:
    text = render_stack(spec("imported"))["source.tf"]
    assert 'backup_prefix = "$${a}"' in text
    assert "s3:PutObject" not in text
    given = {"s3": {"bucket": "b", "source_engine_version": "8.0.36", "role": "arn:aws:iam::123456789012:role/r"}}
    assert "source.tf" not in render_stack(spec("imported", source=given))
    assert cluster("imported").attributes["master_username"] == '"admin"'
