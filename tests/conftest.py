"""What all tests share: isolation from the machine's AWS and Terraform settings, an emulator, and the command in a new home."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from aurora_cli.sandbox.manager import Sandbox
from tests.harness import FOREIGN, NAMED, REGION, Aurora, clean_environ, end_processes_in
from tests.schedule import from_another_end, longest_first

settings.register_profile(
    "suite", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("suite")
# A suite that is started in the background ignores interrupts, and so would every process that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
gc.set_threshold(100_000)  # what is imported and collected stays: looking through it takes a fifth of the collection


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name in NAMED:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AURORA_SANDBOX_DATABASE", "off")
    before = dict(os.environ)
    yield
    os.environ.clear()  # the command makes its environment that of the process
    os.environ.update(before)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Workers import modules in different orders."""
    report = yield
    if isinstance(collector, pytest.Directory) and report.passed:
        from_another_end(report)
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers take modules in this order."""
    longest_first(items)


@pytest.fixture(scope="session")
def worker_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One emulator and one provider parent for all modules of a worker: starting them takes seconds of processor time."""
    manager = Sandbox(tmp_path_factory.mktemp("emulator"), {**clean_environ(), "AWS_REGION": REGION})
    try:
        yield manager
    finally:
        manager.stop()


@pytest.fixture(scope="module")
def sandbox(worker_emulator: Sandbox) -> Iterator[Sandbox]:
    """The emulator, empty at the start of each module, started again if the module before has stopped it."""
    worker_emulator.start()
    worker_emulator.reset()
    yield worker_emulator
    assert "pickl" not in worker_emulator.files.log.read_text(), "whatever the module has made can be saved"


@pytest.fixture
def emulator(sandbox: Sandbox) -> Sandbox:
    """The emulator, empty at the start of each test."""
    sandbox.reset()
    return sandbox


@pytest.fixture(scope="module")
def aurora(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The command in a new home, whose emulator is the worker's."""
    home = tmp_path_factory.mktemp("home")
    (home / "sandbox").mkdir(mode=0o700)
    (home / "sandbox" / "emulator").symlink_to(sandbox.files.folder)
    try:
        yield Aurora(home)
    finally:
        end_processes_in(home)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The command in a new home with nothing in it: its emulator is its own, and does not run yet."""
    command = Aurora(tmp_path_factory.mktemp("home"))
    try:
        yield command
    finally:
        end_processes_in(command.home)
        command.emulator.stop()
