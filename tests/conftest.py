"""What all tests share: isolation from the machine's AWS and Terraform settings, and the installed command."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import FOREIGN, NAMED, Aurora

settings.register_profile(
    "suite", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name in NAMED:
            monkeypatch.delenv(name)
    yield


@pytest.fixture(scope="module")
def aurora(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The command in a new home; its emulator is stopped at the end."""
    command = Aurora(tmp_path_factory.mktemp("home"))
    try:
        yield command
    finally:
        command.run("sandbox", "stop")
