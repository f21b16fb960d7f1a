"""Switch a blue/green deployment over: the green cluster takes the names, then spec and state follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.engine.blue_green import (
    READY,
    SWITCHING,
    Deployment,
    deployment,
    deployment_named,
    switch_over,
    with_lag,
)
from aurora_cli.errors import AwsFailed, InvalidInput, OperationFailed
from aurora_cli.operations.blue_green.active import deployment_under_way
from aurora_cli.operations.blue_green.state_repair import repair_steps
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.core.specs import existing_stack
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.stacks.blue_green import BlueGreenRecord, from_dict, read_blue_green, to_dict
from aurora_cli.stacks.journal import remove_journal

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext

DEFAULT_TIMEOUT_S, SHORTEST_S, LONGEST_S = 300, 30, 3600
"""Seconds that a switchover may take (Aurora User Guide, "Switchover timeout")."""
_GRACE_S = 60.0


def switchover(
    app: AppContext, cluster: str, *, timeout_s: int = DEFAULT_TIMEOUT_S, options: RunOptions
) -> ChangeResult:
    """Give the names of the cluster to its green copy, and bring spec and state after it.

    Args:
        timeout_s: seconds after which AWS takes it back, 30 to 3600.

    Raises:
        InvalidInput: there is nothing to switch over, or it is not ready. OperationFailed: AWS took it back, and nothing has
        changed. What `run_operation` raises.
    """
    try:
        return run_operation(app, cluster, Switchover(cluster, timeout_s), options)
    except OperationFailed as error:
        if not error.details.get("rolled_back"):
            raise
        stack = existing_stack(app, cluster)  # nothing has begun: nothing is left to go on with
        with stack.lock("blue-green switchover"):
            remove_journal(stack.folder)
            stack.update_record(status="ready")
        raise


@dataclass(frozen=True)
class Switchover(Operation):
    """The operation; a repeat resumes it, whatever timeout it names."""

    cluster: str
    timeout_s: int = DEFAULT_TIMEOUT_S
    name = "blue-green switchover"

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return typed("blue-green", "switchover", self.cluster, timeout=self.timeout_s)

    def decide(self, context: OperationContext) -> Decision:
        """Refuse what is not ready; a switchover that was made elsewhere only has its end made here."""
        record = read_blue_green(context.stack.folder)
        found = (
            deployment_named(context.rds, record.name) if record else deployment_under_way(context.rds, self.cluster)
        )
        if found is None:
            raise InvalidInput(
                f"{self.cluster} is not part of a blue/green deployment.",
                hint=f"Create one: aurora-cli blue-green create {self.cluster} --to VERSION",
            )
        if record is None:
            raise InvalidInput(
                f"The deployment {found.id} was created elsewhere, so its parameter groups and its spec are not known here.",
                hint="Switch it over where it was created, or delete it there and create one here.",
            )
        _refuse_unready(self.cluster, found)
        found = with_lag(
            found, context.spec.engine, context.app.aws(context.spec.region).client("cloudwatch"), context.app.clock
        )
        facts = {"deployment": found.id, "timeout_s": self.timeout_s, "record": to_dict(record)}
        return Decision(facts, remarks=_remarks(self.cluster, found, record))

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The switchover, then the spec, the state and an empty plan."""
        facts = decision.facts
        record = from_dict(facts["record"])
        return [_switch_step(context, facts), *repair_steps(context, record, facts["deployment"])]


def _switch_step(context: OperationContext, facts: Mapping[str, Any]) -> Step:
    identifier, timeout_s = facts["deployment"], int(facts["timeout_s"])

    def done() -> bool:
        found = deployment(context.rds, identifier)
        return found is not None and found.switched

    def run() -> str | None:
        clock, started = context.app.clock, context.app.clock.monotonic()
        found = deployment(context.rds, identifier)
        if found is None or found.status != SWITCHING:
            _begin(context, identifier, timeout_s)
        seen = [SWITCHING] if found is not None and found.status == SWITCHING else []
        context.wait(
            lambda: _look(context, identifier, seen, started), "the switchover", timeout_s=timeout_s + 15 * 60.0
        )
        return f"at most {clock.monotonic() - started:.1f} s without writes"

    interruption = (
        "Writes stop on both clusters and connections end, usually for less than a minute. AWS rolls back a switchover "
        f"that takes longer than {timeout_s} s, and nothing changes then."
    )
    text = f"Switch over: the green cluster gets the names of {context.spec.name} and its instances"
    return Step("switchover", text, done, run, interruption, without_writer=True)


def _begin(context: OperationContext, identifier: str, timeout_s: int) -> None:
    try:
        switch_over(context.rds, identifier, timeout_s)
    except AwsFailed as error:
        now = deployment(context.rds, identifier)
        if now is not None and (now.status == SWITCHING or now.switched):
            return  # the answer to the first call was lost, and AWS refuses the second one
        if "InvalidBlueGreenDeploymentState" in str(error.details.get("aws_code")):
            raise _rolled_back(context, str(error.details.get("aws_message"))) from error
        raise


def _look(
    context: OperationContext, identifier: str, seen: list[str], started: float
) -> tuple[Deployment | None, str | None]:
    """AWS shows AVAILABLE for a moment after the call, and after it was taken back."""
    found = deployment(context.rds, identifier)
    if found is not None and found.switched:
        return found, None
    status = found.status if found else "gone"
    waited = context.app.clock.monotonic() - started
    if status == SWITCHING:
        seen.append(status)
    elif status != "AVAILABLE" or seen or waited > _GRACE_S:
        raise _rolled_back(context, (found.details if found else None) or f"The deployment is {status}.")
    return found, status


def _rolled_back(context: OperationContext, why: str) -> OperationFailed:
    name = context.spec.name
    return OperationFailed(
        f"AWS did not switch over, and nothing has changed: {name} still serves. {why}",
        hint=f"Check with `aurora-cli blue-green status {name}`, and try again: aurora-cli blue-green switchover {name}",
        details={"rolled_back": True},
    )


def _refuse_unready(cluster: str, found: Deployment) -> None:
    if found.switched or found.status in READY or found.status == SWITCHING:
        return
    raise InvalidInput(
        f"The deployment {found.id} is {found.status}: it cannot be switched over.{' ' + found.details if found.details else ''}",
        hint=f"aurora-cli blue-green status {cluster}",
    )


def _remarks(cluster: str, found: Deployment, record: BlueGreenRecord) -> tuple[str, ...]:
    behind = "not known" if found.lag_s is None else f"{found.lag_s:.0f} s"
    green = found.target or "the green cluster"
    return (
        (
            f"{green} ({record.version}) becomes {cluster}; {found.source} and its instances are renamed to ...-old1 and "
            f"become read-only. Replica lag: {behind}."
        ),
        (
            "AWS first checks that replication is healthy and close, that nothing writes to the green cluster, and that no long "
            "transactions or DDL run on the blue cluster; if a check fails, it does not switch over."
        ),
        (
            "Clients reconnect to the same endpoints. Check the reader autoscaling policies afterwards: AWS does not copy "
            "them."
        ),
    )
