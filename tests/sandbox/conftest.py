"""The provider in the test's own process; a plan after each apply of the walks that take their time anyway."""

from __future__ import annotations

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.harness import Aurora
from tests.sandbox.provider_driver import Driver, new_driver


@pytest.fixture(scope="module", autouse=True)
def verified(request: pytest.FixtureRequest) -> None:
    """Modules that are thorough as a whole verify every apply: an example whose plan is not empty afterwards fails at once."""
    if request.node.get_closest_marker("thorough") and hasattr(request.module, "Aurora"):
        aurora: Aurora = request.getfixturevalue("aurora")
        aurora.environ["AURORA_VERIFY"] = "1"


@pytest.fixture
def driver(emulator: Sandbox) -> Driver:
    """A provider with default tags."""
    return new_driver(emulator)
