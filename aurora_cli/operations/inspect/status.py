"""The live cluster, as the RDS API reports it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.events import Emit
from aurora_cli.operations.core.activity import RUNNING, Activity, activity_of
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.core.results import ClusterReport
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.core.unfinished import unfinished
from aurora_cli.operations.cost import monthly
from aurora_cli.operations.cost.support import end_of_live, support_by_aws
from aurora_cli.operations.inspect.lost import begin_to_look, sandbox_loss
from aurora_cli.operations.inspect.maintenance import upkeep_of, upkeep_warnings
from aurora_cli.operations.report.replication import lags_of_readers
from aurora_cli.operations.report.report import live_topology, report
from aurora_cli.operations.restore_in_place.retained_cluster import aside_of, sentence

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def status(app: AppContext, name: str, *, emit: Emit, refuse_lost: bool = False) -> ClusterReport:
    """What the cluster is now: endpoints, roles by zone, what is pending, upkeep. Runs no Terraform and connects to no database.

    Args:
        refuse_lost: raise where a sandbox that was stopped has lost the cluster, instead of saying so in the report. Neither
            starts an empty sandbox.

    Raises:
        ClusterNotFound: no stack of that name, or `refuse_lost`. CredentialsError, AccessDenied, AwsFailed, StackDamaged,
        SandboxFailed.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    loss = sandbox_loss(app, stack)
    if loss is not None and not refuse_lost:
        lost = report(app, spec, None, changed=False)
        upkeep = upkeep_of(app, spec, None, unfinished(stack))
        return replace(lost, status=loss.status, upkeep=upkeep, warnings=(f"{loss.message} {loss.hint}",))
    begin_to_look(app, stack, emit)
    managed = frozenset(identifiers(stack.record.instance_keys, spec).values())
    topology = live_topology(app, spec)
    regions = live_regions(app, spec, lag=True)
    found = report(app, spec, topology, changed=False, managed=managed, regions=regions)
    lags = lags_of_readers(app, spec.region, topology) if topology else {}
    found = replace(found, instances=tuple(replace(one, lag_ms=lags.get(one.id)) for one in found.instances))
    upkeep = upkeep_of(app, spec, topology, unfinished(stack))
    cost = None
    if topology:
        by_aws = support_by_aws(app, spec.region, topology.engine, topology.engine_version)
        upkeep = replace(upkeep, **end_of_live(app, spec, topology, regions, by_aws).to_dict())
        cost = monthly.of_cluster(app, spec, topology, regions, by_aws.standard if by_aws else None)
    activity = activity_of(stack)
    aside = aside_of(stack)
    said = [activity.text] if activity else []
    beside = [sentence(name, aside)] if aside else []
    return replace(
        found,
        status=_status(found.status, stack.record.status, activity),
        upkeep=upkeep,
        operation=activity.to_dict() if activity else None,
        cost=cost,
        warnings=(*said, *found.warnings, *upkeep_warnings(app, found, upkeep), *beside),
    )


def _status(live: str, recorded: str, activity: Activity | None) -> str:
    """AWS's status; of a creation that has not ended, `creating` while it runs and then `incomplete`."""
    if activity is None or recorded != "creating":
        return live
    return "creating" if RUNNING in (activity.state, activity.terraform) else "incomplete"
