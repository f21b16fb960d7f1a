"""Booleans of parameter groups, rendered as RDS reads them back, so that the next plan is empty."""

from __future__ import annotations

import pytest

from aurora_cli.hcl.values.parameters import parameter_groups_of
from tests.unit.spec_cases import MYSQL, POSTGRES, resolved


@pytest.mark.parametrize("value", ["off", "OFF", "no", "false", False, 0, "0"])
def test_a_boolean_that_is_off_is_0(value: str | bool | int) -> None:
    assert _rendered("postgres", "log_duration", value) == "0"
    assert _rendered("mysql", "slow_query_log", value) == "0"


@pytest.mark.parametrize("value", ["on", "ON", "Yes", "true", True, 1, "1"])
def test_a_boolean_that_is_on_is_1(value: str | bool | int) -> None:
    assert _rendered("postgres", "log_duration", value) == "1"
    assert _rendered("mysql", "slow_query_log", value) == "1"


@pytest.mark.parametrize(
    ("engine", "name", "value", "rendered"),
    [
        ("postgres", "constraint_exclusion", "ON", "on"),
        ("postgres", "synchronous_commit", False, "off"),
        ("postgres", "constraint_exclusion", "partition", "partition"),
        ("mysql", "event_scheduler", "off", "OFF"),
        ("mysql", "binlog_format", "OFF", "OFF"),
        ("mysql", "gtid-mode", "ON_PERMISSIVE", "ON_PERMISSIVE"),
        ("postgres", "log_statement", "ddl", "ddl"),
    ],
)
def test_words_of_an_enumeration_stay_words(engine: str, name: str, value: str | bool, rendered: str) -> None:
    assert _rendered(engine, name, value) == rendered


def _rendered(engine: str, name: str, value: str | bool | int) -> str:
    base = MYSQL if engine == "mysql" else POSTGRES
    spec = resolved({"parameters.cluster": {name: value}}, base).spec
    return next(p.value for p in parameter_groups_of(spec, ()).cluster if p.name == name)
