"""What Terraform's provider may leave undone or get wrong though the spec is clear, looked at in AWS and put right there.

Four settings are known for it. A minimum that rises from 0 ACUs: the provider may send the old pause delay along, and AWS
refuses the whole change. The Data API: not every way of making a cluster sets it. Extended Support: the provider sends it with
the creation alone. The initialization query and the pinning filters of a proxy: the provider leaves out what is empty, and AWS
keeps what is left out (provider issue 49875).

And three orders. Readers are created at the same time, of which AWS may refuse some, and the provider does not try these again
(provider issue 50115). Performance Insights cannot be turned off in the advanced mode of Database Insights, and with a change of
the mode the provider sends days and key along, which AWS refuses beside Insights that are off. A subnet is deleted before the
VPC endpoints leave it, and AWS deletes none that is in use.

And a version: where AWS manages the minor one, the provider takes an upgrade that AWS has made for a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.aws.cluster.waiters import busy, wait_until
from aurora_cli.aws.modify.settings import (
    enable_data_api,
    leave_advanced_insights,
    set_capacity,
    set_extended_support,
)
from aurora_cli.aws.related.proxies import EMPTY_POOL, clear_pool
from aurora_cli.aws.related.vpc_endpoints import in_subnets, leave_subnets
from aurora_cli.errors import TerraformFailed
from aurora_cli.events import Emit, Note, waiting
from aurora_cli.operations.pipeline.review import refuse_unapproved
from aurora_cli.operations.report.report import capacity
from aurora_cli.spec.facts.versions import rendered_version
from aurora_cli.terraform.output.outcome import ApplySummary
from aurora_cli.terraform.state.import_fixups import with_values

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange
    from aurora_cli.terraform.runner import Terraform

PAUSE_REFUSED = "SecondsUntilAutoPause can only be specified when minimum capacity is 0"
"""What AWS answers to a pause delay beside a minimum above 0 (RDS API ModifyDBCluster)."""

_VERSIONED = ("aws_rds_cluster", "aws_rds_global_cluster")
_CONCURRENT = "has been modified by a concurrent operation"
"""What AWS answers to some of several changes that reach a cluster at the same time (InvalidDBClusterStateFault)."""
_FUTILE_TRIES = 3
"""Applies in a row that complete nothing, with a plan between them, before the refusal of AWS is reported."""


def apply_plan(
    terraform: Terraform,
    again: Callable[[], Plan],
    *,
    app: AppContext,
    spec: ClusterSpec,
    approved: Collection[tuple[str, str]],
    emit: Emit,
) -> ApplySummary:
    """Apply the saved plan. Where AWS refuses a part of it for a pause delay that the spec does not have, set the range directly;
    where it does for another part of the same plan, wait for that; and apply the rest.

    Args:
        again: plans anew; nothing that is not in `approved`, as (address, action), is applied from that.

    Raises:
        PlanStale: a further plan holds something new. TerraformFailed and its kin, AwsFailed, WaitTimeout.
    """
    done: list[ApplySummary] = []
    left, futile = 0, 0
    while True:
        try:
            return _total([*done, terraform.apply()])
        except TerraformFailed as error:
            if futile > _FUTILE_TRIES or not _worked_around(error, app, spec, emit):
                raise
            done.append(ApplySummary(**error.details.get("applied", {})))
        plan = again()
        refuse_unapproved(terraform, plan, approved)
        if plan.empty:
            return _total(done)
        futile = futile + 1 if len(plan.changes) >= left > 0 else 0
        left = len(plan.changes)


def _worked_around(error: TerraformFailed, app: AppContext, spec: ClusterSpec, emit: Emit) -> bool:
    """Whether the rest of the plan can be applied now."""
    said = [
        " ".join(f"{one.get('summary')} {one.get('detail')}".split()) for one in error.details.get("diagnostics", ())
    ]
    acu = spec.instances.acu  # and Terraform wraps text where it likes
    if acu is not None and acu.min > 0 and PAUSE_REFUSED in " ".join(said):
        text = "AWS refused a pause delay that the provider sent along; setting the capacity directly."
        emit(Note(text, level="warning"))
        _set_capacity(app, spec, emit)
        return True
    if said and all(_CONCURRENT in text for text in said):
        emit(Note("AWS refused some of several changes at the same time; applying them now."))
        _wait_for_rest(app, app.aws(spec.region).client("rds"), spec.name, emit, "AWS to complete the other changes")
        return True
    return False


def _total(done: Sequence[ApplySummary]) -> ApplySummary:
    counts = {name: sum(one.counts()[name] for one in done) for name in ApplySummary().counts()}
    return ApplySummary(**counts, outputs=done[-1].outputs)


def make_way(app: AppContext, plan: Plan, emit: Emit) -> bool:
    """Before an apply: the calls without which the provider, or Terraform's order, fails at what the plan holds.

    Returns:
        Whether the plan is to be made again, since one of its changes is done.

    Raises:
        CredentialsError, AccessDenied, AwsFailed, WaitTimeout.
    """
    _lower_insights(app, plan, emit)
    _clear_pools(app, plan, emit)
    return _leave_subnets(app, plan, emit)


def _clear_pools(app: AppContext, plan: Plan, emit: Emit) -> None:
    """Take from a proxy what the plan takes; the provider then reads it so."""
    for change in _updates(plan, "aws_db_proxy_default_target_group"):
        before, after = ((values.get("connection_pool_config") or [{}])[0] for values in (change.before, change.after))
        gone = [name for name in EMPTY_POOL if before.get(name) and not after.get(name)]
        if gone:
            proxy = str(change.before["db_proxy_name"])
            emit(Note(f"Clearing {' and '.join(gone)} of the proxy {proxy}."))
            clear_pool(app.aws(_region(change)).client("rds"), proxy, gone)


def _leave_subnets(app: AppContext, plan: Plan, emit: Emit) -> bool:
    """Take the VPC endpoints out of the subnets that go; whether there was one."""
    gone = {
        str(c.before.get("id")) for c in plan.changes if c.type == "aws_subnet" and c.action in ("delete", "replace")
    }
    left = False
    for change in _updates(plan, "aws_vpc_endpoint"):
        now = {str(subnet) for subnet in change.before.get("subnet_ids") or ()}
        if not now & gone or not now - gone:
            continue
        endpoint, ec2 = str(change.before["id"]), app.aws(_region(change)).client("ec2")
        emit(Note(f"Taking the VPC endpoint {endpoint} out of the subnets that are deleted."))
        leave_subnets(ec2, endpoint, sorted(now & gone))
        what = f"the VPC endpoint {endpoint} to leave its subnets"
        wait_until(partial(in_subnets, ec2, endpoint, now & gone), what=what, clock=app.clock, waiting=waiting(emit))
        left = True
    return left


def _updates(plan: Plan, kind: str) -> Iterator[ResourceChange]:
    yield from (c for c in plan.changes if c.type == kind and c.action == "update")


def _region(change: ResourceChange) -> str:
    return str(change.before["arn"]).split(":")[3]


def _lower_insights(app: AppContext, plan: Plan, emit: Emit) -> None:
    """Set the standard mode of each cluster whose Insights the plan turns off, which the provider then does by a call of its own.

    The mode is not in the rendered files then, so that the plan still holds.
    """
    for change in _updates(plan, "aws_rds_cluster"):
        before, after = change.before, change.after
        turned_off = before.get("performance_insights_enabled") and not after.get("performance_insights_enabled")
        if turned_off and before.get("database_insights_mode") == "advanced":
            identifier = str(before["cluster_identifier"])
            emit(Note(f"Setting the standard mode of Database Insights of {identifier} before they are turned off."))
            rds = app.aws(_region(change)).client("rds")
            leave_advanced_insights(rds, identifier)
            _wait_for_rest(app, rds, identifier, emit, "AWS to change the mode of Database Insights")


def fix_provider_gaps(app: AppContext, spec: ClusterSpec, topology: Topology | None, emit: Emit) -> bool:
    """After an apply: look whether AWS has what the spec says, and set what was left out; whether anything was set.

    Raises CredentialsError, AccessDenied, AwsFailed, WaitTimeout.
    """
    if topology is None:
        return False
    late = topology.acu if _pauses_no_more(spec, capacity(topology)) else None
    if late is not None:
        emit(Note("AWS still has the previous pause delay; setting the capacity directly.", level="warning"))
        _set_capacity(app, spec, emit)
    off = spec.data_api and not topology.data_api
    if off:
        emit(Note("The Data API is off; enabling it.", level="warning"))
        enable_data_api(app.aws(spec.region).client("rds"), topology.arn)
    covered = spec.extended_support
    other = covered is not None and topology.extended_support is (not covered)
    if covered is not None and other:
        emit(Note(f"Setting Extended Support directly: {'on' if covered else 'off'}.", level="warning"))
        set_extended_support(app.aws(spec.region).client("rds"), topology.identifier, on=covered)
    return late is not None or off or other


def _pauses_no_more(spec: ClusterSpec, live: dict[str, float] | None) -> bool:
    """Whether the spec's minimum is above 0 while AWS still counts the seconds to a pause."""
    acu = spec.instances.acu
    return acu is not None and acu.min > 0 and live is not None and (live["min"] == 0 or "pause_after" in live)


