"""The Terraform of a resolved spec as blocks, for tests that need no Terraform."""

from __future__ import annotations

from typing import Any

from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.terraform_reader import Block, read_all
from tests.unit.spec_cases import POSTGRES, resolved


def files_of(changes: dict[str, Any] | None = None, base: dict[str, Any] = POSTGRES) -> dict[str, str]:
    """File name -> text, of the base with changes (dotted path -> value)."""
    return dict(render_stack(resolved(changes, base).spec, RenderOptions()))


def resources(kind: str, changes: dict[str, Any] | None = None, base: dict[str, Any] = POSTGRES) -> list[Block]:
    """Every resource of a type."""
    return [b for b in read_all(files_of(changes, base)) if b.kind == "resource" and b.labels[0] == kind]


def cluster(changes: dict[str, Any] | None = None, base: dict[str, Any] = POSTGRES) -> Block:
    """The cluster."""
    (found,) = resources("aws_rds_cluster", changes, base)
    return found


def locals_of(name: str, changes: dict[str, Any] | None = None) -> Any:
    """A local value."""
    blocks = [b for b in read_all(files_of(changes)) if b.kind == "locals"]
    return next(b.attributes[name] for b in blocks if name in b.attributes)
