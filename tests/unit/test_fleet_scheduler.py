"""`fleet --scheduler`: what is refused before anything is started, and that nothing of Dask is read without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aurora_cli.operations.fleet.executors import choice, dask_client
from tests.harness import Outcome, clean_environ, run_main

S3 = "backend: {type: s3, bucket: states-of-acme}"
LOOPBACK = "tcp://127.0.0.1:1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "fleet.yaml").write_text(f"defaults: {{region: eu-west-1, engine: postgres}}\n{S3}\n")
    (specs / "orders.yaml").write_text("name: orders")
    return specs


def status(folder: Path, scheduler: str, **env: str) -> Outcome:
    words = ("--home", str(folder.parent / "home"), "fleet", "status", "-d", str(folder), "--scheduler", scheduler)
    return run_main(words, {**clean_environ(), **env})


def said(outcome: Outcome) -> str:
    return " ".join(outcome.err.split())


@pytest.mark.parametrize("backend", ["{type: local}", "{type: http, address: 'https://states.example.com/orders'}"])
def test_a_state_without_a_lock_is_refused(folder: Path, backend: str) -> None:
    (folder / "cards.yaml").write_text(f"name: cards\nbackend: {backend}")
    refused = status(folder, LOOPBACK)
    assert refused.status == 2
    assert "these specs have none: " in said(refused) and "cards.yaml." in said(refused), refused.err
    assert "orders.yaml" not in said(refused)


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("tcp://10.0.0.7:8786", "is not encrypted"),
        ("tcp://scheduler.example.com:8786", "is not encrypted"),
        ("tcp://127.0.0.1.example.com:8786", "is not encrypted"),
        ("127.0.0.1:8786", "cannot be"),
        ("ucx://127.0.0.1:8786", "cannot be"),
        ("tls://10.0.0.7", "cannot be"),
        ("tls://10.0.0.7:banana", "cannot be"),
        ("tls://[::1", "cannot be"),
        ("tls://127.0.0.1:1", "The certificates for tls://127.0.0.1:1 are missing or wrong."),
    ],
)
def test_an_address_by_which_others_could_run_code_is_refused(folder: Path, address: str, what: str) -> None:
    refused = status(folder, address)
    assert refused.status == 2 and what in said(refused), refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1"])
def test_a_scheduler_that_does_not_answer(folder: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_client, "_CONNECT_S", 0.1)
    failed = status(folder, address)
    assert failed.status == 1 and "does not answer. hint: Start it" in said(failed), failed.err


def test_without_the_extra_it_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    refused = status(folder, LOOPBACK)
    assert refused.status == 2 and "hint: pip install 'rds-aurora-cli[fleet]'" in said(refused), refused.err


def test_the_variable_counts_too(folder: Path) -> None:
    words = ("--home", str(folder.parent / "home"), "fleet", "status", "-d", str(folder))
    refused = run_main(words, {**clean_environ(), "AURORA_SCHEDULER": "tcp://10.0.0.7:8786"})
    assert refused.status == 2 and "is not encrypted" in said(refused)


def test_nothing_of_dask_is_read_without_it(folder: Path) -> None:
    """A process of its own: others of this one may have read it."""
    program = (
        "import sys\nfrom aurora_cli.main import main\n"
        f"main(['--home', {str(folder.parent / 'home')!r}, 'fleet', 'run', '-d', {str(folder)!r}, '--', 'list'])\n"
        "print('READ', [name for name in sys.modules if name.split('.')[0] in ('dask', 'distributed')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("READ []\n"), done
