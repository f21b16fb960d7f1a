"""The spec of the green cluster: the stored one with another engine version, other parameters or another KMS key."""

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
_MAY_CHANGE = ("engine_version", "parameters", "encryption")


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
    """Raise InvalidInput when more than version, parameters and KMS key differ: AWS copies everything else as it is."""
    old, new = before.model_dump(), after.model_dump()
    other = sorted(key for key in new if key not in _MAY_CHANGE and new[key] != old[key])
    if old["encryption"]["key"] != new["encryption"]["key"]:
        other.append("encryption.key")
    if other:
        raise InvalidInput(
            f"A blue/green deployment changes the engine version, the parameters and the KMS key, not {', '.join(other)}.",
            hint="Change the rest before the deployment or after the switchover: "
            f"aurora-cli apply {before.name} --set FIELD=VALUE",
        )


def parameters_differ(before: ClusterSpec, after: ClusterSpec) -> bool:
    """Whether the green cluster gets other parameters."""
    return before.parameters != after.parameters


def new_key(before: ClusterSpec, after: ClusterSpec, stack_key: str | None) -> str | None:
    """The KMS key that the green cluster gets, as the API takes it; None for the key of the blue one.

    Args:
        stack_key: ARN of the key that the stack has created; None if it has none.

    Raises:
        InvalidInput: the key would be taken away, or is yet to be created.
    """
    from aurora_cli.spec.derived.regions import MANAGED_KEY
    from aurora_cli.spec.model.keys import STACK_KEY

    old, new = before.encryption, after.encryption
    if (old.enabled, old.kms_key) == (new.enabled, new.kms_key):
        return None
    if not new.enabled:
        raise InvalidInput(
            "A green cluster cannot go without the KMS key of the blue one.",
            hint="Keep `encryption.enabled: true`, or name another key.",
        )
    if new.kms_key != STACK_KEY:
        return new.kms_key or MANAGED_KEY
    if stack_key is None:
        raise InvalidInput(
            f"The stack of {after.name} has no KMS key yet.",
            hint="Name a key that exists, or create the stack's with another use of it, e.g. `logs.kms_key: stack`, first.",
        )
    return stack_key
