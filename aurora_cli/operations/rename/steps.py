"""The steps of a rename."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.modify.rename import cluster_unrest, instance_unrest, rename_cluster, rename_instance
from aurora_cli.aws.related.log_groups import has_log_group, make_log_group
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.pipeline.role_steps import failover_step
from aurora_cli.operations.pipeline.step import Step, refuse_harm
from aurora_cli.operations.rename.names import from_facts, renamed_spec
from aurora_cli.operations.rename.state_preview import harmless
from aurora_cli.operations.spec_file.store import store_spec
from aurora_cli.terraform.state.state_rename import is_renamed, renamed_state

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.terraform.state.state_rename import Renamed

_READER = "Connections to it end: it restarts under its new name, and its host name changes."
_WRITER_ALONE = "No connections while it restarts under its new name: minutes."
_CLUSTER = (
    "The writer and reader endpoints change: the old names stop working at once, the new ones work within some minutes."
)


class RenameSteps:
    """Makes them from the facts of the decision."""

    def __init__(self, context: OperationContext, facts: Mapping[str, Any]) -> None:
        self.context, self.facts = context, facts
        self.names = from_facts(facts)

    def all(self) -> list[Step]:
        """In order."""
        *readers, last = self.facts["order"] or [None]
        successor = self.facts["successor"]
        instances = [self._instance(one) for one in readers]
        if successor:
            instances.append(failover_step(self.context, successor))
        if last:
            instances.append(self._instance(last, alone=not successor))
        logs = [self._log_groups()] if self.names.log_groups else []
        return [*logs, *instances, self._cluster(), self._state(), self._stack(), self._reconcile()]

    def _log_groups(self) -> Step:
        groups = list(self.names.log_groups.values())
        logs = self.context.app.aws(self.context.spec.region).client("logs")

        def run() -> str | None:
            for name in groups:
                make_log_group(logs, name)
            return None

        text = f"Create the log groups {', '.join(groups)}"
        return Step("log groups", text, lambda: all(has_log_group(logs, name) for name in groups), run)

    def _instance(self, before: str, *, alone: bool = False) -> Step:
        after, context = self.names.instances[before], self.context

        def run() -> str | None:
            context.healthy()
            rename_instance(context.rds, before, after)
            context.wait(lambda: (None, instance_unrest(context.rds, after)), f"{after} to be available")
            return None

        return Step(
            f"rename {before}",
            f"Rename {before} to {after}",
            lambda: instance_unrest(context.rds, after) is None,
            run,
            _WRITER_ALONE if alone else _READER,
            without_writer=alone,
        )

    def _cluster(self) -> Step:
        context, names, resource_id = self.context, self.names, self.facts["resource_id"]

        def busy_members() -> str | None:
            return cluster_unrest(context.rds, names.after, resource_id)

        def run() -> str | None:
            context.healthy()
            rename_cluster(context.rds, names.before, names.after)
            context.wait(lambda: (None, busy_members()), f"{names.after} to have its name")
            return None

        text = f"Rename the cluster {names.before} to {names.after}"
        return Step(f"rename {names.before}", text, lambda: busy_members() is None, run, _CLUSTER)

    def _state(self) -> Step:
        names = self.names

        def run() -> str | None:
            terraform = self.context.terraform
            terraform.save_state_text(renamed_state(terraform.state_text(), names))
            return None

        text = "Write the new names into Terraform's state"
        return Step("state", text, lambda: is_renamed(self.context.terraform.state_text(), names), run)

    def _stack(self) -> Step:
        context, names = self.context, self.names

        def run() -> str | None:
            _move(context, names)
            return None

        return Step("stack", f"Rename the stack to {names.after}", lambda: _is_moved(context, names), run)

    def _reconcile(self) -> Step:
        def run() -> str | None:
            self.context.bring_to_spec(refuse_harm(self.context.stack.name, harmless))
            return None

        text = "Update resources that contain the cluster's name: tags, alarms, records, autoscaling"
        return Step("settle", text, lambda: False, run)


def _is_moved(context: OperationContext, names: Renamed) -> bool:
    """Whether folder, record and spec have the new name."""
    stack = context.stack
    return stack.name == names.after and stack.record.renamed_to is None and stored_spec(stack).spec.name == names.after


def _move(context: OperationContext, names: Renamed) -> None:
    """Give the stack its new name; what was done of it before a kill is not done again."""
    stack = context.stack
    stack.rename(names.after)
    changes = {"final_snapshot_identifier": names.snapshot} if names.snapshot else {}
    desired = renamed_spec(stack, names.after)
    store_spec(context.app, stack, desired, context.options, name=names.after, renamed_to=None, **changes)
    context.__dict__.pop("terraform", None)  # it was of the old folder
    context.spec = stored_spec(stack).spec
