"""Take the Terraform away: write the rendered files into a folder of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.operations.core.rendered import options_of
from aurora_cli.operations.core.specs import SpecRequest, desired_spec
from aurora_cli.writing import OUTPUT_FOLDER_MODE, inside, is_taken, make_missing, write_output

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def render(app: AppContext, request: SpecRequest, *, to: Path, force: bool = False) -> list[Path]:
    """Write the files for the request's spec, or for the stored one when the request has no layers.

    Args:
        to: the folder; it is made if missing.
        force: overwrite files that differ.

    Returns:
        The paths written (or already equal), in the order of their names.

    Raises:
        InvalidInput: a file exists with other content and `force` is off; nothing is written then.
        OperationFailed: the folder cannot be written.
    """
    from aurora_cli.hcl.render import render_stack
    from aurora_cli.hcl.render_options import RenderOptions

    resolved = desired_spec(app, request)
    stack = app.registry.find(resolved.spec.name) if not request.layers else None
    files = render_stack(resolved.spec, options_of(stack.record) if stack else RenderOptions())
    try:
        return _write(files, to, force)
    except OSError as error:
        raise OperationFailed(
            f"The folder {to} cannot be written: {error.strerror or error}.", hint="Choose another folder with --to."
        ) from error


def _write(files: dict[str, str], to: Path, force: bool) -> list[Path]:
    differing = [name for name, text in files.items() if _differs(to / name, text)]
    if differing and not force:
        raise InvalidInput(
            f"{to} already contains other files of these names: {', '.join(sorted(differing))}.",
            hint="Choose another folder with --to, or overwrite them with --force.",
        )
    for name, text in files.items():
        path = inside(to, name)
        make_missing(path.parent, OUTPUT_FOLDER_MODE)
        write_output(path, text)
    return [to / name for name in sorted(files)]


def _differs(path: Path, text: str) -> bool:
    return is_taken(path) and (path.is_symlink() or path.read_text("utf-8", "replace") != text)
