"""Names that others have, refused before the apply that would stop at them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.preflight.names_taken import NamesTaken
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from tests.unit.spec_cases import resolved

KINDS = (
    "aws_rds_cluster_parameter_group",
    "aws_db_parameter_group",
    "aws_db_subnet_group",
    "aws_iam_role",
    "aws_kms_alias",
    "aws_cloudwatch_log_group",
)
OURS = {"aurora-cli:cluster": "orders"}


def absent(code: str) -> Any:
    raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Describe")


class Account:
    """An account in which one kind of thing has the name, with these tags; None for one without it."""

    def __init__(self, kind: str | None, tags: dict[str, str], denied: bool = False) -> None:
        self.kind, self.tags, self.denied = kind, [{"Key": k, "Value": v} for k, v in tags.items()], denied
        group = self._group
        self.rds = SimpleNamespace(
            describe_db_cluster_parameter_groups=group("DBClusterParameterGroup", "DBParameterGroupNotFound", KINDS[0]),
            describe_db_parameter_groups=group("DBParameterGroup", "DBParameterGroupNotFound", KINDS[1]),
            describe_db_subnet_groups=group("DBSubnetGroup", "DBSubnetGroupNotFoundFault", KINDS[2]),
            list_tags_for_resource=lambda **given: {"TagList": self.tags},
        )
        self.iam = SimpleNamespace(
            get_role=lambda **given: {"Role": self._found(KINDS[3], {"Tags": self.tags}, "NoSuchEntity")}
        )
        aliases = [{"AliasName": "taken", "TargetKeyId": "1"}] if kind == KINDS[4] else []
        self.kms = SimpleNamespace(
            list_aliases=lambda **given: {"Aliases": aliases},
            describe_key=lambda **given: {"KeyMetadata": {}},
            list_resource_tags=lambda **given: {"Tags": [{"TagKey": k, "TagValue": v} for k, v in tags.items()]},
        )
        there = [{"logGroupName": "taken", "arn": "arn:taken:*"}, {"logGroupName": "taken-too", "arn": "arn:2:*"}]
        self.logs = SimpleNamespace(
            describe_log_groups=lambda **given: {"logGroups": there if kind == KINDS[5] else there[1:]},
            list_tags_for_resource=lambda **given: {"tags": tags},
        )
        for client in (self.rds, self.iam, self.kms, self.logs):
            client.can_paginate = lambda call: False

    def aws(self, region: str) -> Any:
        return SimpleNamespace(client=lambda service: getattr(self, service))

    def _group(self, word: str, code: str, kind: str) -> Any:
        return lambda **given: {f"{word}s": [self._found(kind, {f"{word}Arn": "arn"}, code)]}

    def _found(self, kind: str, found: dict[str, Any], code: str) -> dict[str, Any]:
        if self.denied:
            absent("AccessDenied")
        return found if kind == self.kind else absent(code)


def review(account: Account, kind: str, action: Any = "create") -> None:
    context = SimpleNamespace(app=account, stack=None, options=None)
    change: Any = SimpleNamespace(context=context, spec=resolved().spec)
    made = ResourceChange(f"{kind}.this", kind, "this", None, action, before={}, after={"name": "taken"})
    NamesTaken(change).review(Plan(resource_changes=(made,), applyable=True))


@pytest.mark.parametrize("tags", [{"owner": "others"}, OURS])  # ours: of a cluster that had the name before
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_taken_is_refused_with_the_way_to_delete_it(kind: str, tags: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="taken: it already exists, and this stack does not manage it") as refused:
        review(Account(kind, tags), kind)
    assert "taken --region eu-west-1" in str(refused.value.hint)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_free_or_only_changed_is_let_through(kind: str) -> None:
    review(Account(None, {}), kind)
    review(Account(kind, {}), kind, "update")


def test_a_denied_look_up_is_no_reason_to_refuse() -> None:
    for kind in KINDS[:4]:
        review(Account(kind, {}, denied=True), kind)
