"""The spec beside a state that several machines use: an output of the state that says what was applied, by whom and when.

Each machine has a record and a stored spec of its own. Whoever changes the spec of a cluster whose state is kept elsewhere writes
it into the state afterwards; whoever works on it next reads it first, and takes it for the stored spec. What others have changed
is then what commands have changed here: it stays where a file does not name it, and a file from before it would undo it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError, SpecConflict
from aurora_cli.events import Note, timed
from aurora_cli.json_input import json_object, parse_json
from aurora_cli.operations.core.concern import StackContext
from aurora_cli.operations.core.instances import keys_in_state
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.specs import is_pristine, stored_layer, stored_spec
from aurora_cli.operations.spec_file.store import plain
from aurora_cli.stacks.journal import read_journal
from aurora_cli.stacks.record import ValueChange, load_changed

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.record import Changed
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.runner import Terraform

OUTPUT = "aurora_cli"
VERSION = 1
_OF_A_MACHINE = ("backend",)
"""What of the spec is not shared: how to reach the state."""


@dataclass(frozen=True)
class Shared:
    """What the state says.

    Attributes:
        values: the spec, nested, without what is of one machine.
        origins: where its values come from.
        changed: what commands have changed in it.
        applied: what has changed the spec last.
    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    changed: Changed
    applied: ValueChange


def read_shared_spec(app: AppContext, stack: Stack, emit: Emit) -> None:
    """Take what others have applied since for the stored spec, where the state is kept elsewhere.

    Nothing is taken while an operation is in progress here, which goes by what was decided when it began.

    Raises:
        SpecConflict: others have renamed the cluster. StackDamaged.
        TerraformFailed and its kin: the state cannot be read.
    """
    if not stack.has_spec() or stack.record.status == "destroying" or read_journal(stack.folder) is not None:
        return
    spec = stored_spec(stack).spec
    if spec.backend.type == "local":
        return
    with timed(emit, "shared", "Reading what others have applied"):
        terraform = StackContext(app, stack, emit, spec).terraform
        write_rendered(stack, spec)
        terraform.init()
        state = terraform.state()
    text = state.outputs.get(OUTPUT)
    found = parsed(text)
    if found is None or text == stack.record.shared:
        return
    keys = tuple(keys_in_state([r.address for r in state.managed]))
    store_shared_spec(stack, found, str(text), keys, new=is_pristine(stack))


def store_shared_spec(stack: Stack, found: Shared, text: str, keys: tuple[str, ...], *, new: bool) -> None:
    """Bring the record and the stored spec of a stack to what the state says; not to a spec that this version cannot read.

    Args:
        text: as it stands in the state.
        keys: of the instances in the state.
        new: whether the stored spec is only what somebody asks for, and was never applied from here.

    Raises:
        SpecConflict: others have renamed the cluster.
    """
    from aurora_cli.spec.text.load import dump_spec

    before, desired = stored_spec(stack).spec, _resolved(stack, found)
    if desired is None:
        return
    changed = found.changed if new else with_others(found, before, desired.spec)
    stack.update_record(
        status="ready",
        instance_keys=keys or stack.record.instance_keys,
        origins=dict(desired.origins),
        changed=changed,
        applied=found.applied,
        shared=text,
    )
    stack.write_spec(dump_spec(desired.spec))


def with_others(found: Shared, before: ClusterSpec, after: ClusterSpec) -> Changed:
    """What commands have changed, and what others have applied since the spec was `before`: both would be undone by it."""
    from aurora_cli.spec.layers.diff import differences

    changed = dict(found.changed)
    by = found.applied
    for change in differences(before, after):
        several, old = changed.get(change.path, ()), plain(change.old)
        if old not in [one.before for one in several]:
            changed[change.path] = (*several, ValueChange(by.operation, by.when, by.who, old))
    return changed


def _resolved(stack: Stack, found: Shared) -> Resolved | None:
    """The spec that others have applied, with what is of this machine; None where this version cannot read it."""
    from aurora_cli.errors import SpecInvalid
    from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    mine = {key: value for key, value in stored_layer(stack).values.items() if key in _OF_A_MACHINE}
    try:
        resolved = resolve([Layer({**found.values, **mine}, f"stack {stack.name}")], skip_checks=check_names())
    except SpecInvalid:
        return None
    name, base, by = resolved.spec.name, resolved.spec.base_name, found.applied
    if name != stack.name:
        raise SpecConflict(
            f"{stack.name} is now named {name}, since '{by.operation}' on {by.when[:10]} by {by.who}.",
            hint=f"Apply a file with `name: {name}` and `resource_name: {base}`, after: rm -r {shlex.quote(str(stack.folder))}",
        )
    return Resolved(resolved.spec, {**resolved.origins, **found.origins})


def write_shared_spec(stack: Stack, terraform: Terraform, emit: Emit) -> None:
    """After a change: write the spec into a state that is kept elsewhere, if it is not there yet.

    The operation has succeeded, and a failure of this changes nothing about it: the next one tries again.

    Raises:
        StackDamaged.
    """
    spec = stored_spec(stack).spec
    text = document(stack)
    if spec.backend.type == "local" or text in (None, stack.record.shared):
        return
    try:
        with timed(emit, "share", "Writing the spec into the state, for others"):
            write_rendered(stack, spec, shared=text)
            terraform.init()
            plan = terraform.plan(refresh=False)
            if plan.changes:  # not ours to apply
                terraform.plan_file.unlink(missing_ok=True)
                return
            if plan.output_changes:
                terraform.apply()
            stack.update_record(shared=text)
    except AuroraError as error:
        text = f"The spec was not written into the state, so others do not see this change: {error.message}"
        emit(Note(text, level="warning", hint=error.hint))
    finally:
        write_rendered(stack, spec)


def document(stack: Stack) -> str | None:
    """What the state is to say; None where the record does not know who has changed the spec."""
    from aurora_cli.spec.text.dump import plain_values

    record, resolved = stack.record, stored_spec(stack)
    if record.applied is None:
        return None
    values = {key: value for key, value in plain_values(resolved.spec).items() if key not in _OF_A_MACHINE}
    body = {
        "version": VERSION,
        "applied": asdict(record.applied),
        "changed": {path: [asdict(one) for one in several] for path, several in record.changed.items()},
        "origins": {p: origin for p, origin in resolved.origins.items() if p.partition(".")[0] not in _OF_A_MACHINE},
        "spec": plain(values),
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def parsed(text: Any) -> Shared | None:
    """The document in a state; None where there is none that this version understands."""
    if not isinstance(text, str):
        return None

    def shared(data: dict[str, Any]) -> Shared | None:
        if data["version"] != VERSION:
            return None
        (applied,) = load_changed({"": [data["applied"]]})[""]
        return Shared(json_object(data["spec"]), json_object(data["origins"]), load_changed(data["changed"]), applied)

    return parse_json(text, lambda data: shared(json_object(data)), lambda why: None)
