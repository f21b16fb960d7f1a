"""A cluster is adopted into a state that is kept elsewhere, and renamed there."""

from __future__ import annotations

import json

import pytest

from tests.harness import Aurora
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
