"""Plays Terraform's part against the provider in this process: configuration, plan, apply, and the next plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.protocol.codec import conform
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical

REGION = "eu-west-1"


class Driver:
    """One configured provider.

    Args:
        environment: endpoint and credentials of an emulator.
        cache: folder for service models.
        default_tags: the provider block's default tags.
    """

    def __init__(
        self, environment: Mapping[str, str], cache: Path, default_tags: Mapping[str, str] | None = None
    ) -> None:
        self.provider = Provider(cache, environment)
        tags = [{"tags": dict(default_tags)}] if default_tags else []
        self.provider.configure({"region": REGION, "default_tags": tags})

    def create(self, resource_type: str, **config: Any) -> dict[str, Any]:
        """The state after `terraform apply` of a new resource; fails when the next plan would not be empty."""
        full = self.config(resource_type, **config)
        planned = self.provider.plan(resource_type, None, full).planned
        state = self.provider.apply(resource_type, None, planned, full)
        assert state is not None
        self.assert_settled(resource_type, state, full)
        return state

    def update(self, resource_type: str, state: Mapping[str, Any], **config: Any) -> dict[str, Any]:
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

    def config(self, resource_type: str, **config: Any) -> dict[str, Any]:
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
        assert read == state
        planned = self.provider.plan(resource_type, read, config).planned
        differences = {
            name: (read[name], planned[name])
            for name, inner in type_.attributes.items()
            if canonical(read[name], inner) != canonical(planned[name], inner)
        }
        assert differences == {}
        assert UNKNOWN not in state.values()
