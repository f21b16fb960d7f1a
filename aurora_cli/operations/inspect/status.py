"""The live cluster, as the RDS API reports it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.events import Emit
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.core.results import ClusterReport
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.core.unfinished import unfinished
from aurora_cli.operations.inspect.maintenance import upkeep_of, upkeep_warnings
from aurora_cli.operations.report.report import live_topology, report
from aurora_cli.operations.restore_in_place.retained_cluster import aside_of, sentence

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def status(app: AppContext, name: str, *, emit: Emit) -> ClusterReport:
    """What the cluster is now: endpoints, roles by zone, what is pending, upkeep. Runs no Terraform and connects to no database.

    Raises:
        ClusterNotFound: no stack of that name. CredentialsError, AccessDenied, AwsFailed, StackDamaged, SandboxFailed.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    app.begin(emit)
    managed = frozenset(identifiers(stack.record.instance_keys, spec).values())
    topology = live_topology(app, spec)
    regions = live_regions(app, spec, lag=True)
    found = report(app, spec, topology, changed=False, managed=managed, regions=regions)
    under_way = unfinished(stack)
    upkeep = upkeep_of(app, spec, topology, under_way)
    aside = aside_of(stack)
    beside = [sentence(name, aside)] if aside else []
    return replace(found, upkeep=upkeep, warnings=(*found.warnings, *upkeep_warnings(app, found, upkeep), *beside))
