"""Plays Terraform's part against the provider in this process: configuration, plan, apply, and the next plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.response_mapping import as_stored
from aurora_cli.sandbox.provider.protocol.codec import conform
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical
from tests.harness import REGION


class Driver:
    """One configured provider.

    Args:
        environment: endpoint and credentials of an emulator.
        cache: folder for service models.
        default_tags: the provider block's default tags.
        region: the provider block's Region.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        cache: Path,
        default_tags: Mapping[str, str] | None = None,
        region: str = REGION,
    ) -> None:
        self.provider = Provider(cache, environment)
        tags = [{"tags": dict(default_tags)}] if default_tags else []
        self.provider.configure({"region": region, "default_tags": tags})

    def create(self, resource_type: str, /, **config: Any) -> dict[str, Any]:
        """The state after `terraform apply` of a new resource; fails when the next plan would not be empty."""
        full = self.config(resource_type, **config)
        wrong = [one.summary for one in self.provider.validate(resource_type, full) if one.severity == "error"]
        assert wrong == [], wrong
        planned = self.provider.plan(resource_type, None, full).planned
        state = self.provider.apply(resource_type, None, planned, full)
        assert state is not None
        self.assert_settled(resource_type, state, full)
        return state

    def update(self, resource_type: str, state: Mapping[str, Any], /, **config: Any) -> dict[str, Any]:
        """The state after an update in place."""
        full = self.config(resource_type, **config)
        change = self.provider.plan(resource_type, state, full)
        assert change.requires_replace == ()
        changed = self.provider.apply(resource_type, state, change.planned, full)
        assert changed is not None
        self.assert_settled(resource_type, changed, full)
        return changed

    def delete(self, resource_type: str, state: Mapping[str, Any]) -> None:
        """`terraform destroy` of one resource."""
        assert self.provider.apply(resource_type, state, None, None) is None

    def replaced_by(self, resource_type: str, state: Mapping[str, Any], /, **config: Any) -> set[str]:
        """The top-level attributes that make a change a replacement."""
        change = self.provider.plan(resource_type, state, self.config(resource_type, **config))
        return {str(path[0]) for path in change.requires_replace}

    def assert_imports(self, resource_type: str, import_id: str, state: Mapping[str, Any], *but: str) -> None:
        """`terraform import` finds the state that an apply left, except for the attributes named in `but`."""
        imported = self.provider.import_state(resource_type, import_id)
        read = self.provider.read(resource_type, imported)
        assert read is not None
        types = self.provider.resource_schema(resource_type).block.type.attributes
        differences = {
            name: (read[name], state[name])
            for name, type_ in types.items()
            if name not in but and canonical(read[name], type_) != canonical(state[name], type_)
        }
        assert differences == {}, differences

    def assert_goes(self, resource_type: str, state: Mapping[str, Any]) -> None:
        """Delete: a refresh finds nothing, and deleting what is gone is fine."""
        self.delete(resource_type, state)
        assert self.provider.read(resource_type, state) is None
        self.delete(resource_type, state)

    def source(self, name: str, /, **config: Any) -> dict[str, Any]:
        """What a data source finds."""
        block = self.provider.schema.data_sources[name].block
        full: dict[str, Any] = conform(config, block.type)
        for block_name, nested in block.blocks.items():
            if full[block_name] is None and nested.nesting != "single":
                full[block_name] = []
        return self.provider.read_source(name, full)

    def config(self, resource_type: str, /, **config: Any) -> dict[str, Any]:
        """A configuration as Terraform hands it over: every attribute present."""
        block = self.provider.resource_schema(resource_type).block
        full: dict[str, Any] = conform(config, block.type)
        for name, nested in block.blocks.items():
            if full[name] is None and nested.nesting != "single":
                full[name] = []
        return full

    def assert_settled(self, resource_type: str, state: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        """What was applied is what a refresh finds, and what the next plan wants."""
        type_ = self.provider.resource_schema(resource_type).block.type
        read = self.provider.read(resource_type, state)
        assert read is not None
        drift = {
            name: (state[name], value)
            for name, value in read.items()
            if value not in (state[name], as_stored(state[name], type_.attributes[name]))  # the SDK refreshes null
        }
        assert drift == {}, drift
        planned = self.provider.plan(resource_type, read, config).planned
        differences = {
            name: (read[name], planned[name])
            for name, inner in type_.attributes.items()
            if canonical(read[name], inner) != canonical(planned[name], inner)
        }
        assert differences == {}, differences
        assert UNKNOWN not in state.values()


def new_driver(emulator: Sandbox, region: str = REGION, **default_tags: str) -> Driver:
    """A provider of a Region, as an alias in a configuration makes one."""
    tags = default_tags or {"Project": "orders"}
    return Driver(emulator.environment(), emulator.files.folder / "models", tags, region)
