"""The rendered files of a stack on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.stacks.stack import Stack


def write_rendered(stack: Stack, spec: ClusterSpec, keys: tuple[str, ...] | None = None, **options: Any) -> None:
    """Render the spec into the stack's folder; files that do not change are left alone.

    Args:
        keys: instance keys; None for those of the stack's record.
        options: further fields of `RenderOptions`.

    Raises:
        InvalidInput: a text of the spec cannot be written as HCL. StackDamaged: a foreign file is in the way.
    """
    from aurora_cli.hcl.options import RenderOptions
    from aurora_cli.hcl.render import render_stack

    instance_keys = stack.record.instance_keys if keys is None else keys
    stack.write_files(render_stack(spec, RenderOptions(instance_keys=instance_keys, **options)))
