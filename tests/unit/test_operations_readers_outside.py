"""Instances that Terraform does not know are deleted by a destroy, when AWS lets them go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.operations.destroy.context import DestroyContext
from aurora_cli.operations.destroy.readers_outside import delete_unmanaged_instances
from tests.fuzz.wire import CLIENTS, answering, encode

BUSY = b"<ErrorResponse><Error><Code>InvalidDBInstanceState</Code><Message>creating</Message></Error></ErrorResponse>"


class Still(Clock):
    """A clock on which a pause takes no time."""

    def sleep(self, seconds: float) -> None:
        """Go on."""


def test_an_instance_that_aws_creates_is_waited_for() -> None:
    statuses, said = ["creating", "creating", "available"], list[str]()

    def respond(name: str, answer: Any) -> tuple[int, bytes]:
        if name == "DescribeDBInstances":
            answer["DBInstances"][0]["DBInstanceStatus"] = statuses.pop(0)
        elif statuses:
            return 400, BUSY
        return 200, encode("rds", name, answer)

    members = (SimpleNamespace(id="demo-9", status="creating"), SimpleNamespace(id="demo-1", status="available"))
    work = SimpleNamespace(
        ours=lambda: frozenset({"demo-1"}),
        emit=lambda event: said.append(type(event).__name__),
        client=lambda address: CLIENTS.client("rds"),
        app=SimpleNamespace(clock=Still()),
    )
    with answering(respond) as calls:
        delete_unmanaged_instances(cast(DestroyContext, work), "a", cast(Topology, SimpleNamespace(members=members)))
    assert calls == ["DescribeDBInstances"] * 3 + ["DeleteDBInstance"]
    assert said == ["Note", "Waiting", "Waiting"]
