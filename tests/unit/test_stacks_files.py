"""Rendered files: only ours are touched, and only where they differ."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aurora_cli.errors import StackDamaged
from aurora_cli.stacks.files import MANIFEST, FilesWritten, write_files
from aurora_cli.stacks.history import History, HistoryEntry
from aurora_cli.writing import append_line, write_atomic


def contents(folder: Path) -> dict[str, str]:
    return {p.name: p.read_text() for p in folder.iterdir() if p.name != MANIFEST}


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    assert write_files(tmp_path, {"a.tf": "1\n", "b.tf": "2\n"}).written == ("a.tf", "b.tf")
    os.utime(tmp_path / "a.tf", ns=(1, 1))
    os.utime(tmp_path / "b.tf", ns=(1, 1))
    assert write_files(tmp_path, {"a.tf": "1\n", "b.tf": "3\n"}) == FilesWritten(written=("b.tf",))
    assert (tmp_path / "a.tf").stat().st_mtime_ns == 1
    assert (tmp_path / "b.tf").stat().st_mtime_ns != 1


def test_what_is_no_longer_rendered_goes_and_the_rest_stays(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.tf": "1\n", "b.tf": "2\n"})
    for name in ("mine.tf", "terraform.tfvars", "terraform.tfstate", "tfplan"):
        (tmp_path / name).write_text("mine")
    result = write_files(tmp_path, {"a.tf": "1\n"})
    assert result == FilesWritten(removed=("b.tf",), foreign=("mine.tf", "terraform.tfvars"))
    assert set(contents(tmp_path)) == {"a.tf", "mine.tf", "terraform.tfvars", "terraform.tfstate", "tfplan"}


def test_a_file_of_the_user_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text("mine")
    with pytest.raises(StackDamaged, match="was not written by aurora-cli"):
        write_files(tmp_path, {"a.tf": "1\n", "b.tf": "2\n"})
    assert contents(tmp_path) == {"a.tf": "mine"}


def test_a_crash_between_manifest_and_files_is_repaired(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.tf": "1\n", "b.tf": "2\n"})
    (tmp_path / "b.tf").unlink()
    assert write_files(tmp_path, {"c.tf": "3\n"}).removed == ("a.tf",)
    assert contents(tmp_path) == {"c.tf": "3\n"}


def test_a_file_that_somebody_edited_is_rendered_again(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.tf": "1\n"})
    (tmp_path / "a.tf").write_bytes(b"\xff")
    assert write_files(tmp_path, {"a.tf": "1\n"}).written == ("a.tf",)


def test_a_damaged_manifest_stops_before_anything_is_removed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.tf": "1\n"})
    (tmp_path / MANIFEST).write_text('{"files"')
    with pytest.raises(StackDamaged):
        write_files(tmp_path, {"b.tf": "1\n"})
    assert contents(tmp_path) == {"a.tf": "1\n"}


def test_a_manifest_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("x")
    folder = tmp_path / "terraform"
    write_files(folder, {"a.tf": "1\n"})
    (folder / MANIFEST).write_text('{"files": ["../victim", "a.tf"]}')
    write_files(folder, {"a.tf": "1\n"})
    assert (tmp_path / "victim").exists()


@pytest.mark.parametrize("name", ["../a.tf", "a/b/c.tf", "a/../b.tf", "/a.tf", ".hidden", ""])
def test_only_plain_names_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        write_files(tmp_path, {name: "1\n"})


def test_a_folder_of_ours_comes_and_goes_with_its_files(tmp_path: Path) -> None:
    files = {"a.tf": "1\n", "eu-central-1/a.tf": "2\n", "us-east-1/a.tf": "3\n"}
    assert write_files(tmp_path, files).written == ("a.tf", "eu-central-1/a.tf", "us-east-1/a.tf")
    (tmp_path / "us-east-1" / "mine.txt").write_text("kept")
    assert write_files(tmp_path, {"a.tf": "1\n"}).removed == ("eu-central-1/a.tf", "us-east-1/a.tf")
    assert not (tmp_path / "eu-central-1").exists()
    assert [path.name for path in (tmp_path / "us-east-1").iterdir()] == ["mine.txt"]


def test_a_failed_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stack.json"
    write_atomic(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, "new")
    assert contents(tmp_path) == {"stack.json": "old"}


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("outside")
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    write_atomic(tmp_path / "link", "new")
    assert contents(tmp_path) == {"outside": "outside", "link": "new"}
    (tmp_path / "log").symlink_to(tmp_path / "outside")
    with pytest.raises(OSError, match="symbolic link"):
        append_line(tmp_path / "log", "x")


def entry(number: int) -> HistoryEntry:
    return HistoryEntry(
        str(number),
        "2026-01-01T00:00:00+00:00",
        "ana",
        "create",
        "succeeded",
        1.5,
        "é\nline",
        {"add": 3, "change": 0, "destroy": 0},
    )


def test_history_keeps_order_and_content(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl")
    assert history.read() == []
    for number in range(3):
        history.append(entry(number))
    assert history.read() == [entry(0), entry(1), entry(2)]
    assert history.read(limit=2) == [entry(1), entry(2)]
    assert history.read(limit=0) == []
    assert (tmp_path / "history.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history = History(path)
    history.append(entry(0))
    with path.open("ab") as file:
        file.write(b'{"id": "1", "wh\xff')
    assert history.read() == [entry(0)]
    history.append(entry(2))
    with path.open("a") as file:
        file.write('[]\n{"id": "x"}\n\n')
    assert history.read() == [entry(0), entry(2)]
