"""State that is kept elsewhere, as in a pipeline whose home is new on every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.state_server import StateServer, state_server

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


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the state server listens."""
    with state_server() as where:
        yield where


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
    assert found == {
        "id": taken["ID"],
        "who": taken["Who"],
        "operation": "Apply",
        "since": taken["Created"],
        "local": False,
    }
    assert StateServer.lock is None


def test_destroy_works_from_the_remote_state(aurora: Aurora, address: str, tmp_path: Path) -> None:
    aurora.ok("destroy", "remote", "--confirm", "remote", "--skip-final-snapshot")
    assert aurora.client("rds").describe_db_clusters()["DBClusters"] == []
