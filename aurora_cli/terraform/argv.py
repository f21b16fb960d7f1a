"""Terraform's command lines. The only module that uses python-terraform, and only its argument builder.

`generate_cmd_string` is a pure function of its arguments as long as no value is a dict (that would write a variables file to
/tmp) or a tuple (that would be printed as Python). Running, output, state and the commands' own defaults in that package do not
fit Terraform 1.x (its `destroy` passes `-force`, its `apply` overrides `-auto-approve`), so they are not used.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

_RESERVED = frozenset(
    {"synchronous", "capture_output", "raise_on_error", "var", "var_file", "auto_approve", "force_copy"}
)


def build(argv0: Sequence[str], command: str, *arguments: str, **flags: Any) -> tuple[str, ...]:
    """An argument vector.

    Args:
        argv0: the program, with arguments of its own if it has any.
        command: Terraform's command; a sub-command belongs to it, e.g. `state pull`.
        arguments: what follows the flags.
        flags: name -> value, `_` for `-`; `True` and `False` are written out, `FLAG()` gives a bare flag, a list repeats the
            flag, None leaves it out.

    Raises:
        TypeError: a dict or tuple value, a flag that python-terraform would take for itself, or one that we never pass.
    """
    if any(isinstance(value, (dict, tuple)) for value in flags.values()):
        raise TypeError("flag values must be texts, numbers, booleans or lists")
    if flags.keys() & _RESERVED:
        raise TypeError(f"flags that must not be passed: {sorted(flags.keys() & _RESERVED)}")
    if not argv0:
        raise TypeError("no program")
    built: list[str] = _builder().generate_cmd_string(command, *arguments, **flags)
    return (*argv0, *built[1:])


def bare() -> Any:
    """The value that makes a flag without a value, e.g. `-json`."""
    from python_terraform import IsFlagged

    return IsFlagged


@cache
def _builder() -> Any:
    # The package logs variables and output, and its root-logger call would configure logging for the whole program.
    logger = logging.getLogger("python_terraform")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    from python_terraform import Terraform

    class ArgumentBuilder(Terraform):  # type: ignore[misc]
        """python-terraform's argument builder without its side effects."""

        def read_state_file(self, file_path: str | None = None) -> None:
            """The original reads (and may choke on) the state in the working directory."""
            self.tfstate = None

        def __getattr__(self, item: str) -> Any:
            """The original makes a Terraform command of every unknown attribute."""
            raise AttributeError(item)

    return ArgumentBuilder(terraform_bin_path="terraform")


def version(argv0: Sequence[str]) -> tuple[str, ...]:
    """Print product and version."""
    return build(argv0, "version")


def init(
    argv0: Sequence[str],
    *,
    lock_timeout: str,
    upgrade: bool = False,
    reconfigure: bool = False,
) -> tuple[str, ...]:
    """Install providers and set up the backend."""
    return build(
        argv0,
        "init",
        json=bare(),
        input=False,
        lock_timeout=lock_timeout,
        upgrade=bare() if upgrade else None,
        reconfigure=bare() if reconfigure else None,
    )


def validate(argv0: Sequence[str]) -> tuple[str, ...]:
    """Check the configuration; prints one JSON object."""
    return build(argv0, "validate", json=bare())


def plan(
    argv0: Sequence[str],
    *,
    out: Path,
    lock_timeout: str,
    destroy: bool = False,
    refresh_only: bool = False,
    refresh: bool = True,
    targets: Sequence[str] = (),
    replace: Sequence[str] = (),
) -> tuple[str, ...]:
    """Plan into the file `out`; exit status 0 nothing to do, 1 error, 2 changes."""
    return build(
        argv0,
        "plan",
        json=bare(),
        input=False,
        out=out.name,
        detailed_exitcode=bare(),
        lock_timeout=lock_timeout,
        destroy=bare() if destroy else None,
        refresh_only=bare() if refresh_only else None,
        refresh=None if refresh else False,
        target=list(targets) or None,
        replace=list(replace) or None,
    )


def show(argv0: Sequence[str], plan_file: Path) -> tuple[str, ...]:
    """Print a saved plan as JSON, secrets in clear."""
    return build(argv0, "show", plan_file.name, json=bare())


def apply(argv0: Sequence[str], plan_file: Path, *, lock_timeout: str) -> tuple[str, ...]:
    """Do what a saved plan says. Without a plan file Terraform would refuse, since we never pass `-auto-approve`."""
    return build(argv0, "apply", plan_file.name, json=bare(), input=False, lock_timeout=lock_timeout)


def output(argv0: Sequence[str]) -> tuple[str, ...]:
    """Print all outputs as JSON, secrets in clear."""
    return build(argv0, "output", json=bare())


def state_pull(argv0: Sequence[str]) -> tuple[str, ...]:
    """Print the state, secrets in clear."""
    return build(argv0, "state pull")


def state_push(argv0: Sequence[str], file: Path, *, lock_timeout: str) -> tuple[str, ...]:
    """Save a state file to the backend; Terraform refuses an older one."""
    return build(argv0, "state push", file.name, lock_timeout=lock_timeout)


def untaint(argv0: Sequence[str], address: str, *, lock_timeout: str) -> tuple[str, ...]:
    """Take the mark "to be replaced" off a resource."""
    return build(argv0, "untaint", address, lock_timeout=lock_timeout)


def state_rm(argv0: Sequence[str], address: str, *, lock_timeout: str) -> tuple[str, ...]:
    """Forget a resource, and leave it in AWS as it is."""
    return build(argv0, "state rm", address, lock_timeout=lock_timeout)


def state_mv(argv0: Sequence[str], source: str, target: str, *, lock_timeout: str) -> tuple[str, ...]:
    """Give a resource another address in the state."""
    return build(argv0, "state mv", source, target, lock_timeout=lock_timeout)


def import_(argv0: Sequence[str], address: str, identifier: str, *, lock_timeout: str) -> tuple[str, ...]:
    """Take an existing resource into the state, without questions."""
    return build(argv0, "import", address, identifier, lock_timeout=lock_timeout, input=False, no_color=bare())


def force_unlock(argv0: Sequence[str], lock_id: str) -> tuple[str, ...]:
    """Take away a state lock by its ID."""
    return build(argv0, "force-unlock", lock_id, force=bare())
