"""A Terraform plan as data, from `show -json PLANFILE` or, when nothing changes, from the messages of `plan` itself.

Secrets are taken out while reading: no object made here holds one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aurora_cli.json_input import json_object
from aurora_cli.terraform.output.events import ResourceDrift, TerraformEvent, Version
from aurora_cli.terraform.plan.changes import AttributeChange, attribute_changes, dotted
from aurora_cli.terraform.plan.redaction import redact

Action = Literal["create", "update", "replace", "delete", "read", "no-op", "forget"]

_ACTIONS: dict[tuple[str, ...], Action] = {
    ("create",): "create",
    ("update",): "update",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("delete",): "delete",
    ("read",): "read",
    ("no-op",): "no-op",
    ("forget",): "forget",
    ("create", "forget"): "replace",
}


@dataclass(frozen=True)
class ResourceChange:
    """What the plan does with one resource.

    Attributes:
        address: e.g. `aws_rds_cluster_instance.this["2"]`.
        type: e.g. `aws_rds_cluster_instance`.
        name: e.g. `this`.
        index: `for_each` key or `count` index, or None.
        action: what is done; `replace` is a deletion and a creation, in either order.
        replace_paths: the attributes that force a replacement, e.g. `engine`; empty otherwise.
        changed: the attributes that differ, for `update` and `replace`; empty otherwise.
        reason: Terraform's word for why, e.g. `replace_because_cannot_update`, or None.
        before: attributes now, secrets redacted; empty for a creation.
        after: planned attributes as far as known, secrets redacted; empty for a deletion.
        unknown: top-level attributes that AWS will decide.
        partly: those of which it will decide a part.
        data: True for a data source.
        previous_address: the address before a `moved` block, or None.
        importing: the id that is imported, or None.
        deposed: True when it is a left-over of an unfinished replacement.
    """

    address: str
    type: str
    name: str
    index: str | int | None
    action: Action
    replace_paths: tuple[str, ...] = ()
    changed: tuple[AttributeChange, ...] = ()
    reason: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    data: bool = False
    previous_address: str | None = None
    importing: str | None = None
    deposed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema: what is done and why, without the resource's whole content."""
        return {
            "address": self.address,
            "type": self.type,
            "name": self.name,
            "index": self.index,
            "action": self.action,
            "reason": self.reason,
            "replace_paths": list(self.replace_paths),
            "changed": [change.to_dict() for change in self.changed],
        }


