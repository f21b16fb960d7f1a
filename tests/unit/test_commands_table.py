"""The static list of commands against the commands themselves."""

from __future__ import annotations

import click
import pytest

from aurora_cli.commands.root import cli
from aurora_cli.commands.table import ALIASES, SECTIONS, SUMMARIES
from tests.unit.conftest import Run


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_summary_is_the_first_line_of_the_help(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").splitlines()[0] == SUMMARIES[name]


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_an_alias_is_the_command_and_is_not_listed(run: Run, alias: str, name: str) -> None:
    assert cli.get_command(click.Context(cli), alias) is cli.get_command(click.Context(cli), name)
    assert f"\n  {alias} " not in run("--help").out


def test_help_lists_every_command_under_its_section(run: Run) -> None:
    page = run("--help").out
    for title, entries in SECTIONS.items():
        section = page.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == [entry.name for entry in entries]


def test_help_of_an_alias_is_that_of_the_command(run: Run) -> None:
    assert "--confirm NAME" in run("rm", "--help").out
