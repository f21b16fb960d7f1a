"""A disk that is full under real servers: what is said, and what is there when there is space again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from aurora_cli.sandbox.database.account import account_for
from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, living

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk for the data of a sandbox in `tmp_path`."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    folder = account_for(tmp_path).data
    shutil.rmtree(folder)
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=220m", "tmpfs", folder], check=False).returncode:
        pytest.skip("this container may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, disk: Path) -> None:
    with living(tmp_path) as life:
        life.create(readers=1, MasterUserPassword="secret-99")
        life.password = "secret-99"
        life.settle()
        life.do("CREATE TABLE entries (text text)")
        count = fill(life)
        for pid in life.processes():
            with suppress(ProcessLookupError):  # one has ended for lack of space
                os.kill(pid, signal.SIGKILL)

        def is_told() -> bool:
            top_up(disk / "filler")  # what a server that has ended leaves free
            told = [one["problem"] for one in life.sandbox.databases()["servers"] if one["problem"]]
            said = [text for text in told if "No space left on device. Free some disk space." in text]
            return told == said != [] and "storage-full" in statuses(life)

        assert wait_until(is_told, timeout_s=60.0, every_s=0.05), statuses(life)
        (disk / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=600m", disk], check=True)
        life.settle(timeout_s=90.0)
        assert life.rows("SELECT count(*) FROM entries") == [(count,)]


def top_up(file: Path) -> None:
    """Leave no space on the disk of a file."""
    with file.open("ab") as opened, suppress(OSError):
        while True:
            os.write(opened.fileno(), bytes(4096))


def fill(life: Life) -> int:
    """Write until that fails; the number of rows that were acknowledged."""
    for number in range(1000):
        try:
            life.do("INSERT INTO entries SELECT repeat(md5(random()::text), 40) FROM generate_series(1, 1000)")
        except psycopg.Error:
            return number * 1000
    raise AssertionError("the disk is not full")


def statuses(life: Life) -> list[str]:
    return [one["DBInstanceStatus"] for one in life.rds.describe_db_instances()["DBInstances"]]
