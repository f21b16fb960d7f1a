"""What the sandbox says when its packages are not there."""

from __future__ import annotations

import sys

import pytest

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox import requirements


def test_a_missing_package_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_spec", lambda name: None if name == "moto" else object())
    with pytest.raises(SandboxFailed, match="moto") as caught:
        requirements.require_packages()
    assert caught.value.hint == requirements.INSTALL


def test_an_old_python_is_told_apart_from_a_missing_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert "3.11" in requirements.way_out(["tf"])
    assert requirements.way_out(["moto"]) == requirements.INSTALL


def test_the_genuine_provider_needs_no_provider_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_spec", lambda name: None if name == "tf" else object())
    requirements.require_packages(genuine=True)
    assert requirements.missing_packages() == ["tf"]
