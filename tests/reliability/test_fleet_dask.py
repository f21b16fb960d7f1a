"""A fleet on the workers of a real scheduler, with Terraform and its state in S3: over TLS, and with each part killed in turn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import pytest

from tests.dask_cluster import DaskCluster, certificates, dask_cluster
from tests.harness import Aurora
from tests.reliability.inventory import in_emulator, in_states
from tests.reliability.kills import processes, slow_creations

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(900)]
BUCKET = "acme-states"
FLEET = f"""
defaults: {{region: eu-west-1, engine: postgres, network: {{allow: [10.0.0.0/16]}}}}
backend: {{type: s3, bucket: {BUCKET}, region: eu-west-1, key: "{{name}}.tfstate"}}
"""
NAMES = ("a", "b", "c")


@pytest.fixture
def specs(emulator: object, aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place: Any = {"LocationConstraint": "eu-west-1"}
    aurora.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "fleet.yaml").write_text(FLEET)
    for name in NAMES:
        (folder / f"{name}.yaml").write_text(f"name: {name}")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def cluster(aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DaskCluster]:
    """Three workers with nannies, which start them again."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with dask_cluster(folder, aurora.environ, 3) as found:
        monkeypatch.setitem(aurora.environ, "AURORA_SCHEDULER", found.address)
        yield found


def until(holds: Callable[[], object], seconds: float = 120) -> None:
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it did not come"
        Event().wait(0.05)


def started(aurora: Aurora, *words: str) -> subprocess.Popen[str]:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(aurora.argv(*words), env=aurora.environ, start_new_session=True, **pipes)


