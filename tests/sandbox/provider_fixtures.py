"""An emulator and a provider in this process, for the modules that drive resource types one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.provider_driver import REGION, Driver


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """An emulator for this module."""
    manager = Sandbox(tmp_path_factory.mktemp("sandbox"), {"AWS_REGION": REGION, "PATH": "/usr/bin:/bin"})
    manager.start()
    try:
        yield manager
    finally:
        manager.stop()


@pytest.fixture
def emulator(sandbox: Sandbox) -> Sandbox:
    """The emulator, empty."""
    sandbox.reset()
    return sandbox


@pytest.fixture
def driver(emulator: Sandbox) -> Driver:
    """A provider with default tags."""
    return new_driver(emulator)


def new_driver(emulator: Sandbox, region: str = REGION) -> Driver:
    """A provider of a Region, as an alias in a configuration makes one."""
    return Driver(emulator.environment(), emulator.files.folder / "models", {"Project": "orders"}, region)


def client(emulator: Sandbox, service: str, region: str = REGION) -> Any:
    """A boto3 client of the emulator, for looking from outside."""
    environment = emulator.environment()
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name=region,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
