"""Where the data comes from, in the spec: what the rules say, what the source keeps for itself."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.spec.model.source import Source, is_resource_id, parse_arn, parse_time, without_mark
from aurora_cli.spec.rules.all import check
from aurora_cli.spec.text.load import dump_spec
from tests.unit.source_cases import EU, KEY, REFUSED, S3, US
from tests.unit.spec_cases import MYSQL, POSTGRES, problems, resolved


@pytest.mark.parametrize(("base", "name", "changes", "path", "text"), REFUSED)
def test_the_rule_says_what_is_wrong(
    base: dict[str, Any], name: str, changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message) == (path, True), found.message
    assert found.hint


LEGAL: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (POSTGRES, {"source.snapshot": "rds:orders-2026-03-01-03-00"}),
    (POSTGRES, {"source.snapshot": "awsbackup:job-0d1e2f3a-0000-4000-8000-0123456789ab"}),
    (POSTGRES, {"source.snapshot": f"{EU}:snapshot:from-rds"}),
    (POSTGRES, {"source.point_in_time.cluster": "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ"}),
    (POSTGRES, {"source.point_in_time.cluster": "a", "source.point_in_time.time": "2026-03-01T08:30:00Z"}),
    (POSTGRES, {"source.clone": f"{EU}:cluster:a", "encryption.kms_key": KEY}),
    (MYSQL, {**S3, "username": "boss", "database": "shop"}),
    (MYSQL, {"source.replica_of": f"{US}:cluster:a", "encryption.kms_key": KEY}),
    (POSTGRES, {"source.replica_of": f"{EU}:db:rds-postgres"}),
]


@pytest.mark.parametrize(("base", "changes"), LEGAL)
def test_what_is_legal_passes_without_a_word(base: dict[str, Any], changes: dict[str, Any]) -> None:
    assert problems(changes, base) == ()


def test_a_source_that_names_nothing_is_refused() -> None:
    spec = resolved().spec.model_copy(update={"source": Source()})
    (found,) = [p for p in check(spec) if p.check == "source-one"]
    assert "no source is given" in found.message


@pytest.mark.parametrize("changes", [changes for base, changes in LEGAL if base is POSTGRES])
def test_the_user_of_a_copy_is_that_of_its_source(changes: dict[str, Any]) -> None:
    spec = resolved(changes).spec
    assert (spec.username, spec.inherits) == (None, True)
    assert "username" not in dump_spec(spec)


def test_an_import_has_a_user_of_its_own() -> None:
    assert resolved(S3, MYSQL).spec.username == "admin"


def test_names_are_kept_as_aws_keeps_them() -> None:
    assert resolved({"source.snapshot": "Before-Migration"}).spec.source.snapshot == "before-migration"  # type: ignore[union-attr]
    arn = parse_arn(f"{US}:cluster:shop")
    assert arn is not None
    assert (arn.region, arn.kind, arn.name) == ("us-east-1", "cluster", "shop")
    assert parse_arn("arn:aws:s3:::bucket") is None
    assert not is_resource_id("cluster-abc")
    assert [without_mark(name) for name in ("rds:orders-1", "awsbackup:job-1", "orders")] == [
        "orders-1",
        "job-1",
        "orders",
    ]
    assert parse_time("2026-02-30T00:00:00Z") is None