@dataclass(frozen=True)
class Plan:
    """What Terraform would do.

    Attributes:
        resource_changes: every managed resource and data source in the plan, also those that stay (`no-op`).
        drift: what was changed outside Terraform since the last apply.
        output_changes: name -> action, for outputs that change.
        terraform_version: of the program that made it.
        errored: True when planning failed half-way; such a plan cannot be applied.
        applyable: False when there is nothing to do or it errored.
    """

    resource_changes: tuple[ResourceChange, ...] = ()
    drift: tuple[ResourceChange, ...] = ()
    output_changes: Mapping[str, str] = field(default_factory=dict)
    terraform_version: str = ""
    errored: bool = False
    applyable: bool = False

    @property
    def changes(self) -> tuple[ResourceChange, ...]:
        """The resource changes that do something to a managed resource."""
        return tuple(c for c in self.resource_changes if c.action not in ("no-op", "read"))

    @property
    def empty(self) -> bool:
        """True when no managed resource changes: outputs alone are not a change that anyone has to approve."""
        return not self.changes

    def summary(self) -> dict[str, int]:
        """How many resources are made, changed in place, replaced and deleted: keys create, update, replace, delete."""
        actions = [c.action for c in self.changes]
        return {
            "create": actions.count("create"),
            "update": actions.count("update"),
            "replace": actions.count("replace"),
            "delete": actions.count("delete"),
        }

    def counts(self) -> dict[str, int]:
        """The summary as documents have it: also add, change and destroy, as Terraform counts, in which a replacement is two."""
        done = self.summary()
        return {
            "add": done["create"] + done["replace"],
            "change": done["update"],
            "destroy": done["delete"] + done["replace"],
            **done,
        }

    def change(self, address: str) -> ResourceChange | None:
        """The change of the resource at `address`, or None when the plan does not mention it."""
        return next((c for c in self.resource_changes if c.address == address and not c.deposed), None)

    def without(self, addresses: Collection[str]) -> Plan:
        """The plan as it is told where these resources are no part of it."""
        return replace(self, resource_changes=tuple(c for c in self.resource_changes if c.address not in addresses))

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "changes": not self.empty,
            "summary": self.counts(),
            "resource_changes": [c.to_dict() for c in self.changes],
            "drift": [c.to_dict() for c in self.drift],
            "output_changes": dict(self.output_changes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan in the object printed by `show -json` (plan format 1.x); unknown keys are ignored.

        Fails as Python does where it is no such object.
        """
        changes = tuple(_change(item) for item in data.get("resource_changes") or [])
        outputs = {name: _action(item) for name, item in (data.get("output_changes") or {}).items()}
        return cls(
            resource_changes=changes,
            drift=tuple(_change(item) for item in data.get("resource_drift") or []),
            output_changes={name: action for name, action in outputs.items() if action != "no-op"},
            terraform_version=str(data.get("terraform_version") or ""),
            errored=bool(data.get("errored", False)),
            applyable=bool(data.get("applyable", any(c.action not in ("no-op", "read") for c in changes))),
        )

    @classmethod
    def unchanged(cls, events: Iterable[TerraformEvent]) -> Plan:
        """The plan of a `plan` that found nothing to do (exit status 0), from its messages; drift has only addresses."""
        drift: list[ResourceChange] = []
        version = ""
        for event in events:
            if isinstance(event, ResourceDrift):
                drift.append(_drifted(event))
            elif isinstance(event, Version):
                version = event.terraform
        return cls(drift=tuple(drift), terraform_version=version)


def _drifted(event: ResourceDrift) -> ResourceChange:
    action: Action = "delete" if event.action == "delete" else "update"
    return ResourceChange(event.resource.address, event.resource.type, event.resource.name, event.resource.key, action)


def _action(change: Mapping[str, Any]) -> Action:
    return _ACTIONS.get(tuple(change.get("actions") or ["no-op"]), "update")


def _change(item: Mapping[str, Any]) -> ResourceChange:
    change: dict[str, Any] = item.get("change") or {}
    action = _action(change)
    unknown = change.get("after_unknown")
    return ResourceChange(
        address=str(item.get("address", "")),
        type=str(item.get("type", "")),
        name=str(item.get("name", "")),
        index=item.get("index"),
        action=action,
        replace_paths=tuple(dotted(tuple(path)) for path in change.get("replace_paths") or []),
        changed=attribute_changes(change) if action in ("update", "replace") else (),
        reason=item.get("action_reason"),
        before=_attributes(change, "before"),
        after=_attributes(change, "after"),
        unknown=tuple(k for k, v in unknown.items() if v is True) if isinstance(unknown, dict) else (),
        partly=tuple(k for k, v in unknown.items() if v is not True and _holds_true(v))
        if isinstance(unknown, dict)
        else (),
        data=item.get("mode") == "data",
        previous_address=item.get("previous_address"),
        importing=(change.get("importing") or {}).get("id"),
        deposed=item.get("deposed") is not None,
    )


def _holds_true(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(_holds_true, value.values() if isinstance(value, dict) else value))
    return value is True


def _attributes(change: Mapping[str, Any], when: str) -> dict[str, Any]:
    """`before` or `after` without secrets; empty where all of it is one."""
    found = redact(json_object(change.get(when) or {}), change.get(f"{when}_sensitive"))
    return found if isinstance(found, dict) else {}
