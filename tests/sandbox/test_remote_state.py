"""State that is kept elsewhere, as in a pipeline whose home is new on every run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.harness import Aurora

pytestmark = pytest.mark.sandbox

SPEC = """\
name: remote
region: eu-west-1
engine: postgres
instances: {{readers: {readers}}}
backend:
  type: http
  address: {address}/state
  lock_address: {address}/lock
  unlock_address: {address}/lock
"""


class StateServer(BaseHTTPRequestHandler):
    """Terraform's HTTP backend: GET, POST and DELETE of one state, LOCK and UNLOCK."""

    state: ClassVar[bytes | None] = None
    lock: ClassVar[bytes | None] = None

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        """The state, or 404."""
        state = StateServer.state
        self._answer(200, state) if state else self._answer(404)

    def do_POST(self) -> None:
        """Keep the state."""
        StateServer.state = self._body()
        self._answer(200)

    def do_LOCK(self) -> None:
        """Lock, unless somebody holds it."""
        body = self._body()
        if StateServer.lock is not None:
            self._answer(423, StateServer.lock)
            return
        StateServer.lock = body
        self._answer(200)

    def do_UNLOCK(self) -> None:
        """Unlock."""
        self._body()
        StateServer.lock = None
        self._answer(200)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the state server listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), StateServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def spec(folder: Path, address: str, readers: int) -> str:
    """A spec file with that many readers."""
    file = folder / f"remote-{readers}.yaml"
    file.write_text(SPEC.format(address=address, readers=readers))
    return str(file)


def forget(aurora: Aurora) -> None:
    """Lose the home's memory of the cluster, as a new pipeline run does; the emulator stays."""
    import shutil

    shutil.rmtree(aurora.home / "sandbox" / "stacks" / "remote")


def test_a_new_home_goes_on_from_the_state(aurora: Aurora, address: str, tmp_path: Path) -> None:
    created = aurora.json("apply", "-f", spec(tmp_path, address, 2), "--yes")
    assert created["changed"] is True
    assert StateServer.lock is None
    assert not (aurora.home / "sandbox/stacks/remote/terraform/terraform.tfstate").exists()

    forget(aurora)
    assert aurora.json("apply", "-f", spec(tmp_path, address, 2), "--yes")["changed"] is False


def test_the_writer_is_spared_without_a_local_record(aurora: Aurora, address: str, tmp_path: Path) -> None:
    aurora.client("rds").failover_db_cluster(DBClusterIdentifier="remote", TargetDBInstanceIdentifier="remote-3")
    forget(aurora)
    aurora.environ["USER"] = "anna"
    aurora.ok("apply", "-f", spec(tmp_path, address, 1), "--set", "backup.retention=9d", "--yes")
    assert set(aurora.instances("remote")) == {"remote-1", "remote-3"}
    assert aurora.writer("remote") == "remote-3"


def test_a_file_that_would_undo_what_another_engineer_applied_is_stopped(
    aurora: Aurora, address: str, tmp_path: Path
) -> None:
    ben = Aurora(tmp_path / "ben", {**aurora.environ, "USER": "ben"})
    (ben.home / "sandbox").mkdir(mode=0o700, parents=True)
    (ben.home / "sandbox" / "emulator").symlink_to((aurora.home / "sandbox" / "emulator").resolve())
    old = tmp_path / "old.yaml"
    old.write_text(Path(spec(tmp_path, address, 1)).read_text() + "backup: {retention: 1d}\n")
    stopped = ben.run("apply", "-f", str(old), "--yes", "-o", "json")
    assert stopped.status == 9
    (revert,) = stopped.data["error"]["details"]["reverts"]
    assert (revert["line"], revert["operation"], revert["who"], revert["has"]) == (10, "apply", "anna", "9d")
    assert ben.json("plan", "-f", spec(tmp_path, address, 1))["changes"] is False, "what the file does not name stays"


def test_a_lock_on_the_remote_state_is_taken_away_by_its_id(aurora: Aurora) -> None:
    taken = {
        "ID": "9db590f1-b6fe-c5f2",
        "Operation": "OperationTypeApply",
        "Who": "eva@laptop",
        "Created": "2030-01-31T07:00:00Z",
    }
    StateServer.lock = json.dumps(taken).encode()
    refused = aurora.run("unlock", "remote", "--confirm", "another")
    assert refused.status == 8, refused.err
    assert taken["ID"] in refused.err
    assert StateServer.lock is not None
    found = aurora.json("unlock", "remote", "--confirm", taken["ID"])["lock"]
    assert (found["id"], found["local"]) == (taken["ID"], False)
    assert StateServer.lock is None


def test_destroy_works_from_the_remote_state(aurora: Aurora, address: str, tmp_path: Path) -> None:
    aurora.ok("destroy", "remote", "--confirm", "remote", "--skip-final-snapshot")
    assert aurora.client("rds").describe_db_clusters()["DBClusters"] == []
