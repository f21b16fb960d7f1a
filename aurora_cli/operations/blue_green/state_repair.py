"""The end of a switchover: the spec and Terraform's state follow the cluster that has the names now.

The addresses and ids stay, since the green cluster and its instances have taken the names of the blue ones. The new parameter
groups take the places of the old ones in the state; the old ones stay in AWS until the cleanup, for the old cluster uses them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.errors import OperationFailed
from aurora_cli.operations.blue_green.target import target_of
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.guard import guard
from aurora_cli.operations.pipeline.provider_fixes import keep_minor_version
from aurora_cli.operations.pipeline.step import Step
from aurora_cli.operations.spec_file.store import store_spec
from aurora_cli.stacks.blue_green import BlueGreenRecord, read_blue_green, write_blue_green

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.terraform.plan.plan import Plan


def repair_steps(context: OperationContext, record: BlueGreenRecord, deployment: str) -> list[Step]:
    """The spec, the state, and the plan that must be empty."""

    def reconcile() -> None:
        """Small differences are set in place, which AWS did not take along; nothing is made again."""
        context.bring_to_spec(lambda plan: _refuse_harm(context, plan))

    return [
        Step(
            "spec",
            f"Store the spec with version {record.version}",
            lambda: _is_stored(context),
            lambda: _store(context, record, deployment),
        ),
        Step(
            "state",
            "Update Terraform state: new parameter groups, new resource IDs",
            lambda: False,
            lambda: _follow(context, record),
        ),
        Step("settle", "Verify that the plan is empty", lambda: False, reconcile),
    ]


def _is_stored(context: OperationContext) -> bool:
    now = read_blue_green(context.stack.folder)
    return now is not None and now.old_cluster is not None


def _store(context: OperationContext, record: BlueGreenRecord, deployment: str) -> str | None:
    """The name of the old cluster is noted last: it says that the spec was stored."""
    from aurora_cli.aws.engine.blue_green import deployment as read_deployment

    found = read_deployment(context.rds, deployment)
    if found is None or not found.switched:
        raise OperationFailed(
            "The deployment was deleted, or was not switched over.", hint=f"aurora-cli status {context.spec.name}"
        )
    desired = target_of(context.stack, record.values, _every_check())
    store_spec(context.app, context.stack, desired, context.options, parameter_suffix=record.groups_suffix)
    write_blue_green(context.stack.folder, replace(record, old_cluster=found.source))
    context.spec = desired.spec
    return f"the old cluster is now {found.source}"


def _every_check() -> tuple[str, ...]:
    """It was checked when the deployment was made, and the cluster runs with it."""
    from aurora_cli.spec.rules.all import check_names

    return tuple(check_names())


def _follow(context: OperationContext, record: BlueGreenRecord) -> str | None:
    write_rendered(context.stack, context.spec)
    terraform = context.terraform
    terraform.init()
    for address, _, name in record.new_groups:
        held = {r.address: r.id for r in terraform.state_resources() if not r.deposed}
        if held.get(address) == name:
            continue
        if address in held:
            terraform.forget(address)
        terraform.take_in(address, name)
    keep_minor_version(terraform, context.spec)
    terraform.refresh()
    return None


def _refuse_harm(context: OperationContext, plan: Plan) -> None:
    findings = guard.inspect(plan, guard.Situation(topology=context.live()))
    bad = sorted(c.address for c in plan.changes if c.action not in ("create", "update"))
    bad += sorted(f.address for f in findings if f.effect in ("lost", "replaced", "restart") and f.address not in bad)
    if bad:
        raise OperationFailed(
            f"The switchover is complete, but Terraform would now replace or restart {', '.join(bad)}: that was not applied.",
            hint=f"aurora-cli abandon {context.spec.name}, then look: aurora-cli plan {context.spec.name}",
        )
