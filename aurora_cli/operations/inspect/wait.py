"""Wait until the live cluster is as wanted; changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.connectivity import NoAnswer, knock
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.errors import ClusterNotFound, InvalidInput
from aurora_cli.events import Emit, waiting
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.inspect.health import LAG_S, ailment
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.report.report import capacity, live_topology
from aurora_cli.spec.values.quantities import parse_seconds

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec

CONDITIONS = ("available", "stopped", "deleted", "in-sync", "connectable", "healthy[=LAG]", "writer=KEY", "readers=N")
DELETED = "deleted"
HEALTHY = "healthy"
CONNECTABLE = "connectable"
_OUTSIDE = "A private endpoint cannot be reached from outside the VPC: run this inside it. --timeout extends the wait."


@dataclass(frozen=True)
class Waited:
    """The end of a wait.

    Attributes:
        condition: what was waited for.
        elapsed_s: seconds that it took.
        status: AWS's status of the cluster, None when there is none.
        writer: identifier of the writer, or None.
        notes: what could not be looked at, and why.
    """

    name: str
    condition: str
    elapsed_s: float
    status: str | None
    writer: str | None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"schema_version": SCHEMA_VERSION, "changed": False, **vars(self), "notes": list(self.notes)}


Missing = Callable[[Topology], "str | None"]
"""What is still missing, None for nothing."""


def wait_for(app: AppContext, name: str, condition: str, *, timeout_s: float, emit: Emit) -> Waited:
    """Wait for a condition of the live cluster.

    Args:
        condition: one of `CONDITIONS`; KEY is an instance key or identifier, N a number, LAG a duration.
        timeout_s: seconds until it gives up.

    Raises:
        InvalidInput: no such condition. WaitTimeout: time is up. ClusterNotFound: there is no such cluster (for `deleted` that
        is the end of the wait). CredentialsError, AccessDenied, AwsFailed.
    """
    kind, _, value = condition.partition("=")
    _check(kind, value, condition)
    if condition == DELETED and app.registry.find(name) is None:
        return Waited(name, condition, 0.0, None, None)
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    begin_to_look(app, stack, emit)
    notes: dict[str, None] = {}
    missing = _healthy(app, spec, value, notes) if kind == HEALTHY else _missing(kind, value, spec)

    def look() -> tuple[Topology | None, str | None]:
        topology = live_topology(app, spec)
        if topology is None:
            if condition == DELETED:
                return None, None
            raise ClusterNotFound(f"AWS has no cluster named {name}.", hint="List all clusters: aurora-cli list")
        nowhere = _nowhere(app, topology) if condition == CONNECTABLE else None
        if nowhere:
            raise InvalidInput(f"{nowhere} So `connectable` does not apply.", hint="Use `available` there.")
        notes.clear()
        return topology, missing(topology)

    started = app.clock.monotonic()
    found = wait_until(
        look,
        what=f"{name} to be {condition}",
        clock=app.clock,
        waiting=waiting(emit),
        timeout_s=timeout_s,
        hint=_OUTSIDE
        if condition == CONNECTABLE
        else "Run the same command again to keep waiting; --timeout extends the wait.",
    )
    writer = found.writer.id if found is not None and found.writer else None
    elapsed = round(app.clock.monotonic() - started, 1)
    return Waited(name, condition, elapsed, found.status if found is not None else None, writer, tuple(notes))


def _check(kind: str, value: str, condition: str) -> None:
    plain = {c for c in CONDITIONS if "=" not in c} | {HEALTHY}
    good = (
        (kind in plain and "=" not in condition)
        or (kind == "writer" and value)
        or (kind == "readers" and value.isdecimal())
        or (kind == HEALTHY and value and _lag_of(value) is not None)
    )
    if not good:
        raise InvalidInput(
            f"'{condition}' is not a valid condition.", hint=f"Valid conditions: {', '.join(CONDITIONS)}"
        )


def _lag_of(text: str) -> float | None:
    """Seconds, `LAG_S` for the empty text; None where it is not a duration."""
    try:
        return float(parse_seconds(text)) if text else LAG_S
    except ValueError:
        return None


def _nowhere(app: AppContext, topology: Topology) -> str | None:
    return app.sandbox_problem(
        topology.engine, topology.port, off="The sandbox has no database behind its endpoints: they are switched off."
    )


def _healthy(app: AppContext, spec: ClusterSpec, value: str, notes: dict[str, None]) -> Missing:
    lag = _lag_of(value) or 0.0
    return lambda t: _not_all(t, "available") or ailment(app, spec, t, lag, notes) or _takes_nobody(app, t, notes)


def _takes_nobody(app: AppContext, topology: Topology, notes: dict[str, None]) -> str | None:
    """As far as this machine reaches the cluster, and without waking it."""
    why = _nowhere(app, topology)
    if why is None and not (capacity(topology) or {"min": 1})["min"]:
        why = "It may be paused, and a connection would wake it."
    if why is None:
        found = _unanswered(topology)
        if found is None or found.reached:
            return found.why if found else None
        why = "This machine does not reach its endpoint."
    notes[f"Whether it takes connections is not known. {why}"] = None
    return None


def _missing(kind: str, value: str, spec: ClusterSpec) -> Missing:
    if kind == "writer":
        wanted = identifiers([value], spec)[value] if value.isdigit() else value
        return lambda t: _not_writer(t, wanted)
    if kind == "readers":
        return lambda t: _not_readers(t, int(value))
    return {
        "available": lambda t: _not_all(t, "available"),
        "stopped": lambda t: _not_all(t, "stopped"),
        "in-sync": _not_in_sync,
        CONNECTABLE: _not_connectable,
        DELETED: lambda t: t.status,
    }[kind]


def _not_all(topology: Topology, status: str) -> str | None:
    if topology.status != status:
        return topology.status
    other = next((m for m in topology.members if m.status not in (status, "deleting")), None)
    return f"{other.id} is {other.status}" if other else None


def _not_connectable(topology: Topology) -> str | None:
    """Connecting is what wakes a paused cluster, so the status of RDS does not matter."""
    found = _unanswered(topology)
    return found.why if found else None


def _unanswered(topology: Topology) -> NoAnswer | None:
    host = topology.writer_host or topology.reader_host
    if host is None:
        return NoAnswer("no endpoint yet", reached=True)
    return knock(topology.engine, host, topology.port, topology.username or "postgres")


def _not_writer(topology: Topology, wanted: str) -> str | None:
    if topology.writer is None:
        return "no writer"
    return f"the writer is {topology.writer.id}" if topology.writer.id != wanted else _busy(topology)


def _busy(topology: Topology) -> str | None:
    return None if topology.status == "available" else topology.status


def _not_readers(topology: Topology, number: int) -> str | None:
    ready = [m for m in topology.readers if m.status == "available"]
    return None if len(ready) == number else f"{len(ready)} available"


def _not_in_sync(topology: Topology) -> str | None:
    waiting = [m.id for m in topology.members if m.pending]
    if topology.pending:
        return f"the cluster has {', '.join(sorted(topology.pending))} pending"
    return f"{', '.join(waiting)} is pending a reboot or the maintenance window" if waiting else None
