"""The spec that a scale leads to: the stored one with some values of its instances changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.specs import stored_layer, stored_spec

SERVERLESS = "db.serverless"

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Layer, Resolved
    from aurora_cli.stacks.stack import Stack


def scaled(
    stack: Stack,
    readers: int | None,
    class_: str | None,
    acu: str | None,
    key: str | None,
    skip_checks: tuple[str, ...] = (),
    *,
    every: bool = False,
) -> Resolved:
    """The stored spec with other readers, class (of all instances, or of the one at `key`) or capacity.

    Args:
        every: the class goes over one of the other kind (serverless or not) that an instance has of its own.

    Raises:
        SpecInvalid: the result breaks a rule that the stored spec does not break. StackDamaged.
    """
    from aurora_cli.spec.resolve.resolve import Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    before = stored_spec(stack)
    of_class = _of_one(before.spec, key, class_) if key else {"class": class_}
    layers = _layers(readers, class_, _capacity(acu), _of_every(before.spec, class_) if every else of_class)
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


def _capacity(acu: str | None) -> dict[str, Any] | None:
    """The range; a minimum above 0 takes the pause delay with it, which AWS refuses beside it."""
    if acu is None:
        return None
    return {"acu": acu} if acu.partition("-")[0].strip() in ("0", "0.0") else {"acu": acu, "pause_after": None}


def _of_one(spec: ClusterSpec, key: str, class_: str | None) -> dict[str, Any]:
    """One instance's class: no override where it is that of all, and no range once nothing is serverless any more."""
    of_all = spec.instances.class_ or (SERVERLESS if spec.instances.acu else None)
    given: dict[str, Any] = {"overrides": {key: {"class": None if class_ == of_all else class_}}}
    others = {of_all, *(own.class_ for other, own in spec.instances.overrides.items() if other != key)}
    return given if SERVERLESS in {class_, *others} else {**given, "acu": None, "pause_after": None}


def _of_every(spec: ClusterSpec, class_: str | None) -> dict[str, Any]:
    """The class of all, no other kind beside it, and no range without a serverless instance."""
    own = {key: one.class_ for key, one in spec.instances.overrides.items() if one.class_ is not None}
    other = {key: {"class": None} for key, name in own.items() if (name == SERVERLESS) != (class_ == SERVERLESS)}
    given: dict[str, Any] = {"class": class_, **({"overrides": other} if other else {})}
    return given if class_ == SERVERLESS else {**given, "acu": None, "pause_after": None}


def _layers(
    readers: int | None, class_: str | None, capacity: dict[str, Any] | None, of_class: dict[str, Any]
) -> list[Layer]:
    from aurora_cli.spec.resolve.resolve import Layer

    values: list[tuple[Any, dict[str, Any], str]] = [
        (readers, {"readers": readers}, "--readers"),
        (class_, of_class, "--class"),
        (capacity, capacity or {}, "--acu"),
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
