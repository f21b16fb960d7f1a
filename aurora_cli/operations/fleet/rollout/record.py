"""What a run in waves is to do and what it has done, on disk. The truth about a cluster is in its stack, not here.

_apply.json      the waves, and the command of each cluster that was approved; written once
_progress.json   how far the waves are, and why the run stopped
NAME.state.json  what became of a cluster; without it, its log says whether its command was started
_lock            held by the controller
_abort           how often `fleet abort` was asked for; the controller looks at it
_unfinished      there while something is left that `fleet resume` takes up
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import as_dataclass, read_json
from aurora_cli.operations.fleet.places import Places, located
from aurora_cli.operations.fleet.runs import UNFINISHED, FleetRun
from aurora_cli.stacks.lock import Holder, lock_holder, stack_lock
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.stacks.registry import Registry

WAITING, APPLYING, APPLIED, UNCHANGED, STALE, FAILED, UNKNOWN = STATES = (
    "waiting",
    "applying",
    "applied",
    "unchanged",
    "stale",
    "failed",
    "unknown",
)
"""`unknown`: the command was killed, or what it wrote cannot be read, which says nothing about the cluster."""
DONE = (APPLIED, UNCHANGED)
PASSED = "passed"
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class WaveRecord:
    """A wave: see `fleet.rollout.Wave`."""

    name: str
    clusters: tuple[str, ...]
    bake: int = 0
    max_parallel: int | None = None
    max_replica_lag: int = 5


@dataclass(frozen=True)
class ClusterRecord:
    """A cluster of the run.

    Attributes:
        file: its spec, absolute.
        spec: digest of the resolved spec that was planned; empty where its command does not read the file.
        digest: of the plan that was approved; None where there is none.
        allow: Terraform addresses that may be deleted or replaced.
        limits: as in `Task`.
        words: its command, after the global options; empty in records of version 0.1, which only have `apply`.
        check: the command that must find nothing left to do afterwards; empty for none.
    """

    file: str
    region: str | None
    account: str | None
    risk: str
    spec: str
    digest: str | None
    allow: tuple[str, ...] = ()
    limits: tuple[tuple[str, int], ...] = ()
    words: tuple[str, ...] = ()
    check: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """Words after the global options; none where there is nothing that could be done."""
        if self.words or self.digest is None:
            return self.words
        allowed = (word for address in self.allow for word in ("--allow", address))
        return ("apply", "-f", self.file, "--approved", self.digest, *allowed)

    def approving(self, digest: str, spec: str) -> ClusterRecord:
        """The same cluster with another plan that was approved, of the spec as it is now."""
        return replace(self, digest=digest, spec=spec, words=())

    def moved(self, file: str) -> ClusterRecord:
        """The same cluster, its spec being another file now."""
        words = tuple(file if word == self.file else word for word in self.words)
        return replace(self, file=file, words=words)


@dataclass(frozen=True)
class RolloutRecord:
    """What is to be done.

    Attributes:
        plan: the run that has the plans.
        waves: in order.
        clusters: by name.
        places: where the specs were; None in records of version 0.1.
        plans: the words that plan what is stale again, after the global options, without the folders.
        write: whether the spec files get what the clusters have at the end.
    """

    plan: str
    waves: tuple[WaveRecord, ...]
    clusters: Mapping[str, ClusterRecord]
    max_failures: int = 0
    places: Places | None = None
    plans: tuple[str, ...] = ("fleet", "plan")
    write: bool = False

    @property
    def again(self) -> tuple[str, ...]:
        """The words that plan what is stale again, after the global options."""
        return (*self.plans, *(self.places.words if self.places else ()))


@dataclass(frozen=True)
class ClusterState:
    """What became of a cluster.

    Attributes:
        state: one of `STATES`.
        attempts: how often its command was started.
        seconds: how long the last one ran.
        digest: of the plan as it is now, where it is stale.
        error: `{code, message, hint, exit_status}`, or None.
    """

    state: str = WAITING
    attempts: int = 0
    seconds: float | None = None
    digest: str | None = None
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Attributes:
        waves: of each `waiting`, `applying`, `checking`, `baking`, `passed` or `failed`.
        outcome: `done`, `stopped` (failures, or a wave that is not healthy), `interrupted` or `aborted`; None while it runs, and
            where it was killed.
        reasons: why it stopped, as sentences.
    """

    waves: tuple[str, ...] = ()
    outcome: str | None = None
    reasons: tuple[str, ...] = ()


