"""How many creations and deletions of instances a command waits for, one after another.

The emulator takes a while for each change of an instance, as AWS takes 5 to 10 minutes; what is left of the seconds without
that latency is divided by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aurora_cli.context import AppContext
from benchmarks.against_terraform import SPEC, Workshop
from benchmarks.timing import Command

LATENCY_S = 8.0


@dataclass(frozen=True)
class Waits:
    """One command: its seconds, and those that it takes longer than without latency, in units of it."""

    command: str
    seconds: float
    waits: float


def instance_waits(shop: Workshop) -> list[Waits]:
    """`create` and `destroy` of a cluster with two readers. The cluster's own creation and deletion are a wait each."""
    rows = []
    commands = (("create", "{}", *SPEC, "--yes"), ("destroy", "{}", "--confirm", "{}", "--skip-final-snapshot"))
    slow: dict[str, float] = {}
    for name, latency in (("warm", 0.0), ("quick", 0.0), ("slow", LATENCY_S)):
        AppContext(home_folder=shop.home, sandbox=True).sandbox_manager.set_latency(latency)
        for words in commands:
            seconds = Command(name, (shop.aurora(*(word.replace("{}", name) for word in words)),)).run()
            slow[f"{name} {words[0]}"] = seconds
    for words in commands:
        quick, seconds = (slow[f"{name} {words[0]}"] for name in ("quick", "slow"))
        rows.append(Waits(f"aurora-cli {words[0]}", seconds, (seconds - quick) / LATENCY_S))
    return rows
