"""What a status tells, each in text and in JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.maintenance import Action, Authority
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.core.results import ClusterReport
from aurora_cli.operations.inspect import maintenance
from aurora_cli.operations.report.report import report, waiting_changes
from aurora_cli.ui.report.report_view import print_report
from tests.unit.spec_cases import resolved
from tests.unit.ui_screens import screen

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
CA, WINDOW = "rds-ca-rsa2048-g1", "sun:05:00-sun:06:00"
ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
ROLE = {
    "GlobalClusterIdentifier": "world",
    "Status": "available",
    "GlobalClusterMembers": [{"DBClusterArn": ARN, "IsWriter": True}],
}
MEMBERS = (
    Member("orders-1", "writer", "db.r7g.large", "available", "eu-west-1a", certificate=CA, maintenance_window=WINDOW),
    Member(
        "orders-2",
        "reader",
        "db.r7g.large",
        "available",
        "eu-west-1a",
        pending={"DBInstanceClass": "db.r7g.xlarge", "ClusterParameterGroup": "pending-reboot"},
        certificate=CA,
        certificate_ends=NOW + timedelta(days=30),
        maintenance_window=WINDOW,
    ),
    Member("application-autoscaling-1", "reader", "db.r7g.large", "available", "eu-west-1a"),
)
LIVE = Topology(
    "orders",
    ARN,
    "available",
    "aurora-postgresql",
    "17.4",
    5432,
    MEMBERS,
    deletion_protection=True,
    pending={"EngineVersion": "17.7"},
    maintenance_window=WINDOW,
    backup_window="03:00-04:00",
    backup_days=7,
    latest_restore=NOW - timedelta(minutes=5),
)


class FakePages:
    """A paginator with one page."""

    def paginate(self, **_: Any) -> list[Any]:
        return [{"GlobalClusters": [ROLE], "BlueGreenDeployments": [], "DBMajorEngineVersions": []}]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any]]:
    """The text and the JSON of a status with everything."""
    monkeypatch.setattr(maintenance, "authorities", lambda rds: {CA: Authority(CA, NOW + timedelta(days=300))})
    monkeypatch.setattr(
        maintenance, "pending_actions", lambda rds, arns: [Action("orders-1", "system-update", "New OS", NOW)]
    )
    rds = SimpleNamespace(get_paginator=lambda name: FakePages())
    app: Any = SimpleNamespace(
        target="aws",
        sandbox_certificates=None,
        sandbox_problem=lambda engine, port: None,
        aws=lambda region: SimpleNamespace(client=lambda service: rds),
        clock=SimpleNamespace(now=lambda: NOW),
    )
    spec = resolved({"engine_version": "17.7"}).spec
    plain = report(app, spec, LIVE, changed=False, managed=frozenset({"orders-1", "orders-2"}))
    found = maintenance.upkeep_of(app, spec, LIVE, None)
    full: ClusterReport = replace(
        plain, upkeep=found, warnings=(*plain.warnings, *maintenance.upkeep_warnings(app, plain, found))
    )
    to = screen(200)
    print_report(to.consoles, full, "status")
    return to.out_words, full.to_dict()


ITEMS: dict[str, tuple[str, Any]] = {
    "desired and running version": ("17.4 runs, 17.7 in the spec", lambda d: d["upkeep"]["desired_version"] == "17.7"),
    "what waits, and for which window": (
        f"DBInstanceClass db.r7g.xlarge of orders-2 is pending until the maintenance window, {WINDOW} UTC",
        lambda d: {i["id"]: i["pending"].get("DBInstanceClass") for i in d["instances"]}["orders-2"] == "db.r7g.xlarge",
    ),
    "what waits of the cluster": (
        f"EngineVersion 17.7 of the cluster is pending until the maintenance window, {WINDOW} UTC",
        lambda d: d["pending"] == {"EngineVersion": "17.7"},
    ),
    "when the window begins": (
        f"maintenance {WINDOW} UTC, next 2026-01-04",
        lambda d: d["upkeep"]["next_maintenance"] == "2026-01-04T05:00:00+00:00",
    ),
    "maintenance of AWS": (
        "AWS maintenance is pending for orders-1: New OS",
        lambda d: d["upkeep"]["actions"][0]["action"] == "system-update",
    ),
    "end of the certificate": (
        "certificate until 2026-01-31",
        lambda d: d["upkeep"]["certificate_ends"].startswith("2026-01-31"),
    ),
    "end of its authority": (
        "A certificate authority of the instances ends on 2026-10-28",
        lambda d: d["upkeep"]["authority_ends"].startswith("2026-10-28"),
    ),
    "waits for a restart": (
        "Changed parameters are pending a reboot of orders-2.",
        lambda d: [i["id"] for i in d["instances"] if i["waits_for_reboot"]] == ["orders-2"],
    ),
    "one zone": (
        "All instances are in one zone (eu-west-1a)",
        lambda d: {i["zone"] for i in d["instances"]} == {"eu-west-1a"},
    ),
    "autoscaled readers": (
        "application-autoscaling-1: created by reader autoscaling",
        lambda d: [i["id"] for i in d["instances"] if i["autoscaled"]] == ["application-autoscaling-1"],
    ),
    "backups": (
        "backups 03:00-04:00 UTC, kept 7 days, restorable to 2025-12-31 23:55",
        lambda d: d["upkeep"]["latest_restore"] == "2025-12-31T23:55:00+00:00",
    ),
    "deletion protection": ("deletion protection on", lambda d: d["deletion_protection"] is True),
    "place in a global database": (
        "global database primary of world",
        lambda d: d["upkeep"]["global_role"]["role"] == "primary",
    ),
}


@pytest.mark.parametrize("item", ITEMS)
def test_each_is_in_the_text_and_in_the_json(shown: tuple[str, dict[str, Any]], item: str) -> None:
    text, document = shown
    words, holds = ITEMS[item]
    assert words in text
    assert holds(document)


def test_a_password_that_waits_is_named_and_not_shown() -> None:
    said = waiting_changes(replace(LIVE, pending={"MasterUserPassword": "sesame"}))
    assert "sesame" not in " ".join(said)
    assert "MasterUserPassword of the cluster is pending" in said[-1]
