"""The spec that a scale leads to: the stored one with some values of its instances changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.operations.stored import stored_layer, stored_spec

if TYPE_CHECKING:
    from aurora_cli.spec.resolve import Layer, Resolved
    from aurora_cli.stacks.stack import Stack


def scaled(
    stack: Stack,
    readers: int | None,
    class_: str | None,
    acu: str | None,
    key: str | None,
    skip_checks: tuple[str, ...] = (),
) -> Resolved:
    """The stored spec with other readers, class (of all instances, or of the one at `key`) or capacity.

    Raises:
        SpecInvalid: the result breaks a rule that the stored spec does not break. StackDamaged.
    """
    from aurora_cli.spec.resolve import Resolved, resolve
    from aurora_cli.spec.rules import check_names

    layers = _layers(readers, class_, acu, key)
    before = stored_spec(stack)
    # What the stored spec was let through with is neither refused nor told again.
    stored = resolve([stored_layer(stack)], skip_checks=check_names()).warnings
    accepted = {w.check for w in stored} & set(check_names())
    resolved = resolve([stored_layer(stack), *layers], skip_checks={*skip_checks, *accepted})
    known = {(w.check, w.path) for w in stored}
    origins = {
        path: source if any(_gives(layer, path) for layer in layers) else before.origins.get(path, source)
        for path, source in resolved.origins.items()
    }
    return Resolved(resolved.spec, origins, tuple(w for w in resolved.warnings if (w.check, w.path) not in known))


def _layers(readers: int | None, class_: str | None, acu: str | None, key: str | None) -> list[Layer]:
    from aurora_cli.spec.resolve import Layer

    of_class: dict[str, Any] = {"overrides": {key: {"class": class_}}} if key else {"class": class_}
    values: list[tuple[Any, dict[str, Any], str]] = [
        (readers, {"readers": readers}, "--readers"),
        (class_, of_class, "--class"),
        (acu, {"acu": acu}, "--acu"),
    ]
    return [Layer({"instances": given}, source) for value, given, source in values if value is not None]


def _gives(layer: Layer, path: str) -> bool:
    at: Any = layer.values
    for part in path.split("."):
        if not isinstance(at, dict):
            return True
        if part not in at:
            return False
        at = at[part]
    return True
