"""What Terraform would change after a rename, found out before it: in a folder of its own, with a rewritten copy of the state."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.events import timed
from aurora_cli.operations.core.rendered import remembered, write_rendered
from aurora_cli.operations.passwords.generated import sent_version
from aurora_cli.terraform.state.state import STATE_FILE
from aurora_cli.terraform.state.state_rename import renamed_state
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange
    from aurora_cli.terraform.state.state_rename import Renamed

LOCK_FILE = ".terraform.lock.hcl"
_MADE_ANEW = "aws_appautoscaling_"
"""Reader autoscaling is registered under the cluster's name: it is registered again, no instance is touched."""


def try_out(context: OperationContext, spec: ClusterSpec, names: Renamed) -> Plan:
    """The plan of the renamed spec against a state that says the rename has happened. AWS is not asked for the cluster.

    Raises:
        InvalidInput: something would be made anew or deleted. TerraformFailed and its kin.
    """
    from aurora_cli.spec.model.cluster import LocalBackend
    from aurora_cli.spec.text.dump import dump_spec
    from aurora_cli.stacks.home import Home
    from aurora_cli.stacks.registry import Registry

    with timed(context.emit, "plan", "Planning the changes after the rename"):
        local = spec.model_copy(update={"backend": LocalBackend()})
        record = context.stack.record
        home = Home(context.app.home.path / "drafts" / spec.name)
        shutil.rmtree(home.path, ignore_errors=True)
        try:
            stack = Registry(home, context.app.role).create(
                spec.name,
                region=spec.region,
                target=context.app.target,
                spec=dump_spec(local),
                instance_keys=record.instance_keys,
            )
            sent = sent_version(context.terraform.state_resources()) or record.password_version
            new = {
                "password_version": sent,
                **({"final_snapshot_identifier": names.snapshot} if names.snapshot else {}),
            }
            write_rendered(stack, local, **{**remembered(record), **new})
            lock = context.stack.terraform_dir / LOCK_FILE
            if lock.is_file():
                write_atomic(stack.terraform_dir / LOCK_FILE, lock.read_text(encoding="utf-8"))
            text = renamed_state(context.terraform.state_text(), names)
            write_atomic(stack.terraform_dir / STATE_FILE, text)
            terraform = context.app.terraform(stack, context.emit)
            terraform.init()
            plan = terraform.plan(refresh=False)
        finally:
            shutil.rmtree(home.path, ignore_errors=True)
            if home.path.parent.is_dir() and not any(home.path.parent.iterdir()):
                home.path.parent.rmdir()
    _refuse_loss(plan, names)
    return plan


def _refuse_loss(plan: Plan, names: Renamed) -> None:
    unexpected = [change for change in plan.changes if not harmless(change)]
    if unexpected:
        what = ", ".join(f"{change.address} ({change.action})" for change in unexpected)
        raise InvalidInput(
            f"{names.before} cannot be renamed: the plan would change more than names: {what}. Nothing was changed.",
            hint=f"Apply its spec first (aurora-cli apply {names.before}), then rename it.",
        )


def harmless(change: ResourceChange) -> bool:
    """Whether a change after a rename only follows the name."""
    return change.action in ("update", "no-op", "read") or change.type.startswith(_MADE_ANEW)
