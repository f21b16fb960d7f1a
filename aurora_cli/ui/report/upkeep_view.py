"""The part of a status that is about upkeep: version, maintenance, backups, certificates, global database, unfinished work."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from aurora_cli.operations.core.results import ClusterReport, Upkeep
from aurora_cli.operations.cost.support import OF_AWS, charged_words
from aurora_cli.prices.words import monthly, prices_of
from aurora_cli.ui.console import echo, lead, prose, section
from aurora_cli.ui.text import clean, count, moment

COMMAND = "unfinished"
"""Its value is a command to copy, and stays whole."""


def print_upkeep(console: Console, report: ClusterReport) -> None:
    """Prints the section; nothing when the report was made without it."""
    upkeep = report.upkeep
    if upkeep is None:
        return
    facts = [(label, value) for label, value in _facts(report, upkeep) if value]
    if not facts:
        return
    section(console, "Upkeep")
    column = max(len(label) for label, _ in facts)
    for label, value in facts:
        line = lead(f"{label:<{column}}  ", "second").append(clean(value))
        if label == COMMAND:
            echo(console, Text("  ").append_text(line))
        else:
            prose(console, line, indent=2, hanging=column + 2)


def _facts(report: ClusterReport, upkeep: Upkeep) -> list[tuple[str, str | None]]:
    return [
        ("version", _version(report, upkeep)),
        ("cost", _cost(report.cost)),
        ("standard support", _support(upkeep)),
        ("maintenance", _maintenance(upkeep)),
        ("backups", _backups(upkeep)),
        ("certificate", _certificate(upkeep)),
        ("restarts automatically", moment(upkeep.starts_itself)),
        ("replicates", _replication(upkeep)),
        ("global database", _global(upkeep)),
        (COMMAND, upkeep.unfinished["command"] if upkeep.unfinished else None),
    ]


def _version(report: ClusterReport, upkeep: Upkeep) -> str | None:
    wanted = upkeep.desired_version
    if not wanted or f"{report.engine_version}.".startswith(f"{wanted}."):
        return report.engine_version
    return f"{report.engine_version} runs, {wanted} in the spec"


def _cost(summary: dict[str, Any] | None) -> str | None:
    return f"{monthly(summary)}, {prices_of(summary)}" if summary and summary["monthly"] else None


def _support(upkeep: Upkeep) -> str | None:
    if not upkeep.support_ends:
        return None
    by = "" if upkeep.support_source in (OF_AWS, None) else f" ({upkeep.support_source})"
    end = f"until {upkeep.support_ends}{by}"
    return f"{end}; {charged_words(vars(upkeep))}" if upkeep.extended_support_from else end


def _maintenance(upkeep: Upkeep) -> str | None:
    if not upkeep.maintenance_window:
        return None
    following = f", next {moment(upkeep.next_maintenance)}" if upkeep.next_maintenance else ""
    return f"{upkeep.maintenance_window} UTC{following}"


def _backups(upkeep: Upkeep) -> str | None:
    if not upkeep.backup_window:
        return None
    days = f", kept {count(upkeep.backup_days, 'day')}" if upkeep.backup_days else ""
    latest = f", restorable to {moment(upkeep.latest_restore)}" if upkeep.latest_restore else ""
    return f"{upkeep.backup_window} UTC{days}{latest}"


def _certificate(upkeep: Upkeep) -> str | None:
    if not upkeep.certificate_ends:
        return None
    authority = f", its authority until {moment(upkeep.authority_ends)}" if upkeep.authority_ends else ""
    return f"until {moment(upkeep.certificate_ends)}{authority}"


def _replication(upkeep: Upkeep) -> str | None:
    if upkeep.replicates_from is None:
        return None
    lag = upkeep.replication_lag_s
    return f"{upkeep.replicates_from}, {'lag unknown' if lag is None else f'{lag:.0f} s behind'}"


def _global(upkeep: Upkeep) -> str | None:
    role = upkeep.global_role
    return f"{role['role']} of {role['global_cluster']}" if role else None
