"""Whether the clusters of a wave are healthy, by `aurora-cli wait NAME --for healthy`, and whether their commands did it all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.problem import some_of

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.executors.executor import Executor
    from aurora_cli.operations.fleet.rollout.record import RolloutRun, WaveRecord

HEALTH, CHECK = ".health", ".check"


@dataclass(frozen=True)
class Gate:
    """The end of a wave.

    Attributes:
        words: global options of each command.
        watch: until all that was submitted has ended and is noted.
    """

    run: RolloutRun
    wave: WaveRecord
    words: Sequence[str]
    executor: Executor
    watch: Callable[[], object]

    def ailing(self, names: Sequence[str], timeout: str) -> tuple[list[str], list[str]]:
        """A sentence for each cluster that is not healthy in time, and one for what could not be looked at.

        Args:
            timeout: as `--timeout` takes it.
        """
        condition = f"healthy={self.wave.max_replica_lag}s"
        for name in names:
            self._submit(name, ("wait", name, "--for", condition, "--timeout", timeout), HEALTH)
        self.watch()
        ill, noted = [], defaultdict[str, list[str]](list)
        for name in names:
            result = self.run.result(name, HEALTH)
            if result.error:
                ill.append(f"{name} is not healthy: {result.error['message']}")
            told = result.document.get("notes")
            for note in told if isinstance(told, list) else ():
                noted[str(note)].append(name)
        return ill, [f"{some_of(of)}: {note}" for note, of in noted.items()]

    def undone(self, names: Sequence[str]) -> dict[str, str]:
        """A sentence for each cluster whose command has succeeded, and would still have something to do."""
        asked = [name for name in names if self.run.plan.clusters[name].check]
        for name in asked:
            self._submit(name, self.run.plan.clusters[name].check, CHECK)
        if asked:
            self.watch()
        return {name: text for name in asked if (text := self._left(name))}

    def _left(self, name: str) -> str | None:
        result = self.run.result(name, CHECK)
        if result.error:
            return f"{name} could not be looked at afterwards: {result.error['message']}"
        if result.document.get("changes") is False:
            return None
        steps = result.document.get("steps")
        left = "; ".join(map(str, steps)) if isinstance(steps, list) and steps else "what was asked for"
        return f"{name} is not done: {left}"

    def _submit(self, name: str, command: Sequence[str], kind: str) -> None:
        limits = self.run.plan.clusters[name].limits
        words = (*self.words, "--no-input", *command, "-o", "json")
        self.executor.submit(self.run.task(name, words, limits, kind))
