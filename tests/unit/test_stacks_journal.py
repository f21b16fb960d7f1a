"""The journal of an operation in progress."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aurora_cli.errors import StackDamaged
from aurora_cli.stacks.journal import Journal, read_journal, remove_journal, write_journal

JOURNAL = Journal(
    operation="scale",
    arguments={"readers": 2, "class_": None},
    command=("scale", "demo", "--readers", "2"),
    started_at="2026-01-01T00:00:00+00:00",
    started_by="ann",
    facts={"order": {"resize": ["2", "1"]}},
    spec="name: demo\n",
    origins={"instances.readers": "--readers"},
    keys=("1", "2", "3"),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    journal = JOURNAL.with_step("resize demo-2", began="2026-01-01T00:00:01+00:00").with_step("settle")
    write_journal(tmp_path, journal)
    assert read_journal(tmp_path) == journal
    assert list(journal.steps) == ["resize demo-2", "settle"]
    assert (tmp_path / "operation.json").stat().st_mode & 0o777 == 0o600


def test_no_file_is_no_operation(tmp_path: Path) -> None:
    assert read_journal(tmp_path) is None
    write_journal(tmp_path, JOURNAL)
    remove_journal(tmp_path)
    assert read_journal(tmp_path) is None
    remove_journal(tmp_path)


def test_a_step_keeps_what_is_known_of_it() -> None:
    journal = JOURNAL.with_step("a", began="t1").with_step("a", finished="t2", elapsed_s=1.5)
    assert (journal.step("a").began, journal.step("a").finished, journal.step("a").elapsed_s) == ("t1", "t2", 1.5)
    assert journal.step("never").began is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 2}', "null"])
def test_a_damaged_journal_is_said_with_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "operation.json").write_text(text)
    with pytest.raises(StackDamaged) as caught:
        read_journal(tmp_path)
    assert "operation.json" in (caught.value.hint or "")


def test_keys_of_a_later_minor_change_are_ignored(tmp_path: Path) -> None:
    write_journal(tmp_path, JOURNAL)
    data = json.loads((tmp_path / "operation.json").read_text())
    (tmp_path / "operation.json").write_text(json.dumps({**data, "mood": "good"}))
    assert read_journal(tmp_path) == replace(JOURNAL)
