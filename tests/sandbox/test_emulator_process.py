"""The emulator process: started once, found again, stopped, killed, hung, and never mistaken for a stranger."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from aurora_cli.errors import InvalidInput, SandboxFailed
from aurora_cli.sandbox import manager
from aurora_cli.sandbox.emulator.inventory import AT_ONCE
from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.isolation import assert_isolated
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.processes import start_time, wait_until
from tests.sandbox.emulator import Account, client, new_client, refused, start_in_background

pytestmark = pytest.mark.sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that is not started yet."""
    box = Sandbox(tmp_path / "sandbox")
    try:
        yield box
    finally:
        pid = box.status().pid
        if pid is not None:
            os.kill(pid, signal.SIGCONT)
        box.stop()


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: start_time(pid) is None, timeout_s=10)


def test_start_is_idempotent_and_stop_ends_it(sandbox: Sandbox) -> None:
    first = sandbox.start()
    assert first.running
    assert sandbox.start() == first == sandbox.status()
    assert sandbox.stop() is True
    after = sandbox.status()
    assert (after.running, after.pid, after.endpoint, after.state_lost) == (False, None, None, False)
    assert sandbox.stop() is False


def test_all_that_it_writes_is_private(sandbox: Sandbox) -> None:
    sandbox.start()
    folder = sandbox.files.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_it_listens_on_one_loopback_address_only(sandbox: Sandbox) -> None:
    sandbox.start()
    state = sandbox.files.read_state()
    assert state is not None
    socket.create_connection(("127.0.0.1", state.port), timeout=5).close()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", state.port), timeout=5)


def test_many_at_once_get_the_same_emulator(sandbox: Sandbox) -> None:
    starters = [start_in_background(sandbox.files.folder) for _ in range(5)]
    outputs = [starter.communicate(timeout=120) for starter in starters]
    pids = {out.strip() for out, _ in outputs}
    assert [starter.returncode for starter in starters] == [0] * 5, outputs
    assert pids == {str(sandbox.status().pid)}


def test_it_survives_the_command_that_started_it(sandbox: Sandbox) -> None:
    starter = start_in_background(sandbox.files.folder)
    out, _ = starter.communicate(timeout=120)
    info = sandbox.status()
    assert info.running
    assert str(info.pid) == out.strip()
    assert info.pid is not None
    assert os.getsid(info.pid) != os.getsid(0)


def test_a_restart_prefers_its_old_port(sandbox: Sandbox) -> None:
    endpoint = sandbox.start().endpoint
    sandbox.stop()
    assert sandbox.start().endpoint == endpoint


