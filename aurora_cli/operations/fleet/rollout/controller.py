"""A command on each cluster of a run, in waves: the plans of `fleet plan` are applied, or every cluster is upgraded.

Killed at any point, another controller reads the record and goes on: what has ended is left alone, what was started is waited for
where it still runs, and then started again, which finds its work done or does what is left of it.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.errors import OperationFailed, PlanStale, StackLocked
from aurora_cli.events import Emit, Note, StepFinished, StepStarted, TaskEnded, TaskStarted, Waiting, waiting
from aurora_cli.operations.fleet.plan import MemberPlan, member_plan
from aurora_cli.operations.fleet.rollout.gate import Gate
from aurora_cli.operations.fleet.rollout.record import (
    APPLIED,
    APPLYING,
    DONE,
    FAILED,
    PASSED,
    STALE,
    STATES,
    UNCHANGED,
    UNKNOWN,
    WAITING,
    ClusterState,
    RolloutRun,
    WaveRecord,
    holders,
)
from aurora_cli.spec.text.load import shown_path

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Ended, Executor
    from aurora_cli.operations.fleet.runs import Result

_LOOK_S = 1.0
"""How often it looks whether it is to end, and what was started."""
_BETWEEN_LOOKS_S = 60.0
"""From one look at the health of a wave to the next, while it bakes."""
_FOREVER_S = 10.0**9
NO_MORE, INTERRUPT = 1, 2
"""How it is asked to end: start no more clusters, and then interrupt those that run."""


@dataclass(frozen=True)
class RolloutOptions:
    """How a run is carried out.

    Attributes:
        words: global options of each command.
        members: the specs as they are now, by name, as `members_of` gives them.
        max_failures: clusters that may fail before nothing more is started.
        frozen: says of clusters why they may not be changed now; None for nothing.
        ask_again: shows stale clusters, planned again, and asks; None where there is nobody to ask.
    """

    words: Sequence[str]
    members: Mapping[str, Member]
    max_failures: int = 0
    frozen: Callable[[Mapping[str, Member]], str | None] = lambda members: None
    ask_again: Callable[[Sequence[MemberPlan]], bool] | None = None


def roll_out(app: AppContext, run: RolloutRun, how: RolloutOptions, executor: Executor, emit: Emit) -> None:
    """Carry out a run, from where it is. What came of it is in its record.

    Raises:
        StackLocked: another controller works on it. StackDamaged. SandboxFailed: the emulator does not start.
    """
    with run.lock():
        run.clear_aborts()
        run.set_progress(outcome=None, reasons=())
        app.begin(emit)  # one emulator for all, before they all look for it
        controller = _Controller(app, run, how, executor, emit)
        try:
            with controller.looking():
                controller.go()
        except KeyboardInterrupt:  # the third: those that run go on
            controller.asked = INTERRUPT
        run.end(*controller.outcome())


class _Controller:
    def __init__(self, app: AppContext, run: RolloutRun, how: RolloutOptions, executor: Executor, emit: Emit) -> None:
        self.app, self.run, self.how, self.executor, self.emit = app, run, how, executor, emit
        self.record = run.plan
        self.asked, self.by_file = 0, False
        self.reasons: list[str] = []
        self.pending: set[str] = set()
        self.told: set[str] = set()
        self.failed: set[str] = set()
        self.begun: set[str] = set()
        self.late: set[str] = set()
        self.noted: set[str] = set()
        self.checked: set[int] = set()
        self.lock = RLock()

    # --- the run ---

    def go(self) -> None:
        """The waves that have not passed, in order."""
        self._take_up()
        for at, wave in enumerate(self.record.waves):
            if self._stopping:
                return
            if self.run.progress.waves and self.run.progress.waves[at] == PASSED:
                continue
            frozen = self.how.frozen({name: one for name, one in self.how.members.items() if name in wave.clusters})
            if frozen:
                self._stop(frozen)
                return
            self._wave_as_step(at, wave)

    def outcome(self) -> tuple[str, tuple[str, ...]]:
        """How it ended, and why it stopped."""
        if self.asked:
            return ("aborted" if self.by_file else "interrupted"), tuple(self.reasons)
        return ("stopped" if self.reasons else "done"), tuple(self.reasons)

    def _take_up(self) -> None:
        """What an earlier controller has started is waited for; what is not done waits for its command again."""
        states = self.run.states()
        self.begun = {name for name, one in states.items() if one.state in (APPLYING, UNKNOWN)}
        self._wait_for(sorted(self.begun))
        again = {
            n: one for n, one in states.items() if one.state not in (*DONE, WAITING) and self.record.clusters[n].command
        }
        for name, state in again.items():
            self.run.wait_again(name, state)
        for at, wave in enumerate(self.record.waves):
            if self.run.progress.waves and not set(wave.clusters).isdisjoint(again):
                self.run.set_wave(at, WAITING)

    def _wait_for(self, names: Sequence[str]) -> None:
        """Until no command works on their stacks."""

        def busy() -> tuple[None, str | None]:
            self.look()
            found = holders(self.app.registry, names)
            return None, None if self._stopping or not found else ", ".join(found)

        what = "commands that an earlier run has started"
        wait_until(
            busy, what=what, clock=self.app.clock, waiting=waiting(self.emit), timeout_s=_FOREVER_S, slowest_s=2.0
        )

    def _wave_as_step(self, at: int, wave: WaveRecord) -> None:
        begun, number = self.app.clock.monotonic(), len(wave.clusters)
        self.emit(StepStarted("wave", f"Wave {wave.name}: {number} cluster{'s' * (number != 1)}", number))
        self._wave(at, wave)
        found = Counter(self.run.state(name).state for name in wave.clusters)
        said = ", ".join(f"{found[state]} {state}" for state in STATES if found[state])
        passed = self.run.progress.waves[at] == PASSED
        said = said if passed else f"{said}; not passed"
        self.emit(StepFinished("wave", self.app.clock.monotonic() - begun, said, failed=not passed))

    def _wave(self, at: int, wave: WaveRecord) -> None:
        self.run.set_wave(at, APPLYING)
        left = [name for name in wave.clusters if self.run.state(name).state == WAITING]
        self._apply(left, wave)
        if not self._stopping and self.how.ask_again:
            self._show_again([name for name in left if self.run.state(name).state == STALE], wave)
        if self._stopping:
            return
        changed = [name for name in wave.clusters if self.run.state(name).state in DONE]
        if not changed:
            self.run.set_wave(at, "failed")
            if at < len(self.record.waves) - 1:
                self._stop(f"No cluster of the wave {wave.name} was applied.")
            return
        self.run.set_wave(at, "checking")
        if self._healthy(at, wave, changed, "5m") and self._bakes(at, wave, changed):
            self.run.set_wave(at, PASSED)

    # --- its clusters ---

    def _apply(self, names: Sequence[str], wave: WaveRecord) -> None:
        for name in names:
            self._submit(name, wave)
        for name in self._watch(self._ended):
            attempts = self.run.state(name).attempts
            self._keep(name, replace(_state_of(self.run.result(name), again=attempts > 1), attempts=attempts))
        late = [name for name in names if name in self.late]
        if late and not self._stopping:
            self._wait_for(late)
            self.begun -= self.late
            self.late.clear()
            for name in late:
                self.run.wait_again(name, self.run.state(name))
            self._apply(late, wave)

    def _submit(self, name: str, wave: WaveRecord) -> None:
        cluster, edited = self.record.clusters[name], self._edited(name)
        if edited is not None and not self._stopping:
            hint, code = self._plan_again(), PlanStale.code
            error = {"code": code, "message": edited, "hint": hint, "exit_status": PlanStale.exit_status}
            self._keep(name, replace(self.run.state(name), state=STALE, error=error))
            return
        words = (*self.how.words, "--no-input", *cluster.command, "-o", "json")
        own = (("wave", wave.max_parallel),) if wave.max_parallel else ()
        with self.lock:  # one step: nothing is submitted after the executor was told to start no more
            if self._stopping:
                return
            self.pending.add(name)
            self.told.discard(name)
            self.executor.submit(self.run.task(name, words, (*cluster.limits, *own)))

    def _edited(self, name: str) -> str | None:
        """How the spec of a cluster differs from what was planned; None where it does not, and where its command reads none."""
        cluster, member = self.record.clusters[name], self.how.members.get(name)
        if not cluster.spec or (member is not None and member.digest == cluster.spec):
            return None
        file = shown_path(cluster.file)
        return f"{file} differs from what was planned." if member else f"{file} has no valid spec of {name} any more."

    def _plan_again(self) -> str:
        return f"Plan again: {shlex.join(('aurora-cli', *self.record.again))}"

    def _ended(self, ended: Ended) -> None:
        name = ended.task.name
        attempts = self.run.state(name).attempts + ended.starts - 1
        self.run.note(ended)
        result = self.run.result(name)
        state = _state_of(result, again=attempts > 1)
        if name in self.begun and (state.error or {}).get("code") == StackLocked.code:
            self.late.add(name)  # an earlier run has started its command, which took the lock later than we looked
        self._keep(name, replace(state, attempts=max(attempts, 1), seconds=round(ended.seconds, 3)))
        failed = len(self.failed)
        if name in self.failed and failed > self.how.max_failures and not self.reasons:
            self._stop(f"{failed} cluster{'s' * (failed != 1)} failed, and {self.how.max_failures} may.")

    def _keep(self, name: str, state: ClusterState) -> None:
        self.run.set_state(name, state)
        bad = state.state in (FAILED, UNKNOWN) and name not in self.late
        (self.failed.add if bad else self.failed.discard)(name)
        self._tell_started()
        with self.lock:
            self.pending.discard(name)
        good = state.state in DONE
        if name in self.told:
            self.emit(TaskEnded(name, state.seconds or 0.0, failed=not good, stale=state.state == STALE))
        if not good and state.error:
            self.emit(Note(f"{name}: {state.error['message']}", level="warning"))

    def _show_again(self, names: Sequence[str], wave: WaveRecord) -> None:
        """Plan what is stale, have it shown, and apply it if that is wished."""
        known = [name for name in names if name in self.how.members]
        for name in known:
            words = (*self.how.words, "--no-input", "plan", "-f", self.record.clusters[name].file, "-o", "json")
            self.executor.submit(self.run.task(name, words, self.record.clusters[name].limits, ".plan"))
        self._watch(self.run.note)
        found = [member_plan(self.how.members[name], self.run.result(name, ".plan")) for name in known]
        shown = [one for one in found if one.digest]
        if not shown or self._stopping or self.how.ask_again is None or not self.how.ask_again(shown):
            return
        digests = {str(one.member.name): str(one.digest) for one in shown}
        approved = {
            name: self.record.clusters[name].approving(digest, self.how.members[name].digest)
            for name, digest in digests.items()
        }
        self.record = replace(self.record, clusters={**self.record.clusters, **approved})
        for name in digests:
            self.run.wait_again(name, self.run.state(name))
        self._apply(list(digests), wave)

    # --- its health ---

    def _healthy(self, at: int, wave: WaveRecord, names: Sequence[str], timeout: str) -> bool:
        self.emit(Waiting(f"the clusters of the wave {wave.name} to be healthy", f"{len(names)} asked", 0.0))
        gate = Gate(self.run, wave, self.how.words, self.executor, lambda: self._watch(self.run.note))
        found, notes = gate.ailing(names, timeout)
        if not found and not self._stopping and at not in self.checked:
            undone = gate.undone([name for name in names if self.run.state(name).state == APPLIED])
            for name, text in undone.items():
                error = {"code": OperationFailed.code, "message": text, "hint": None, "exit_status": 1}
                self.run.set_state(name, replace(self.run.state(name), state=FAILED, error=error))
            found = list(undone.values())
            self.checked.add(at)
        for note in (one for one in notes if one not in self.noted):
            self.noted.add(note)
            self.emit(Note(note, level="warning"))
        if found and not self._stopping:
            self._fail(at, *found)
        return not found and not self._stopping

    def _bakes(self, at: int, wave: WaveRecord, names: Sequence[str]) -> bool:
        clock = self.app.clock
        begun = clock.monotonic()
        if wave.bake:
            self.run.set_wave(at, "baking")
        while (left := wave.bake - (clock.monotonic() - begun)) > 0:
            self._pause(min(left, _BETWEEN_LOOKS_S), f"the wave {wave.name} to bake")
            if self._stopping or not self._healthy(at, wave, names, "1m"):
                return False
        return True

    def _pause(self, seconds: float, what: str) -> None:
        end = self.app.clock.monotonic() + seconds

        def left() -> tuple[None, str | None]:
            self.look()
            rest = end - self.app.clock.monotonic()
            return None, None if rest <= 0 or self._stopping else "healthy"

        wait_until(
            left,
            what=what,
            clock=self.app.clock,
            waiting=waiting(self.emit),
            timeout_s=_FOREVER_S,
            slowest_s=min(2.0, seconds),
        )

    # --- being stopped ---

    @property
    def _stopping(self) -> bool:
        return bool(self.asked or self.reasons)

    def _fail(self, at: int, *reasons: str) -> None:
        self.run.set_wave(at, "failed")
        self._stop(*reasons)

    def _stop(self, *reasons: str) -> None:
        with self.lock:
            self.reasons += reasons
            self.executor.cancel(running=False)

    def _ask(self, asked: int) -> None:
        with self.lock:
            if asked <= self.asked:
                return
            self.asked = asked
            self.executor.cancel(running=asked >= INTERRUPT)
        text = (
            "Those that run are interrupted."
            if asked >= INTERRUPT
            else "No more clusters are started; those that run end."
        )
        self.emit(Note(text, level="warning"))

    def look(self) -> None:
        """Whether `fleet abort` was called, and what has begun."""
        aborts = min(self.run.aborts, INTERRUPT)
        if aborts:
            self.by_file = True
            self._ask(aborts)
        self._tell_started()

    def _tell_started(self) -> None:
        with self.lock:
            for name in sorted(self.pending - self.told):
                if self.run.task(name, ()).log.exists():
                    self.told.add(name)
                    self.emit(TaskStarted(name))

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look all the time, in a thread."""
        over = Event()

        def turn() -> None:
            while not over.wait(_LOOK_S):
                self.look()

        thread = Thread(target=turn, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _watch(self, take: Callable[[Ended], None]) -> list[str]:
        """Until all have ended; gives those that an interrupt has kept from being taken. Ctrl-C asks it to end."""
        open_: list[Ended] = []
        while True:
            try:
                for ended in self.executor.watch():
                    open_ = [ended]
                    take(ended)
                    open_ = []
                    self.look()
                break
            except KeyboardInterrupt:
                if self.asked >= INTERRUPT:
                    raise
                self._ask(self.asked + 1)
                for one in open_:
                    take(one)
        started = sorted(name for name in self.pending if self.run.task(name, ()).log.exists())
        self.pending.clear()
        return started


def _state_of(result: Result, *, again: bool) -> ClusterState:
    """What became of a cluster, by what its command has written.

    Args:
        again: it had been started before, so that finding nothing to do says that this is applied.
    """
    error = result.problem
    if error is None:
        return ClusterState(APPLIED if again or result.document.get("changed") else UNCHANGED)
    if error["code"] == PlanStale.code:
        told = result.document["error"].get("details")
        digest = told.get("digest") if isinstance(told, Mapping) else None
        return ClusterState(STALE, digest=digest if isinstance(digest, str) else None, error=error)
    return ClusterState(FAILED if error["exit_status"] else UNKNOWN, error=error)
