"""The parts of the sandbox's databases that need no server."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import LONGEST_SOCKET_FOLDER, account_for
from aurora_cli.sandbox.database.cluster import Cluster, Done, Relations
from aurora_cli.sandbox.database.copies import Copies
from aurora_cli.sandbox.database.engine import FORMER_DATA
from aurora_cli.sandbox.database.fleet import FAILED_AFTER, FULL_DISK, Fleet, Worker, told
from aurora_cli.sandbox.database.front import addresses, token, wire
from aurora_cli.sandbox.database.front.addresses import Addresses
from aurora_cli.sandbox.database.front.authority import Authority
from aurora_cli.sandbox.database.front.endpoint import ANY, READER, Endpoint, is_own
from aurora_cli.sandbox.database.front.gate import Gate
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from aurora_cli.sandbox.database.postgres import binaries, parameters
from aurora_cli.sandbox.database.postgres.engine import Programs
from aurora_cli.sandbox.database.postgres.server import PostgresServer
from aurora_cli.sandbox.database.postgres.settings import ServerSettings
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.emulator.data_api import sessions
from aurora_cli.sandbox.emulator.data_api.refusal import Refused
from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.databases import hooks, serving
from aurora_cli.sandbox.isolation import Keys

KEY, SECRET = "SANDBOXKEY", "secret"
WANTED = WantedCluster(
    "cluster-1",
    "demo",
    "eu-west-1",
    "17.7",
    "boss",
    None,
    instances=(WantedInstance("db-1", "demo-1", True),),
    engine="aurora-postgresql",
)
HOST = "127.70.1.2"


def endpoint(name: str, port: int, **given: Any) -> Endpoint:
    return Endpoint(name, port, "cluster-1", "eu-west-1", **given)


def made(version: str) -> Binaries:
    return Binaries(Path("/nowhere"), version, "test")


@pytest.mark.parametrize(
    ("major", "chosen"), [(17, "17.10"), (16, "17.10"), (18, "18.6"), (19, "18.6"), (15, "15.2"), (11, "15.2")]
)
def test_a_cluster_gets_its_major_version_or_the_next_one(major: int, chosen: str) -> None:
    found = binaries.choose([made("18.6"), made("15.2"), made("17.10")], major)
    assert found is not None and found.version == chosen
    assert binaries.choose([], major) is None


def test_a_folder_without_a_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="is not a PostgreSQL that runs here") as caught:
        binaries.installed({binaries.BIN_SETTING: str(tmp_path)})
    assert "AURORA_SANDBOX_DATABASE=off" in str(caught.value.hint)


def test_what_the_machine_has_is_found() -> None:
    found = binaries.installed({"PATH": ""})
    assert found and all(one.major >= binaries.OLDEST for one in found)


def test_parameters_that_the_server_does_not_know_are_left_out() -> None:
    wanted = {
        "work_mem": "65536",
        "rds.force_ssl": "1",
        "shared_buffers": "{DBInstanceClassMemory/12038}",
        "shared_preload_libraries": "pg_stat_statements,pg_cron",
    }
    there = binaries.installed({"PATH": ""})[0]
    assert parameters.known({"rds.logical_replication": "1"}, there) == {"wal_level": "logical"}
    assert parameters.known(wanted, there) == {"work_mem": "65536", "shared_preload_libraries": "pg_stat_statements"}


def test_a_configuration_quotes_what_it_says() -> None:
    settings = ServerSettings("/s", "s_1", "/w", "s_1", "/a", {"instance": "it's"}, {"work_mem": "1"}, {})
    text = settings.text()
    assert "aurora.instance = 'it''s'" in text and "work_mem = '1'" in text and "listen_addresses = ''" in text
    assert "application_name=s_1" in text
    assert "recovery_min_apply_delay" not in text
    assert "recovery_min_apply_delay = '1500ms'" in replace(settings, lag_s=1.5).text()
    assert "primary_conninfo" not in ServerSettings("/s", "s_1", None, None, "/a", {}, {}, {}).text()


# Tokens


def signed(
    host: str = HOST, user: str = "app", region: str = "eu-west-1", secret: str = SECRET, session: str | None = None
) -> str:
    rds = boto3.client(
        "rds", region_name=region, aws_access_key_id=KEY, aws_secret_access_key=secret, aws_session_token=session
    )
    return str(rds.generate_db_auth_token(host, 5432, user))


def refused(given: str, *, user: str = "app", session: str | None = None, later_s: int = 0) -> str | None:
    return token.refusal(
        given,
        user=user,
        addresses={f"{HOST}:5432"},
        region="eu-west-1",
        secret_of=lambda key: token.Secret(SECRET, session) if key == KEY else None,
        now=dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=later_s),
    )


def test_a_token_admits_the_user_that_it_was_made_for() -> None:
    assert refused(signed()) is None
    assert refused(signed(user="o'neil+x"), user="o'neil+x") is None
    assert refused(signed(session="abc/+="), session="abc/+=") is None


def test_a_token_admits_nobody_else() -> None:
    assert refused(signed(), user="boss") == "it is for the user app"
    assert refused(signed(host="127.0.0.1")) == "it is for 127.0.0.1:5432"
    assert refused(signed(region="us-east-1")) == "it is for the Region us-east-1"
    assert refused(signed(), later_s=901) == "it has expired"
    assert refused(signed(), later_s=-600) == "it has expired"
    assert refused(signed(secret="another")) == "its signature does not match"
    assert refused(signed().replace("app", "boss"), user="boss") == "its signature does not match"
    assert refused(signed(session="stolen")) == "its access key is not known"
    assert refused(signed().replace(KEY, "OTHER")) == "its access key is not known"
    assert refused("a password") == "it is not a token"


# The protocol


def test_a_first_message_is_read_when_it_is_there() -> None:
    request = b"\0\0\0\x08\x04\xd2\x16\x2f"
    assert wire.first_message(request[:5]) is None
    assert wire.first_message(request) == (wire.SSL_REQUEST, b"")
    with pytest.raises(wire.Malformed, match="unencrypted data"):
        wire.first_message(request + b"x")
    with pytest.raises(wire.Malformed, match="invalid length"):
        wire.first_message(b"GET / HTTP/1.1\r\n")


def test_a_password_is_read_when_it_is_there() -> None:
    message = b"p\0\0\0\x09abcd\0Q..."
    assert wire.password(message[:6]) is None
    assert wire.password(message) == ("abcd", b"Q...")
    with pytest.raises(wire.Malformed):
        wire.password(b"Q\0\0\0\x09abcd\0")


# Addresses and certificates


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    kept: list[socket.socket] = []
    yield kept
    for one in kept:
        one.close()


def test_an_endpoint_keeps_its_address(tmp_path: Path, sockets: list[socket.socket]) -> None:
    first = Addresses(tmp_path / "addresses.json")
    sockets.extend(first.listen(endpoint(name, 0)) for name in ("writer", "reader"))
    hosts = [one.getsockname()[0] for one in sockets]
    assert len(set(hosts)) == 2 and all(host.startswith("127.") for host in hosts)
    again = Addresses(tmp_path / "addresses.json")
    assert [again.get(key) for key in ("writer", "reader")] == hosts
    again.forget("writer")
    assert Addresses(tmp_path / "addresses.json").get("writer") is None


def test_an_address_whose_port_is_taken_is_passed_over(tmp_path: Path, sockets: list[socket.socket]) -> None:
    first = Addresses(tmp_path / "addresses.json")
    sockets.append(first.listen(endpoint("writer", 0)))
    host, port = sockets[0].getsockname()
    (tmp_path / "addresses.json").unlink()
    sockets.append(Addresses(tmp_path / "addresses.json").listen(endpoint("writer", port)))
    assert sockets[1].getsockname() != (host, port)


def taken_port(sockets: list[socket.socket]) -> int:
    """A port that is taken on every address."""
    sockets.append(socket.socket())
    sockets[-1].bind(("", 0))
    sockets[-1].listen()
    return int(sockets[-1].getsockname()[1])


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Callable[..., Gate]]:
    """Makes the gate of one sandbox, which has no servers."""
    made: list[Gate] = []
    fleet: Any = None

    def make(**given: Any) -> Gate:
        for former in made:
            former.close()
        made[:] = [Gate(tmp_path, fleet, lambda key: None, **given)]
        return made[0]

    yield make
    for gate in made:
        gate.close()


def test_a_cluster_whose_port_is_taken_everywhere_has_one_of_its_own(
    gates: Callable[..., Gate], sockets: list[socket.socket]
) -> None:
    writer = endpoint("demo", taken_port(sockets))
    reader = endpoint("demo-ro", writer.port, kind=READER, leader=writer)
    one = endpoint("demo-1", writer.port, kind=ANY, instances=("db-1",), leader=writer, one_instance=True)
    gate = gates()
    places = [(gate.address(each), gate.port(each)) for each in (reader, writer, one)]
    assert len({host for host, _ in places}) == 3 and {port for _, port in places} == {gate.port(writer)}
    assert is_own(gate.port(writer))
    sockets.pop().close()
    again = gates()
    assert [(again.address(each), again.port(each)) for each in (reader, writer, one)] == places
    again.update([])
    assert not is_own(gates().port(writer))


def test_a_port_that_cannot_be_another_and_is_taken_everywhere_is_told(
    gates: Callable[..., Gate], sockets: list[socket.socket]
) -> None:
    proxy = endpoint("proxy", taken_port(sockets), fixed=True)
    gate = gates()
    assert gate.address(proxy) is None
    assert f"Port {proxy.port} of loopback cannot be used" in gate.problems[proxy.port]
    sockets.pop().close()
    assert str(gate.address(proxy)).startswith("127.")
    assert gate.problems == {}


@pytest.mark.parametrize("knows_names", [True, False])
def test_with_one_address_cluster_and_reader_share_a_port_and_instances_have_their_own(
    gates: Callable[..., Gate], monkeypatch: pytest.MonkeyPatch, knows_names: bool
) -> None:
    monkeypatch.setattr(addresses, "_knows_local_names", lambda: knows_names)
    with socket.create_server(("127.0.0.1", 0)) as free:
        asked = int(free.getsockname()[1])
    gate, places = gates(spare=False), {}
    for name in ("demo", "other"):
        writer = endpoint(f"{name}.cluster-x.rds.amazonaws.com", asked)
        reader = endpoint(f"{name}-ro", asked, kind=READER, leader=writer)
        one = endpoint(f"{name}-1", asked, kind=ANY, instances=("db-1",), leader=writer, one_instance=True)
        custom = endpoint(f"{name}.cluster-custom-x.amazonaws.com", asked, kind=ANY, instances=("db-1",), leader=writer)
        gate.update([*(listener.endpoint for listener in gate.listeners()), writer, reader, one, custom])
        hosts = [gate.address(each) for each in (writer, reader, one, custom)]
        assert hosts == ["127.0.0.1", "::1", "127.0.0.1", f"{name}.cluster-custom-x.localhost" if knows_names else None]
        assert gate.port(writer) == gate.port(reader) == gate.port(custom) and is_own(gate.port(one))
        places[name] = [gate.port(each) for each in (writer, one)]
        assert f"[::1]:{gate.port(reader)}" in gate.addresses_of("cluster-1")
    assert places["demo"][0] == asked and is_own(places["other"][0])
    assert len({*places["demo"], *places["other"]}) == 4


def test_a_certificate_is_for_the_address_and_the_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    served = authority.context(HOST, "demo.cluster-abc.eu-west-1.rds.amazonaws.com")
    assert Authority(tmp_path).file.read_bytes() == authority.file.read_bytes()
    for name, trusted in ((HOST, True), ("demo.cluster-abc.eu-west-1.rds.amazonaws.com", True), ("127.0.0.1", False)):
        assert _shake_hands(served, ssl.create_default_context(cafile=str(authority.file)), name) is trusted


def _shake_hands(served: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bool:
    pipes = [ssl.MemoryBIO() for _ in range(2)]
    ends = [
        client.wrap_bio(pipes[0], pipes[1], server_hostname=name),
        served.wrap_bio(pipes[1], pipes[0], server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return True


# Where data are


def test_sockets_have_short_paths(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    account = account_for(deep)
    assert len(str(account.sockets)) <= LONGEST_SOCKET_FOLDER
    assert account.data.is_dir() and account.sockets.is_dir()


def test_a_copy_that_was_not_finished_is_none(tmp_path: Path) -> None:
    copies = Copies(account_for(tmp_path))
    make = copies.begin("snap", lambda target: target.mkdir())
    assert copies.state("snap") == "due"
    make()
    assert copies.state("snap") == "there"
    copies.keep(())
    assert copies.state("snap") == "failed"
    with pytest.raises(SandboxFailed, match="do not exist"):
        copies.copy_to("snap", tmp_path / "target")

    def fail(target: Path) -> None:
        raise SandboxFailed("The disk is full.")

    with pytest.raises(SandboxFailed, match="full"):
        copies.begin("other", fail)()
    with pytest.raises(SandboxFailed, match="cannot be had: The disk is full"):
        copies.copy_to("other", tmp_path / "target")


# What the API shows without servers


def test_databases_that_are_off_change_no_status(tmp_path: Path) -> None:
    hooks.start(tmp_path, {"AURORA_SANDBOX_DATABASE": "off"}, Keys("a", "b"))
    assert serving.SERVING.fleet is None and list(tmp_path.iterdir()) == []
    moving = Transition("creating", "available")
    assert serving.cluster_status("cluster-1", moving) == moving.status == "available"
    assert serving.instance_status("cluster-1", "db-1", 0, moving) == "available"
    assert serving.snapshot_status("data", moving) == "available"
    assert hooks.report()["reason"] == "AURORA_SANDBOX_DATABASE is off."


def test_an_engine_that_nothing_serves_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("fleet", "gate", "off", "reason"):
        monkeypatch.setattr(serving.SERVING, name, None)
    named = str(tmp_path / "none")
    hooks.start(tmp_path, {"PATH": "", "AURORA_SANDBOX_MYSQL": named}, Keys("a", "b"))
    why = f'"{named}" (AURORA_SANDBOX_MYSQL) has neither mariadbd nor mysqld.'
    assert f"aurora-mysql clusters have no database servers: {why}" in capsys.readouterr().err
    assert serving.serves("aurora-postgresql") and not serving.serves("aurora-mysql")
    postgres, mysql = hooks.report()["engines"]
    assert postgres["servers"][0].startswith("PostgreSQL ") and postgres["reason"] is None
    assert (mysql["engine"], mysql["servers"], why in mysql["reason"]) == ("aurora-mysql", [], True)
    assert serving.SERVING.gate is not None
    serving.SERVING.gate.close()
    hooks.end(tmp_path)


@pytest.mark.parametrize(
    ("gets_changes", "final", "shown"),
    [
        (None, "AVAILABLE", "AVAILABLE"),
        (False, "AVAILABLE", "PROVISIONING"),
        (True, "AVAILABLE", "AVAILABLE"),
        (True, "SWITCHOVER_COMPLETED", "PROVISIONING"),
        (False, "SWITCHOVER_COMPLETED", "SWITCHOVER_COMPLETED"),
        (False, "SWITCHOVER_FAILED", "SWITCHOVER_FAILED"),
    ],
)
def test_a_deployment_is_there_when_green_gets_changes_and_over_when_it_does_not(
    monkeypatch: pytest.MonkeyPatch, gets_changes: bool | None, final: str, shown: str
) -> None:
    monkeypatch.setattr(serving.SERVING, "fleet", SimpleNamespace(takes_changes=lambda cluster: gets_changes))
    assert serving.deployment_status("cluster-1", Transition("PROVISIONING", final)) == shown


# Servers that do not start


@pytest.mark.parametrize(
    ("log", "status", "hint"),
    [
        (
            'PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device\nLOG:  shut down',
            "storage-full",
            "Free some disk space.",
        ),
        (
            'LOG:  invalid value for parameter "work_mem": "x"\nFATAL:  configuration file contains errors',
            "incompatible-parameters",
            "Correct the parameter group.",
        ),
        ('PANIC:  could not open file "global/pg_control": No such file or directory', "failed", "restore a snapshot"),
    ],
)
def test_a_server_that_does_not_start_has_a_status_a_sentence_and_a_hint(
    tmp_path: Path, log: str, status: str, hint: str
) -> None:
    file = tmp_path / "postgresql.log"
    file.write_text("\n".join(f"2026-01-01 00:00:00 UTC::@:[7]:{line}" for line in log.splitlines()))
    account = cast(Any, SimpleNamespace(sockets=tmp_path))
    server = PostgresServer(account, cast(Any, None), made("17.10"), "key", tmp_path, lambda: None)
    server.log = file
    reason = server._reason(0)
    shown, text = told(SandboxFailed(f"The database server does not start: {reason}"))
    assert (shown, hint in text, text.count("\n")) == (status, True, 0)


def test_a_writer_that_does_not_start_is_told_once_and_strands_its_cluster(capfd: pytest.CaptureFixture[str]) -> None:
    primary = SimpleNamespace(running=False)
    able = ["db-1", "db-2", "db-3"]
    failing = SimpleNamespace(id="cluster-1", folder=Path("/"), primary=primary, able=able, reach=refuse)
    lock = threading.Condition()
    worker = Worker(cast(Cluster, failing), lock)
    fleet = cast(Any, object.__new__(Fleet))
    fleet._workers = {"cluster-1": worker}
    with lock:
        worker.want(WANTED)
    for count in range(1, FAILED_AFTER + 2):
        assert (fleet.problem("cluster-1") is None) == (count <= FAILED_AFTER)
        worker._work([], WANTED, lambda one: Relations())
    assert fleet.stranded() == {"cluster-1": ["db-2", "db-3"]}
    assert capfd.readouterr().err.count("demo: The database server does not start: x. ") == 1
    with lock:
        worker.want(replace(WANTED, instances=(WantedInstance("db-2", "demo-2", True),)))
    worker.failures = FAILED_AFTER
    assert fleet.stranded() == {"cluster-1": ["db-3"]}
    worker.problem = SandboxFailed("The database server does not start: No space left on device")
    assert fleet.stranded() == {}
    primary.running, worker.problem = True, SandboxFailed("x")
    assert fleet.stranded() == {}


def test_a_full_disk_is_behind_whatever_a_server_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = SimpleNamespace(id="cluster-1", folder=tmp_path, reach=refuse)
    worker = Worker(cast(Cluster, failing), threading.Condition())
    for free, status in ((FULL_DISK, "failed"), (FULL_DISK - 1, "storage-full")):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder, free=free: SimpleNamespace(free=free))
        worker._work([], WANTED, lambda one: Relations())
        shown, text = told(cast(SandboxFailed, worker.problem))
        assert shown == status
    assert text.startswith("The database server does not start: x. No space left on device. Free some")


def test_a_problem_is_shown_where_it_is() -> None:
    def server(running: bool) -> Any:
        return SimpleNamespace(running=running, pid=1, disk=lambda: 0, memory=lambda: 0, binaries=made("17.1"))

    done = {name: Done(server(name == "db-1"), name == "db-1", 0, 17) for name in ("db-1", "db-2")}
    worker = Worker(cast(Cluster, SimpleNamespace(id="cluster-1", done=done, blue=None)), threading.Condition())
    fleet = cast(Any, object.__new__(Fleet))
    fleet._workers = {"cluster-1": worker}
    worker.wanted = replace(WANTED, instances=(*WANTED.instances, WantedInstance("db-2", "demo-2", False)))
    worker.problem, worker.failures = SandboxFailed("It fails."), FAILED_AFTER
    assert [one["problem"] is not None for one in fleet.report()] == [False, True]
    done["db-2"] = Done(server(True), False, 0, 17)
    assert [one["problem"] is not None for one in fleet.report()] == [True, False]


def refuse(wanted: WantedCluster, others: Relations) -> None:
    raise SandboxFailed("The database server does not start: x.")


# Upgrades


@pytest.mark.parametrize("swapped", [False, True])
def test_an_upgrade_that_was_interrupted_is_ended_or_taken_back(tmp_path: Path, swapped: bool) -> None:
    account = cast(Any, SimpleNamespace(sockets=tmp_path / "s"))
    server = PostgresServer(account, cast(Any, None), made("17.10"), "key", tmp_path, lambda: None)
    for name in (FORMER_DATA, *(["data"] if swapped else [])):
        (server.folder / name).mkdir(parents=True)
        (server.folder / name / "PG_VERSION").write_text("15" if name == FORMER_DATA else "17")
    server.finish_upgrade()
    assert (server.data / "PG_VERSION").read_text() == ("17" if swapped else "15")
    assert [one.name for one in server.folder.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            'y\n\nData type checks failed: \nYour installation contains the "aclitem" data type in user tables.\nThe internal',
            'pg_upgrade fails: Your installation contains the "aclitem" data type in user tables',
        ),
        (
            "Your installation references loadable libraries that are missing from the\nnew installation.  You can",
            "pg_upgrade fails: Your installation references loadable libraries that are missing from the new installation",
        ),
        ("could not connect to source postmaster\nFailure, exiting\n", "could not connect to source postmaster"),
    ],
)
def test_an_upgrade_that_is_refused_says_why(tmp_path: Path, output: str, reason: str) -> None:
    program = tmp_path / "pg_upgrade"
    program.write_text(f"#!/bin/sh\ncat <<'X'\n{output}\nX\nexit 1\n")
    program.chmod(0o755)
    account = cast(Any, SimpleNamespace(sockets=tmp_path, uid=None))
    server = PostgresServer(
        account, cast(Any, None), Binaries(tmp_path, "17.10", "test"), "key", tmp_path, lambda: None
    )
    with pytest.raises(SandboxFailed, match=reason):
        server._run("pg_upgrade")


def test_only_an_installed_version_with_pg_upgrade_is_one_to_upgrade_to(tmp_path: Path) -> None:
    for name in ("17", "16"):
        (tmp_path / name).mkdir()
    (tmp_path / "17" / "pg_upgrade").touch()
    account = cast(Any, SimpleNamespace(usable=lambda one: one))
    programs = Programs(account, [Binaries(tmp_path / name, f"{name}.1", "test") for name in ("16", "17")])
    assert [programs.upgrade_to(major) is not None for major in (15, 16, 17, 18)] == [False, False, True, False]


def test_only_data_that_no_resource_leads_to_are_deleted(tmp_path: Path) -> None:
    """Those of an engine that is not installed now stay."""
    for name in ("cluster-1", "cluster-2", "cluster-3"):
        (tmp_path / "clusters" / name).mkdir(parents=True)
    fleet = SimpleNamespace(_account=SimpleNamespace(data=tmp_path), _workers={"cluster-1": None})
    Fleet.remove_unknown(cast(Fleet, fleet), {"cluster-1", "cluster-2"})
    assert sorted(folder.name for folder in (tmp_path / "clusters").iterdir()) == ["cluster-1", "cluster-2"]


@pytest.mark.parametrize("content", ["", "[]", '{"primary": "aaaa"}', '{"instances": []}'])
@pytest.mark.parametrize("writers", [1, 2])
def test_a_damaged_note_of_a_cluster_deletes_no_data(tmp_path: Path, content: str, writers: int) -> None:
    """The one server that follows none is the primary, which others copy; with two it is not known, and nothing is done."""
    folder = tmp_path / "clusters" / WANTED.id
    servers = {}
    for number, key in enumerate(("aaaa", "bbbb", "cccc")):
        (folder / key / "data").mkdir(parents=True)
        standby = number >= writers
        servers[key] = SimpleNamespace(
            key=key, exists=True, is_standby=standby, delete=partial(shutil.rmtree, folder / key)
        )
    (folder / "cluster.json").write_text(content)
    kept = SimpleNamespace(earliest=None)
    engine = SimpleNamespace(backups=lambda folder: kept, server=lambda key, *given, **named: servers[key])
    account = SimpleNamespace(data=tmp_path, sockets=tmp_path)
    cluster = Cluster(cast(Any, account), cast(Any, engine), WANTED.id, 17, lambda: None, lambda: None)
    assert (folder / "aaaa").exists() and ((folder / "bbbb").exists() or writers == 1)
    if writers == 1:
        assert cluster.primary is cast(Any, servers["aaaa"])
    else:
        for wanted in (WANTED, replace(WANTED, running=False)):
            with pytest.raises(SandboxFailed, match="damaged"):
                cluster.reach(wanted, Relations())
        assert (folder / "cluster.json").read_text() == content


def test_data_that_nothing_installed_can_serve_are_a_problem_of_their_cluster_alone(tmp_path: Path) -> None:
    """They stay, and whoever tells what there should be is told nothing."""
    data = tmp_path / "clusters" / WANTED.id / "aaaa" / "data"
    data.mkdir(parents=True)

    def refused(*given: Any, **named: Any) -> Any:
        raise SandboxFailed("The data are those of PostgreSQL 15, which is not installed any more.")

    engine = SimpleNamespace(backups=lambda folder: None, server=refused)
    account = SimpleNamespace(data=tmp_path, sockets=tmp_path)
    cluster = Cluster(cast(Any, account), cast(Any, engine), WANTED.id, 17, lambda: None, lambda: None)
    for _ in range(2):
        with pytest.raises(SandboxFailed, match="not installed any more"):
            cluster.reach(WANTED, Relations())
    assert data.exists() and not cluster.loaded
    cluster.reach(None, Relations())
    assert not data.exists()


def test_a_job_that_fails_keeps_no_other_from_being_done() -> None:
    """A snapshot that is never copied is `creating` for ever."""
    done: list[str] = []

    def fail() -> None:
        raise SandboxFailed("The cluster has no data yet.")

    worker = Worker(cast(Any, SimpleNamespace(id="cluster-1", folder=Path("/"), reach=refuse)), threading.Condition())
    worker._work([fail, lambda: done.append("copied")], None, lambda wanted: Relations())
    assert done == ["copied"]
    assert worker.problem is not None and worker.problem.message == "The cluster has no data yet."


class FakeConnection:
    """One of the Data API, that goes on when it is told to."""

    def __init__(self, begins: bool = True) -> None:
        self.usable, self._begins = True, begins
        self.ends, self.goes_on = threading.Event(), threading.Event()

    def begin(self) -> None:
        if not self._begins:
            raise Refused("DatabaseUnavailableException", "x")

    def end(self, statement: str) -> bool:
        self.ends.set()
        return self.goes_on.wait(10)

    def close(self) -> None:
        self.usable = False


OF = ("arn:cluster", "arn:secret")


def test_a_call_that_waited_for_the_end_of_its_transaction_does_not_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its statement would be committed at once."""
    connection = FakeConnection()
    monkeypatch.setattr(sessions, "connect", lambda login: connection)
    open_ones = sessions.Sessions()
    name = open_ones.begin(OF, cast(Any, None))
    ending = threading.Thread(target=open_ones.end, args=(name, OF, "COMMIT"))
    ending.start()
    assert connection.ends.wait(10)
    threading.Timer(0.2, connection.goes_on.set).start()
    with pytest.raises(Refused, match="is not found"), open_ones.use(name, OF):
        pass
    ending.join()
    assert not connection.usable


