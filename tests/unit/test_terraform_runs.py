"""The files of a run: alive, ended, or left alone."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from aurora_cli.terraform.output.events import ResourceComplete, ResourceStart, Version
from aurora_cli.terraform.run.recovery import follow_left_alone
from aurora_cli.terraform.run.run_folder import KEPT_RUNS, new_run, unfinished_runs


def test_a_run_lives_as_long_as_its_lock_is_held(tmp_path: Path) -> None:
    run = new_run(tmp_path, "apply", ("terraform", "apply"))
    assert not run.is_alive()
    lock = run.take_lock()
    assert run.is_alive()
    os.close(lock)
    assert not run.is_alive()


def test_an_exit_status_ends_it_even_if_a_stray_child_holds_the_lock(tmp_path: Path) -> None:
    run = new_run(tmp_path, "apply", ("terraform",))
    lock = run.take_lock()
    run.exit_file.write_text("0")
    assert not run.is_alive()
    os.close(lock)


def test_a_recycled_process_id_does_not_make_it_alive(tmp_path: Path) -> None:
    run = new_run(tmp_path, "apply", ("terraform",))
    os.close(run.take_lock())
    run.pid_file.write_text(str(os.getpid()))
    (found,) = follow_left_alone(tmp_path, lambda event: None)
    assert (found.ending, found.followed, found.outcome.exit_status) == ("unknown", False, None)


@pytest.mark.parametrize(
    ("operation", "status", "ending"),
    [
        ("apply", "0", "succeeded"),
        ("apply", "1", "failed"),
        ("plan", "2", "succeeded"),
        ("apply", "2", "failed"),
        ("apply", "137", "unknown"),
        ("apply", "", "unknown"),
        ("apply", "1x", "unknown"),
    ],
)
def test_how_it_ended(tmp_path: Path, operation: str, status: str, ending: str) -> None:
    run = new_run(tmp_path, operation, ("terraform",))
    run.pid_file.write_text("1")
    run.exit_file.write_text(status)
    (found,) = follow_left_alone(tmp_path, lambda event: None)
    assert found.ending == ending


def test_one_that_was_never_begun(tmp_path: Path) -> None:
    new_run(tmp_path, "apply", ("terraform",))
    (found,) = follow_left_alone(tmp_path, lambda event: None)
    assert found.ending == "not-started"


def test_torn_and_broken_output_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    run = new_run(tmp_path, "apply", ("terraform",))
    run.pid_file.write_text("1")
    run.events_file.write_bytes(
        b'{"type":"version","terraform":"1.11.4","ui":"1.2"}\n\n'
        b"\xff\xfe\n"
        b'{"type":"apply_start","hook":{"resource":{"addr":"aws_vpc.this"},"action":"create"}}\n'
        b'{"type":"apply_complete","hook":{"resource":{"addr":"aws_vpc.this"},"action":"create","id_value":"vpc-1"}}\n'
        b'{"type":"apply_start","hook":{"resource":{"addr":"aws_rds_cluster.this"},"action":"create"}}\n'
        b'{"type":"apply_complete","hook":{"resource":{"addr":"aws_rds_clu'
    )
    (found,) = follow_left_alone(tmp_path, lambda event: None)
    assert found.outcome.version == Version("1.11.4", "1.2")
    assert found.outcome.created == {"aws_vpc.this": "vpc-1"}
    assert found.outcome.in_flight == ("aws_rds_cluster.this",)
    assert found.outcome.applied.counts() == {"add": 1, "change": 0, "destroy": 0}


def test_a_replacement_counts_on_both_sides(tmp_path: Path) -> None:
    from aurora_cli.terraform.output.events import Resource
    from aurora_cli.terraform.output.outcome import Outcome

    outcome = Outcome()
    vpc = Resource("aws_vpc.this")
    for action in ("delete", "create"):
        outcome.take(ResourceStart(vpc, action))
        outcome.take(ResourceComplete(vpc, action, 1.0, "vpc-2"))
    assert outcome.applied.counts() == {"add": 1, "change": 0, "destroy": 1}
    assert outcome.created == {"aws_vpc.this": "vpc-2"}


def test_folders_that_are_no_runs_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "run.json").write_text("[1")
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "run.json").write_text("[1]")
    (tmp_path / "file").touch()
    assert unfinished_runs(tmp_path) == []
    assert unfinished_runs(tmp_path / "missing") == []


@pytest.mark.parametrize(("status", "packed"), [(0, True), (1, False), (None, False)])
def test_the_output_of_an_apply_is_packed_once_nobody_reads_it_any_more(
    tmp_path: Path, status: int | None, packed: bool
) -> None:
    run = new_run(tmp_path, "apply", ("terraform",))
    run.events_file.write_bytes(b'{"type":"version"}\n' * 1000)
    run.exit_file.write_text("0")
    run.finish(status)
    kept = {file.name for file in run.folder.iterdir()}
    assert kept == ({"run.json", "events.jsonl.gz"} if packed else {"run.json", "events.jsonl", "exit"})
    if packed:
        assert gzip.decompress((run.folder / "events.jsonl.gz").read_bytes()) == b'{"type":"version"}\n' * 1000


def test_old_runs_go_and_unfinished_ones_stay(tmp_path: Path) -> None:
    left = new_run(tmp_path, "apply", ("terraform",))
    for _ in range(KEPT_RUNS + 5):
        new_run(tmp_path, "plan", ("terraform",)).finish(0)
    assert len(list(tmp_path.iterdir())) == KEPT_RUNS + 1
    assert [run.record.id for run in unfinished_runs(tmp_path)] == [left.record.id]


def test_files_are_for_the_owner_only(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        run = new_run(tmp_path / "runs", "apply", ("terraform",))
        os.close(run.take_lock())
    finally:
        os.umask(previous)
    assert run.folder.stat().st_mode & 0o777 == 0o700
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in run.folder.iterdir()} == {
        "run.json": "0o600",
        "alive": "0o600",
    }
