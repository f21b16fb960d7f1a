"""One command on each of several clusters: what fails is an answer too, and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import Interrupted, SpecInvalid
from aurora_cli.events import Emit, Waiting, timed
from aurora_cli.operations.fleet.runs import FleetRun, Result, begin_run
from aurora_cli.stacks.names import is_name

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor

_TOLD = 20
"""How often it is told how many are done."""
_SILENCE_S = 30.0
"""After this time it is told at the next that is done."""


@dataclass(frozen=True)
class Answer:
    """What a command said of one cluster.

    Attributes:
        member: its spec.
        document: its JSON, empty where there is none.
        error: `{code, message, hint, exit_status}` of what went wrong, or None.
        problem: the same of a command that is to write JSON: also where it ended well and wrote none.
        out, log: files with its standard output and standard error; None where it was not run.
    """

    member: Member
    document: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None
    out: Path | None = None
    log: Path | None = None

    @property
    def text(self) -> str:
        """Its standard output."""
        return self.out.read_text(encoding="utf-8", errors="replace") if self.out and self.out.is_file() else ""

    @property
    def region(self) -> str | None:
        """Where the cluster is, as the command said; that of the spec where it did not."""
        found = self.document.get("region") or self.member.values.get("region")
        return None if found is None else str(found)

    @property
    def elsewhere(self) -> str | None:
        """What is to be said of a cluster of that name that is not where the spec says."""
        told = self.member.values.get("region")
        if told in (None, self.region):
            return None
        return f"The cluster {self.member.name} of this home is in {self.region}, and its spec says {told}."

    def to_dict(self) -> dict[str, Any]:
        """What every report says of a cluster."""
        about = self.member.to_dict()
        kept = {key: about[key] for key in ("name", "file", "region", "account", "labels")}
        return {**kept, "region": self.region, "error": self.error, "log": None if self.log is None else str(self.log)}


@dataclass(frozen=True)
class Work:
    """What is run.

    Attributes:
        command: one word, for the name of the run.
        words: the command line of a cluster.
        title: what is done, for the progress.
        noun: what there are several of, e.g. `plans`.
        record: further keys of the run's record.
    """

    command: str
    words: Callable[[Member], Sequence[str]]
    title: str
    noun: str
    record: Mapping[str, Any] = field(default_factory=dict)


def ask_each(
    app: AppContext, members: Sequence[Member], work: Work, executor: Executor, emit: Emit
) -> tuple[str, list[Answer]]:
    """Run the command of each cluster.

    Args:
        members: with or without errors; one whose name cannot be used, or is that of another one, is not asked.

    Returns:
        The run's name, and an answer for each member in the order given.

    Raises:
        InvalidInput: the home cannot be used. Interrupted.
    """
    asked = [member for member in members if _unusable(member) is None]
    run = begin_run(app, work.command, [str(member.name) for member in asked], work.record)
    with timed(emit, work.command, work.title):
        for member in asked:
            executor.submit(run.task(str(member.name), work.words(member)))
        _watch(run, executor, len(asked), work, emit)
    return run.id, answers_of(run, members)


def answers_of(run: FleetRun, members: Sequence[Member]) -> list[Answer]:
    """What a run has of each member."""
    return [_answer(run, member) for member in members]


def _answer(run: FleetRun, member: Member) -> Answer:
    wrong = _unusable(member)
    if wrong is not None:
        hint, status = "List all problems: aurora-cli fleet validate", SpecInvalid.exit_status
        error = {"code": SpecInvalid.code, "message": wrong, "hint": hint, "exit_status": status}
        return Answer(member, error=error, problem=error)
    return answer(member, run.result(str(member.name)))


def answer(member: Member, result: Result) -> Answer:
    """What is known of a command on a member that was asked."""
    document = {} if result.error else result.document
    return Answer(member, document, result.error, result.problem, result.log.with_suffix(".json"), result.log)


def _unusable(member: Member) -> str | None:
    """Why there is no cluster to ask: no name that a folder may have, or that of another spec."""
    twice = [problem for problem in member.problems if problem.check == "fleet-name"]
    if member.name and is_name(member.name) and not twice:
        return None
    told = [*twice, *(problem for problem in member.problems if problem.severity == "error")]
    return f"{member.file} names no cluster: {told[0].message if told else 'its name is not valid'}."


def _watch(run: FleetRun, executor: Executor, total: int, work: Work, emit: Emit) -> None:
    """Until all have ended. The first Ctrl-C is passed on to those that run."""
    started, done, interrupted = monotonic(), 0, False
    said = started
    while True:
        try:
            for ended in executor.watch():
                run.note(ended)
                done += 1
                now = monotonic()
                if done * _TOLD // total != (done - 1) * _TOLD // total or now - said >= _SILENCE_S:
                    emit(Waiting(f"the {work.noun}", f"{done} of {total}", now - started))
                    said = now
            break
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            executor.cancel()
    if interrupted:
        raise Interrupted(f"Interrupted after {done} of {total} {work.noun}; nothing was changed.")
