"""One cluster on disk: its spec, rendered files, state, plan, runs and history."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aurora_cli.errors import StackDamaged
from aurora_cli.stacks.files import FilesWritten, write_files
from aurora_cli.stacks.history import History
from aurora_cli.stacks.lock import Holder, lock_holder, stack_lock
from aurora_cli.stacks.names import checked_name
from aurora_cli.stacks.record import StackRecord, load_record
from aurora_cli.writing import make_folder, sync_folder, write_atomic


class Stack:
    """A folder and what is in it. Making this object reads nothing.

    Args:
        folder: the stack's folder; its last part is the name.
        lock_file: the lock of this stack, outside the folder.
        role: arguments of `assume_role` in place of those of the spec, as long as this object is used; or None.
    """

    def __init__(self, folder: Path, lock_file: Path, role: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.lock_file = lock_file
        self.role = role

    def __repr__(self) -> str:
        return f"Stack({str(self.folder)!r})"

    @property
    def name(self) -> str:
        """Of the cluster."""
        return self.folder.name

    @property
    def terraform_dir(self) -> Path:
        """Rendered files, state and lock file of Terraform."""
        return self.folder / "terraform"

    @property
    def runs_dir(self) -> Path:
        """What Terraform printed, one folder per run."""
        return self.folder / "runs"

    @property
    def spec_file(self) -> Path:
        """The spec as YAML."""
        return self.folder / "spec.yaml"

    @property
    def history(self) -> History:
        """The operations on this stack."""
        return History(self.folder / "history.jsonl")

    @property
    def record(self) -> StackRecord:
        """The record, read from disk each time.

        Raises:
            StackDamaged: it is missing or cannot be read.
        """
        return load_record(self._text("stack.json"), name=self.name)

    def write_record(self, record: StackRecord) -> None:
        """Replace the record. Raises OSError when the disk does not take it."""
        write_atomic(self.folder / "stack.json", record.dumps())

    def update_record(self, **changes: Any) -> StackRecord:
        """Change some fields of the record and write it; gives the new one. Raises StackDamaged as `record` does."""
        record = replace(self.record, **changes)
        self.write_record(record)
        return record

    def read_spec(self) -> str:
        """The spec as YAML text.

        Raises:
            StackDamaged: there is none, or it is not text.
        """
        return self._text("spec.yaml")

    def has_spec(self) -> bool:
        """Whether a spec has been written."""
        return self.spec_file.is_file()

    def write_spec(self, text: str) -> None:
        """Replace the spec."""
        write_atomic(self.spec_file, text)

    def write_files(self, files: Mapping[str, str]) -> FilesWritten:
        """Bring the rendered Terraform files to `files`; never touches state. Raises StackDamaged, see `files.write_files`."""
        return write_files(self.terraform_dir, files)

    def lock(self, operation: str) -> AbstractContextManager[Holder]:
        """Hold this stack while a block runs; `operation` is what others are told.

        Raises:
            StackLocked: another command holds it.
        """
        return stack_lock(self.lock_file, name=self.name, operation=operation)

    def locked_by(self) -> Holder | None:
        """Who works on this stack right now, or None."""
        return lock_holder(self.lock_file)

    def prepare(self) -> None:
        """Make the folders of the stack."""
        for folder in (self.folder, self.terraform_dir, self.runs_dir):
            make_folder(folder)

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError as problem:
            raise self._damaged(f"{name} is missing") from problem
        except (OSError, UnicodeDecodeError) as problem:
            raise self._damaged(f"{name} cannot be read ({problem})") from problem

    def _damaged(self, why: str) -> StackDamaged:
        return StackDamaged(
            f"The stack '{self.name}' is damaged: {why}.",
            hint=f"Nothing was changed. Check {self.folder} and restore the file from a backup.",
        )

    def rename(self, name: str) -> None:
        """Rename the folder, which this object names from then on. Hold the locks of both names.

        The record says beforehand where the folder goes, so that it is readable under both names; whoever calls this then writes
        the new name into it.

        Raises:
            InvalidInput: this cannot be a name. OSError: there is another stack of that name, or the disk does not take it.
        """
        checked_name(name)
        if self.name == name:
            return
        self.update_record(renamed_to=name)
        folder = self.folder.with_name(name)
        self.folder.rename(folder)  # fails on a folder that has something in it
        sync_folder(folder.parent)
        self.folder, self.lock_file = folder, self.lock_file.with_name(f"{name}.lock")