def commands(aurora: Aurora) -> dict[int, int]:
    """Process IDs of the `apply` that run on the workers, with those of the workers, which may fork them from a server."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            out, words = (entry / "fd" / "1").readlink(), (entry / "cmdline").read_bytes()
            ours = b"--approved" in words or b"aurora_cli.fork_server" in words
            if ours and out.is_relative_to(aurora.home / "sandbox" / "fleet") and out.stem in NAMES:
                above = parent(int(entry.name))
                forked = b"aurora_cli.fork_server" in Path(f"/proc/{above}/cmdline").read_bytes()
                found[int(entry.name)] = parent(above) if forked else above
    return found


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def terraforms(aurora: Aurora) -> list[int]:
    return processes(aurora.home / "sandbox" / "stacks", "terraform")


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def newest(aurora: Aurora) -> dict[str, Any]:
    run: dict[str, Any] = aurora.json("fleet", "runs")["runs"][0]
    return run


def assert_true(aurora: Aurora) -> None:
    """Nothing doubled, nothing lost, and the states in S3 say what there is."""
    s3 = aurora.client("s3")
    states = [json.loads(s3.get_object(Bucket=BUCKET, Key=f"{name}.tfstate")["Body"].read()) for name in NAMES]
    assert in_emulator(aurora) == in_states(states)
    assert {name: list(aurora.instances(name)) for name in NAMES} == {name: [f"{name}-1"] for name in NAMES}
    assert {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]} == {f"{n}.tfstate" for n in NAMES}


def release_locks(aurora: Aurora) -> None:
    s3 = aurora.client("s3")
    locks = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"] if one["Key"].endswith(".tflock")]
    assert len(locks) == 1
    found = json.loads(s3.get_object(Bucket=BUCKET, Key=locks[0])["Body"].read())
    aurora.ok("unlock", locks[0].partition(".")[0], "--confirm", found["ID"])


def test_over_tls(aurora: Aurora, specs: Path, tmp_path: Path) -> None:
    tls = certificates(tmp_path)
    folder = tmp_path / "dask"
    folder.mkdir()
    with dask_cluster(folder, {**aurora.environ, **tls}, 2, protocol="tls") as cluster:
        to = ("--scheduler", cluster.address)
        planned = aurora.process("fleet", "plan", *to, "-o", "json", env=tls)
        assert planned.data["summary"]["created"] == 3, planned.err
        applied = aurora.process("fleet", "apply", "--yes", *to, "-o", "json", env=tls, timeout=300)
        assert applied.data["summary"]["applied"] == 3, applied.err
        again = aurora.process("fleet", "plan", *to, "-o", "json", env=tls)
        assert again.data["summary"]["unchanged"] == 3, again.err
        rows = aurora.process("fleet", "status", *to, "-o", "json", env=tls).data["members"]
        assert {row["status"] for row in rows} == {"available"}
        assert_true(aurora)
        campaign = aurora.process("fleet", "snapshot", "--yes", *to, "-o", "json", env=tls, timeout=300)
        assert campaign.status == 0, campaign.out + campaign.err
        assert len(aurora.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]) == 3
        without = aurora.process("fleet", "status", *to)
        assert without.status == 2 and "The certificates for tls://" in without.err
        (tmp_path / "other").mkdir()
        foreign = aurora.process("fleet", "status", *to, env=certificates(tmp_path / "other"))
        assert foreign.status == 1 and "does not answer" in foreign.err, foreign.err
        assert "Traceback" not in without.err + foreign.err


@pytest.mark.parametrize("who", ["worker", "scheduler", "terraform", "controller", "command", "worker and command"])
def test_killed(aurora: Aurora, specs: Path, cluster: DaskCluster, who: str) -> None:
    """In the middle of what Terraform does."""
    aurora.ok("fleet", "plan")
    slow_creations(aurora, 0.3)
    controller = started(aurora, "fleet", "apply", "--yes", "-o", "json")
    until(lambda: len(terraforms(aurora)) == 3)
    victim, worker = next(iter(commands(aurora).items()))
    by_name = {"scheduler": cluster.scheduler, "terraform": terraforms(aurora)[0], "controller": controller.pid}
    for part in who.split(" and "):
        kill({**by_name, "worker": worker, "command": victim}[part])
    out, err = controller.communicate(timeout=300)
    told = [f"{controller.returncode}\n{out}\n{err}"]
    assert "Traceback" not in err, err
    if who == "worker":  # the task was started again elsewhere, and waited for what was still running
        assert controller.returncode == 0, told[0]
        assert json.loads(out)["summary"]["applied"] == 3, told[0]
    if who == "scheduler":
        assert controller.returncode == 1 and "The connection to the scheduler" in err, told[0]
        assert newest(aurora)["state"] == "killed"
        cluster.start_scheduler()
        cluster.start_worker()
    if who == "terraform":  # it leaves its lock in S3, as without Dask
        release_locks(aurora)
    for _ in range(4):
        if newest(aurora)["state"] == "done":
            break
        done = aurora.process("fleet", "resume", "-o", "json", timeout=300)
        told.append(f"{done.status}\n{done.out}\n{done.err}")
    assert newest(aurora)["state"] == "done", "\n---\n".join(told)
    assert_true(aurora)


def test_four_losses_are_unknown(aurora: Aurora, specs: Path, cluster: DaskCluster) -> None:
    """Whatever runs the task is killed, each time; `fleet resume` finds out what became of the cluster."""
    for name in NAMES[1:]:
        (specs / f"{name}.yaml").unlink()
    aurora.ok("fleet", "plan")
    slow_creations(aurora, 0.3)
    controller = started(aurora, "fleet", "apply", "--yes", "-o", "json")
    seen: set[int] = set()
    while controller.poll() is None:
        for pid, worker in commands(aurora).items():
            if pid not in seen and worker != 1:
                seen.add(pid)
                kill(worker)
        Event().wait(0.02)
    out, err = controller.communicate()
    assert len(seen) >= 4, err
    assert {one["state"] for one in json.loads(out)["members"]} == {"unknown"}, out + err
    resumed = aurora.process("fleet", "resume", "-o", "json", timeout=300)
    assert resumed.data["summary"]["applied"] == 1, resumed.out + resumed.err
    assert list(aurora.instances("a")) == ["a-1"]


def test_interrupted(aurora: Aurora, specs: Path, cluster: DaskCluster) -> None:
    """The second Ctrl-C reaches the commands on the workers, and through them Terraform."""
    aurora.ok("fleet", "plan")
    slow_creations(aurora, 0.5)
    controller = started(aurora, "fleet", "apply", "--yes", "-o", "json")
    until(lambda: len(terraforms(aurora)) == 3)
    for _ in range(2):
        controller.send_signal(signal.SIGINT)
        Event().wait(1)
    out, err = controller.communicate(timeout=120)
    assert controller.returncode == 130, err
    assert {one["error"]["code"] for one in json.loads(out)["members"]} == {"interrupted"}, out
    assert commands(aurora) == {}
    assert terraforms(aurora) == []
    aurora.ok("fleet", "resume")
    assert_true(aurora)
