"""The spec of the green cluster: the stored one with another engine version or other parameters, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.specs import stored_layer, stored_spec

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

Values = Sequence[tuple[str, Mapping[str, Any]]]
"""(source, tree of values), lowest first."""
_MAY_CHANGE = ("engine_version", "parameters")


def target_of(stack: Stack, values: Values, skip_checks: Sequence[str] = ()) -> Resolved:
    """The stored spec with these values.

    Raises:
        SpecInvalid: the result breaks a rule that the stored spec does not break. StackDamaged.
    """
    from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    before, layer = stored_spec(stack), stored_layer(stack)
    known = resolve([layer], skip_checks=check_names()).warnings
    accepted = {one.check for one in known} & set(check_names())
    above = [Layer(dict(tree), source) for source, tree in values]
    resolved = resolve([layer, *above], skip_checks={*skip_checks, *accepted})
    origins = {p: before.origins.get(p, s) if s == layer.source else s for p, s in resolved.origins.items()}
    told = {(one.check, one.path) for one in known}
    return Resolved(resolved.spec, origins, tuple(w for w in resolved.warnings if (w.check, w.path) not in told))


def refuse_other_changes(before: ClusterSpec, after: ClusterSpec) -> None:
    """Raise InvalidInput when more than the version and the parameters differ: AWS copies everything else as it is."""
    old, new = before.model_dump(), after.model_dump()
    other = sorted(key for key in new if key not in _MAY_CHANGE and new[key] != old[key])
    if other:
        raise InvalidInput(
            f"A blue/green deployment changes the engine version and the parameters, not {', '.join(other)}.",
            hint="Change the rest before the deployment or after the switchover: "
            f"aurora-cli apply {before.name} --set FIELD=VALUE",
        )


def parameters_differ(before: ClusterSpec, after: ClusterSpec) -> bool:
    """Whether the green cluster gets other parameters."""
    return before.parameters != after.parameters
