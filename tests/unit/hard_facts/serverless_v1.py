"""Serverless v1 (c7): refused, and what it was held against the spec all the same."""

from __future__ import annotations

from tests.unit.hard_facts.fact import Fact
from tests.unit.spec_cases import MYSQL

FACTS = (
    Fact(
        "c7-1",
        "AWS no longer creates Serverless v1 clusters.",
        "serverless-v1",
        {"serverless_v1.enable_data_api": True},
        "serverless_v1",
        "AWS has created no new Serverless v1 clusters since 2025-01-08; its end of life was 2025-03-31",
        "`aurora-cli spec from-serverless-v1 FILE` prints the equivalent Serverless v2 spec; "
        "`aurora-cli migrate serverless-v1 SOURCE --into NAME` migrates the data of an existing one",
    ),
    Fact(
        "c7-2",
        "Serverless v1 with MySQL had 1, 2, 4, ... 256 ACU.",
        "serverless-v1-capacity",
        {"serverless_v1.scaling.max_capacity": 192},
        "serverless_v1.scaling.max_capacity",
        "aurora-mysql had no 192 ACU with Serverless v1",
        "for example 128",
        base=MYSQL,
    ),
    Fact(
        "c7-3",
        "Serverless v1 with PostgreSQL had 2, 4, ... 64, 192 and 384 ACU.",
        "serverless-v1-capacity",
        {"serverless_v1.scaling.max_capacity": 256},
        "serverless_v1.scaling.max_capacity",
        "aurora-postgresql had no 256 ACU with Serverless v1",
        "for example 192",
    ),
    Fact(
        "c7-4",
        "Serverless v1 paused after five minutes to a day.",
        "serverless-v1-times",
        {"serverless_v1.scaling.auto_pause": 200},
        "serverless_v1.scaling.auto_pause",
        "`auto_pause` was 5m to 1d, not 200s",
        "write `5m`",
        base=MYSQL,
    ),
    Fact(
        "c7-5",
        "Serverless v1 looked for a scaling point for one minute to ten.",
        "serverless-v1-times",
        {"serverless_v1.scaling.timeout": "11m"},
        "serverless_v1.scaling.timeout",
        "`timeout` was 1m to 10m, not 11m",
        "write `10m`",
        base=MYSQL,
    ),
)
