"""Clients are made once for a run of the program, whoever asks, and from whichever thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from aurora_cli.aws.clients import AwsClients
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
