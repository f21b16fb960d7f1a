"""Every error that a user can meet.

    AuroraError                  code                exit  when
    ├── InvalidInput             invalid-input       2     a flag, variable or argument is wrong
    │   ├── SpecInvalid          invalid-spec        2     the spec breaks a rule; holds every problem with its path
    │   ├── ApprovalRequired     approval-required   2     no terminal to ask on, and no --yes / --confirm
    │   ├── SpecConflict         spec-conflict       2     the stack exists with another spec
    │   │   └── OperationUnfinished  unfinished      2     another operation has begun on it and not ended
    │   ├── NotAdoptable         not-adoptable       2     the cluster cannot be adopted without changing it
    │   └── SourceUnfit          source-unfit        2     the data cannot come from where the spec says
    ├── CredentialsError         credentials         3     AWS refuses who we are (none, expired, wrong)
    │   └── AccessDenied         access-denied       3     AWS knows who we are and says no
    ├── ClusterNotFound          not-found           4     no stack (or no live cluster) of that name
    ├── StackLocked              locked              5     another command holds the stack
    │   ├── StateLocked          state-locked        5     Terraform's own state lock is held
    │   └── PlanStale            plan-stale          5     the world changed between plan and apply, twice
    ├── WaitTimeout              timeout             6     AWS did not get there in time
    ├── PlanNotEmpty             plan-not-empty      7     the operation ended, and Terraform would still change something
    ├── Declined                 declined            8     the user said no at the prompt
    ├── GuardRefused             guard               9     the plan would lose data, or a freeze is on; nothing was changed
    ├── RevertRefused            revert              9     the file would undo a later operation; nothing was changed
    ├── OperationFailed          failed              1     the work itself failed
    │   ├── TerraformMissing     terraform-missing   1     no usable Terraform binary
    │   ├── TerraformFailed      terraform-failed    1     Terraform ended with an error; holds its diagnostics
    │   │   └── StateAtRisk      state-at-risk       1     state was not written, or Terraform was killed
    │   ├── AwsFailed            aws-failed          1     an AWS API call failed
    │   ├── StatementFailed      statement-failed    1     the database refused a statement; holds its SQLSTATE
    │   ├── StackDamaged         stack-damaged       1     a file of the stack cannot be read
    │   └── SandboxFailed        sandbox-failed      1     the emulator or its provider did not work
    └── Interrupted              interrupted         130   Ctrl-C; what was done is saved

Exit 0 is success or nothing to do, 7 is also "there are changes" (only when asked for with --exit-code). One place, `main.py`,
turns these into an exit status; nothing else calls `sys.exit`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from aurora_cli.problem import Problem


class AuroraError(Exception):
    """An error with a sentence for a person, a hint with the way out, and a code for a script.

    Args:
        message: one sentence: what happened, and why if known. No trailing hint.
        hint: the way out, as a sentence or a command to paste; `None` when there is none.
        details: more facts for `-o json` and `--debug`; plain JSON values, no secrets.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, Any] = dict(details or {})


class InvalidInput(AuroraError):
    """A flag, an environment variable, an argument or a file is wrong."""

    code = "invalid-input"
    exit_status = 2


class SpecInvalid(InvalidInput):
    """The spec breaks rules. All problems are reported together.

    Args:
        problems: what is wrong, and what is doubtful.
        equivalent: a spec in YAML that says the same in a way that can be made; None where there is none.
    """

    code = "invalid-spec"

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        hint: str | None = None,
        equivalent: str | None = None,
    ) -> None:
        details: dict[str, Any] = {"problems": [{k: v for k, v in vars(p).items() if v is not None} for p in problems]}
        super().__init__(message, hint=hint, details={**details, **({"equivalent": equivalent} if equivalent else {})})
        self.problems = tuple(problems)
        self.equivalent = equivalent


class ApprovalRequired(InvalidInput):
    """There is nobody to ask and no flag that says yes."""

    code = "approval-required"


class SpecConflict(InvalidInput):
    """The stack exists with another spec than the one given."""

    code = "spec-conflict"


class NotAdoptable(InvalidInput):
    """The cluster cannot be brought under management as it is. Nothing was changed."""

    code = "not-adoptable"


class SourceUnfit(InvalidInput):
    """What the data is to come from does not go with the cluster that is wanted."""

    code = "source-unfit"


class OperationUnfinished(SpecConflict):
    """Another operation has begun on the stack and has not ended; the hint names both ways out."""

    code = "unfinished"


class CredentialsError(AuroraError):
    """No credentials, or AWS does not accept them."""

    code = "credentials"
    exit_status = 3


class AccessDenied(CredentialsError):
    """The credentials are good, the permission is missing."""

    code = "access-denied"


class ClusterNotFound(AuroraError):
    """No stack, or no live cluster, of that name."""

    code = "not-found"
    exit_status = 4


class StackLocked(AuroraError):
    """Another command is working on this stack."""

    code = "locked"
    exit_status = 5


class StateLocked(StackLocked):
    """Terraform's state lock is held by someone else."""

    code = "state-locked"


class PlanStale(StackLocked):
    """What was planned no longer fits what is there."""

    code = "plan-stale"


class WaitTimeout(AuroraError):
    """AWS did not reach the wanted status in time."""

    code = "timeout"
    exit_status = 6


class PlanNotEmpty(AuroraError):
    """The operation ended well, and the plan after it would change something still; holds what."""

    code = "plan-not-empty"
    exit_status = 7


class Declined(AuroraError):
    """The user said no."""

    code = "declined"
    exit_status = 8


class GuardRefused(AuroraError):
    """The plan would delete or replace what holds data. Nothing was changed."""

    code = "guard"
    exit_status = 9


class RevertRefused(AuroraError):
    """The spec file has values from before an operation that has changed them. Nothing was changed."""

    code = "revert"
    exit_status = 9


class OperationFailed(AuroraError):
    """The work was started and failed."""

    code = "failed"


class TerraformMissing(OperationFailed):
    """No Terraform or OpenTofu that is new enough."""

    code = "terraform-missing"


class TerraformFailed(OperationFailed):
    """Terraform ended with an error."""

    code = "terraform-failed"


class StateAtRisk(TerraformFailed):
    """Terraform could not save its state, or was killed while it worked."""

    code = "state-at-risk"


class AwsFailed(OperationFailed):
    """An AWS API call failed."""

    code = "aws-failed"


class StatementFailed(OperationFailed):
    """The database refused a SQL statement, or failed while it ran.

    Args:
        sqlstate: five characters as the SQL standard has them; None where the server gives none.
    """

    code = "statement-failed"

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str | None = None,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, details={**(details or {}), "sqlstate": sqlstate})
        self.sqlstate = sqlstate


class StackDamaged(OperationFailed):
    """A file in the stack's folder cannot be read as what it should be."""

    code = "stack-damaged"


class SandboxFailed(OperationFailed):
    """The emulator, or the sandbox's provider, does not work."""

    code = "sandbox-failed"


class Interrupted(AuroraError):
    """Ctrl-C. What was done is saved."""

    code = "interrupted"
    exit_status = 130
