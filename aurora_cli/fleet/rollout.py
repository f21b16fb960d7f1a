"""How a fleet is changed: in which waves, how many clusters at a time, and when not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from math import ceil
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from aurora_cli.fleet.where import parse_where
from aurora_cli.spec.model.fields import Model, Seconds, Whole


class Facts(Protocol):
    """A cluster, as far as `where` asks about it."""

    def fact(self, path: str) -> Any:
        """As `Term.holds` takes it."""


Cluster = TypeVar("Cluster", bound=Facts)
REST = "rest"
"""Name of the wave of what no other wave has."""


def checked_names(waves: list[Wave]) -> list[Wave]:
    """The waves, if each has a name of its own. Raises ValueError."""
    names = [wave.name for wave in waves]
    if REST in names or len(set(names)) < len(names):
        raise ValueError(f"each wave needs a name of its own, and `{REST}` is that of the last one")
    return waves


def checked_where(value: str) -> str:
    """The text, if it can be a `where`. Raises ValueError."""
    parse_where(value)
    return value


def _moment(value: str) -> str:
    """The text, if it is a date or a time. Raises ValueError."""
    _parsed(value, end=False)
    return value


Moment = Annotated[str, AfterValidator(_moment)]
"""A date, or a time with its offset."""


class Wave(Model):
    """Clusters that are changed before those of the next wave."""

    name: str = Field(description="What reports call it.")
    where: str = Field("", description="Which clusters it is about, as with --where; default: all that are left.")
    count: Whole | None = Field(None, ge=1, description="How many of these at most.")
    percent: Whole | None = Field(None, ge=1, le=100, description="The same in percent of the run, rounded up.")
    bake: Seconds = Field(0, ge=0, description="How long they must stay healthy, e.g. `10m`.")
    max_parallel: Whole | None = Field(None, ge=1, description="Clusters at a time.")
    max_replica_lag: Seconds = Field(5, ge=1, description="How far replicas may be behind.")

    _where = field_validator("where")(checked_where)

    @field_validator("percent")
    @classmethod
    def _one_size(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value and info.data.get("count"):
            raise ValueError("set `count` or `percent`, not both")
        return value


class Limits(Model):
    """How many clusters are changed at a time."""

    account: Whole | None = Field(None, ge=1, description="Of an AWS account.")
    region: Whole | None = Field(None, ge=1, description="Of a Region of an account.")
    total: Whole | None = Field(None, ge=1, description="Of all.")

    def of(self, account: str | None, region: str | None) -> tuple[tuple[str, int], ...]:
        """What a cluster counts against, with how many may: as `Task.limits`."""
        keys = (
            (f"account {account}", self.account),
            (f"region {account} {region}", self.region),
            ("total", self.total),
        )
        return tuple((key, most) for key, most in keys if most)


class Freeze(Model):
    """A time in which clusters are not changed."""

    from_: Moment = Field(alias="from", description="Its beginning: a date (UTC) or an RFC 3339 time.")
    until: Moment = Field(description="Its end; a date counts as a whole.")
    reason: str = Field(description="Why.")
    where: str = Field("", description="Which clusters it is about, as with --where; default: all.")

    _where = field_validator("where")(checked_where)

    @field_validator("until")
    @classmethod
    def _in_order(cls, value: str, info: ValidationInfo) -> str:
        start = info.data.get("from_")
        if start and _parsed(start, end=False) >= _parsed(value, end=True):
            raise ValueError("it must be after `from`")
        return value

    def covers(self, now: datetime) -> bool:
        """Whether it is that time."""
        return _parsed(self.from_, end=False) <= now < _parsed(self.until, end=True)

    def concerns(self, member: Facts) -> bool:
        """Whether it is about the cluster."""
        return all(term.holds(member.fact) for term in parse_where(self.where))


def divided(waves: Sequence[Wave], members: Sequence[Cluster]) -> list[tuple[Wave, list[Cluster]]]:
    """The clusters of each wave, in order, each once; what no wave takes comes last. Waves without a cluster are left out."""
    left, found = list(members), []
    for wave in waves:
        terms = parse_where(wave.where)
        taken = [member for member in left if all(term.holds(member.fact) for term in terms)]
        if wave.count or wave.percent:
            taken = taken[: wave.count or ceil(len(members) * (wave.percent or 0) / 100)]
        left = [member for member in left if member not in taken]
        found.append((wave, taken))
    found.append((Wave(name=REST if waves else "all"), left))
    return [(wave, taken) for wave, taken in found if taken]


def _parsed(text: str, *, end: bool) -> datetime:
    """Raises ValueError."""
    try:
        if len(text) == len("2026-12-20"):
            start = datetime.combine(date.fromisoformat(text), time(), timezone.utc)
            return start + timedelta(days=1) if end and text != str(date.max) else start
        found = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        raise ValueError("write a date or an RFC 3339 time, e.g. 2026-12-20 or 2026-12-20T18:00:00Z") from None
    if found.tzinfo is None:
        raise ValueError("add the offset of the time, e.g. 2026-12-20T18:00:00Z or 2026-12-20T18:00:00+01:00")
    return found
