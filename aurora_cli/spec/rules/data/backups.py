"""Backup and maintenance windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown
from aurora_cli.spec.values.windows import (
    DAY,
    MINIMUM,
    Window,
    daily,
    derived_backup,
    derived_maintenance,
    overlap,
    weekly,
    write_daily,
    write_weekly,
)


def _window(
    path: str, text: str | None, read: Callable[[str], Window | None], form: str, example: str
) -> Iterator[Finding]:
    if text is None:
        return
    window = read(text)
    if window is None:
        yield Finding(path, f'"{shown(text)}" is not a valid window: write {form}, in UTC', f"for example `{example}`")
    elif window.length < MINIMUM:
        write = write_daily if window.period == DAY else write_weekly
        longer = write(Window(window.start, MINIMUM, window.period))
        yield Finding(
            path, f"a window lasts at least {MINIMUM} minutes, this one {window.length}", f"for example `{longer}`"
        )


@rule(
    "backup-window",
    hard=True,
    text="The backup window is `hh:mm-hh:mm` in UTC, at least 30 minutes; it may span midnight.",
    source="RDS API CreateDBCluster.PreferredBackupWindow",
    fields="backup.window",
)
def backup_window(spec: ClusterSpec) -> Iterator[Finding]:
    yield from _window("backup.window", spec.backup.window, daily, "`hh:mm-hh:mm`", "03:00-04:00")


@rule(
    "maintenance-window",
    hard=True,
    text="The maintenance window is `ddd:hh:mm-ddd:hh:mm` in UTC, at least 30 minutes; it may span midnight and Sunday.",
    source="RDS API CreateDBCluster.PreferredMaintenanceWindow",
    fields="maintenance.window",
)
def maintenance_window(spec: ClusterSpec) -> Iterator[Finding]:
    yield from _window(
        "maintenance.window", spec.maintenance.window, weekly, "`ddd:hh:mm-ddd:hh:mm`", "sun:05:00-sun:06:00"
    )


@rule(
    "maintenance-window-long",
    hard=False,
    text="The maintenance window is shorter than a day.",
    source="API error reports",
    fields="maintenance.window",
)
def maintenance_window_long(spec: ClusterSpec) -> Iterator[Finding]:
    window = weekly(spec.maintenance.window or "")
    if window is not None and window.length >= DAY:
        shorter = write_weekly(Window(window.start, 60, window.period))
        yield Finding("maintenance.window", "AWS may refuse a window of a day or longer", f"for example `{shorter}`")


@rule(
    "window-overlap",
    hard=True,
    text="The backup window and the maintenance window do not overlap on any day.",
    source="RDS API: the backup window and maintenance window must not overlap",
    fields="backup.window maintenance.window",
)
def window_overlap(spec: ClusterSpec) -> Iterator[Finding]:
    backup, maintenance = daily(spec.backup.window or ""), weekly(spec.maintenance.window or "")
    if backup is None or maintenance is None or not overlap(backup, maintenance):
        return
    free = derived_maintenance(backup)
    instead = (
        f"maintenance.window: {free}" if free else f"backup.window: {derived_backup(maintenance) or '03:00-04:00'}"
    )
    message = f"it overlaps the backup window {spec.backup.window}"
    yield Finding("maintenance.window", message, f"for example `{instead}`")


@rule(
    "window-alone",
    hard=False,
    text="If one window is set, the other is too: the window that AWS chooses at random could overlap with it.",
    source="provider issues 49828 and 14981",
    fields="backup.window maintenance.window",
)
def window_alone(spec: ClusterSpec) -> Iterator[Finding]:
    backup, maintenance = spec.backup.window, spec.maintenance.window
    if (backup is None) == (maintenance is None):
        return
    path = "maintenance.window" if maintenance is None else "backup.window"
    yield Finding(path, "AWS chooses this window at random, and it may overlap with the other one", "set both windows")
