"""The stack's own KMS key at a destroy: kept while a snapshot needs it, and said so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.operations.destroy import execute
from aurora_cli.operations.destroy.kms_key import KEY_ADDRESS, own_key, without_key
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from aurora_cli.terraform.state.state import StateResource
from tests.unit.spec_cases import resolved

ARN = "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab"
KEY = StateResource(KEY_ADDRESS, "aws_kms_key", "this", None, {"arn": ARN})
STACK = {"encryption.kms_key": "stack"}


class Rds:
    """The RDS API with these snapshots: name -> key."""

    def __init__(self, snapshots: dict[str, str] | None = None) -> None:
        self.snapshots = snapshots or {}

    def get_paginator(self, operation: str) -> Rds:
        assert operation == "describe_db_cluster_snapshots"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        found = [{"DBClusterSnapshotIdentifier": n, "KmsKeyId": k} for n, k in self.snapshots.items()]
        return [{"DBClusterSnapshots": found}]


def topology(key: str | None = ARN) -> Topology:
    return Topology("orders", "arn", "available", "aurora-postgresql", "17.7", 5432, (), kms_key=key)


def found(
    rds: Rds | None = None, *, live: Topology | None, state: bool = True, snapshot: str | None = None, **changes: Any
) -> Any:
    spec = resolved({**STACK, **{path.replace("__", "."): value for path, value in changes.items()}}).spec
    return own_key(rds or Rds(), spec, live, [KEY] if state else [], snapshot=snapshot)


def test_the_final_snapshot_keeps_the_key() -> None:
    key = found(live=topology(), snapshot="orders-final")
    assert (key.kept, key.in_state, key.arn) == (True, True, ARN)
    assert "without it the final snapshot orders-final cannot be read" in key.sentence()
    assert "aws kms schedule-key-deletion --region eu-west-1 --key-id 0d1e2f3a" in key.sentence()


def test_without_a_snapshot_it_goes_after_its_window() -> None:
    key = found(live=topology(), encryption__key__deletion_window="7d")
    assert not key.kept
    assert "for 7 days: its deletion is scheduled" in key.sentence()
    assert "aws kms cancel-key-deletion" in key.sentence()


def test_other_snapshots_and_kept_backups_need_it_too() -> None:
    rds = Rds({"by-hand": ARN, "other": "arn:other", "rds:orders": ARN})
    key = found(rds, live=topology(), backup__keep_automated=True)
    assert key.needed_by == ("the automated backups that stay", "the snapshot by-hand")


def test_a_key_for_logs_alone_goes() -> None:
    spec = resolved({"logs.kms_key": "stack"}).spec
    key = own_key(Rds(), spec, topology("arn:other"), [KEY], snapshot="orders-final")
    assert key is not None
    assert not key.kept


def test_a_destroy_that_goes_on_finds_the_key_at_the_cluster() -> None:
    key = found(live=topology(), state=False, snapshot="orders-final")
    assert (key.kept, key.in_state, key.arn) == (True, False, ARN)
    assert found(live=None, state=False, snapshot="orders-final") is None
    assert found(Rds({"orders-final": ARN}), live=None, snapshot="orders-final").kept


def test_no_key_of_the_stack_is_nothing_to_say() -> None:
    assert own_key(Rds(), resolved().spec, topology(), [], snapshot="orders-final") is None


def test_a_key_that_is_forgotten_is_not_shown_as_deleted() -> None:
    def change(address: str) -> ResourceChange:
        return ResourceChange(address, address.partition(".")[0], "this", None, "delete")

    plan = without_key(Plan((change(KEY_ADDRESS), change("aws_kms_alias.this"))))
    assert [c.address for c in plan.changes] == ["aws_kms_alias.this"]


@pytest.mark.parametrize("denied", [False, True])
def test_a_key_that_stays_loses_the_tag_of_the_stack_before_terraform_forgets_it(denied: bool) -> None:
    """A later stack of the same name looks for its own resources by that tag."""
    done: list[Any] = []
    said: list[Any] = []

    def untag(**call: Any) -> None:
        if denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "UntagResource")
        done.append(call)

    kms = SimpleNamespace(untag_resource=untag)
    work: Any = SimpleNamespace(
        key=found(live=topology(), snapshot="orders-final"),
        app=SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: kms)),
        terraform=SimpleNamespace(forget=done.append),
        emit=said.append,
    )
    vars(execute)["_keep_key"](work)
    untagged = [] if denied else [{"KeyId": ARN, "TagKeys": ["aurora-cli:cluster"]}]
    assert done == [*untagged, KEY_ADDRESS]
    assert [note.level for note in said] == [*(["warning"] if denied else []), "info"]
