"""What Terraform's provider may leave undone or get wrong though the spec is clear, looked at in AWS and put right there.

Three settings are known for it. A minimum that rises from 0 ACUs: the provider may send the old pause delay along, and AWS
refuses the whole change. The Data API: not every way of making a cluster sets it. Extended Support: the provider sends it with
the creation alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.waiters import busy, wait_until
from aurora_cli.aws.modify.settings import enable_data_api, set_capacity, set_extended_support
from aurora_cli.errors import TerraformFailed
from aurora_cli.events import Emit, Note, waiting
from aurora_cli.operations.pipeline.review import refuse_unapproved
from aurora_cli.operations.report.report import capacity, live_topology
from aurora_cli.terraform.output.outcome import ApplySummary

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan
    from aurora_cli.terraform.runner import Terraform

PAUSE_REFUSED = "SecondsUntilAutoPause can only be specified when minimum capacity is 0"
"""What AWS answers to a pause delay beside a minimum above 0 (RDS API ModifyDBCluster)."""


def apply_plan(
    terraform: Terraform,
    again: Callable[[], Plan],
    *,
    app: AppContext,
    spec: ClusterSpec,
    approved: Collection[tuple[str, str]],
    emit: Emit,
) -> ApplySummary:
    """Apply the saved plan; where AWS refuses it for a pause delay that the spec does not have, set the range directly and go on.

    Args:
        again: plans anew; nothing that is not in `approved`, as (address, action), is applied from that.

    Raises:
        PlanStale: the second plan holds something new. TerraformFailed and its kin, AwsFailed, WaitTimeout.
    """
    try:
        return terraform.apply()
    except TerraformFailed as error:
        if not _is_about_pause(error, spec):
            raise
    emit(
        Note("AWS refused a pause delay that the provider sent along; setting the capacity directly.", level="warning")
    )
    _set_capacity(app, spec, emit)
    plan = again()
    refuse_unapproved(terraform, plan, approved)
    return ApplySummary() if plan.empty else terraform.apply()


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


def _is_about_pause(error: TerraformFailed, spec: ClusterSpec) -> bool:
    acu = spec.instances.acu
    texts = [f"{one.get('summary')} {one.get('detail')}" for one in error.details.get("diagnostics", ())]
    said = " ".join(" ".join(texts).split())  # Terraform wraps text where it likes
    return acu is not None and acu.min > 0 and PAUSE_REFUSED in said


def _pauses_no_more(spec: ClusterSpec, live: dict[str, float] | None) -> bool:
    """Whether the spec's minimum is above 0 while AWS still counts the seconds to a pause."""
    acu = spec.instances.acu
    return acu is not None and acu.min > 0 and live is not None and (live["min"] == 0 or "pause_after" in live)


def _set_capacity(app: AppContext, spec: ClusterSpec, emit: Emit) -> None:
    acu, rds = spec.instances.acu, app.aws(spec.region).client("rds")
    if acu is None:
        raise AssertionError("only asked for a spec with a range")
    set_capacity(rds, spec.name, acu.min, acu.max)

    def look() -> tuple[Any, str | None]:
        topology = live_topology(app, spec)
        return topology, busy(topology)

    wait_until(
        look,
        what="AWS to change the capacity",
        clock=app.clock,
        waiting=waiting(emit),
    )
