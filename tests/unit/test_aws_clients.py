"""Clients are made once for a run of the program, whoever asks, and from whichever thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from aurora_cli.aws.clients import Access, AwsClients
from aurora_cli.aws.endpoint_data import SERVICES
from aurora_cli.context import AppContext


def test_each_region_has_its_clients_and_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(clients: AwsClients, service: str) -> Any:
        made.append(f"{service} in {clients.access.region}")
        return object()

    monkeypatch.setattr(AwsClients, "_make", make)
    app = AppContext()
    asked = [(region, service) for region in ("eu-west-1", "us-east-1") for service in ("rds", "kms")] * 8
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda one: app.aws(one[0]).client(one[1]), asked))
    assert sorted(made) == ["kms in eu-west-1", "kms in us-east-1", "rds in eu-west-1", "rds in us-east-1"]
    assert len({id(one) for one in found}) == 4


def test_contexts_share_nothing() -> None:
    assert AppContext().aws("eu-west-1") is not AppContext().aws("eu-west-1")


@pytest.mark.parametrize(
    "damage", [lambda text: "", lambda text: "{}", lambda text: text.replace("eu-west-1", "x"), None]
)
def test_endpoints_are_those_of_botocore_and_a_small_table_of_them_is_kept(
    tmp_path: Path, damage: Callable[[str], str] | None
) -> None:
    cache, access = tmp_path / "endpoints.json", Access("eu-west-1", access_key_id="a", secret_access_key="b")
    whole, first = AwsClients(access), AwsClients(access, cache)
    first.client("rds")
    assert "sqs" in botocore.session.get_session().get_available_services()
    assert botocore.session.get_session().get_available_regions("sqs"), (
        "other sessions of the process have the whole table"
    )
    text = cache.read_text()
    if damage is not None:
        cache.write_text(damage(text))
    before, again = cache.stat().st_ino, AwsClients(access, cache)
    again.client("rds")
    assert (cache.stat().st_ino == before) is (damage is None), "what is whole is not written again"
    resolver, small = (one.session._get_internal_component("endpoint_resolver") for one in (whole, again))  # type: ignore[attr-defined]
    assert small.uses_builtin_data == resolver.uses_builtin_data
    regions = {name: resolver.get_available_endpoints("rds", name) for name in resolver.get_available_partitions()}
    for partition, names in regions.items():
        assert small.get_available_endpoints("rds", partition) == names
        for service in SERVICES:
            for region in (*names, f"{partition}-global", "eu-new-9"):
                asked = (service, region, partition)
                assert small.construct_endpoint(*asked) == resolver.construct_endpoint(*asked)


def test_a_table_of_the_users_own_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "endpoints.json").write_text('{"version": 3, "partitions": []}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "data"))
    clients = AwsClients(Access("eu-west-1"), tmp_path / "endpoints.json")
    assert clients.session.get_component("data_loader").load_data_with_path("endpoints")[0]["partitions"] == []