def _set_capacity(app: AppContext, spec: ClusterSpec, emit: Emit) -> None:
    acu, rds = spec.instances.acu, app.aws(spec.region).client("rds")
    if acu is None:
        raise AssertionError("only asked for a spec with a range")
    set_capacity(rds, spec.name, acu.min, acu.max)
    _wait_for_rest(app, rds, spec.name, emit, "AWS to change the capacity")


def _wait_for_rest(app: AppContext, rds: Any, identifier: str, emit: Emit, what: str) -> None:
    def look() -> tuple[Any, str | None]:
        topology = read_topology(rds, identifier)
        return topology, busy(topology)

    wait_until(look, what=what, clock=app.clock, waiting=waiting(emit))


def keep_minor_version(terraform: Terraform, spec: ClusterSpec) -> None:
    """Where only the major version is rendered, the state has it too: a plan from the exact version to it would ask AWS for its
    default minor version, which may be a later one (ModifyDBCluster).

    Raises:
        TerraformFailed, StateLocked, ...: the state is as it was.
    """
    version = rendered_version(spec)
    held = {one.attributes["engine_version"] for one in terraform.state_resources() if one.type in _VERSIONED}
    if spec.maintenance.auto_minor_upgrades and held != {version}:
        text = with_values(
            terraform.state_text(),
            lambda resource, _: {"engine_version": version} if resource["type"] in _VERSIONED else {},
        )
        terraform.save_state_text(text)
