"""Create, update, delete and import of any resource type, from its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError, NotFound, has_code
from aurora_cli.sandbox.provider.engine.creation import create_once
from aurora_cli.sandbox.provider.engine.messages import error_context
from aurora_cli.sandbox.provider.engine.model import Call, Task, Update
from aurora_cli.sandbox.provider.engine.names import generate_name
from aurora_cli.sandbox.provider.engine.reading import read_state
from aurora_cli.sandbox.provider.engine.requests import attributes_sent
from aurora_cli.sandbox.provider.engine.response_mapping import merge, without_unknown
from aurora_cli.sandbox.provider.engine.tags import change_tags
from aurora_cli.sandbox.provider.engine.waits import await_status
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError

_NEVER_UPDATED = frozenset({"tags", "tags_all", "timeouts", "region", "id"})


class Unfinished(Exception):
    """The resource is partially created: its state is saved, with the error."""

    def __init__(self, state: dict[str, Any], cause: ProviderError) -> None:
        super().__init__(str(cause))
        self.state, self.cause = state, cause


def create(task: Task) -> dict[str, Any]:
    """Create the resource and return its state.

    Raises:
        ProviderError: the resource is not created.
        Unfinished: the resource is partially created.
    """
    _choose_name(task)
    with error_context(task, "creating"):
        create_once(task)
    try:
        _finish_creation(task)
        with error_context(task, "reading"):
            return read_state(task, applied=True)
    except ProviderError as error:
        state = merge(task.schema.block, without_unknown(task.values), _known_identity(task))
        raise Unfinished(state, error) from error


def _choose_name(task: Task) -> None:
    naming = task.entry.naming
    if naming is None or task.get(naming.attribute):
        return
    prefix = task.get(naming.prefix_attribute) or naming.default_prefix
    task.values[naming.attribute] = generate_name(prefix)


def _finish_creation(task: Task) -> None:
    if task.entry.created is not None:
        await_status(task, task.entry.created, "create")
    with error_context(task, "creating"):
        for step in task.entry.finish:
            step(task)


def _known_identity(task: Task) -> dict[str, Any]:
    types = task.schema.block.type.attributes
    return {name: value for name, value in (("id", task.id), ("region", task.region)) if name in types}


def update(task: Task) -> dict[str, Any]:
    """Update the resource from the prior state to the plan, and return its new state.

    Raises:
        ProviderError: a step failed; the steps before it are applied.
    """
    with error_context(task, "updating"):
        for step in task.entry.updates:
            if isinstance(step, Update):
                _send_update(task, step)
            elif task.changed - _NEVER_UPDATED:
                step(task)
        if "tags_all" in task.changed:
            _retag(task)
    with error_context(task, "reading"):
        return read_state(task, applied=True)


def _retag(task: Task) -> None:
    if task.entry.retag is not None:
        task.entry.retag(task)
    elif task.entry.tagging is not None:
        change_tags(task, task.entry.tagging)


def _send_update(task: Task, step: Update) -> None:
    filled = attributes_sent(step.call, task)
    changed = task.changed & (filled if step.when is None else step.when)
    if not changed - _NEVER_UPDATED:
        return
    only = filled if step.whole else task.changed
    task.repeat_while(lambda: task.send(step.call, only=only), has_code(*task.entry.busy), "update")
    if step.wait is not None:
        await_status(task, step.wait, "update")


def delete(task: Task) -> None:
    """Delete the resource, if it exists.

    Raises:
        ProviderError: it still exists.
    """
    action = task.entry.delete
    if action is None:
        return
    try:
        with error_context(task, "deleting"):
            task.repeat_while(_deletion(task, action), has_code(*task.entry.busy), "delete")
    except NotFound:
        return
    if task.entry.deleted is not None:
        await_status(task, task.entry.deleted, "delete")


def _deletion(task: Task, action: Call | Callable[[Task], None]) -> Callable[[], None]:
    def attempt() -> None:
        try:
            if isinstance(action, Call):
                task.send(action)
            else:
                action(task)
        except AwsError as error:
            if error.code in task.entry.read.gone:
                raise NotFound from error
            raise

    return attempt


def import_state(task: Task) -> dict[str, Any]:
    """The initial state of an imported resource; Terraform reads the rest."""
    given = task.entry.import_attributes(task) if task.entry.import_attributes else {}
    naming = {task.entry.naming.attribute: task.id} if task.entry.naming else {}
    return merge(task.schema.block, {}, {**_known_identity(task), **naming, **given})
