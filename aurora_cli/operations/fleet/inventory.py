"""What each cluster of a fleet is now, as `status` says, with the last operation that its history has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError, ClusterNotFound
from aurora_cli.events import Emit
from aurora_cli.operations.core.history import operations_of
from aurora_cli.operations.fleet.columns import Column, of_the_spec
from aurora_cli.operations.fleet.each import Answer, Work, ask_each
from aurora_cli.operations.report.report import RESTART, SERVERLESS
from aurora_cli.prices.estimate import total_of
from aurora_cli.prices.words import amount
from aurora_cli.spec.facts.versions import sort_key

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor

NOT_CREATED, UNKNOWN = "not created", "unknown"


@dataclass(frozen=True)
class InventoryRow:
    """One cluster.

    Attributes:
        answer: what `aurora-cli status NAME -o json` said.
        operations: the newest entries of its history, newest first.
    """

    answer: Answer
    operations: tuple[Mapping[str, Any], ...] = ()

    @property
    def member(self) -> Member:
        """Its spec."""
        return self.answer.member

    @property
    def error(self) -> Mapping[str, Any] | None:
        """Why it could not be read; None where it could, or is not created."""
        found = self.answer.problem
        return None if found and found["code"] == ClusterNotFound.code else found

    @property
    def status(self) -> str:
        """As `status` says, `not created` or `unknown`."""
        if self.error:
            return UNKNOWN
        return str(self.answer.document.get("status", NOT_CREATED))

    @property
    def last(self) -> Mapping[str, Any] | None:
        """The newest entry of its history."""
        return self.operations[0] if self.operations else None

    @property
    def instances(self) -> list[Mapping[str, Any]]:
        """As in `status`."""
        found: list[Mapping[str, Any]] = self.answer.document.get("instances") or []
        return found

    def upkeep(self, key: str) -> Any:
        """A value of `upkeep` of `status`."""
        return (self.answer.document.get("upkeep") or {}).get(key)

    @property
    def warnings(self) -> list[str]:
        """Those of `status`; first, that the cluster is another one than that of the spec."""
        elsewhere = self.answer.elsewhere
        return [*([elsewhere] if elsewhere else []), *(self.answer.document.get("warnings") or [])]

    @property
    def pending(self) -> list[dict[str, Any]]:
        """What waits for a maintenance window or a reboot: list of `{resource, change, when}`."""
        return list(self._pending())

    def _pending(self) -> Iterator[dict[str, Any]]:
        document, window = self.answer.document, self.upkeep("next_maintenance")
        for one in self.upkeep("actions") or ():
            yield {"resource": one["resource"], "change": one["action"], "when": one["when"] or window}
        for change in document.get("pending") or ():
            yield {"resource": self.member.name, "change": change, "when": window}
        for one in self.instances:
            for change, value in one["pending"].items():
                if value != RESTART:
                    yield {"resource": one["id"], "change": change, "when": None}
            if one["waits_for_reboot"]:
                yield {"resource": one["id"], "change": "reboot", "when": None}

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        document = self.answer.document
        return {
            **self.answer.to_dict(),
            "status": self.status,
            "engine": document.get("engine"),
            "running_version": _version(self),
            "instances": [{k: one[k] for k in ("id", "role", "class", "zone", "status")} for one in self.instances],
            "acu": document.get("acu"),
            "cost": document.get("cost"),
            "support_ends": self.upkeep("support_ends"),
            "extended_support_ends": self.upkeep("extended_support_ends"),
            "certificate_ends": self.upkeep("certificate_ends"),
            "pending": self.pending,
            "last_operation": self.last,
            "operation": document.get("operation"),
            "warnings": self.warnings,
            "error": self.error,
        }


def _version(row: InventoryRow) -> str | None:
    """The one that runs; none of a cluster that is not created."""
    return row.answer.document.get("engine_version") if row.instances or row.upkeep("maintenance_window") else None


def _class(row: InventoryRow) -> str | None:
    acu = row.answer.document.get("acu")
    serverless = [f"{acu['min']:g}-{acu['max']:g} ACU"] if acu else []
    return (
        ", ".join([*dict.fromkeys(i["class"] for i in row.instances if i["class"] != SERVERLESS), *serverless]) or None
    )


def _roles(row: InventoryRow) -> str | None:
    """`1 writer, 2 readers`; with the status of those that are not available."""
    roles = Counter(one["role"] for one in row.instances)
    counted = [f"{number} {role}{'s' * (number > 1)}" for role, number in roles.items()]
    others = [f"{i['id']} {i['status']}" for i in row.instances if i["status"] not in ("available", row.status)]
    return ", ".join([*counted, *others]) or None


def _last(row: InventoryRow) -> str | None:
    if row.last is None:
        return None
    outcome = "" if row.last["outcome"] == "succeeded" else f" {row.last['outcome']}"
    return f"{row.last['operation']}{outcome} {row.last['when'][:10]}"


def _unfinished(row: InventoryRow) -> str | None:
    found = row.answer.document.get("operation")
    return f"{found['operation']} {found['state']}" if found else None


def _cost(row: InventoryRow) -> str | None:
    found = row.answer.document.get("cost")
    return amount(found) if found and found["monthly"] else None


def total_cost(rows: Sequence[InventoryRow]) -> dict[str, Any]:
    """The monthly cost of all clusters that are created, as `cost` of `status` says that of one."""
    return total_of(row.answer.document.get("cost") for row in rows if row.status != NOT_CREATED)


def _member(row: InventoryRow) -> Member:
    return row.member


def _region(row: InventoryRow) -> str | None:
    return row.answer.region


def _day(key: str) -> Callable[[InventoryRow], str | None]:
    return lambda row: found[:10] if (found := row.upkeep(key)) else None


LIVE: dict[str, Column[InventoryRow]] = {
    "status": Column("Status", lambda row: row.status),
    "running_version": Column("Version", _version, lambda row: sort_key(_version(row) or "")),
    "class": Column("Class", _class),
    "instance_roles": Column("Instances", _roles, lambda row: -len(row.instances)),
    "monthly_cost": Column("USD a month", _cost, lambda row: -Decimal(row.answer.document["cost"]["monthly"]["to"])),
    "support_ends": Column("Support ends", _day("support_ends")),
    "certificate_ends": Column("Certificate ends", _day("certificate_ends")),
    "pending": Column(
        "Pending",
        lambda row: ", ".join(dict.fromkeys(one["change"] for one in row.pending)) or None,
        lambda row: -len(row.pending),
    ),
    "last_operation": Column("Last operation", _last, lambda row: row.last["when"] if row.last else None),
    "unfinished": Column("Unfinished", _unfinished),
}
"""What `--where` knows beside the facts of specs: no field of a spec has such a name."""
COLUMNS = {**of_the_spec(_member), "region": Column("Region", _region), **LIVE}


def inventory(
    app: AppContext,
    members: Sequence[Member],
    words: Sequence[str],
    executor: Executor,
    emit: Emit,
    *,
    history: int = 1,
) -> tuple[str, list[InventoryRow]]:
    """The run's name, and a row for each spec, in their order; what cannot be read is a row with its error.

    Args:
        words: global options for each command.
        history: how many operations of each are wanted.

    Raises:
        InvalidInput: the home cannot be used. Interrupted.
    """
    title = f"Reading {len(members)} cluster{'s' * (len(members) != 1)}"
    work = Work("status", lambda member: (*words, "status", str(member.name), "-o", "json"), title, "clusters")
    run, answers = ask_each(app, members, work, executor, emit)
    return run, [InventoryRow(one, _operations(app, one, history)) for one in answers]


def _operations(app: AppContext, answer: Answer, most: int) -> tuple[Mapping[str, Any], ...]:
    """From the stack alone; what is damaged there, `status` has said."""
    if answer.out is None:
        return ()
    try:
        stack = app.registry.find(str(answer.member.name))
        found = operations_of(stack) if stack else []
    except AuroraError:
        return ()
    return tuple(one.to_dict() for one in reversed(found[-most:]))
