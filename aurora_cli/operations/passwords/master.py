"""A master password on its way to AWS: through Terraform's environment, and to nowhere else.

It is sent with a new cluster, with a switch from another kind, and when it is renewed. Terraform gets it as an ephemeral
variable, which is in neither plan nor state; AWS gets it when `master_password_wo_version` goes up. That number is all that is
remembered: in Terraform's state, and in the stack's record for rendering.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.events import Note
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.core.region_topology import made_around
from aurora_cli.operations.passwords.generated import (
    TERRAFORM_VARIABLE,
    is_made_here,
    made_version,
    sent_version,
    variables_of,
    wanted_password,
)
from aurora_cli.spec.values.password import check_password
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan

_OF_GLOBAL = (
    "The master user gets a new password, in a secret of its own: AWS manages none in a global database. "
    "Clients that use the master user must read the new secret."
)


VARIABLE = "AURORA_MASTER_PASSWORD"
OPTION = "--password-stdin"
_WAY = f"Set {VARIABLE}, or pipe it in with {OPTION}; it is sent to AWS and never stored."


class MasterPassword(Concern):
    """The number of the password that is rendered, and the password itself on its way through Terraform's environment."""

    password: Password | None = None

    def read(self) -> None:
        """Compare with what cluster and secret have; a password is never sent empty."""
        resources, options = self.change.resources, self.options
        if options.password is not None and not self.spec.credentials.given:
            given_password(self.app, self.spec, options.password, options.emit)  # refuses it
        if is_made_here(self.spec):
            made = wanted_password(self.app, self.spec, resources, renew=options.renew_password)
            self.values = {"password_version": made.version}
            self.context.terraform.provide(variables_of(self.app, self.spec, made))
            return
        self.values = {"password_version": self._version()}

    def _version(self) -> int:
        sent = sent_version(self.change.resources)
        if not self.spec.credentials.given:
            return sent or self.stack.record.password_version
        was_made = made_version(self.change.resources) is not None
        version = next_version(sent, renew=self.options.renew_password or was_made)
        if version != sent or self.options.allow or self.options.password is not None:
            self.password = given_password(self.app, self.spec, self.options.password, self.options.emit)
            self.context.terraform.provide(terraform_variables(self.password))
        if version != sent and not self.options.dry_run:
            require_password(self.spec.name, self.password)
        return version

    def review(self, plan: Plan) -> Shown:
        """`kept` asks for a password that exists: not for a new cluster, nor where AWS keeps it in a secret."""
        name, topology = self.spec.name, self.change.topology
        if self.spec.credentials.kept and topology is not None and topology.secret_arn:
            raise InvalidInput(
                f"AWS manages the master password of {name}, and without its secret nobody would know it.",
                hint="Set `credentials.password` to `managed`, or to `given` with a password of your own.",
            )
        if self.spec.credentials.kept and any(
            c.address == CLUSTER_ADDRESS and c.action == "create" for c in plan.resource_changes
        ):
            raise InvalidInput(
                f"{name} would be created, but `credentials.password: kept` requires an existing cluster.",
                hint="Set `credentials.password` to `managed`, or leave it out.",
            )
        steps = []
        if self.options.renew_password:
            steps.append("Send the new master password to AWS: from then on the old one is refused.")
        if is_made_here(self.spec) and made_around(self.spec, self.change.addresses):
            steps.append(_OF_GLOBAL)
        return Shown(tuple(steps))

    def require(self, plan: Plan) -> None:
        """A replaced cluster needs its password again."""
        if self.spec.credentials.given and sends_password(plan):
            require_password(self.spec.name, self.password)


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
