"""A folder of Terraform that is not ours, while it is run against the sandbox: what must not be touched, and what is kept apart.

Apart, in `.terraform/aurora-sandbox` of the folder: what Terraform downloads and remembers (TF_DATA_DIR), and the dependency
lock file, which would name the sandbox's provider with a checksum that hashicorp/aws never has. The state stays where the
configuration has it; a state of a real account, or one in a backend beyond this machine, is refused.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aurora_cli.errors import InvalidInput, StackLocked
from aurora_cli.json_input import json_object, read_json
from aurora_cli.sandbox.isolation import ACCOUNT
from aurora_cli.writing import is_taken, make_missing, write_atomic

DATA_DIR = ".terraform/aurora-sandbox"
LOCK_FILE = ".terraform.lock.hcl"
_LOCAL_BACKENDS = ("local", "s3")  # the second reaches the emulator: Terraform takes the endpoint from the environment
_BACKEND = re.compile(r'^\s*(?:backend\s+"([\w-]+)"|"?(cloud)"?\s*[{:])', re.MULTILINE)
_ACCOUNT = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(\d{12}):")
_AWS_LOCK = re.compile(rb'^provider "[^"]*/hashicorp/aws" \{\r?\n.*?^\}[\r\n]+', re.MULTILINE | re.DOTALL)
_OURS, _THEIRS, _NONE = "lock.hcl", "lock.before", "lock.none"
_STATELESS = frozenset(
    {"fmt", "get", "init", "login", "logout", "metadata", "providers", "validate", "version", "workspace"}
)
_COPY = "Copy the configuration without it to another folder, and run Terraform there."
_LOCAL_STATE = 'Add a file sandbox_override.tf with:  terraform { backend "local" {} }  and delete it afterwards.'


def folder_of(arguments: Sequence[str], start: Path) -> Path:
    """The folder that Terraform works in: that of `-chdir=DIR`, else `start`."""
    chosen = next((one.partition("=")[2] for one in _options_before(arguments) if one.startswith("-chdir=")), "")
    return start / chosen


def refuse_real_state(arguments: Sequence[str], folder: Path) -> None:
    """Refuse what would read or overwrite a state that is not the sandbox's.

    Raises:
        InvalidInput: the backend is not on this machine, or the local state has resources of another account.
    """
    command = next((one for one in arguments if not one.startswith("-")), "")
    if command in ("", "fmt", "version") or not folder.is_dir():
        return
    file, backend = _backend(folder)
    if backend and backend not in _LOCAL_BACKENDS:
        raise InvalidInput(
            f"{file} keeps the state in {backend}, which is not in the sandbox: the state there would be overwritten.",
            hint=_LOCAL_STATE,
        )
    named = (folder / one.partition("=")[2] for one in arguments if re.match("--?state=", one))
    for state in () if command in _STATELESS else (_state_file(folder), *named):
        if not state.is_file():
            continue
        accounts = set(_ACCOUNT.findall(state.read_text("utf-8", errors="replace"))) - {ACCOUNT}
        if accounts:
            raise InvalidInput(
                f"{state} has resources of the account {min(accounts)}: the sandbox would overwrite what it says of them.",
                hint=_COPY,
            )


@contextmanager
def own_lock_file(folder: Path) -> Iterator[None]:
    """While the block runs, the folder has the sandbox's dependency lock file; the user's is back afterwards.

    Its own begins as the user's without hashicorp/aws. What a killed run left is put right first. A folder without a
    configuration is left alone.

    Raises:
        StackLocked: another run works in the folder.
    """
    if not _has_configuration(folder):
        yield
        return
    apart = make_missing(folder / DATA_DIR)
    handle = os.open(apart / "running", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, folder)
        live = folder / LOCK_FILE
        _give_back(live, apart)
        before = live.read_bytes() if live.exists() else b""
        if is_taken(live):
            shutil.move(live, apart / _THEIRS)
        else:
            (apart / _NONE).touch()
        ours = apart / _OURS
        write_atomic(live, ours.read_bytes() if ours.exists() else _AWS_LOCK.sub(b"", before), 0o644)
        try:
            yield
        finally:
            _give_back(live, apart)
    finally:
        os.close(handle)


def _give_back(live: Path, apart: Path) -> None:
    """Move the sandbox's lock file aside, and the user's to its place, as it was; nothing if the user's is there."""
    theirs, none = apart / _THEIRS, apart / _NONE
    if not is_taken(theirs) and not none.exists():
        return
    if live.exists():
        live.replace(apart / _OURS)
    if is_taken(theirs):
        shutil.move(theirs, live)
    none.unlink(missing_ok=True)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StackLocked(
            f"Another `aurora-cli sandbox terraform` runs in {folder}.", hint="Wait until it ends, or end it first."
        ) from error


def _options_before(arguments: Sequence[str]) -> Iterator[str]:
    """Terraform's global options, which stand before its command."""
    for one in arguments:
        if not one.startswith("-"):
            return
        yield one


def _configuration(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.tf*") if path.name.endswith((".tf", ".tf.json")) and path.is_file())


def _has_configuration(folder: Path) -> bool:
    return folder.is_dir() and bool(_configuration(folder))


def _backend(folder: Path) -> tuple[str, str]:
    """The file and the type of the configured backend; an override file counts most. Empty if there is none."""
    found = ("", "")
    for path in sorted(_configuration(folder), key=lambda one: bool(re.search(r"(^|_)override\.tf", one.name))):
        text = re.sub(r"(?m)^\s*(#|//).*$", "", path.read_text("utf-8", errors="replace"))
        for match in _BACKEND.finditer(text):
            found = (path.name, match[1] or match[2])
    return found


def _state_file(folder: Path) -> Path:
    """The local state of the selected workspace."""
    remembered = read_json(folder / DATA_DIR / "terraform.tfstate", json_object, lambda why: {}) or {}
    backend = remembered.get("backend") or {}
    path = (backend.get("config") or {}).get("path") if backend.get("type") == "local" else None
    try:
        workspace = (folder / DATA_DIR / "environment").read_text("utf-8").strip() or "default"
    except OSError:
        workspace = "default"
    if workspace != "default":
        return folder / "terraform.tfstate.d" / workspace / "terraform.tfstate"
    return folder / (path or "terraform.tfstate")
