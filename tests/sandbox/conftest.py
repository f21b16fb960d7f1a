"""The provider in the test's own process."""

from __future__ import annotations

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.provider_driver import Driver, new_driver


@pytest.fixture
def driver(emulator: Sandbox) -> Driver:
    """A provider with default tags."""
    return new_driver(emulator)
