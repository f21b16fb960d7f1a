"""What a destroy finds: Terraform's plan for it, the live clusters in every Region, the final snapshot, the stack's own key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.restore.snapshots import snapshot_exists
from aurora_cli.events import Emit, timed
from aurora_cli.operations.core.concern import StackContext
from aurora_cli.operations.core.final_snapshot import carried, fresh_name
from aurora_cli.operations.core.region_topology import LiveRegions, former_regions, live_regions
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.destroy.blockers import blockers_of
from aurora_cli.operations.destroy.dependents import Dependants, dependants_of
from aurora_cli.operations.destroy.kms_key import OwnKey, own_key, without_key
from aurora_cli.operations.recovery.recover import recover
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS, GLOBAL_ADDRESS, in_region, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.state.state import StateResource

INSTANCE = "aws_rds_cluster_instance"


class DestroyContext(StackContext):
    """The destroy of one stack, under its lock.

    Attributes:
        topology: the live cluster of the home Region; None if AWS has none.
        members: identifiers of its instances when it was planned.
        live: the global cluster and the clusters of its other Regions.
        plan: Terraform's destroy plan.
        snapshot: name of the final snapshot; None when none is taken.
        snapshot_region: its Region; None for the home Region.
        blockers: sentences on what others use of the stack's network and groups.
        key: the stack's own KMS key, if it has one.
        resumed: an earlier destroy stopped half-way.
    """

    def __init__(self, app: AppContext, stack: Stack, emit: Emit, skip_final_snapshot: bool) -> None:
        super().__init__(app, stack, emit, stored_spec(stack).spec)
        self.resumed = stack.record.status == "destroying"
        self.skip = skip_final_snapshot or not self.spec.backup.final_snapshot
        self.topology: Topology | None = None
        self.members: tuple[str, ...] = ()
        self.dependants = Dependants()
        self.blockers: tuple[str, ...] = ()
        self.resources: list[StateResource] = []
        self.live = LiveRegions()
        self.former_regions: tuple[str, ...] = ()
        self.made_around = False
        self.plan = Plan()
        self.snapshot: str | None = None
        self.snapshot_region: str | None = None
        self.key: OwnKey | None = None

    def plan_all(self, *, look_only: bool) -> None:
        """Render for the take-down and plan it, without touching anything."""
        recover(self, look_only=look_only)
        self.topology = self.look()
        self.members = tuple(m.id for m in self.topology.members) if self.topology else ()
        self.render()
        with timed(self.emit, "plan", "Reading the existing resources"):
            self.terraform.init()
            self.resources = self.terraform.state_resources()
            self._look_at_regions()
            self._look_at_dependants()
            with ThreadPoolExecutor(max_workers=1) as pool:
                asking = pool.submit(blockers_of, self.app, self.spec.region, self.resources)
                self.plan = self.terraform.plan(destroy=True)
                self.blockers = asking.result()
            self.snapshot_region = self._snapshot_region()
            self.snapshot = None if self.skip else self._snapshot_name()
            self._look_at_key()

    def look_again(self) -> None:
        """The live clusters as they are now: some time may have passed at the question."""
        self.topology = self.look()
        self._read_regions()

    def render(self) -> None:
        """Write the files from which everything can go."""
        write_rendered(
            self.stack,
            self.spec,
            teardown=True,
            final_snapshot_identifier=self.snapshot or self.stack.record.final_snapshot_identifier,
            skip_final_snapshot=self.skip,
            snapshot_region=self.snapshot_region,
            former_regions=self.former_regions,
            global_from_existing=self.made_around,
            kept_key=self.key.arn if self.key and self.key.kept else None,
        )

    def withdraw(self) -> None:
        """Put the files of the stored spec back, unless a destroy is under way already."""
        self.terraform.plan_file.unlink(missing_ok=True)
        if not self.resumed:
            write_rendered(self.stack, self.spec)

    def clusters(self) -> dict[str, Topology]:
        """Address -> live cluster, of every cluster that is Terraform's to take down."""
        found = {CLUSTER_ADDRESS: self.topology} if self.topology is not None else {}
        found |= {in_region(name, CLUSTER_ADDRESS): one for name, one in self.live.secondaries.items()}
        return {address: one for address, one in found.items() if carried(self.plan, address)}

    def client(self, address: str) -> Any:
        """The RDS API of the Region that an address is in."""
        return self.app.aws(region_of(address) or self.spec.region).client("rds")

    def ours(self) -> frozenset[str]:
        """Identifiers of the instances that Terraform takes down."""
        return frozenset(str(c.before.get("identifier")) for c in self.plan.resource_changes if c.type == INSTANCE)

    def is_taken(self, name: str) -> bool:
        """Whether there is a snapshot of that name where the final one will be."""
        return snapshot_exists(self.client(self.snapshot_address()), name)

    def snapshot_address(self) -> str:
        """Address of the cluster that leaves the final snapshot."""
        return in_region(self.snapshot_region, CLUSTER_ADDRESS) if self.snapshot_region else CLUSTER_ADDRESS

    def _look_at_regions(self) -> None:
        """What is left of a Region that the spec has not any more can only be taken down through that Region's provider.

        A global cluster that was made around the cluster depends on it in the state, until the next apply: files in which the
        cluster depends on the global one would be a cycle.
        """
        self._read_regions()
        self.former_regions = former_regions(self.spec, [r.address for r in self.resources])
        self.made_around = any(
            r.address == GLOBAL_ADDRESS and CLUSTER_ADDRESS in r.dependencies for r in self.resources
        )
        if self.former_regions or self.made_around:
            self.render()

    def _look_at_dependants(self) -> None:
        members = self.live.database.members if self.live.database else ()
        if self.topology:
            self.dependants = dependants_of(self.rds, self.spec.name).without({member.arn for member in members})

    def _read_regions(self) -> None:
        """Read what lives, also in the Regions that the state alone holds."""
        held = {region for r in self.resources if (region := region_of(r.address))}
        identifier = next((r.id for r in self.resources if r.address == GLOBAL_ADDRESS), None)
        self.live = live_regions(self.app, self.spec, held, identifier=identifier)

    def _snapshot_region(self) -> str | None:
        """After a switchover the newest data is elsewhere, and so is the snapshot. A second run keeps to the first one's."""
        region = self.stack.record.snapshot_region if self.resumed else self.live.primary_region
        if region in (None, self.spec.region) or region is None:
            return None
        return region if self.resumed or carried(self.plan, in_region(region, CLUSTER_ADDRESS)) else None

    def _snapshot_name(self) -> str | None:
        """The name that the cluster carries, if it is free; on a second run the name of the first: one snapshot, not two.

        None when Terraform has no cluster to take it of: a destroy promises nothing that it cannot keep.
        """
        kept = self.stack.record.final_snapshot_identifier
        if self.resumed and kept:
            return kept
        held = carried(self.plan, self.snapshot_address())
        if not held:
            return None
        name = held.get("final_snapshot_identifier")
        return str(name) if name and not self.is_taken(str(name)) else fresh_name(self.spec.name, self.is_taken)

    def _look_at_key(self) -> None:
        """A key that is kept is written as its ARN, so that nothing in the files asks for it any more."""
        here = self.snapshot if self.snapshot_region is None else None
        self.key = own_key(self.rds, self.spec, self.topology, self.resources, snapshot=here)
        if self.key and self.key.kept:
            self.render()
            self.terraform.plan_file.unlink(missing_ok=True)  # it would take the key too
            self.plan = without_key(self.plan)
