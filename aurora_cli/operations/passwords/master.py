"""The master password in a change: sent with a new cluster, with a switch from another kind, and when it is renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.core.region_topology import made_around
from aurora_cli.operations.passwords.generated import is_made_here, made_version, variables_of, wanted_password
from aurora_cli.operations.passwords.given import (
    given_password,
    next_version,
    require_password,
    sends_password,
    sent_version,
    terraform_variables,
)
from aurora_cli.terraform.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.operations.passwords.given import Password
    from aurora_cli.terraform.plan import Plan

_OF_GLOBAL = (
    "The master user gets a new password, in a secret of its own: AWS manages none in a global database. "
    "Clients that use the master user must read the new secret."
)


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