def test_a_transaction_that_does_not_begin_leaves_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = FakeConnection(begins=False)
    monkeypatch.setattr(sessions, "connect", lambda login: connection)
    with pytest.raises(Refused):
        sessions.Sessions().begin(OF, cast(Any, None))
    assert not connection.usable


@pytest.mark.parametrize("fails", [False, True])
def test_a_restore_leaves_no_server_behind(tmp_path: Path, fails: bool) -> None:
    deleted: list[Path] = []

    def restore(*given: Any) -> None:
        if fails:
            raise SandboxFailed("The recovery does not end.")

    def server(key: str, folder: Path, *given: Any, **named: Any) -> Any:
        delete = lambda: deleted.append(folder)  # noqa: E731
        return SimpleNamespace(key=key, exists=True, running=True, is_standby=False, delete=delete)

    kept = SimpleNamespace(restore=restore)
    engine = SimpleNamespace(backups=lambda folder: kept, server=server)
    account = SimpleNamespace(data=tmp_path, sockets=tmp_path)
    folder = tmp_path / "clusters" / WANTED.id
    (folder / "aaaa" / "data").mkdir(parents=True)
    (folder / "cluster.json").write_text('{"primary": "aaaa", "instances": {"aaaa": "db-1"}}')
    cluster = Cluster(cast(Any, account), cast(Any, engine), WANTED.id, 17, lambda: None, lambda: None)
    with pytest.raises(SandboxFailed) if fails else nullcontext():
        cluster.copy_to(tmp_path / "target", 1.0)
    assert deleted == [tmp_path / "recovering"]


@pytest.mark.parametrize(
    "content", ["", "[]", '{"a": 5}', '{"a": []}', '{"a": "0.0.0.0"}', '{"a": ["127.64.0.9", 99999]}', '{"a": "x"}']
)
def test_damaged_addresses_are_chosen_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "addresses.json"
    file.write_text(content)
    assert Addresses(file).get("a") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Amz-Signature", "%C3%A9"), ("X-Amz-Date", "00010101T000000Z"), ("X-Amz-Expires", "-99999999999999999")],
)
def test_a_token_with_odd_values_is_refused(name: str, value: str) -> None:
    given = re.sub(rf"(?<={name}=)[^&]*", value, signed())
    assert value in given and refused(given) is not None
