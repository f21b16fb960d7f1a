"""A change of the certificate authority, killed at every boundary: the same command goes on, and no instance changes twice."""

from __future__ import annotations

import pytest

from tests.harness import Aurora
from tests.observe import watched
from tests.reliability.one_life import Boundary, killed_and_repeated

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(600)]
AUTHORITIES = {"rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"}
BOUNDARIES: list[Boundary] = [
    ("began", "certificate"),
    ("called", "ModifyDBInstance"),
    ("ended", "certificate"),
    ("began", "settle"),
]


@pytest.fixture(scope="module")
def demo(aurora: Aurora) -> Aurora:
    """A cluster with a reader."""
    aurora.ok("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
    return aurora


def in_use(aurora: Aurora) -> set[str]:
    return {i["CACertificateIdentifier"] for i in aurora.instances("demo").values()}


def test_a_change_of_the_authority_goes_on(demo: Aurora) -> None:
    (wanted,) = AUTHORITIES - in_use(demo)
    with watched(demo, "demo") as seen:
        killed_and_repeated(demo, ("rotate-ca", "demo", "--to", wanted, "--yes"), BOUNDARIES)
    assert seen.most_away <= 1
    assert seen.calls == [("ModifyDBInstance", "demo-2"), ("ModifyDBInstance", "demo-1")]
    assert in_use(demo) == {wanted}
