"""Where the data comes from (c8-14 to c8-16)."""

from __future__ import annotations

from tests.unit.hard_facts.fact import Fact

FACTS = (
    Fact(
        "c8-14",
        "A point in time is a moment, or `latest`.",
        "source-time",
        {"source.point_in_time": {"cluster": "shop", "time": "yesterday"}},
        "source.point_in_time.time",
        '"yesterday" is not a valid time in UTC',
        "write `latest`, or a time such as `2026-03-01T08:30:00Z`",
    ),
    Fact(
        "c8-14",
        "It is in the past.",
        "source-time-past",
        {"source.point_in_time": {"cluster": "shop", "time": "2999-01-01T00:00:00Z"}},
        "source.point_in_time.time",
        "2999-01-01T00:00:00Z is not in the past",
        "write `latest` for the newest",
    ),
    Fact(
        "c8-15",
        "A copy-on-write clone is of now: it takes no time.",
        "source-one",
        {"source": {"clone": "shop", "point_in_time": {"cluster": "shop", "time": "2026-03-01T08:30:00Z"}}},
        "source",
        "only one source is allowed, but `point_in_time` and `clone` are given",
        "keep one of them",
    ),
    Fact(
        "c8-15",
        "A clone stays in the Region of its source.",
        "source-region",
        {"source.clone": "arn:aws:rds:us-east-1:123456789012:cluster:shop"},
        "source.clone",
        "it is in us-east-1, but the cluster is in eu-west-1",
        "use us-east-1, or copy a snapshot to eu-west-1 and restore that",
    ),
    Fact(
        "c8-16",
        "A restore takes no master user.",
        "source-inherited",
        {"source.snapshot": "shop-1", "username": "boss"},
        "username",
        "the master user is taken from the source",
        "leave `username` out",
    ),
    Fact(
        "c8-16",
        "Nor a database.",
        "source-inherited",
        {"source.clone": "shop", "database": "app"},
        "database",
        "what databases there are is taken from the source",
        "leave `database` out",
    ),
)