class RolloutRun(FleetRun):
    """The folder of a command in waves."""

    def begin(self, record: RolloutRecord, states: Mapping[str, ClusterState]) -> None:
        """Write down what is to be done; a kill before the end of this leaves a run without a record, which has done nothing."""
        for name, state in states.items():
            self.set_state(name, state)
        write_atomic(self.folder / UNFINISHED, "")
        self._write("_apply.json", record)

    @property
    def started(self) -> bool:
        """Whether it got as far as having a record."""
        return (self.folder / "_apply.json").exists()

    @property
    def applies(self) -> str | None:
        """The run whose plans it carries out; None where its record is damaged."""
        try:
            return self.plan.plan
        except StackDamaged:
            return None

    @cached_property
    def plan(self) -> RolloutRecord:
        """What is to be done. Raises StackDamaged."""
        return self._read("_apply.json", RolloutRecord)

    def move(self, folders: Sequence[Path]) -> None:
        """Take the specs from where they are now: see `Places.now`. Raises InvalidInput, StackDamaged."""
        plan, names = self.plan, list(self.plan.clusters)
        files = located(plan.places, [plan.clusters[name].file for name in names], folders)
        moved = {name: plan.clusters[name].moved(file) for name, file in zip(names, files, strict=True)}
        self.plan = replace(plan, clusters=moved, places=plan.places and plan.places.moved(folders))

    @property
    def left(self) -> list[str]:
        """Clusters that a `fleet resume` would take up; those without a command need another run."""
        return [
            name for name, one in self.states().items() if one.state not in DONE and self.plan.clusters[name].command
        ]

    @property
    def applying(self) -> list[str]:
        """Clusters whose command may still run; all where its record is damaged."""
        try:
            return [name for name, one in self.states().items() if one.state == APPLYING]
        except StackDamaged:
            return self.clusters

    @property
    def progress(self) -> Progress:
        """How far it is. Raises StackDamaged."""
        found = self._read("_progress.json", Progress, Progress())
        if found.waves and len(found.waves) != len(self.plan.waves):
            raise self._damaged("_progress.json", "it has other waves than the run")
        return found

    def set_progress(self, **changes: Any) -> None:
        """Change some fields."""
        self._write("_progress.json", replace(self.progress, **changes))

    def set_wave(self, at: int, state: str) -> None:
        """How far a wave is."""
        waves = list(self.progress.waves) or [WAITING] * len(self.plan.waves)
        waves[at] = state
        self.set_progress(waves=tuple(waves))

    def state(self, name: str) -> ClusterState:
        """What became of a cluster. Raises StackDamaged."""
        found = self._read(f"{name}.state.json", ClusterState, ClusterState())
        if found.state == WAITING and (self.folder / f"{name}.log").exists():
            return replace(found, state=APPLYING, attempts=found.attempts + 1)
        return found

    def states(self) -> dict[str, ClusterState]:
        """Of all. Raises StackDamaged."""
        return {name: self.state(name) for name in self.plan.clusters}

    def set_state(self, name: str, state: ClusterState) -> None:
        """Keep what became of a cluster."""
        self._write(f"{name}.state.json", state)

    def wait_again(self, name: str, state: ClusterState) -> None:
        """The cluster is to be taken up again. Its log goes, and how its command ended, but later than that is known."""
        self.set_state(name, ClusterState(attempts=state.attempts))
        for ending in ("end.json", "log"):
            (self.folder / f"{name}.{ending}").unlink(missing_ok=True)

    @property
    def counts(self) -> dict[str, int]:
        """How many clusters are in each state."""
        found = Counter(state.state for state in self.states().values())
        return {state: found[state] for state in STATES}

    # --- who works on it ---

    def lock(self) -> AbstractContextManager[Holder]:
        """Be its controller. Raises StackLocked."""
        return stack_lock(self.folder / "_lock", name=self.id, operation=f"fleet {self.command}")

    def locked_by(self) -> Holder | None:
        """Its controller."""
        return lock_holder(self.folder / "_lock")

    @property
    def aborts(self) -> int:
        """How often it was asked to end."""
        return read_json(self.folder / "_abort", int, lambda why: 1, 0)

    def ask_to_end(self) -> int:
        """Ask once more; gives how often that is."""
        asked = self.aborts + 1
        write_atomic(self.folder / "_abort", f"{asked}\n")
        return asked

    def clear_aborts(self) -> None:
        """It goes on."""
        (self.folder / "_abort").unlink(missing_ok=True)

    def end(self, outcome: str, reasons: tuple[str, ...] = ()) -> None:
        """Write down how it ended; what has nothing left to resume may be removed one day."""
        self.set_progress(outcome=outcome, reasons=reasons)
        if outcome == "done" and not self.left:
            (self.folder / UNFINISHED).unlink(missing_ok=True)

    def _write(self, name: str, value: Any) -> None:
        write_atomic(self.folder / name, json.dumps(asdict(value), indent=1) + "\n")

    def _read(self, name: str, kind: type[Kind], absent: Kind | None = None) -> Kind:
        path: Path = self.folder / name
        if absent is not None and not path.exists():
            return absent
        return read_json(path, lambda data: as_dataclass(kind, data), lambda why: self._damaged(name, why))

    def _damaged(self, name: str, why: str) -> StackDamaged:
        hint = "The clusters are as their stacks say. Begin again, e.g. with: aurora-cli fleet plan"
        return StackDamaged(f"The run {self.id} is damaged: {name}: {why}.", hint=hint)


def holders(registry: Registry, names: Iterable[str]) -> dict[str, Holder]:
    """Who works on the stacks of clusters, by name. Raises InvalidInput, StackDamaged."""
    found = {name: stack.locked_by() for name in names if (stack := registry.find(name))}
    return {name: holder for name, holder in found.items() if holder}
