"""Runs Terraform in any folder against the sandbox: its environment, its exit status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aurora_cli.child import run_child
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.terraform_folder import DATA_DIR, folder_of, own_lock_file, refuse_real_state

_OF_OTHERS = ("TF_PLUGIN_CACHE_DIR", "AURORA_MASTER_PASSWORD")
"""The sandbox's hashicorp/aws must not get into a cache; the password is for our own commands."""


def environment(
    sandbox: Sandbox, base: Mapping[str, str], *, genuine: bool = False, mirror: Path | None = None
) -> dict[str, str]:
    """The environment in which Terraform, any AWS SDK and the AWS CLI reach the emulator and nothing else of AWS.

    Args:
        base: the caller's environment. Proxies stay: other providers and modules come from their registries.
        genuine: use hashicorp/aws instead of the sandbox's provider.
        mirror: a folder with other providers, as `terraform providers mirror` writes it.

    Raises:
        SandboxFailed: the emulator is not running.
    """
    env = {**sandbox.environment(base), **sandbox.prepare_terraform(genuine, base, mirror)}
    kept = {name: value for name, value in env.items() if name not in _OF_OTHERS}
    return {**kept, "TF_DATA_DIR": DATA_DIR, "CHECKPOINT_DISABLE": "1"}


def changes(env: Mapping[str, str], base: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What a shell with the environment `base` has to set, and what to unset."""
    set_ = {name: value for name, value in sorted(env.items()) if base.get(name) != value}
    return set_, sorted(name for name in base if name not in env)


def run(command: Sequence[str], arguments: Sequence[str], env: Mapping[str, str], start: Path) -> int:
    """Run Terraform with our standard streams until it ends.

    Args:
        command: the program, with the words before its arguments.
        start: the folder to run it in.

    Returns:
        its exit status; 128 and the number of the signal that ended it.

    Raises:
        InvalidInput: its state is not the sandbox's.
        StackLocked: another run works in the folder.
    """
    folder = folder_of(arguments, start)
    refuse_real_state(arguments, folder)
    with own_lock_file(folder):
        return run_child([*command, *arguments], env, start)
