"""A state that Terraform could not save, that a full disk cut off, or that is gone: the newest copy that can be read counts.

Terraform raises the serial of a state each time that it saves it, and the lineage says which states are of one origin. Source:
the description of state format 4 and of `terraform state push`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, StateAtRisk
from aurora_cli.events import Note
from aurora_cli.terraform.state.state import ERRORED_STATE, State, local_state_file, read_local_state
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.operations.core.concern import StackContext


def repair_state(context: StackContext) -> bool:
    """Make the newest copy of the state the state; True if it was repaired, and may lack what AWS has.

    No copy is deleted: one that is not used any more is beside it under another name.

    Raises:
        StateAtRisk: a state of another origin was left beside. TerraformFailed, StateLocked, ...: it cannot be saved now either.
    """
    folder = context.terraform.folder
    local = local_state_file(folder)
    repaired = local is not None and _repair_local(context, local)
    return _save_errored(context, folder / ERRORED_STATE) or repaired


def _repair_local(context: StackContext, local: Path) -> bool:
    """Of a file that is damaged or gone, the best of its copies."""
    damaged = _readable(local) is None
    if not damaged and (local.exists() or context.stack.record.status == "creating"):
        return False
    copies = [(state, file) for file in _copies(local) if (state := _readable(file)) is not None and file.exists()]
    best = max(copies, key=lambda copy: copy[0].serial, default=None)
    if damaged:
        local.rename(_free_name(local, "damaged"))
    if best is not None and best[0].resources:
        write_atomic(local, best[1].read_bytes())
        was = "damaged" if damaged else "missing"
        what = f"Terraform's state was {was}; its copy {best[1].name} is used (serial {best[0].serial})."
    elif damaged:
        what = "Terraform's state was damaged and has no copy; the resources are looked up in AWS."
    else:
        return False
    context.emit(Note(what, level="warning"))
    return True


def _copies(local: Path) -> list[Path]:
    return [local.with_name(f"{local.name}.backup"), local.with_name(ERRORED_STATE)]


def _save_errored(context: StackContext, errored: Path) -> bool:
    """Save the state that Terraform left beside, if it is newer than the one that is kept."""
    if not errored.exists():
        return False
    left = _readable(errored)
    if left is None or not left.lineage:
        errored.rename(_free_name(errored, "damaged"))
        text = "The state that Terraform could not save is truncated; the resources are looked up in AWS."
        context.emit(Note(text, level="warning"))
        return True
    kept = context.terraform.state()
    if kept.lineage not in ("", left.lineage):
        raise StateAtRisk(
            f"{errored} is of another origin than the state that is kept (lineage {left.lineage}, not {kept.lineage}).",
            hint="Compare the two (terraform state pull); move the one that is wrong elsewhere, then run the same command again.",
        )
    if left.serial > kept.serial or not kept.lineage:
        context.terraform.push_errored_state()
        context.emit(Note(f"Saved the state that an earlier run could not save (serial {left.serial})."))
    else:
        errored.rename(_free_name(errored, "older"))
    return True


def _readable(file: Path) -> State | None:
    """None for a file that is cut off or no state; a state without resources for none."""
    try:
        return read_local_state(file)
    except (AuroraError, OSError):
        return None


def _free_name(file: Path, why: str) -> Path:
    names = (file.with_name(f"{file.name}.{why}{number or ''}") for number in range(1000))
    return next(name for name in names if not name.exists())
