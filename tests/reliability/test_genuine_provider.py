"""Killed in a creation with the genuine hashicorp/aws: the same command resumes, and nothing is lost or doubled.

It runs where PROVIDER_MIRROR names a filesystem mirror of Terraform's that has hashicorp/aws.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.calibration.mirror import cli_config
from tests.harness import Aurora
from tests.reliability.inventory import in_emulator
from tests.reliability.test_recovery import CREATE, killed_in, settled

MIRROR = os.environ.get("PROVIDER_MIRROR", "")
pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.thorough,
    pytest.mark.timeout(1800),  # it waits 30 seconds before it looks at a cluster or an instance
    pytest.mark.skipif(not MIRROR, reason="PROVIDER_MIRROR names no filesystem mirror with hashicorp/aws"),
]


@pytest.fixture
def genuine(emulator: object, aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aurora:
    """The command with `--provider genuine`."""
    config = tmp_path / "mirror.tfrc"
    config.write_text(cli_config(Path(MIRROR)), "utf-8")
    monkeypatch.setitem(aurora.environ, "AURORA_PROVIDER", "genuine")
    monkeypatch.setitem(aurora.environ, "TF_CLI_CONFIG_FILE", str(config))
    return aurora


@pytest.mark.parametrize(
    ("who", "actions"),
    [("terraform", ("CreateDBSubnetGroup", "CreateDBCluster", "CreateDBInstance")), ("provider", ("CreateDBCluster",))],
)
def test_killed_in_a_creation(genuine: Aurora, who: str, actions: tuple[str, ...]) -> None:
    for action in actions:
        killed_in(genuine, action, *CREATE, who=who, slow_s=2)  # on a busy machine it is looked at less often
    assert "Imported" in genuine.ok(*CREATE).err
    settled(genuine, "demo")
    genuine.ok("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")
    assert in_emulator(genuine) == set()
