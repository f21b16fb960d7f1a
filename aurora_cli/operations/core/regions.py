"""The Regions of a global database in a change: those that come, and those that go."""

from __future__ import annotations

from aurora_cli.aws.replication.global_database import lift_global_protection, lift_protection
from aurora_cli.operations.core.concern import Concern
from aurora_cli.operations.core.region_topology import former_regions, live_regions, made_around
from aurora_cli.spec.derived.regions import regions_of
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS, GLOBAL_ADDRESS, inner, region_of


class Regions(Concern):
    """The providers and the global cluster that the state needs beside the spec."""

    def read(self) -> None:
        """What the state has."""
        addresses = self.change.addresses
        allowed = any(inner(address) in (CLUSTER_ADDRESS, GLOBAL_ADDRESS) for address in self.options.allow)
        self.values = {
            "former_regions": former_regions(self.spec, addresses),
            "global_from_existing": made_around(self.spec, addresses),
            "allow_destroy": allowed,
        }

    def ask_aws(self) -> None:
        """The live clusters of the Regions that the spec or the state names."""
        if self._in_state() or regions_of(self.spec) or GLOBAL_ADDRESS in self.change.addresses:
            # A spec that is no longer global does not name the global cluster; the state does.
            identifier = next((r.id for r in self.change.resources if r.address == GLOBAL_ADDRESS), None)
            self.change.regions = live_regions(self.app, self.spec, self._in_state(), identifier=identifier)

    def before(self) -> None:
        """What the user let go by name is protected in AWS still, and gone from the files that could say otherwise."""
        live = self.change.regions
        if self.spec.global_ is None and live.database is not None and live.database.deletion_protection:
            lift_global_protection(self.context.rds, live.database.identifier)
        for region, topology in live.secondaries.items():
            if region not in regions_of(self.spec) and topology.deletion_protection:
                lift_protection(self.app.aws(region).client("rds"), topology.identifier)

    def _in_state(self) -> set[str]:
        return {region for address in self.change.addresses if (region := region_of(address))}
