"""Serverless: 18 to 20."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.connectivity import NoAnswer, knock
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.pipeline import provider_fixes
from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.pain_points.rendered import cluster
from tests.sandbox.aws_view import last_call
from tests.unit.spec_cases import resolved

sandbox = pytest.mark.sandbox
CREATE = ("--region", "eu-west-1", "create", "night", "--engine", "postgres", "--acu", "0-4", "--yes")
STARTING = b"SERROR\0C57P03\0Mthe database system is starting up\0\0"


@pytest.fixture(scope="module")
def night(aurora: Aurora) -> Aurora:
    """The command, with a cluster that may pause."""
    aurora.ok(*CREATE, "--set", "deletion_protection=false", "--set", "instances.pause_after=10m")
    return aurora


def scaling(aurora: Aurora) -> dict[str, Any]:
    found: dict[str, Any] = aurora.cluster("night")["ServerlessV2ScalingConfiguration"]
    return found


@sandbox
def test_pain_19_a_status_connects_to_nothing_and_warns_of_the_pause(night: Aurora) -> None:
    assert scaling(night) == {"MinCapacity": 0.0, "MaxCapacity": 4.0, "SecondsUntilAutoPause": 600}
    status = night.json("status", "night")
    assert "takes 15 seconds or more" in " ".join(status["warnings"])
    assert "aurora-cli wait night --for connectable" in " ".join(status["warnings"])
    refused = night.run("wait", "night", "--for", "connectable")
    assert refused.status == 2
    assert "no database behind its endpoints" in refused.err


@sandbox
@pytest.mark.parametrize("words", [("apply", "night", "--set", "instances.pause_after=null"), ("scale", "night")])
def test_pain_18_a_minimum_above_zero_is_set_though_the_provider_sends_the_old_delay(
    night: Aurora, words: tuple[str, ...]
) -> None:
    night.ok("apply", "night", "--acu", "0-4", "--pause-after", "10m", "--yes")
    assert "SecondsUntilAutoPause" in scaling(night)
    refusal = FaultRule(
        "refused",
        "rds",
        "ModifyDBCluster",
        count=1,
        code="InvalidParameterCombination",
        message=provider_fixes.PAUSE_REFUSED,
    )
    mark = last_call(night)
    rule = night.emulator.add_fault(refusal)
    done = night.run(*words, "--acu", "0.5-4", "--yes")
    night.emulator.clear_faults(rule.id)
    assert done.status == 0, done.err
    assert "setting the capacity directly" in done.err
    assert scaling(night) == {"MinCapacity": 0.5, "MaxCapacity": 4.0}
    calls = [c["status"] for c in night.emulator.calls(since=mark) if c["action"] == "ModifyDBCluster"]
    assert calls[:2] == [400, 200]
    assert night.run("plan", "night", "--exit-code").status == 0


def test_pain_18_a_delay_that_aws_kept_is_found_after_the_apply_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    member = Member("orders-1", "writer", "db.serverless", "available")
    acu = {"min": 0.5, "max": 4.0, "pause_after": 300.0}
    live = Topology("orders", "arn:cluster", "available", "aurora-postgresql", "17.7", 5432, (member,), acu=acu)
    calls: list[dict[str, Any]] = []
    rds = SimpleNamespace(modify_db_cluster=lambda **values: calls.append(values))
    app: Any = SimpleNamespace(
        aws=lambda region: SimpleNamespace(client=lambda service: rds), clock=SimpleNamespace(monotonic=lambda: 0.0)
    )
    monkeypatch.setattr(provider_fixes, "read_topology", lambda rds, name: live)
    spec = resolved({"instances.acu": "0.5-4"}).spec
    assert provider_fixes.fix_provider_gaps(app, spec, live, lambda event: None) is True
    assert calls == [
        {
            "DBClusterIdentifier": "orders",
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4.0},
            "ApplyImmediately": True,
        }
    ]


def test_pain_18_the_delay_is_rendered_with_a_minimum_of_zero_alone() -> None:
    def block(acu: str) -> Any:
        (found,) = cluster({"instances.acu": acu, "instances.pause_after": "10m"} if acu[0] == "0" else {}).nested(
            "serverlessv2_scaling_configuration"
        )
        return found.attributes

    assert block("0-4")["seconds_until_auto_pause"] == 600
    (above,) = cluster({"instances.acu": "0.5-4"}).nested("serverlessv2_scaling_configuration")
    assert "seconds_until_auto_pause" not in above.attributes


def test_pain_20_the_kind_is_each_instances_own_and_the_block_stays_with_the_last() -> None:
    mixed = {
        "instances.class": "db.r7g.large",
        "instances.readers": 1,
        "instances.acu": "0.5-4",
        "instances.overrides.2.class": "db.serverless",
    }
    assert len(cluster(mixed).nested("serverlessv2_scaling_configuration")) == 1
    plain = {"instances.class": "db.r7g.large", "instances.readers": 1}
    assert cluster(plain).nested("serverlessv2_scaling_configuration") == []
    assert [m.class_name for m in _members(mixed)] == ["db.r7g.large", "db.serverless"]


def _members(changes: dict[str, Any]) -> Any:
    from aurora_cli.spec.derived.members import members_of

    return members_of(resolved(changes).spec)


@contextmanager
def server(*answers: bytes) -> Iterator[int]:
    """Gives each client in turn one of these answers to whatever it says; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            for answer in answers:
                client, _ = listening.accept()
                with client:
                    client.settimeout(10)
                    if answer[:1] in (b"E", b"R"):  # a MySQL server speaks first
                        client.recv(8)
                        client.sendall(b"N")
                        client.recv(1024)
                    client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def error(body: bytes) -> bytes:
    return b"E" + (len(body) + 4).to_bytes(4, "big") + body


def test_pain_19_waiting_for_a_paused_database_knocks_until_it_answers() -> None:
    asks_for_a_password = b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big")
    with server(error(STARTING), asks_for_a_password, error(b"SFATAL\0C28000\0Mno entry\0\0")) as port:
        said = [knock("aurora-postgresql", "127.0.0.1", port, "shop", 5.0) for _ in range(3)]
    assert said == [NoAnswer("127.0.0.1: the database system is starting up", reached=True), None, None]
    with server(b"\x05\0\0\0\x0a8.0.", b"\x07\0\0\0\xff\x10\x04busy") as port:
        said = [knock("aurora-mysql", "127.0.0.1", port, "shop", 5.0) for _ in range(2)]
    assert said == [None, NoAnswer("127.0.0.1: busy", reached=True)]
    refused = knock("aurora-mysql", "127.0.0.1", port, "shop", 1.0)
    assert refused and refused.reached and "refused" in refused.why.lower()
