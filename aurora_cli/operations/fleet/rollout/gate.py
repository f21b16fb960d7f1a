"""Whether the clusters of a wave are healthy, each asked by `aurora-cli wait NAME --for healthy`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.executors.executor import Executor
    from aurora_cli.operations.fleet.rollout.record import ApplyRun, WaveRecord

KIND = ".health"


def ailing(
    run: ApplyRun,
    names: Sequence[str],
    wave: WaveRecord,
    words: Sequence[str],
    timeout: str,
    executor: Executor,
    watch: Callable[[], object],
) -> tuple[list[str], list[str]]:
    """A sentence for each cluster that is not healthy in time, and one for what could not be looked at.

    Args:
        words: global options of each command.
        timeout: as `--timeout` takes it.
        watch: until all have ended and are noted.
    """
    condition = f"healthy={wave.max_replica_lag}s"
    for name in names:
        command = (*words, "--no-input", "wait", name, "--for", condition, "--timeout", timeout, "-o", "json")
        executor.submit(run.task(name, command, run.plan.clusters[name].limits, KIND))
    watch()
    ill, notes = [], dict[str, None]()
    for name in names:
        result = run.result(name, KIND)
        if result.error:
            ill.append(f"{name} is not healthy: {result.error['message']}")
        told = result.document.get("notes")
        notes |= dict.fromkeys(f"{name}: {note}" for note in (told if isinstance(told, list) else ()))
    return ill, list(notes)
