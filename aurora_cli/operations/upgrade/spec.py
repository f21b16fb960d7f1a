"""The spec that an upgrade leads to: the stored one with the new version, and with groups of its family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.specs import stored_layer, stored_spec
from aurora_cli.operations.preflight.target_version import Target, stored_version

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

_DEFAULT = "default."
_OF_VERSIONS = {"engine-version-known", "engine-version-support"}
"""What AWS offers as a target is a version, whatever the packaged table says."""


def upgraded(stack: Stack, target: Target, cluster_group: str | None, instance_group: str | None) -> Resolved:
    """The spec at the end of an upgrade.

    Args:
        cluster_group, instance_group: existing groups of the new family; None for those of the stack, or the default ones.

    Raises:
        SpecInvalid: the version breaks a rule that the stored one does not break. StackDamaged.
        InvalidInput: an existing group of the old family is named, and none of the new one was given.
    """
    from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    before = stored_spec(stack)
    spec = before.spec
    version = stored_version(
        spec.engine, str(spec.engine_version), target.version, aws_owns_minor=spec.maintenance.auto_minor_upgrades
    )
    if target.major and spec.global_ is not None:
        version = target.version  # a global cluster is given its version in full: AWS owns the minor one of no member
    if version == spec.engine_version and not target.major:
        return before
    values: dict[str, Any] = {"engine_version": version}
    values |= _groups(spec, target, cluster_group, instance_group) if target.major else {}
    stored = resolve([stored_layer(stack)], skip_checks=check_names()).warnings
    accepted = {w.check for w in stored} & set(check_names())
    resolved = resolve([stored_layer(stack), Layer(values, "upgrade")], skip_checks={*accepted, *_OF_VERSIONS})
    known = {(w.check, w.path) for w in stored}
    origins = {path: before.origins.get(path, source) for path, source in resolved.origins.items()}
    fresh = tuple(w for w in resolved.warnings if (w.check, w.path) not in known and w.check != "engine-version-known")
    return Resolved(resolved.spec, {**origins, "engine_version": "upgrade"}, fresh)


def _groups(spec: ClusterSpec, target: Target, cluster_group: str | None, instance_group: str | None) -> dict[str, Any]:
    """Existing groups that the spec names have to be of the new family as well."""
    given = {
        "cluster_group": _of_family(spec.parameters.cluster_group, cluster_group, target, "--cluster-group"),
        "instance_group": _of_family(spec.parameters.instance_group, instance_group, target, "--instance-group"),
    }
    own = {
        key: {"parameter_group": _of_one(spec, key, one.parameter_group, target)}
        for key, one in spec.instances.overrides.items()
        if one.parameter_group
    }
    chosen = {name: group for name, group in given.items() if group}
    return {
        **({"parameters": chosen} if chosen else {}),
        **({"instances": {"overrides": own}} if own else {}),
    }


def _of_family(now: str | None, given: str | None, target: Target, option: str) -> str | None:
    if now is None or given is not None:
        return given
    if now.startswith(_DEFAULT):
        return f"{_DEFAULT}{target.family}"
    raise InvalidInput(
        f"The parameter group {now} is of the old family and is not managed here; {target.version} needs one of {target.family}.",
        hint=f"Create one of that family, and specify it: {option} NAME",
    )


def _of_one(spec: ClusterSpec, key: str, now: str, target: Target) -> str:
    if now.startswith(_DEFAULT):
        return f"{_DEFAULT}{target.family}"
    raise InvalidInput(
        f"Instance {key} has the parameter group {now} of the old family, which is not managed here.",
        hint=f"Remove it for the upgrade: aurora-cli apply {spec.name} --set instances.overrides.{key}.parameter_group=null",
    )
