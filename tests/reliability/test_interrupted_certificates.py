"""A change of the certificate authority, killed at every boundary: the same command goes on, and no instance changes twice."""

from __future__ import annotations

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import disturb_when
from tests.reliability.test_interrupted_steps import Boundary, reached, steps
from tests.watching import PATIENT_S, slowly, watched

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(600)]
LATENCY_S = 1.0
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


@pytest.mark.parametrize("boundary", BOUNDARIES, ids="-".join)
def test_a_change_of_the_authority_goes_on(demo: Aurora, boundary: Boundary) -> None:
    (wanted,) = AUTHORITIES - in_use(demo)
    args = ("rotate-ca", "demo", "--to", wanted, "--yes")
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        disturb_when(demo, args, reached(demo, boundary), how="kill")
        assert steps(demo) is not None, "the premise: it was killed on its way"
        demo.ok(*args, timeout=PATIENT_S)
    assert steps(demo) is None
    assert seen.most_away <= 1
    assert seen.calls == [("ModifyDBInstance", "demo-2"), ("ModifyDBInstance", "demo-1")]
    assert in_use(demo) == {wanted}
    assert demo.run("plan", "demo", "--exit-code").status == 0
