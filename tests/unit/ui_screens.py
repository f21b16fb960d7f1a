"""Screens without a terminal, and plans to show on them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aurora_cli.operations.core.global_results import Endpoint
from aurora_cli.operations.core.results import ClusterReport, InstanceInfo
from aurora_cli.operations.core.review import Finding, PlanReview
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import Action, Plan, ResourceChange
from aurora_cli.ui.console import ColorChoice, Consoles, make_consoles

HOST = "demo.cluster-c1x2y3z4a5b6.eu-west-1.rds.amazonaws.com"
READER_HOST = "demo.cluster-ro-c1x2y3z4a5b6.eu-west-1.rds.amazonaws.com"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-8a8b4c4d-1111-2222-3333-444455556666-GhIjKl"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Screen:
    """Consoles that record what they print."""

    consoles: Consoles
    stdout: io.StringIO
    stderr: io.StringIO

    @property
    def out(self) -> str:
        """What was printed on stdout."""
        return self.stdout.getvalue()

    @property
    def err(self) -> str:
        """What was printed on stderr."""
        return self.stderr.getvalue()

    @property
    def err_words(self) -> str:
        """What was printed on stderr, on one line and with single blanks."""
        return " ".join(self.err.split())

    @property
    def out_words(self) -> str:
        """What was printed on stdout, on one line and with single blanks."""
        return " ".join(self.out.split())


def screen(
    width: int = 100, *, color: ColorChoice = "auto", tty: bool = False, typed: str = "", **environ: str
) -> Screen:
    """A screen of that width; `typed` is what stdin holds."""
    make = Terminal if tty else io.StringIO
    stdout, stderr, stdin = make(), make(), make(typed)
    settings = {"COLUMNS": str(width), "LINES": "30", "TERM": "xterm-256color", **environ}
    return Screen(make_consoles(color, settings, stdout, stderr, stdin=stdin), stdout, stderr)


@dataclass
class FakeClock:
    """Seconds that move only when told to."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        """Now."""
        return self.seconds


def change(
    address: str,
    action: Action,
    values: Mapping[str, Any] | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    changed: tuple[AttributeChange, ...] = (),
    replace_paths: tuple[str, ...] = (),
    reason: str | None = None,
) -> ResourceChange:
    """A change of the resource at that address; `values` are the planned attributes, or the present ones for a deletion."""
    type_, _, name = address.partition(".")
    given = dict(values or {})
    return ResourceChange(
        address=address,
        type=type_,
        name=name.split("[")[0],
        index=None,
        action=action,
        replace_paths=replace_paths,
        changed=changed,
        reason=reason,
        before=given if action == "delete" else dict(before or {}),
        after={} if action == "delete" else given,
    )


def new_cluster() -> Plan:
    """The plan that makes a cluster of two instances in a VPC of three subnets."""
    cluster = {"cluster_identifier": "demo", "engine": "aurora-postgresql", "engine_version": "16.8"}
    return Plan(
        (
            change("aws_vpc.this", "create", {"cidr_block": "10.0.0.0/16", "tags": {"Name": "demo"}}),
            *(change(f'aws_subnet.database["{i}"]', "create", {"cidr_block": f"10.0.{i}.0/24"}) for i in (1, 2, 3)),
            change('aws_vpc_security_group_ingress_rule.allow["x"]', "create", {"cidr_ipv4": "10.0.0.0/8"}),
            change("aws_rds_cluster.this", "create", cluster),
            change(
                'aws_rds_cluster_instance.this["1"]',
                "create",
                {"identifier": "demo-1", "instance_class": "db.r7g.large"},
            ),
            change(
                'aws_rds_cluster_instance.this["2"]',
                "create",
                {"identifier": "demo-2", "instance_class": "db.r7g.large"},
            ),
        )
    )


def review(plan: Plan, *findings: Finding, operation: str = "apply", target: str = "aws", **more: Any) -> PlanReview:
    """A review of that plan for the cluster `demo`."""
    return PlanReview("demo", "eu-west-1", operation, target, plan, findings, **more)


def instance(key: int, role: str, zone: str | None, status: str = "available", **more: Any) -> InstanceInfo:
    """Instance `demo-<key>`."""
    endpoint = Endpoint(f"demo-{key}.c1x2y3z4a5b6.eu-west-1.rds.amazonaws.com", 5432)
    return InstanceInfo(f"demo-{key}", role, "db.r7g.large", zone, status, endpoint, **more)


@dataclass
class Reports:
    """Makes reports of the cluster `demo`."""

    defaults: dict[str, Any] = field(default_factory=dict)

    def __call__(self, **given: Any) -> ClusterReport:
        values: dict[str, Any] = {
            "name": "demo",
            "region": "eu-west-1",
            "engine": "aurora-postgresql",
            "engine_version": "16.8",
            "status": "available",
            "changed": True,
            "target": "aws",
            "writer": Endpoint(HOST, 5432),
            "reader": Endpoint(READER_HOST, 5432),
            "instances": (instance(2, "reader", "eu-west-1b"), instance(1, "writer", "eu-west-1a")),
            "secret_arn": SECRET,
            "connect": f"psql 'host={HOST} port=5432 dbname=app user=postgres sslmode=verify-full sslrootcert=global-bundle.pem'",
            "database": "app",
            "username": "postgres",
            "deletion_protection": True,
        }
        return ClusterReport(**{**values, **self.defaults, **given})


report = Reports()
