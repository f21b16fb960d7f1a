"""Whatever AWS or something in its place answers: what a reader reads, or an error that says what is wrong with the answer."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aurora_cli.aws
from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.discovery import read_cluster, read_surroundings
from aurora_cli.aws.cluster.metric_data import Metric
from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.aws.describe import require_cluster
from aurora_cli.aws.engine.parameter_groups import Group
from aurora_cli.errors import AuroraError
from tests.fuzz.cases import EDITS, RAW, cases, edited
from tests.fuzz.wire import ARN, CLIENTS, answering, encode

SERVICES = {"scaling": "application-autoscaling", "secrets": "secretsmanager"}
READS = ("rds", "logs", "kms", "ec2", "cloudwatch", "secretsmanager", *SERVICES)
"""First parameter of a function that asks AWS: the client of a service."""


class Hours(Clock):
    """A clock on which waiting takes no time and much of it."""

    def __init__(self) -> None:
        object.__setattr__(self, "passed", [0.0])

    def monotonic(self) -> float:
        return float(self.passed[0])  # type: ignore[attr-defined]

    def sleep(self, seconds: float) -> None:
        self.passed[0] += 3600.0  # type: ignore[attr-defined]


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(aurora_cli.aws.__path__, "aurora_cli.aws."):
        yield import_module(found.name)


def _argument(name: str, parameter: inspect.Parameter) -> Any:
    """A plain value for a parameter of a reader, by its name and the text of its annotation."""
    text = str(parameter.annotation)
    if name in ("cluster", "like") and text != "str":
        return require_cluster(CLIENTS.client("rds"), "demo")
    by_name: dict[str, Any] = {
        "clock": Hours(),
        "waiting": lambda *_: None,
        "arns": [ARN],
        "arn": ARN,
        "kind": "cluster",
        "ids": ("vpc-1",),
        "vpcs": ("vpc-1",),
        "subnets": ("subnet-1",),
        "arguments": ("init_query",),
        "readers": ("demo-1",),
        "verb": "stop",
        "bounds": (1, 2),
        "start": datetime(2025, 12, 31, tzinfo=timezone.utc),
        "end": datetime(2026, 1, 1, tzinfo=timezone.utc),
        "since": datetime(2026, 1, 1, tzinfo=timezone.utc),
        "to": datetime(2026, 1, 1, tzinfo=timezone.utc),
        "instances": ("demo-1",) if text == "Sequence[str]" else (),
        "metrics": {"cpu": Metric("CPUUtilization", "Average", "DBInstanceIdentifier", "demo-1")},
        "security_groups": ("sg-1",),
        "tags": {},
        "timeout_s": 300,
        "group": "sg-1" if text == "str" else Group("cluster", "demo", "f", "d"),
        "source": {"cluster": "demo", "time": "latest"},
        "look": lambda: (None, None),
    }
    if name in by_name:
        return by_name[name]
    if name == "topology":
        return read_topology(CLIENTS.client("rds"), "demo")
    by_type = {"str": "demo", "float": 1.0, "int": 1, "bool": False}
    return by_type.get(text.split(" ")[0])


def _call(function: Callable[..., Any]) -> Any:
    parameters = dict(inspect.signature(function).parameters)
    first = next(iter(parameters))
    client = CLIENTS if first == "aws" else CLIENTS.client(SERVICES.get(first, first))
    given_ = {
        name: _argument(name, one)
        for name, one in parameters.items()
        if name != first and one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }
    return function(client, **given_)


def _readers() -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {}
    for module in _modules():
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
            own = own and "related_resources" not in module.__name__  # read_surroundings calls them
            if own and next(iter(inspect.signature(function).parameters), "") in (*READS, "aws"):
                found[f"{module.__name__.removeprefix('aurora_cli.aws.')}.{name}"] = partial(_call, function)
    found["cluster.discovery.read_surroundings"] = lambda: read_surroundings(CLIENTS, read_cluster(CLIENTS, "demo"))
    return found


READERS = _readers()


def _service_of(name: str) -> str:
    for service in ("rds", "logs", "kms", "ec2", "cloudwatch", "secretsmanager", "application-autoscaling", "sts"):
        if name in CLIENTS.client(service).meta.service_model.operation_names:
            return service
    raise AssertionError(name)


@pytest.mark.parametrize("reader", READERS)
def test_whole_answers_are_read(reader: str) -> None:
    with answering(lambda name, answer: (200, encode(_service_of(name), name, answer))) as calls, suppress(AuroraError):
        READERS[reader]()
    assert calls


@cases(of_suite=120, share=0.3)
@given(reader=st.sampled_from(sorted(READERS)), edits=EDITS, at=st.integers(0, 3))
def test_answers_with_other_values(reader: str, edits: Any, at: int) -> None:
    count = [0]

    def respond(name: str, answer: Any) -> tuple[int, bytes]:
        count[0] += 1
        changed = edited(answer, edits) if count[0] == at + 1 or at == 3 else answer
        return 200, encode(_service_of(name), name, changed)

    _read(reader, respond)


@cases(of_suite=50, share=0.1)
@given(
    reader=st.sampled_from(sorted(READERS)),
    body=RAW,
    cut=st.none() | st.integers(0, 2000),
    status=st.sampled_from([200, 200, 200, 204, 301, 403, 404, 500, 503]),
)
def test_answers_that_are_none(reader: str, body: bytes, cut: int | None, status: int) -> None:
    def respond(name: str, answer: Any) -> tuple[int, bytes]:
        return status, body if cut is None else encode(_service_of(name), name, answer)[:cut]

    _read(reader, respond)


def _read(reader: str, respond: Any) -> None:
    with answering(respond):
        try:
            READERS[reader]()
        except AuroraError as error:
            assert error.message
