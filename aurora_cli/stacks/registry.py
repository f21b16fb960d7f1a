"""All stacks of one home, by name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from difflib import get_close_matches
from pathlib import Path

from aurora_cli import __version__
from aurora_cli.errors import ClusterNotFound, StackDamaged, StackLocked
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.lock import Holder, stack_lock
from aurora_cli.stacks.names import checked_name, is_name
from aurora_cli.stacks.record import StackRecord, Target
from aurora_cli.stacks.stack import Stack
from aurora_cli.writing import sync_folder


class Registry:
    """Finds, makes, lists and removes stacks.

    Args:
        home: where they are kept.
        role: arguments of `assume_role` that the stacks are worked on with, in place of those of their specs; or None.
    """

    def __init__(self, home: Home, role: Mapping[str, str] | None = None) -> None:
        self._home, self._role = home, role

    def get(self, name: str) -> Stack:
        """The stack of that name.

        Raises:
            InvalidInput: this cannot be a name.
            ClusterNotFound: there is none; the hint names one that is spelled alike.
            StackDamaged: something else is where its folder should be.
        """
        stack = self.find(name)
        if stack is None:
            raise ClusterNotFound(f"No cluster named '{name}' exists here.", hint=self._hint(name))
        return stack

    def find(self, name: str) -> Stack | None:
        """The stack of that name, or None. Raises InvalidInput and StackDamaged as `get` does."""
        folder = self._home.stacks_dir / checked_name(name)
        if folder.is_symlink():
            raise StackDamaged(
                f"{folder} is a symbolic link; a stack must be a real folder.",
                hint="Move its target here, or use another --home.",
            )
        return self._stack(name) if folder.is_dir() else None

    def create(
        self,
        name: str,
        *,
        region: str,
        target: Target,
        spec: str,
        instance_keys: tuple[str, ...] = (),
        origins: Mapping[str, str] | None = None,
    ) -> Stack:
        """A new stack with its record (status `creating`) and spec, in one step: it is there as a whole or not at all.

        Hold the lock of that name while calling this.

        Raises:
            InvalidInput: the name, or a home that cannot be written.
            StackLocked: a stack of that name appeared meanwhile.
        """
        checked_name(name)
        self._home.prepare()
        self._sweep(name)
        record = StackRecord(
            name=name,
            region=region,
            target=target,
            created_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            instance_keys=instance_keys,
            split_instances=False,
            origins=dict(origins or {}),
            tool_version=__version__,
        )
        draft = Stack(self._home.stacks_dir / f".new.{name}.{os.urandom(6).hex()}", self._lock_file(name))
        draft.prepare()
        try:
            draft.write_record(record)
            draft.write_spec(spec)
            self._publish(draft, name)
        finally:
            shutil.rmtree(draft.folder, ignore_errors=True)
        return self._stack(name)

    def list(self) -> list[Stack]:
        """Every stack by name; one whose files are damaged is in it too (reading its `record` then raises)."""
        if not self._home.stacks_dir.is_dir():
            return []
        folders = sorted(self._home.stacks_dir.iterdir())
        return [self._stack(f.name) for f in folders if is_name(f.name) and f.is_dir() and not f.is_symlink()]

    def remove(self, stack: Stack) -> None:
        """Delete everything of that stack on disk, its record first out of sight. Hold its lock while calling this.

        Raises:
            OSError: the folder cannot be removed.
        """
        gone = self._home.stacks_dir / f".gone.{stack.name}.{os.urandom(6).hex()}"
        stack.folder.rename(gone)
        sync_folder(self._home.stacks_dir)
        shutil.rmtree(gone)

    def lock(self, name: str, operation: str) -> AbstractContextManager[Holder]:
        """The lock of the stack `name`, also before that stack exists; the same lock as `Stack.lock`.

        Raises:
            InvalidInput: the name, or a home that cannot be written.
            StackLocked: another command holds it.
        """
        checked_name(name)
        self._home.prepare()
        return stack_lock(self._lock_file(name), name=name, operation=operation)

    def _sweep(self, name: str) -> None:
        """Remove what a kill has left of making or removing the stack `name`."""
        for pattern in (f".new.{name}.*", f".gone.{name}.*"):
            for folder in self._home.stacks_dir.glob(pattern):
                shutil.rmtree(folder, ignore_errors=True)

    def _publish(self, draft: Stack, name: str) -> None:
        final = self._home.stacks_dir / name
        try:
            draft.folder.rename(final)  # fails on a folder that has something in it
        except OSError as problem:
            if not final.exists():
                raise
            raise StackLocked(
                f"Another command has created '{name}' meanwhile.", hint=f"Check it: aurora-cli status {name}"
            ) from problem
        sync_folder(self._home.stacks_dir)

    def _stack(self, name: str) -> Stack:
        return Stack(self._home.stacks_dir / name, self._lock_file(name), self._role)

    def _lock_file(self, name: str) -> Path:
        return self._home.locks_dir / f"{name}.lock"

    def _hint(self, name: str) -> str:
        names = [stack.name for stack in self.list()]
        close = get_close_matches(name, names, n=1)
        if close:
            return f"Did you mean '{close[0]}'? List all clusters: aurora-cli list"
        return (
            "List all clusters: aurora-cli list" if names else f"Create one: aurora-cli create {name} --engine postgres"
        )
