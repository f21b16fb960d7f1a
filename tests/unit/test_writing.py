"""Files and folders are written in one way: no link is followed, and nothing that is made is open to others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli.commands.crash import write_log
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.build.render import _write
from aurora_cli.sandbox import manager
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.stacks.files import write_files
from aurora_cli.stacks.history import History, HistoryEntry
from aurora_cli.terraform import binary
from aurora_cli.writing import make_missing, write_output
from tests.harness import run_main

SECRET = "correct-horse-9-battery"


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """What is private must not be so by the umask."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def link(path: Path, to: Path) -> Path:
    path.symlink_to(to)
    return path


def test_a_file_for_the_user_has_the_mode_of_the_umask_or_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    write_output(path, "a\n")
    assert mode(path) == 0o644
    path.chmod(0o640)
    write_output(path, "b\n")
    assert (mode(path), path.read_text()) == (0o640, "b\n")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_for_the_user_is_not_written_through_a_link_or_over_a_device(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for path in (link(tmp_path / "link", victim), link(tmp_path / "dangling", tmp_path / "new"), Path(os.devnull)):
        with pytest.raises(InvalidInput, match="not a regular file"):
            write_output(path, "x")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "new").exists()


def test_a_file_that_cannot_be_made_is_named_as_it_was_given(tmp_path: Path) -> None:
    done = run_main(("spec", "init", "orders", "--to", str(tmp_path / "none" / "orders.yaml")), {"HOME": str(tmp_path)})
    assert done.status == 1
    assert "No such file or directory" in done.err
    assert "none/orders.yaml)" in "".join(done.err.split())


@pytest.mark.parametrize("words", [("init", "orders"), ("from-serverless-v1", "old.yaml")])
def test_a_link_that_leads_nowhere_is_a_file_that_exists(words: tuple[str, str], tmp_path: Path) -> None:
    old = tmp_path / "old.yaml"
    old.write_text("name: old\nregion: eu-west-1\nserverless_v1:\n  engine: aurora-mysql\n")
    to = link(tmp_path / "new.yaml", tmp_path / "elsewhere")
    argument = str(old) if words[1] == "old.yaml" else words[1]
    done = run_main(("spec", words[0], argument, "--to", str(to)), {"HOME": str(tmp_path)})
    assert (done.status, "already exists" in " ".join(done.err.split())) == (2, True), done.err
    assert not (tmp_path / "elsewhere").exists()


def test_rendered_files_follow_no_link(tmp_path: Path) -> None:
    other, to = tmp_path / "other", tmp_path / "to"
    other.mkdir()
    to.mkdir()
    link(to / "eu-central-1", other)
    with pytest.raises(InvalidInput, match="is a symbolic link"):
        _write({"eu-central-1/cluster.tf": "x"}, to, force=True)
    link(to / "cluster.tf", other / "new")
    with pytest.raises(InvalidInput, match="already contains"):
        _write({"cluster.tf": "x"}, to, force=False)
    with pytest.raises(InvalidInput, match="not a regular file"):
        _write({"cluster.tf": "x"}, to, force=True)
    with pytest.raises(InvalidInput, match="is a symbolic link"):
        write_files(to, {"eu-central-1/cluster.tf": "x"})
    assert list(other.iterdir()) == []


def test_a_folder_that_became_a_link_is_not_emptied(tmp_path: Path) -> None:
    other, stack = tmp_path / "other", tmp_path / "stack"
    write_files(stack, {"eu-central-1/cluster.tf": "x"})
    (stack / "eu-central-1").rename(other)
    link(stack / "eu-central-1", other)
    with pytest.raises(InvalidInput, match="is a symbolic link"):
        write_files(stack, {})
    assert (other / "cluster.tf").read_text() == "x"


def test_what_is_made_on_the_way_is_private_too(tmp_path: Path) -> None:
    make_missing(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / "a" / rest) for rest in ("", "b", "b/c")] == [0o700] * 3


def test_the_home_is_private_whichever_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "launch", lambda *_, **__: (_ for _ in ()).throw(OSError("enough")))
    with pytest.raises(OSError, match="enough"):
        Sandbox(tmp_path / "start" / "sandbox" / "emulator").start()
    assert write_log(ValueError("x"), tmp_path / "crash")
    binary._remember(tmp_path / "version" / "sandbox" / "terraform-versions.json", "terraform", ("Terraform", "1.11.0"))
    run_main(("list",), {"HOME": str(tmp_path), "AURORA_HOME": str(tmp_path / "list"), "AURORA_SANDBOX": "1"})
    made = [path for path in tmp_path.rglob("*") if path.is_dir() and tmp_path in (path.parent, path.parent.parent)]
    assert {path.name for path in made} >= {"start", "crash", "version"}
    assert {mode(path) for path in made} == {0o700}


def test_a_crash_log_and_the_history_hold_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_MASTER_PASSWORD", SECRET)
    log = write_log(ValueError(f"no value {SECRET}; master_password = 'other-one-2'"), tmp_path)
    assert log is not None and mode(log) == 0o600
    said = f"connecting to postgres://ada:{SECRET}@db failed; password={SECRET!r}"
    history = History(tmp_path / "history.jsonl")
    history.append(HistoryEntry("1", "2026-01-01T00:00:00+00:00", "ada", "create", "failed", 1.0, said))
    kept = log.read_text() + (tmp_path / "history.jsonl").read_text()
    assert SECRET not in kept and "other-one-2" not in kept
    assert "(hidden)" in history.read()[0].summary
    assert "ValueError" in log.read_text()
