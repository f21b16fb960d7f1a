"""The error for a run of Terraform that did not end well."""

from __future__ import annotations

from pathlib import Path

from aurora_cli.errors import AuroraError, Interrupted, StateAtRisk
from aurora_cli.terraform.diagnostics.explain import explain
from aurora_cli.terraform.diagnostics.of_terraform import PROVIDER_DIED
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.state.state import ERRORED_STATE

KILLED = (None, 128 + 9)
"""Exit statuses of a Terraform that had no time to save anything: not known, or SIGKILL (e.g. for want of memory)."""
AGAIN = "Run the same command again to resume."


def failure(
    operation: str, outcome: Outcome, *, folder: Path, stderr: str, provider_log: Path | None = None
) -> AuroraError:
    """The error to raise for `outcome`, the gravest reason first: state not saved, killed, interrupted, Terraform's own error.

    Args:
        operation: what was run; only some operations can leave a state at risk.
        outcome: what came of it.
        folder: Terraform's folder, for a state that was left beside.
        stderr: the end of standard error.
        provider_log: where a provider that died has said why; None where it has no such place.
    """
    changes = operation in ("apply", "push")
    if changes and (folder / ERRORED_STATE).exists():
        return errored_state(folder)
    if changes and (outcome.killed or outcome.exit_status in KILLED):
        return killed(outcome)
    error = explain(outcome.diagnostics, exit_status=outcome.exit_status, stderr=stderr)
    if outcome.interrupts and not isinstance(error, StateAtRisk):
        return interrupted(operation, outcome)
    error.details.setdefault("applied", outcome.applied.counts())
    if provider_log is not None and error.message.startswith(PROVIDER_DIED):
        error.hint = f"Run the same command again. Why it stopped may be in {provider_log}."
    return error


def interrupted(operation: str, outcome: Outcome) -> Interrupted:
    """Stopped by request or by SIGTERM, in good order."""
    if operation == "apply" and outcome.exit_status == 0:
        said = "Terraform had already finished, and its state is saved"
    elif operation == "apply":
        said = "completed changes are saved in the state"
    else:
        said = "nothing was changed"
    return Interrupted(f"Stopped by {outcome.stopped_by}; {said}.", hint=AGAIN, details=outcome.facts())


def killed(outcome: Outcome) -> StateAtRisk:
    """Terraform was killed while it worked."""
    about = f" It was at work on {', '.join(outcome.in_flight)}." if outcome.in_flight else ""
    return StateAtRisk(
        f"Terraform was killed while it worked.{about}",
        hint="Run the same command again: it imports what AWS has and the state does not hold, then resumes.",
        details=outcome.facts(),
    )


def errored_state(folder: Path) -> StateAtRisk:
    """Terraform could not save its state and left it beside."""
    return StateAtRisk(
        f"Terraform could not save its state; it is in {folder / ERRORED_STATE}.",
        hint="Keep that file. When the place of the state can be written again, run the same command: it saves the state, then "
        "resumes.",
    )