class Stranger(BaseHTTPRequestHandler):
    """A server that answers everything as an emulator would, but for the token."""

    def do_GET(self) -> None:
        body = json.dumps({"token": "someone-else", "ready": True}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silent."""


def stranger_on(port: int) -> ThreadingHTTPServer:
    """Take a port, as soon as the last thread of the killed process has let it go."""
    servers: list[ThreadingHTTPServer] = []

    def taken() -> bool:
        try:
            servers.append(ThreadingHTTPServer(("127.0.0.1", port), Stranger))
        except OSError:
            return False
        return True

    assert wait_until(taken, timeout_s=10)
    return servers[0]


def test_a_stranger_on_our_port_is_not_ours(sandbox: Sandbox) -> None:
    kill(sandbox.start().pid)
    state = sandbox.files.read_state()
    assert state is not None
    with stranger_on(state.port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert sandbox.status().running is False
        info = sandbox.start()
        assert info.running
        assert info.endpoint != f"http://127.0.0.1:{state.port}"
        server.shutdown()


def test_a_killed_emulator_is_missed_by_name(sandbox: Sandbox) -> None:
    account_pid = sandbox.start().pid
    account = Account(sandbox)
    vpc, _, group = account.network("demo")
    account.create("demo", DBSubnetGroupName="demo", VpcSecurityGroupIds=[group])
    account.instance("demo", "1")
    kill(account_pid)
    sandbox.files.saved.delete()  # or it was written by another version, or not in time
    info = sandbox.status()
    assert (info.running, info.state_lost) == (False, True)
    assert info.lost["clusters"] == ["eu-west-1/demo"]
    assert info.lost["instances"] == ["eu-west-1/demo-1"]
    assert info.lost["vpcs"] == [f"eu-west-1/{vpc}"]
    again = sandbox.start()
    assert (again.running, again.state_lost, again.lost) == (True, True, info.lost)
    assert Account(sandbox).rds.describe_db_clusters()["DBClusters"] == []
    clean = sandbox.reset()
    assert (clean.running, clean.state_lost, clean.lost) == (True, False, {})


def cluster(account: Account) -> dict[str, Any]:
    (found,) = account.rds.describe_db_clusters()["DBClusters"]
    return {key: value for key, value in found.items() if key != "LatestRestorableTime"}  # which is now


def test_the_next_emulator_has_what_the_last_one_had(sandbox: Sandbox) -> None:
    """Killed as soon as it has answered, or with much in it a moment later, or stopped: resources of all services."""
    info = sandbox.start()
    account = Account(sandbox)
    vpc, subnets, group = account.network("demo")
    key = client(sandbox, "kms").create_key()["KeyMetadata"]["Arn"]
    account.create("demo", DBSubnetGroupName="demo", VpcSecurityGroupIds=[group], KmsKeyId=key, StorageEncrypted=True)
    account.instance("demo", "1")
    client(sandbox, "s3").create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    before = cluster(account)
    for state in (b"state", b"state" * 100_000):
        client(sandbox, "s3").put_object(Bucket="states", Key="demo", Body=state)
        if len(state) > AT_ONCE:
            assert wait_until(partial(_holds, sandbox.files.saved.path, state), timeout_s=10)
        kill(info.pid)
        assert sandbox.status().state_lost is False
        info = sandbox.start()
        assert info.state_lost is False
        account = Account(sandbox)
        assert cluster(account) == before
        assert client(sandbox, "s3").get_object(Bucket="states", Key="demo")["Body"].read() == state
        assert {s["VpcId"] for s in client(sandbox, "ec2").describe_subnets(SubnetIds=subnets)["Subnets"]} == {vpc}
        cipher = client(sandbox, "kms").encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
        assert client(sandbox, "kms").decrypt(CiphertextBlob=cipher)["Plaintext"] == b"text"
    sandbox.set_latency(60)
    account.rds.delete_db_instance(DBInstanceIdentifier="demo-1")
    sandbox.stop()
    sandbox.start()  # which has no latency: what was under way ends
    assert Account(sandbox).rds.describe_db_instances()["DBInstances"] == []
    assert cluster(Account(sandbox)) == {**before, "DBClusterMembers": []}


def _holds(file: Path, content: bytes) -> bool:
    return content in file.read_bytes()


def test_saved_resources_that_are_none_are_lost_and_run_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    sandbox.files.folder.mkdir(parents=True, exist_ok=True)
    content = b"\x80\x04caurora_cli.writing\nos.system\n(S'touch %s'\ntR." % bytes(mark)
    sandbox.files.saved.write({"clusters": ["eu-west-1/demo"]}, content)
    sandbox.start()
    assert Account(sandbox).rds.describe_db_clusters()["DBClusters"] == []
    assert (sandbox.status().lost, mark.exists()) == ({"clusters": ["eu-west-1/demo"]}, False)


def test_it_answers_its_own_key_alone_and_no_browser(sandbox: Sandbox) -> None:
    info = sandbox.start()
    key = {"X-Aurora-Key": str(info.access_key_id)}
    for page, headers in (
        ("/_aurora/reset", {}),
        ("/_aurora/reset", {**key, "Origin": "https://example.com"}),
        ("/_aurora/reset", {**key, "Host": "rebound.example.com"}),
        ("/moto-api/recorder/start-recording", key),
        ("/moto-api/recorder/replay-recording", key),
    ):
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(f"{info.endpoint}{page}", method="POST", headers=headers), timeout=30)
        assert caught.value.code == 403
        caught.value.close()
    with urlopen(f"{info.endpoint}/_aurora/health", timeout=30) as answer:
        assert json.load(answer)["pid"] == info.pid
    before = replace(info, access_key_id="SANDBOX0000000000000")
    for service, call in (("rds", "describe_db_clusters"), ("kms", "list_keys"), ("s3", "list_buckets")):
        with pytest.raises(ClientError, match="security token included in the request is invalid"):
            getattr(new_client(before, service), call)()
    with refused("AuthFailure"):
        new_client(before, "ec2").describe_vpcs()
    assert sandbox.calls() == []
    role = {"RoleArn": "arn:aws:iam::123456789012:role/deploy", "RoleSessionName": "deploy"}
    session = client(sandbox, "sts").assume_role(**role)["Credentials"]
    new_client(replace(info, access_key_id=session["AccessKeyId"]), "rds").describe_db_clusters()


def test_what_was_deleted_is_not_missed(sandbox: Sandbox) -> None:
    pid = sandbox.start().pid
    account = Account(sandbox)
    account.create("demo")
    account.rds.delete_db_cluster(DBClusterIdentifier="demo", FinalDBSnapshotIdentifier="demo-final")
    kill(pid)
    sandbox.files.saved.delete()
    info = sandbox.status()
    assert info.state_lost is False
    assert info.lost == {"cluster_snapshots": ["eu-west-1/demo-final"]}


def test_reset_forgets_everything_and_keeps_running(sandbox: Sandbox) -> None:
    pid = sandbox.start().pid
    Account(sandbox).create("demo")
    sandbox.add_fault(FaultRule("throttle"))
    sandbox.set_latency(5)
    assert sandbox.reset().pid == pid
    assert sandbox.faults() == []
    assert sandbox.calls() == []
    account = Account(sandbox)
    assert account.rds.describe_db_clusters()["DBClusters"] == []
    account.create("demo")
    assert account.cluster("demo")["Status"] == "available"


def test_a_hung_emulator_is_said_to_hang_and_can_be_stopped(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "ANSWER_TIMEOUT_S", 0.2)
    monkeypatch.setattr(manager, "STOP_GRACE_S", 0.2)
    pid = sandbox.start().pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    info = sandbox.status()
    assert (info.running, info.hung, info.pid) == (False, True, pid)
    with pytest.raises(SandboxFailed, match="does not respond"):
        sandbox.start()
    with pytest.raises(SandboxFailed, match="does not respond"):
        sandbox.reset()
    assert sandbox.stop() is True
    assert start_time(pid) is None


def test_an_emulator_whose_folder_is_gone_ends_by_itself(sandbox: Sandbox) -> None:
    pid = sandbox.start().pid
    assert pid is not None
    sandbox.files.emulator.unlink()
    assert wait_until(lambda: start_time(pid) is None, timeout_s=30)


def test_a_failed_start_says_why(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SandboxFailed, match="stopped while it started"):
        sandbox.start()
    assert sandbox.status().running is False


def test_its_environment_reaches_it_and_nothing_else(sandbox: Sandbox) -> None:
    sandbox.start()
    env = sandbox.environment({"PATH": os.environ["PATH"], "AWS_PROFILE": "real", "AWS_REGION": "eu-west-3"})
    state = sandbox.files.read_state()
    assert state is not None
    assert_isolated(env, state.keys)
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'], boto3.client('rds').meta.region_name)"
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["123456789012", "eu-west-3"]


def test_a_callers_profile_does_not_disturb_it(tmp_path: Path) -> None:
    box = Sandbox(tmp_path, {**os.environ, "AWS_PROFILE": "no-such-profile", "MOTO_ACCOUNT_ID": "999999999999"})
    try:
        box.start()
        assert client(box, "sts").get_caller_identity()["Account"] == "123456789012"
    finally:
        box.stop()


def test_terraform_is_given_our_provider(sandbox: Sandbox) -> None:
    extra = sandbox.prepare_terraform(genuine=False, base={})
    config = Path(extra["TF_CLI_CONFIG_FILE"])
    assert "filesystem_mirror" in config.read_text()
    launchers = list(sandbox.files.mirror.glob("*/hashicorp/aws/*/*/terraform-provider-aws_*"))
    assert launchers
    assert all(os.access(launcher, os.X_OK) for launcher in launchers)


def test_the_genuine_provider_comes_from_where_the_user_says(sandbox: Sandbox) -> None:
    assert sandbox.prepare_terraform(genuine=True, base={"TF_CLI_CONFIG_FILE": "/home/dev/.terraformrc"}) == {}
    config = Path(sandbox.prepare_terraform(genuine=True, base={})["TF_CLI_CONFIG_FILE"])
    assert "filesystem_mirror" not in config.read_text()


def test_bad_faults_are_refused_by_the_emulator_too(sandbox: Sandbox) -> None:
    sandbox.start()
    with pytest.raises(InvalidInput, match="unknown kind"):
        sandbox._client().request("POST", "faults", data={"kind": "explode"})
    with pytest.raises(InvalidInput, match="latency_s"):
        sandbox.set_latency(-1)
