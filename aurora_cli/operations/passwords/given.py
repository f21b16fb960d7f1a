"""A master password on its way to AWS: through Terraform's environment, and to nowhere else.

Terraform gets it as an ephemeral variable, which is in neither plan nor state; AWS gets it when `master_password_wo_version`
goes up. That number is all that is remembered: in Terraform's state, and in the stack's record for rendering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.events import Emit, Note
from aurora_cli.spec.password import check_password
from aurora_cli.terraform.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.terraform.plan import Plan
    from aurora_cli.terraform.state import StateResource

VARIABLE = "AURORA_MASTER_PASSWORD"
OPTION = "--password-stdin"
TERRAFORM_VARIABLE = "master_password"
_WAY = f"Set {VARIABLE}, or pipe it in with {OPTION}; it is sent to AWS and never stored."


@dataclass(frozen=True)
class Password:
    """A password that was given. It shows in no `repr`.

    Attributes:
        value: the password.
        typed: True from standard input, False from the environment.
    """

    value: str = field(repr=False)
    typed: bool = False


def given_password(app: AppContext, spec: ClusterSpec, typed: str | None, emit: Emit) -> Password | None:
    """The password for a spec that wants one, checked; None if there is none, or if AWS manages it.

    Raises:
        InvalidInput: AWS would refuse it, or it was typed for a cluster whose password AWS manages.
    """
    if not spec.credentials.given:
        if typed is not None:
            raise InvalidInput(
                f"AWS manages the master password of {spec.name}, so it cannot be set.",
                hint="To set your own, add `--set credentials.password=given`; otherwise omit --password-stdin.",
            )
        return None
    value = typed if typed is not None else app.environ.get(VARIABLE)
    if not value:
        return None
    for doubt in check_password(spec.engine, value):
        emit(Note(doubt, level="warning"))
    return Password(value, typed is not None)


def terraform_variables(password: Password | None) -> dict[str, str]:
    """What `Terraform.provide` gets."""
    return {TERRAFORM_VARIABLE: password.value} if password else {}


def sent_version(resources: Sequence[StateResource]) -> int | None:
    """The version of the password that the cluster has; None if there is no cluster, or AWS manages its password."""
    for resource in resources:
        if resource.address == CLUSTER_ADDRESS and not resource.deposed:
            version = resource.attributes.get("master_password_wo_version")
            return int(version) if version else None
    return None


def next_version(sent: int | None, *, renew: bool) -> int:
    """The version to render: the one that was sent, or one more for a new password."""
    return 1 if sent is None else sent + renew


def require_password(name: str, password: Password | None) -> None:
    """Raise InvalidInput if a password is about to be needed and there is none."""
    if password is None:
        raise InvalidInput(f"The master password of {name} must be given, and none was given.", hint=_WAY)


def sends_password(plan: Plan) -> bool:
    """Whether AWS gets a password from a plan: the cluster is made, or the version goes up."""
    return any(
        change.address == CLUSTER_ADDRESS
        and (
            change.action in ("create", "replace")
            or any(a.path == "master_password_wo_version" and a.after for a in change.changed)
        )
        for change in plan.resource_changes
    )
