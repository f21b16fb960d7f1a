"""Which instances change their certificate authority in which order, and when somebody takes the role over."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.day_two import rotate_ca
from aurora_cli.operations.day_two.rotate_ca import RotateCa

OLD, NEW = "rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def member(number: int, role: str = "reader", certificate: str = OLD, tier: int = 1) -> Member:
    return Member(f"demo-{number}", role, "db.r7g.large", "available", promotion_tier=tier, certificate=certificate)


class FakeRds:
    """What DescribeCertificates and DescribeDBEngineVersions say."""

    def __init__(self, restarts: bool, supported: tuple[str, ...] = (OLD, NEW)) -> None:
        self.restarts, self.supported = restarts, supported

    def get_paginator(self, _: str) -> FakeRds:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        ends = {OLD: 2061, NEW: 2121, "rds-ca-2019": 2024}
        found = [{"CertificateIdentifier": n, "ValidTill": NOW.replace(year=y)} for n, y in ends.items()]
        return [{"Certificates": found, "DefaultCertificateForNewLaunches": OLD}]

    def describe_db_engine_versions(self, **_: Any) -> dict[str, Any]:
        version = {
            "SupportsCertificateRotationWithoutRestart": not self.restarts,
            "SupportedCACertificateIdentifiers": list(self.supported),
        }
        return {"DBEngineVersions": [version]}


def context(monkeypatch: pytest.MonkeyPatch, *members: Member, rds: FakeRds) -> Any:
    live = Topology("demo", "arn", "available", "aurora-postgresql", "16.8", 5432, members)
    monkeypatch.setattr(rotate_ca, "_with_authority", lambda stack, wanted: None)
    app = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOW))
    return SimpleNamespace(
        live=lambda: live, rds=rds, app=app, stack=None, spec=SimpleNamespace(name="demo", region="eu-west-1")
    )


THREE = (member(1, "writer", tier=0), member(2), member(3, tier=2))


def test_readers_go_first_and_the_role_moves_where_a_restart_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    at = context(monkeypatch, *THREE, rds=FakeRds(restarts=True))
    operation = RotateCa("demo", NEW)
    decision = operation.decide(at)
    steps = operation.steps(at, decision)
    assert [s.name for s in steps] == [
        "certificate demo-3",
        "certificate demo-2",
        "failover demo-2",
        "certificate demo-1",
    ]
    assert decision.next_writer == "demo-2"
    assert [bool(s.interruption) for s in steps] == [True, True, True, True]
    assert [s.without_writer for s in steps] == [False, False, True, False]


def test_without_a_restart_nobody_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    at = context(monkeypatch, *THREE, rds=FakeRds(restarts=False))
    operation = RotateCa("demo", NEW)
    steps = operation.steps(at, operation.decide(at))
    assert [s.name for s in steps] == ["certificate demo-3", "certificate demo-2", "certificate demo-1"]
    assert {s.interruption for s in steps} == {None}


def test_a_lone_writer_is_away_while_it_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    at = context(monkeypatch, THREE[0], rds=FakeRds(restarts=True))
    operation = RotateCa("demo", NEW)
    (step,) = operation.steps(at, operation.decide(at))
    assert step.without_writer
    assert "no writes" in (step.interruption or "")


def test_what_has_it_already_is_left_alone_and_the_default_is_the_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    at = context(monkeypatch, THREE[0], member(2, certificate=NEW), rds=FakeRds(restarts=False))
    assert RotateCa("demo", None).decide(at).facts["order"] == ["demo-2"]
    assert RotateCa("demo", None).decide(at).facts["to"] == OLD


@pytest.mark.parametrize(
    ("wanted", "says"), [("mine", "has no certificate authority mine"), ("rds-ca-2019", "has ended")]
)
def test_an_authority_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, wanted: str, says: str) -> None:
    at = context(monkeypatch, *THREE, rds=FakeRds(restarts=False, supported=(OLD, NEW, "rds-ca-2019")))
    with pytest.raises(InvalidInput) as caught:
        RotateCa("demo", wanted).decide(at)
    assert says in caught.value.message
    assert NEW in (caught.value.hint or "")
