"""A global database, killed while it is made and while it is destroyed: the same command again ends well in every Region."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.interrupt import called, disturb_when

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
SPEC = (
    "name: shop\nregion: eu-west-1\nengine: postgres\nlogs: {exports: []}\n"
    "global: {regions: {eu-central-1: {}, us-east-1: {headless: true}}}\n"
)
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")


def clusters(aurora: Aurora) -> list[str]:
    found = (aurora.client("rds", region).describe_db_clusters()["DBClusters"] for region in REGIONS)
    return [cluster["DBClusterIdentifier"] for region in found for cluster in region]


def killed(aurora: Aurora, args: tuple[str, ...], action: str, at_least: int) -> None:
    """Run until the API has answered that many calls of an action, and kill."""
    aurora.emulator.start()
    before = last_call(aurora)
    disturb_when(aurora, args, lambda: called(aurora, action, before, at_least), how="kill")


@pytest.mark.thorough
def test_create_and_destroy_go_on_after_a_kill(aurora: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(SPEC)
    create = ("create", "-f", str(file), "--yes")
    killed(aurora, create, "PutSecretValue", 1)
    secrets = aurora.client("secretsmanager")
    aurora.ok(*create)
    assert len(secrets.list_secrets()["SecretList"]) == 1
    assert clusters(aurora) == ["shop", "shop-eu-central-1", "shop-us-east-1"]
    assert aurora.run("plan", "shop", "--exit-code").status == 0
    destroy = ("destroy", "shop", "--confirm", "shop")
    killed(aurora, destroy, "RemoveFromGlobalCluster", 1)
    assert aurora.run(*destroy).status in (0, 4)  # 4: Terraform had gone on, and all was gone already
    assert clusters(aurora) == []
    assert aurora.client("rds").describe_global_clusters()["GlobalClusters"] == []
    taken = aurora.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert [snapshot["DBClusterIdentifier"] for snapshot in taken] == ["shop"]
    assert aurora.json("list")["clusters"] == []
