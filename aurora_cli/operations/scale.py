"""Change how many instances a cluster has, their class, or the serverless range."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput, SpecConflict
from aurora_cli.operations.change import Terms, carry_out
from aurora_cli.operations.events import Emit
from aurora_cli.operations.review import Approve, ChangeResult
from aurora_cli.operations.stored import existing_stack, stored_layer, stored_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve import Layer, Resolved
    from aurora_cli.stacks.stack import Stack

SERVERLESS = "db.serverless"


def scale(
    app: AppContext,
    name: str,
    *,
    approve: Approve,
    emit: Emit,
    readers: int | None = None,
    class_: str | None = None,
    acu: str | None = None,
    skip_checks: tuple[str, ...] = (),
    dry_run: bool = False,
    allow: Collection[str] = (),
) -> ChangeResult:
    """Scale an existing cluster.

    The instance that is the writer now is never removed: another one goes, or the role moves first (shown as a step).

    Args:
        readers: readers beside the writer, 0 to 15.
        class_: DB instance class for every instance.
        acu: serverless range `MIN-MAX` in ACUs; for a provisioned cluster it needs `class_` db.serverless as well.

    Raises:
        InvalidInput: nothing to scale was given. SpecInvalid: the result breaks a rule. ClusterNotFound, and what
        `change.carry_out` raises.
    """
    if readers is None and class_ is None and acu is None:
        raise InvalidInput("Nothing to scale was given.", hint="Give --readers, --class or --acu.")
    stack = existing_stack(app, name)
    with stack.lock("scale"):
        if stack.record.status == "destroying":
            raise SpecConflict(
                f"A destroy of {name} has begun and is not finished.",
                hint=f"Finish it with `aurora-cli destroy {name}`.",
            )
        desired = _scaled(stack, _layers(readers, class_, acu), skip_checks)
        app.begin(emit)
        return carry_out(app, stack, desired, Terms("scale", approve, emit, allow, dry_run, skip_checks=skip_checks))


def _layers(readers: int | None, class_: str | None, acu: str | None) -> list[Layer]:
    from aurora_cli.spec.resolve import Layer

    values: list[tuple[str, Any, str]] = [
        ("readers", readers, "--readers"),
        ("class", class_, "--class"),
        ("acu", acu, "--acu"),
    ]
    return [Layer({"instances": {key: value}}, source) for key, value, source in values if value is not None]


def _scaled(stack: Stack, layers: list[Layer], skip_checks: tuple[str, ...]) -> Resolved:
    from aurora_cli.spec.resolve import Resolved, resolve
    from aurora_cli.spec.rules import check_names

    before = stored_spec(stack)
    # What the stored spec was let through with is neither refused nor told again.
    stored = resolve([stored_layer(stack)], skip_checks=check_names()).warnings
    accepted = {w.check for w in stored} & set(check_names())
    resolved = resolve([stored_layer(stack), *layers], skip_checks={*skip_checks, *accepted})
    known = {(w.check, w.path) for w in stored}
    given = {f"instances.{key}" for layer in layers for key in layer.values["instances"]}
    origins = {
        path: source if _under(path, given) else before.origins.get(path, source)
        for path, source in resolved.origins.items()
    }
    return Resolved(resolved.spec, origins, tuple(w for w in resolved.warnings if (w.check, w.path) not in known))


def _under(path: str, given: set[str]) -> bool:
    return any(path == g or path.startswith(f"{g}.") for g in given)
