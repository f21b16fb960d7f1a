"""Commands at the same time: one writer at a time per cluster, everything else side by side."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.sandbox.aws_view import Seen

pytestmark = pytest.mark.sandbox
PATIENCE_S = 120
ENDLESS = {"AWS_MAX_ATTEMPTS": "10000"}
"""Terraform's provider retries a throttled call for as long as the test holds it up."""


@pytest.fixture(scope="module")
def aurora(alone: Aurora) -> Aurora:
    """An emulator that does not run yet, and may be stopped."""
    return alone


def begin(aurora: Aurora, *args: str) -> subprocess.Popen[str]:
    """Start a command and do not wait for it."""
    return subprocess.Popen(
        aurora.argv(*args),
        env={**aurora.environ, **ENDLESS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> Any:
    """The JSON of a command that ends well."""
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    return json.loads(out)


@contextmanager
def held_up(aurora: Aurora, action: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A command that is in the middle of its work for as long as the block runs: AWS throttles that API action."""
    sandbox = aurora.emulator
    fault = sandbox.add_fault(FaultRule(kind="throttle", service="rds", action=action))
    process = begin(aurora, *args)
    deadline = time.monotonic() + PATIENCE_S
    while not next(f for f in sandbox.faults() if f["id"] == fault.id)["fired"]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the command never came to that call"
        time.sleep(0.02)
    try:
        yield process
        assert process.poll() is None, "the command was to be at work all the time"
    finally:
        sandbox.clear_faults(fault.id)


def test_two_first_starts_share_the_emulator(aurora: Aurora) -> None:
    both = [end(p) for p in [begin(aurora, "sandbox", "start", "-o", "json") for _ in range(2)]]
    assert both[0]["running"] is True
    assert both[0]["pid"] == both[1]["pid"]
    assert both[0]["endpoint"] == both[1]["endpoint"]


def test_two_creates_of_different_names_both_succeed(aurora: Aurora) -> None:
    names = ("left", "right")
    words = ("--engine", "postgres", "--yes", "-o", "json")
    processes = [begin(aurora, "--region", "eu-west-1", "create", name, *words) for name in names]
    reports = [end(process) for process in processes]
    assert [r["name"] for r in reports] == list(names)
    assert {r["status"] for r in reports} == {"available"}
    assert sorted(Seen(aurora).cluster_names()) == sorted(names)
    assert [row["name"] for row in aurora.json("list")["clusters"]] == sorted(names)


def test_the_second_change_names_the_first(aurora: Aurora) -> None:
    with held_up(aurora, "CreateDBInstance", "scale", "left", "--readers", "1", "--yes", "-o", "json") as first:
        for words in (("scale", "left", "--readers", "2", "--yes"), ("destroy", "left", "--confirm", "left")):
            second = aurora.run(*words, "-o", "json")
            assert second.status == 5
            error = second.data["error"]
            assert error["code"] == "locked"
            assert str(first.pid) in error["message"]
            assert "'scale'" in error["message"]
            assert error["details"]["holder"]["pid"] == first.pid
    assert len(end(first)["instances"]) == 2
    assert set(Seen(aurora).instances("left")) == {"left-1", "left-2"}


def test_looking_needs_no_lock(aurora: Aurora) -> None:
    words = ("--region", "eu-west-1", "create", "third", "--engine", "postgres", "--yes", "-o", "json")
    with held_up(aurora, "CreateDBInstance", *words) as first:
        status = aurora.json("status", "third")
        assert status["changed"] is False
        assert status["instances"] == []
        assert (status["status"], status["operation"]["pid"]) == ("creating", first.pid)
        assert aurora.json("endpoints", "third")["writer"]["host"].startswith("third.cluster-")
        rows = {row["name"]: row["status"] for row in aurora.json("list")["clusters"]}
        assert rows == {"left": "ready", "right": "ready", "third": "creating"}
        assert aurora.json("spec", "show", "third")["spec"]["name"] == "third"
        again = aurora.run(*words)
        assert again.status == 5
        assert str(first.pid) in again.data["error"]["message"]
    assert end(first)["status"] == "available"
    assert aurora.json("history", "third")["operations"][-1]["outcome"] == "succeeded"
