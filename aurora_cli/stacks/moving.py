"""A stack gets another name."""

from __future__ import annotations

from aurora_cli.stacks.atomic import sync_folder
from aurora_cli.stacks.names import checked_name
from aurora_cli.stacks.stack import Stack


def move_stack(stack: Stack, name: str) -> None:
    """Rename the folder of a stack, and have this object name the new one. Hold the locks of both names.

    The record says beforehand where the folder goes, so that it is readable under both names; whoever calls this then writes
    the new name into it.

    Raises:
        InvalidInput: this cannot be a name. OSError: there is another stack of that name, or the disk does not take it.
    """
    checked_name(name)
    if stack.name == name:
        return
    stack.update_record(renamed_to=name)
    folder = stack.folder.with_name(name)
    stack.folder.rename(folder)  # fails on a folder that has something in it
    sync_folder(folder.parent)
    stack.__init__(folder, stack.lock_file.with_name(f"{name}.lock"))  # type: ignore[misc]
