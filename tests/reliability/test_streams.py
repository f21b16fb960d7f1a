"""Closed and broken streams: the status says so, and nothing else is printed about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
COMMAND = [sys.executable, "-m", "aurora_cli"]


def test_a_reader_that_went_away_is_status_141_and_silence() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*COMMAND, "schema"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("closing", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_from_the_start_does_no_harm(closing: str) -> None:
    line = f'"$0" -m aurora_cli version {closing}'
    done = subprocess.run(["bash", "-c", line, sys.executable], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_of_the_first_line_alone_gets_it_and_the_status_is_0(tmp_path: Path) -> None:
    """Half of what is written is read, as `head -1` does: nothing is left to be written then."""
    for number in range(300):
        folder = tmp_path / "stacks" / f"demo-{number}"
        folder.mkdir(parents=True)
    read, write = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "--home", str(tmp_path), "list"], stdout=write, stderr=subprocess.DEVNULL
    ) as listing:
        os.close(write)
        assert os.read(read, 1)
        os.close(read)
        assert listing.wait(timeout=60) == 0


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_sentence() -> None:
    with FULL.open("w", encoding="utf-8") as full:
        done = subprocess.run([*COMMAND, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: The operating system refused: No space left on device.",
        "hint: Free some space, then run the same command again.",
    ]
