"""Kill the parts of a command while a call that creates something is under way."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.reliability.interrupt import stopped_when
from tests.sandbox.aws_view import READING

WHO = ("terraform", "provider", "tree", "command")
"""Terraform alone; its provider; both with the command; the command alone, whose Terraform works on."""
CREATING = (
    *("Create*", "Authorize*", "Associate*", "Attach*", "Register*", "AddRole*", "Put*", "Restore*", "Start*"),
    *("Subscribe", "ChangeResourceRecordSets", "RotateSecret", "ModifyVpcAttribute", "ModifyDBProxyTargetGroup"),
)


def slow_creations(aurora: Aurora, seconds: float) -> None:
    """Let each call that creates something take that long: it is carried out at the end of that time."""
    for action in CREATING:
        aurora.emulator.add_fault(FaultRule(kind="slow", action=action, delay_s=seconds))


def under_way(aurora: Aurora, since: int) -> set[str]:
    """The calls after that number that change something and have no response yet, as `rds:CreateDBCluster`."""
    calls = aurora.emulator.calls(since=since)
    running = [c for c in calls if c["status"] is None and not c["action"].startswith(READING)]
    return {f"{c['service']}:{c['action']}" for c in running}


def processes(folder: Path, who: str) -> list[int]:
    """Process ids of Terraform, or of everything that works in that folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if not (entry / "cwd").readlink().is_relative_to(folder):
                continue
            words = (entry / "cmdline").read_bytes().split(b"\0")
            kind = (
                "terraform"
                if words[0].endswith((b"terraform", b"tofu"))
                else "shell"
                if words[0].endswith(b"sh")
                else "provider"
            )
            if who in ("tree", kind) and not (who == "terraform" and b"apply" not in words):
                found.append(int(entry.name))
    return found


def kill_when(aurora: Aurora, args: tuple[str, ...], ready: Callable[[], bool], who: str) -> tuple[int, str]:
    """Start the command and kill a part of it as soon as `ready` says so; see `stopped_when`."""

    def kill(process: subprocess.Popen[str]) -> None:
        if who in ("command", "tree"):
            process.kill()
        if who != "command":
            for pid in processes(aurora.home / "sandbox" / "stacks", who):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    return stopped_when(aurora, args, ready, kill)
