"""What the user asked for, before it is resolved into a spec."""

from __future__ import annotations

from dataclasses import dataclass
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
    """

    name: str | None = None
    layers: tuple[Layer, ...] = ()
    skip_checks: tuple[str, ...] = ()

    def resolve(self) -> Resolved:
        """The complete spec. Raises SpecInvalid with every problem."""
        from aurora_cli.spec.resolve import resolve

        return resolve(self.layers, skip_checks=self.skip_checks)
