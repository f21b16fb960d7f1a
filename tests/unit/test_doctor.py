"""The doctor's look at the Terraform registry."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.operations.inspect import doctor


def test_the_doctor_says_that_the_registry_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(address: Any, timeout: float) -> None:
        raise OSError("no route")

    registry = vars(doctor)["_registry"]
    monkeypatch.setattr(socket, "create_connection", refuse)
    check = registry()
    assert (check.status, "no route" in check.message) == ("warning", True)
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: SimpleNamespace(close=lambda: None))
    assert registry().status == "ok"
