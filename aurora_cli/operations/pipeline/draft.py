"""A change under way, as Terraform's files: what the state holds, and the keys, password and source that the files get.

The spec alone does not say which instances stay, whether a password is sent, or where the data once came from: the state and
the live cluster do. This is read once before the plan, and remembered in the stack's record before the apply.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.events import StepFinished, StepStarted
from aurora_cli.operations.core.final_snapshot import follow_state
from aurora_cli.operations.core.instance_keys import (
    KeyChoice,
    choose_keys,
    identifiers,
    key_of,
    keys_in_state,
    refuse_missing_successor,
)
from aurora_cli.operations.core.region_keys import RegionKeys, choose_region_keys
from aurora_cli.operations.core.region_topology import former_regions, made_around
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.stored import is_pristine, last_spec, stored_spec
from aurora_cli.operations.passwords.generated import is_made_here, made_version, variables_of, wanted_password
from aurora_cli.operations.passwords.given import (
    given_password,
    next_version,
    require_password,
    sent_version,
    terraform_variables,
)
from aurora_cli.operations.report.report import live_topology
from aurora_cli.operations.source.checks import check_origin
from aurora_cli.operations.source.state import born_of, inherited_username, refuse_as_replica
from aurora_cli.spec.regions import regions_of
from aurora_cli.terraform.addresses import CLUSTER_ADDRESS, GLOBAL_ADDRESS, inner, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.options import RunOptions
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.spec.resolve import Resolved
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.state import StateResource

PROTECTED = (CLUSTER_ADDRESS, GLOBAL_ADDRESS)


class Draft:
    """The files of one change of one stack, under its lock.

    Attributes:
        spec: to be reached; `before` is the one that the stack was last brought to.
        terraform: of the stack.
        resources, addresses: what the state holds.
        choice, region_keys: the instances.
        next_snapshot: name of a final snapshot for the cluster that an allowed replacement makes.
        born, source_arn, master_username: how the cluster was made, from what, and the user that it has from there.
    """

    def __init__(self, app: AppContext, stack: Stack, desired: Resolved, terms: RunOptions) -> None:
        self.app, self.stack, self.desired, self.terms = app, stack, desired, terms
        self.spec: ClusterSpec = desired.spec
        self.before: ClusterSpec | None = last_spec(stack)
        self.password = given_password(app, self.spec, terms.password, terms.emit)
        self.password_version = stack.record.password_version
        self.terraform = app.terraform(stack, terms.emit)
        self.terraform.provide(terraform_variables(self.password))
        self.resources: list[StateResource] = []
        self.addresses: list[str] = []
        self.choice = KeyChoice(())
        self.region_keys: RegionKeys = ()
        self.next_snapshot: str | None = None
        self.born: str | None = stack.record.born
        self.source_arn: str | None = stack.record.source_arn
        self.master_username: str | None = stack.record.master_username

    def prepare(self) -> None:
        """Choose the instance keys, write the files, initialise. A state that is kept elsewhere is read after that."""
        if self.spec.backend.type == "local":
            self._read()
            self.write()
            self._init()
            return
        self.choice = KeyChoice(self.stack.record.instance_keys)
        self.region_keys = self.stack.record.region_keys
        self.write()
        self._init()
        self._read()
        self.write()

    def write(self, *, allow_destroy: bool = False) -> None:
        """Write the files.

        Args:
            allow_destroy: leave out what stops Terraform, to see what it would do.
        """
        allowed = allow_destroy or any(inner(address) in PROTECTED for address in self.terms.allow)
        write_rendered(
            self.stack,
            self.spec,
            self.choice.keys,
            region_keys=self.region_keys,
            former_regions=former_regions(self.spec, self.addresses),
            global_from_existing=self.becomes_global(),
            allow_destroy=allowed,
            final_snapshot_identifier=self.next_snapshot or self.stack.record.final_snapshot_identifier,
            born=self.born,
            source_arn=self.source_arn,
            master_username=self.master_username,
            password_version=self.password_version,
        )

    def remember(self, status: str) -> None:
        """Keep the spec and what was chosen, before the apply: the next run goes on from there."""
        from aurora_cli.spec.load import dump_spec

        self.stack.write_spec(dump_spec(self.spec))
        self.stack.update_record(
            status=status,
            instance_keys=self.choice.keys,
            region_keys=self.region_keys,
            origins=dict(self.desired.origins),
            final_snapshot_identifier=self.next_snapshot or self.stack.record.final_snapshot_identifier,
            born=self.born,
            source_arn=self.source_arn,
            master_username=self.master_username,
            password_version=self.password_version,
        )

    def withdraw(self) -> None:
        """Leave the stack as it was before: gone if nothing was ever made, else with the files of its own spec."""
        self.terraform.plan_file.unlink(missing_ok=True)
        if is_pristine(self.stack, self.addresses):
            self.app.registry.remove(self.stack)
        elif self.stack.has_spec():
            write_rendered(self.stack, stored_spec(self.stack).spec)

    def look(self) -> Topology | None:
        """The live cluster."""
        return live_topology(self.app, self.spec)

    def exists(self) -> bool:
        """Whether the state has the cluster."""
        return CLUSTER_ADDRESS in self.addresses

    def regions(self) -> set[str]:
        """The secondary Regions that the spec wants or the state holds."""
        return {*regions_of(self.spec), *(region for a in self.addresses if (region := region_of(a)))}

    def global_identifier(self) -> str | None:
        """As the state has it: a spec that is no longer global does not name it."""
        return next((r.id for r in self.resources if r.address == GLOBAL_ADDRESS), None)

    def becomes_global(self) -> bool:
        """Whether a global cluster is made around the cluster that is there."""
        return made_around(self.spec, self.addresses)

    def instances(self) -> dict[str, str]:
        """Key -> identifier of the cluster's own instances, as they will be."""
        return dict(identifiers(self.choice.keys, self.spec))

    def next_writer(self) -> str | None:
        """Identifier of the instance that becomes the writer before the apply; None if the writer stays."""
        return self.instances().get(self.choice.fail_over_to or "")

    def _read(self) -> None:
        """Read the state, and choose by it."""
        self.resources = self.terraform.state_resources()
        self.addresses = [r.address for r in self.resources]
        follow_state(self.stack, self.resources)
        self._look_at_source()
        self._choose_keys()
        self._choose_password()

    def _look_at_source(self) -> None:
        """Where the data comes from counts until the cluster is there; then what it was born from does."""
        self.born = born_of(self.resources, self.stack.record.born)
        self.master_username = inherited_username(self.resources, self.born)
        if self.born is None:
            self.source_arn = check_origin(self.app, self.spec)
        refuse_as_replica(self.spec, self.born, self.terms.skip_checks)

    def _choose_keys(self) -> None:
        existing = keys_in_state(self.addresses)
        count = self.spec.instances.readers + 1
        topology = self.look() if len(existing) > count else None
        writer = key_of(topology.writer.id, self.spec) if topology and topology.writer else None
        self.choice = choose_keys(existing, count, writer)
        self.region_keys = choose_region_keys(self.app, self.spec, self.addresses)
        refuse_missing_successor(self.spec, self.choice.fail_over_to, topology)

    def _choose_password(self) -> None:
        """A password is sent with a new cluster, with a switch from another kind, and when it is renewed."""
        if is_made_here(self.spec):
            made = wanted_password(self.app, self.spec, self.resources, renew=self.terms.renew_password)
            self.password_version = made.version
            self.terraform.provide(variables_of(self.app, self.spec, made))
        elif self.spec.credentials.given:
            sent = sent_version(self.resources)
            was_made = made_version(self.resources) is not None
            self.password_version = next_version(sent, renew=self.terms.renew_password or was_made)
            if self.password_version != sent and not self.terms.dry_run:
                require_password(self.spec.name, self.password)

    def _init(self) -> None:
        started = monotonic()
        self.terms.emit(StepStarted("init", "Preparing Terraform"))
        self.terraform.init()
        self.terms.emit(StepFinished("init", monotonic() - started))
