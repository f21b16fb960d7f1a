"""When the support of a major version ends, and what Extended Support is charged from, by the packaged table of engines.

Charges begin on the day after the end of standard support. AWS began them a month later for Aurora PostgreSQL 11 and for Aurora
MySQL 2 (Aurora User Guide, Amazon RDS Extended Support charges).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.facts.versions import major_version


def standard_support_end(engine: str, version: str) -> date | None:
    """The last day of standard support for the version's major version, as of the table's date; None if it is not in it."""
    return _day(engine, version, "standard_support_ends")


def extended_support_end(engine: str, version: str) -> date | None:
    """The last day of Extended Support, as of the table's date; None if the version is not in it."""
    return _day(engine, version, "extended_support_ends")


def support_ended(engine: str, version: str) -> date | None:
    """The last day of standard support, if it is over; else None."""
    end = standard_support_end(engine, version)
    return end if end is not None and end < datetime.now(timezone.utc).date() else None


def charged_from(engine: str, version: str, end: date | None = None) -> date | None:
    """The first day that Extended Support is charged for.

    Args:
        end: the last day of standard support as AWS says; None takes the table's.

    Returns:
        None for a version whose end of standard support is not known.
    """
    end = end or standard_support_end(engine, version)
    later = _day(engine, version, "extended_support_charged_from")
    return later or (end + timedelta(days=1) if end else None)


def extended_support_year(engine: str, version: str, today: date, end: date | None = None) -> str | None:
    """The year of Extended Support whose price is charged: `1-2` or `3`; None before the first, or for an unknown version.

    Aurora MySQL has no price of a third year (release calendar of Aurora MySQL).

    Args:
        end: as in `charged_from`.
    """
    begins = charged_from(engine, version, end)
    if begins is None or today < begins:
        return None
    return "3" if engine == "aurora-postgresql" and today >= _two_years_after(begins) else "1-2"


def _two_years_after(day: date) -> date:
    """The 1st of March for a 29th of February, since two years after a leap year there is none."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 2, 3, 1)
    return day.replace(year=day.year + 2)


def _day(engine: str, version: str, kind: str) -> date | None:
    found = table("engines")[engine][kind].get(major_version(engine, version))
    return date.fromisoformat(found) if found else None
