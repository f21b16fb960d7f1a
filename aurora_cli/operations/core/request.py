"""What the user asked for, before it is resolved into a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.spec.resolve import Layer, Resolved


@dataclass(frozen=True)
class SpecRequest:
    """A spec in layers.

    Attributes:
        name: the cluster's name from the command line, or None when the file gives it.
        layers: lowest precedence first, without preset and defaults; empty means "the spec that the stack has".
        skip_checks: names of checks whose errors become warnings.
        stored_origins: where the values of the lowest layer came from, when that layer is the stack's own spec.
    """

    name: str | None = None
    layers: tuple[Layer, ...] = ()
    skip_checks: tuple[str, ...] = ()
    stored_origins: Mapping[str, str] = field(default_factory=dict)

    def resolve(self) -> Resolved:
        """The complete spec. Raises SpecInvalid with every problem."""
        from aurora_cli.spec.resolve import resolve

        resolved = resolve(self.layers, skip_checks=self.skip_checks)
        if not self.stored_origins:
            return resolved
        stored = self.layers[0].source
        origins = {p: self.stored_origins.get(p, s) if s == stored else s for p, s in resolved.origins.items()}
        return replace(resolved, origins=origins)
