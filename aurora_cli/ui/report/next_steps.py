"""What to type next, given what was just done and how the cluster is."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from aurora_cli.operations.core.results import ClusterReport
from aurora_cli.ui.text import clean


@dataclass(frozen=True)
class NextStep:
    """A command to paste, and what it is good for."""

    command: str
    why: str


def next_steps(report: ClusterReport, operation: str, options: Sequence[str] = ()) -> list[NextStep]:
    """One to four commands, the likeliest first.

    Args:
        operation: the command that was just run.
        options: global options to repeat, without `--sandbox`.
    """

    def step(words: str, why: str) -> NextStep:
        return NextStep(
            command_line(report.target, [report.name if word == "NAME" else word for word in words.split()], options),
            why,
        )

    if report.status == "lost":
        return [
            step("apply NAME", "create it again, empty"),
            step("sandbox reset", "forget all clusters of the sandbox"),
        ]
    if report.status in ("not created", "incomplete"):
        return [step("plan NAME", "what is missing; create resumes from there")]
    steps = (
        [step("endpoints NAME", "every endpoint")] if operation == "status" else [step("status NAME", "how it is now")]
    )
    if report.writer is not None:
        steps.append(step("connection NAME", "how to connect, for psql, JDBC, an env file"))
    if len(report.instances) == 1:
        steps.append(step("scale NAME --readers 1", "add a failover target"))
    if report.target == "sandbox" and operation in ("create", "apply"):
        steps.append(step("destroy NAME", "when you are done with it"))
    return steps


def command_line(target: str, words: Sequence[str], options: Sequence[str] = ()) -> str:
    """An `aurora-cli` command line for the target (`aws` or `sandbox`), quoted for a shell."""
    sandbox = ["--sandbox"] if target == "sandbox" else []
    return clean(shlex.join(["aurora-cli", *options, *sandbox, *words]))
