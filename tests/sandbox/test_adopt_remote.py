"""A cluster is adopted into a state that is kept elsewhere, and renamed there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from aurora_cli.context import AppContext
from aurora_cli.errors import TerraformFailed
from aurora_cli.operations.from_state.origin import find_origin
from tests.foreign_states import rds_aurora, state_of
from tests.harness import Aurora, clean_environ, terraform
from tests.sandbox.adopted import Others
from tests.sandbox.test_remote_state import address
from tests.state_server import StateServer

__all__ = ["address"]
pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
REGION = ("--region", "eu-west-1")
FOREIGN = {
    "version": 4,
    "terraform_version": "1.5.0",
    "serial": 1,
    "lineage": "other",
    "outputs": {},
    "resources": [
        {
            "mode": "managed",
            "type": "terraform_data",
            "name": "x",
            "provider": 'provider["terraform.io/builtin/terraform"]',
            "instances": [{"schema_version": 0, "attributes": {"id": "1"}}],
        }
    ],
}


@pytest.fixture(scope="module")
def shop(aurora: Aurora) -> Aurora:
    """A cluster that was made by hand."""
    Others(aurora).by_hand("shop")
    StateServer.state = StateServer.lock = None
    return aurora


def backend(address: str) -> tuple[str, ...]:
    """The options that name the backend."""
    return ("--set", "backend.type=http", "--set", f"backend.address={address}/state")


def test_the_state_of_others_is_pulled_and_neither_written_nor_locked(
    shop: Aurora, address: str, tmp_path: Path
) -> None:
    config = f'address = "{address}/theirs"\n lock_address = "{address}/lock"\n unlock_address = "{address}/lock"'
    (tmp_path / "main.tf").write_text(f'terraform {{\n backend "http" {{\n {config}\n }}\n}}\n')
    subprocess.run([*terraform(), "init"], cwd=tmp_path, env=clean_environ(), check=True, capture_output=True)
    StateServer.state, StateServer.lock = json.dumps(state_of(*rds_aurora())).encode(), b"{}"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    app = AppContext(home_folder=shop.home, sandbox=True, environ=clean_environ())
    assert find_origin(app, tmp_path, None, lambda event: None).address == "module.aurora.aws_rds_cluster.this[0]"
    assert (json.loads(StateServer.state)["lineage"], StateServer.lock) == ("theirs", b"{}")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    (tmp_path / "main.tf").write_text('terraform {\n backend "local" {}\n}\n')
    with pytest.raises(TerraformFailed, match=f"cannot read the state of {tmp_path}") as caught:
        find_origin(app, tmp_path, None, lambda event: None)
    assert "state pull" in (caught.value.hint or "")
    StateServer.state = StateServer.lock = None


def test_a_backend_with_something_else_in_it_is_refused_and_nothing_stays(shop: Aurora, address: str) -> None:
    StateServer.state = json.dumps(FOREIGN).encode()
    refused = shop.run(*REGION, "adopt", "shop", "--yes", *backend(address))
    assert refused.status == 2, refused.err
    assert "already holds another state" in refused.err.replace("\n", " ")
    assert shop.run("status", "shop").status == 4
    StateServer.state = None


def test_the_state_of_an_adopted_cluster_is_in_the_backend(shop: Aurora, address: str) -> None:
    shop.ok(*REGION, "adopt", "shop", "--yes", *backend(address))
    assert StateServer.state is not None
    assert b"aws_rds_cluster_instance" in StateServer.state
    assert not (shop.home / "sandbox/stacks/shop/terraform/terraform.tfstate").exists()
    assert shop.run("plan", "shop", "--exit-code").status == 0


def test_a_cluster_with_a_remote_state_is_renamed(shop: Aurora) -> None:
    shop.ok("rename", "shop", "store", "--yes")
    assert StateServer.state is not None
    assert b'"cluster_identifier": "store"' in StateServer.state
    assert shop.run("plan", "store", "--exit-code").status == 0
