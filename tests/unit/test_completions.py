"""What the shells get at the Tab key for a class: its size, and its price with the date of the table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from aurora_cli.context import AppContext
from aurora_cli.main import main
from aurora_cli.prices.offers import as_table
from aurora_cli.prices.table import Source, write_table
from aurora_cli.spec.text.dump import dump_spec
from tests.unit.spec_cases import resolved

ABOUT = "2 vCPU, 16 GiB, 0.308 USD an hour in eu-west-1 (price of 2026-12-01)"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    quotes = [("eu-west-1", "instance:aurora:db.r7g.large", Decimal("0.308"))]
    write_table(folder / "prices.json", as_table(quotes, Source("by hand", date(2026, 12, 1)))[0])
    app = AppContext(home_folder=folder, environ={})
    app.home.prepare()
    app.registry.create("orders", region="eu-west-1", target="aws", spec=dump_spec(resolved({"name": "orders"}).spec))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AURORA_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AURORA_HOME", str(folder))
    return folder


def complete(monkeypatch: pytest.MonkeyPatch, shell: str, words: str) -> None:
    monkeypatch.setenv("_AURORA_CLI_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", f"aurora-cli {words}")
    last = words.rpartition(" ")[2]
    monkeypatch.setenv("COMP_CWORD", last if shell == "fish" else str(len(words.split())))
    assert main([]) == 0  # as a call within a process, which has its handlers back


@pytest.mark.parametrize(
    ("shell", "shown"),
    [
        ("zsh", ["plain", "db.r7g.large", ABOUT]),
        ("fish", [f"plain,db.r7g.large\t{ABOUT}"]),
        ("bash", ["plain,db.r7g.large"]),
    ],
)
@pytest.mark.parametrize("words", ["scale orders", "--region eu-west-1 create new --engine postgres"])
@pytest.mark.usefixtures("home")
def test_a_class_has_its_size_and_price_beside_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str, shown: list[str], words: str
) -> None:
    complete(monkeypatch, shell, f"{words} --class db.r7g.l")
    assert capsys.readouterr().out.splitlines() == shown


@pytest.mark.parametrize("damaged", [False, True])
def test_without_a_price_the_size_is_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], damaged: bool
) -> None:
    if damaged:
        (home / "prices.json").write_text("{")
    complete(monkeypatch, "zsh", "--region eu-north-1 create new --engine postgres --class db.r8g.48")
    assert capsys.readouterr().out.splitlines() == ["plain", "db.r8g.48xlarge", "192 vCPU, 1536 GiB"]
    complete(monkeypatch, "zsh", "scale orders --class db.serv")
    assert capsys.readouterr().out.splitlines() == ["plain", "db.serverless", "_"]
