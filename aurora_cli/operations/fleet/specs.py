"""What the specs of a fleet say, with what they inherit, as columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aurora_cli.operations.fleet.columns import Column, of_the_spec
from aurora_cli.spec.facts.versions import sort_key

if TYPE_CHECKING:
    from aurora_cli.fleet.members import Member


def _said(key: str) -> Callable[[Member], str | None]:
    return lambda member: None if (found := member.values.get(key)) is None else str(found)


def _itself(member: Member) -> Member:
    return member


def _labels(member: Member) -> str | None:
    return " ".join(f"{name}={value}" for name, value in sorted(member.labels.items())) or None


COLUMNS: dict[str, Column[Member]] = {
    **of_the_spec(_itself),
    "engine": Column("Engine", _said("engine")),
    "engine_version": Column(
        "Version", _said("engine_version"), lambda member: sort_key(str(member.values["engine_version"]))
    ),
    "preset": Column("Preset", _said("preset")),
    "labels": Column("Labels", _labels),
    "valid": Column("Valid", lambda member: None if member.valid else "no"),
    "file": Column("File", lambda member: member.file),
}
