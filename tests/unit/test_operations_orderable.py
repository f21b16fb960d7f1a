"""What AWS offers, against what a spec asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aurora_cli.aws.engine.orderable import Offer, Offers, read_offers
from aurora_cli.errors import SpecInvalid
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.operations.preflight.orderable import Orderable, OrderableCheck, asked_about, breaches
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from tests.unit.spec_cases import resolved

ALL = frozenset({"aurora", "aurora-iopt1"})
ZONES = frozenset({"eu-west-1a", "eu-west-1b"})
BOTH = frozenset({"IPV4", "DUAL"})


def offers(*names: str, acu: dict[str, float] | None = None, **own: Any) -> Offers:
    values: dict[str, Any] = {"storage": ALL, "zones": ZONES, "networks": BOTH, **own}
    return Offers("17.7", ("17.7",), {name: Offer(name, **values) for name in names}, acu)


def found(changes: dict[str, Any], offered: Offers) -> list[tuple[str, str, str | None]]:
    return list(breaches(resolved(changes).spec, offered))


def test_what_is_offered_passes() -> None:
    changes = {"instances.class": "db.r7g.large", "storage": "aurora-iopt1", "instances.readers": 1}
    assert found(changes, offers("db.r7g.large")) == []


def test_a_class_that_is_not_offered_has_its_nearest() -> None:
    (breach,) = found({"instances.class": "db.r5.large"}, offers("db.r6g.large", "db.t4g.large", "db.r6g.xlarge"))
    assert breach[:2] == (
        "instances.class",
        "db.r5.large cannot be ordered with aurora-postgresql 17.7 in eu-west-1",
    )
    assert breach[2] == "nearest that can be: db.r6g.large, db.t4g.large, db.r6g.xlarge"


def test_the_place_of_a_class_is_told() -> None:
    changes = {"instances.class": "db.r7g.large", "instances.readers": 1, "instances.overrides.2.class": "db.r5.large"}
    ((path, _, _),) = found(changes, offers("db.r7g.large"))
    assert path == "instances.overrides.2.class"


FEATURES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"storage": "aurora-iopt1"}, {"storage": frozenset({"aurora"})}, "instances.class", "storage aurora-iopt1"),
    ({"monitoring.insights.mode": "standard"}, {"insights": False}, "monitoring.insights", "Database Insights"),
    ({}, {"iam": False}, "credentials.iam_authentication", "IAM authentication"),
    ({"credentials.domain.id": "d-90670a1b2c"}, {"kerberos": False}, "credentials.domain", "Kerberos"),
    ({"network.ip_version": "dual"}, {"networks": frozenset({"IPV4"})}, "network.ip_version", "IPv6"),
]


@pytest.mark.parametrize(("changes", "lacking", "path", "text"), FEATURES)
def test_a_feature_that_the_class_lacks(changes: dict[str, Any], lacking: dict[str, Any], path: str, text: str) -> None:
    changes = {"instances.class": "db.r7g.large", **changes}
    ((where, message, _),) = found(changes, offers("db.r7g.large", **lacking))
    assert (where, message) == (
        path,
        f"db.r7g.large does not support {text}, with aurora-postgresql 17.7 in eu-west-1",
    )
    assert found(changes, offers("db.r7g.large")) == []


def test_a_named_zone_without_the_class() -> None:
    changes = {"instances.class": "db.r7g.large", "instances.overrides.1.zone": "eu-west-1c"}
    ((path, message, hint),) = found(changes, offers("db.r7g.large"))
    assert (path, message) == (
        "instances.overrides.1.zone",
        "eu-west-1c has no db.r7g.large with aurora-postgresql 17.7",
    )
    assert hint == "it is in: eu-west-1a, eu-west-1b"


def test_capacity_beyond_what_the_version_has() -> None:
    limits = {"MinCapacity": 0.5, "MaxCapacity": 128.0}
    ((path, message, hint),) = found({"instances.acu": "0-256"}, offers("db.serverless", acu=limits))
    assert (path, message) == ("instances.acu", "aurora-postgresql 17.7 has 0.5-128 ACU in eu-west-1")
    assert hint == "write `acu: 0.5-128`"
    assert found({"instances.acu": "0.5-128"}, offers("db.serverless", acu=limits)) == []


def test_a_version_that_is_not_offered() -> None:
    ((path, message, hint),) = found({"engine_version": "16.8"}, Offers("16.8", ()))
    assert (path, message) == ("engine_version", "eu-west-1 does not offer aurora-postgresql 16.8 for new clusters")
    assert "the newest known of this major version is `16." in str(hint)


def test_only_what_the_check_reads_makes_it_ask_again() -> None:
    before = resolved({"instances.class": "db.r7g.large"}).spec
    for same in ({"tags.a": "b"}, {"backup.retention": "9d"}, {"instances.readers": 3}):
        changed = resolved({"instances.class": "db.r7g.large", **same}).spec
        assert asked_about(changed) == asked_about(before)
    for other in ({"storage": "aurora-iopt1"}, {"instances.class": "db.r7g.xlarge"}, {"engine_version": "17.6"}):
        assert asked_about(resolved({"instances.class": "db.r7g.large", **other}).spec) != asked_about(before)


VERSION = {
    "EngineVersion": "17.7",
    "Status": "available",
    "ServerlessV2FeaturesSupport": {"MinCapacity": 0.0, "MaxCapacity": 256.0},
}


def _row(storage: str, zone: str) -> dict[str, Any]:
    return {
        "DBInstanceClass": "db.r7g.large",
        "StorageType": storage,
        "AvailabilityZones": [{"Name": zone}],
        "SupportedNetworkTypes": ["IPV4"],
        "SupportsPerformanceInsights": True,
    }


def _stubbed() -> tuple[Any, Stubber]:
    make: Any = boto3.client
    rds = make("rds", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    return rds, Stubber(rds)


def test_one_offer_of_all_rows_of_a_class() -> None:
    rds, stub = _stubbed()
    stub.add_response("describe_db_engine_versions", {"DBEngineVersions": [VERSION]})
    rows = [_row("aurora", "eu-west-1a"), _row("aurora-iopt1", "eu-west-1b")]
    wanted = {"Engine": "aurora-postgresql", "EngineVersion": "17.7"}
    stub.add_response("describe_orderable_db_instance_options", {"OrderableDBInstanceOptions": rows}, wanted)
    with stub:
        read = read_offers(rds, "aurora-postgresql", "17")
    offer = read.classes["db.r7g.large"]
    assert (offer.storage, offer.zones, offer.networks) == (ALL, ZONES, frozenset({"IPV4"}))
    assert read.acu == {"MinCapacity": 0.0, "MaxCapacity": 256.0}


class _App:
    """The part of the composition root that the check uses."""

    def __init__(self, rds: Any) -> None:
        self._rds = rds

    def aws(self, region: str) -> Any:
        return self

    def client(self, service: str) -> Any:
        return self._rds


def test_without_permission_the_packaged_table_counts_and_that_is_said() -> None:
    rds, stub = _stubbed()
    stub.add_client_error("describe_db_engine_versions", "AccessDenied", "no", 403)
    events: list[Any] = []
    app: Any = _App(rds)
    spec = resolved().spec
    with stub:
        OrderableCheck(app, spec, None, events.append).run()
    (note,) = events
    assert note.level == "warning"
    assert note.text.startswith("The orderable options could not be read from AWS; the packaged table of 20")


# --- zones ---

E, F = "us-east-1e", "us-east-1f"
IN_VIRGINIA: dict[str, Any] = {"region": "us-east-1", "instances.acu": "0.5-4", "instances.readers": 1}
SOME = offers("db.serverless", acu={"MinCapacity": 0.0, "MaxCapacity": 256.0}, zones=frozenset({"us-east-1a", F}))


def test_named_zones_are_those_that_offer_the_class() -> None:
    ((path, message, hint),) = found({**IN_VIRGINIA, "network.zones": [E, F]}, SOME)
    assert (path, message) == ("network.zones", f"{E} has no db.serverless with aurora-postgresql 17.7")
    assert hint == f"zones with every class: us-east-1a, {F}"
    assert found({**IN_VIRGINIA, "network.zones": ["us-east-1a", F]}, SOME) == []


def concern(changes: dict[str, Any], remembered: Any = ()) -> Orderable:
    spec = resolved({**IN_VIRGINIA, **changes}).spec
    stack = SimpleNamespace(record=SimpleNamespace(offered_zones=remembered))
    change: Any = SimpleNamespace(spec=spec, context=SimpleNamespace(app=None, stack=stack, options=None))
    made = Orderable(change)
    made.read()
    app: Any = None
    made._asked = [(OrderableCheck(app, spec, None, lambda event: None), SOME)]
    return made


def created(kind: str, *zones: str, class_: str | None = None) -> Plan:
    return Plan(
        tuple(
            ResourceChange(
                f'{kind}.this["{n}"]',
                kind,
                "this",
                n,
                "create",
                after={"availability_zone": z, "instance_class": class_},
            )
            for n, z in enumerate(zones)
        )
    )


def test_zones_that_are_chosen_offer_the_class_and_are_kept() -> None:
    made = concern({"network.zones": 2})
    assert made.plans_again(created("aws_subnet", "us-east-1a", E))
    assert made.values == {"offered_zones": (("us-east-1", ("us-east-1a", F)),)}
    files = render_stack(made.spec, RenderOptions(offered_zones=made.values["offered_zones"]))
    assert f'values = ["us-east-1a", "{F}"]' in files["network.tf"]
    assert "zone-name" not in render_stack(made.spec)["network.tf"]
    again = concern({"network.zones": 2}, made.values["offered_zones"])
    assert not again.plans_again(created("aws_subnet", "us-east-1a", F))
    assert again.values == {}  # the record has them
    assert not concern({"network.zones": 2}).plans_again(created("aws_subnet", "us-east-1a", F))


@pytest.mark.parametrize(
    ("network", "path"),
    [
        ({"network.subnet_group": "there"}, "network.subnet_group"),
        ({"network.subnet_ids": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]}, "network.subnet_ids"),
        ({"network.zones": 2}, "network.zones"),
    ],
)
def test_subnets_that_exist_are_in_zones_that_offer_the_class(network: dict[str, Any], path: str) -> None:
    made = concern(network)
    made.review(created("aws_rds_cluster_instance", "us-east-1a", F, class_="db.serverless"))
    with pytest.raises(SpecInvalid) as refused:
        made.review(created("aws_rds_cluster_instance", F, E, class_="db.serverless"))
    (problem,) = refused.value.problems
    assert (problem.path, problem.message) == (path, f"{E} has no db.serverless with aurora-postgresql 17.7")
    assert f"it is in: us-east-1a, {F}" in str(problem.hint)
