"""The commands of the guide, as they stand on its pages and in their order, each with the status that the page says."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
import pytest

from aurora_cli.commands.root import cli
from tests.foreign_states import rds_aurora, state_of
from tests.guide import FOLDER, blocks, status_of, words_of
from tests.harness import Aurora
from tests.sandbox.adopted import Others

pytestmark = pytest.mark.sandbox
SHORTER = {"10m": "1s", "2026-03-01T08:30:00Z": "latest"}
"""A cluster that was made a moment ago has no longer past to go back to."""


@pytest.fixture(scope="module")
def reader(aurora: Aurora) -> Aurora:
    """The home of a reader whose account holds a cluster that a Terraform module made."""
    Others(aurora).by_module("ledger")
    return aurora


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader works, on every page, beside the Terraform that manages the cluster of the account."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "infrastructure").mkdir()
    state = state_of(*rds_aurora("module.aurora", "ledger"))
    (folder / "infrastructure" / "terraform.tfstate").write_text(json.dumps(state))
    return folder


LONGER = [pytest.param(page, marks=pytest.mark.thorough) for page in ("recipes", "own-module")]


@pytest.mark.parametrize("page", ["first-cluster", "ci", "adopt", *LONGER])
def test_the_commands_of_a_page_run(reader: Aurora, folder: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    ran = 0
    for block in blocks((FOLDER / f"{page}.md").read_text(encoding="utf-8")):
        if block.file:
            Path(block.file).write_text(block.text)
        for line in block.lines:
            if line.startswith("aurora-cli "):
                words = words_of(line)[1:]
                if SHORTER.keys() & set(words):
                    time.sleep(1.5)
                outcome = reader.run(*answered([SHORTER.get(word, word) for word in words]))
                assert outcome.status == status_of(line), f"{line}\n{outcome.out}\n{outcome.err}"
                ran += 1
    assert ran


def answered(words: list[str]) -> list[str]:
    """The words of a command, with what a reader answers at the terminal."""
    if {"--dry-run", "--list", "--yes"} & set(words):
        return words
    command: click.Command = cli
    for place, word in enumerate(words):
        found = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        command = found or command
        if found is not None and not isinstance(found, click.Group):
            takes = {parameter.name for parameter in found.params}
            yes = ["--yes"] if "yes" in takes else []
            return [*words, *yes, *(["--confirm", words[place + 1]] if "confirm" in takes else [])]
    return words
