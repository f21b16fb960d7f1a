"""What a cluster was born as counts when `source` has gone out of its spec: its master user, and what a replica has not."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.errors import SpecInvalid
from aurora_cli.operations.source.state import EMPTY, inherited_username, refuse_as_replica
from aurora_cli.terraform.state.state import StateResource
from tests.unit.connection_cases import SECRET
from tests.unit.spec_cases import MYSQL, resolved

BREACHES: list[tuple[dict[str, Any], str]] = [
    ({"proxy": True}, "proxy.secrets"),
    ({"credentials.rotation.every": "30d"}, "credentials.rotation"),
    ({"credentials.password": "given"}, "credentials.password"),
    ({"backup.backtrack": "1h"}, "backup.backtrack"),
]


@pytest.mark.parametrize(("changes", "path"), BREACHES)
def test_what_a_replica_has_not_is_refused_without_a_source_in_the_spec(changes: dict[str, Any], path: str) -> None:
    spec = resolved(changes, MYSQL).spec
    with pytest.raises(SpecInvalid, match="orders is a replica") as refused:
        refuse_as_replica(spec, "replica_of")
    (problem,) = refused.value.problems
    assert problem.path == path
    assert problem.hint
    refuse_as_replica(spec, "replica_of", [str(problem.check)])
    for created_from in (None, EMPTY, "clone"):
        refuse_as_replica(spec, created_from)


@pytest.mark.parametrize("changes", [{}, {"proxy.secrets": [SECRET]}, {"source.replica_of": "shop", "proxy": False}])
def test_what_a_replica_may_have_passes(changes: dict[str, Any]) -> None:
    refuse_as_replica(resolved(changes, MYSQL).spec, "replica_of")


@pytest.mark.parametrize(
    ("created_from", "user"),
    [
        ("clone", "boss"),
        ("snapshot", "boss"),
        ("point_in_time", "boss"),
        ("replica_of", "boss"),
        ("s3", None),
        (EMPTY, None),
    ],
)
def test_the_master_user_comes_with_the_data(created_from: str, user: str | None) -> None:
    cluster = StateResource("aws_rds_cluster.this", "aws_rds_cluster", "this", None, {"master_username": "boss"})
    assert inherited_username([cluster], created_from) == user
    assert inherited_username([], created_from) is None
    assert inherited_username([cluster], None) is None
