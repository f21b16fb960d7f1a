"""Every command that the program tells to type exists, takes the options that it is told with, and is printed as the run was."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from rich.text import Text

import aurora_cli
from aurora_cli.operations.core.activity import _RESUMES
from aurora_cli.redact import redact_text
from aurora_cli.ui.console import prose
from aurora_cli.ui.tables import print_table
from aurora_cli.ui.text import retyped
from tests.unit.conftest import Run
from tests.unit.test_docs import COMMANDS, parses
from tests.unit.texts import texts
from tests.unit.ui_screens import screen

ROOT = Path(aurora_cli.__file__).parent
HOLE = "HOLE"
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+[a-z]")
FILLED = {
    "engines HOLE": "engines aurora-mysql",
    "scale NAME --readers HOLE": "scale NAME --readers +1",
    "apply HOLE HOLE": "apply demo --set parameters.cluster.a=null",
}
"""Lines whose values are not any text."""
OPAQUE = {"HOLE HOLE": "activity.py"}
"""Lines whose command is put in from a table, which has a test below."""
OTHERS = re.compile(
    r"\baws [a-z]|\b(?:rds|iam|kms|logs) delete-|"
    r"\bpip install|\bmysql |--require_secure_transport|"
    r"--(?:enable-cleartext-plugin|hostname|query|final-db-snapshot-identifier|help)"
)
"""Texts with the options of another program."""


@cache
def told() -> list[tuple[str, str]]:
    """File and text of each string that may be printed by us."""
    found = texts(HOLE)
    return sorted(
        {(p.name, text) for p, _, text in found if "provider" not in p.relative_to(ROOT).parts and p.name != "table.py"}
    )


def _commands(text: str) -> Iterator[str]:
    """What is to be typed after the program's name: to the end of the text, of the quotation or of the clause."""
    for found in re.finditer(r"(?<![/\w-])aurora-cli +((?:(?!aurora-cli )[^`\n])*)", text):
        words = []
        for word in found[1].split():
            words.append(word.rstrip(".,;:)`'\""))
            if words[-1] != word:
                break
        if any(words) and not words[0].startswith(("(", "[")):
            yield " ".join(words)


def lines() -> list[tuple[str, str]]:
    """File and command line of each command that a text names."""
    found = {(file, line) for file, text in told() for line in _commands(text)}
    return sorted(found - {(file, line) for line, file in OPAQUE.items()})


def _wrong(line: str) -> str | None:
    """Why a command line cannot be typed, or what it is printed as where that is not how the run was started."""
    try:
        parses(shlex.split(FILLED.get(line, line).removeprefix(f"{HOLE} ")))
    except click.exceptions.Exit as end:
        if end.exit_code:
            return f"status {end.exit_code}"
    except click.ClickException as error:
        return error.format_message()
    typed = retyped(f"aurora-cli {line}.", ["--home", "h", "--role-arn", "r", "--region", "x", "--sandbox"])
    whole = typed.startswith("aurora-cli --home h --role-arn r ")
    told_sandbox = ("--sandbox" in typed) is not line.startswith("sandbox ")
    return None if (whole and told_sandbox) or line.startswith(HOLE) else typed


def test_every_command_that_a_text_names_parses() -> None:
    assert {(file, line): wrong for file, line in lines() if (wrong := _wrong(line))} == {}


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_command_is_broken_on_the_screen(width: int) -> None:
    for text in sorted({text for _, text in told() if "aurora-cli " in text}):
        shown, commands = screen(width), [f"aurora-cli {line}" for line in _commands(text)]
        prose(shown.consoles.err, Text(f"To go on: {text}"), hanging=2)
        print_table(shown.consoles, "", ("Name", "What to do"), [("demo", text)])
        for printed in (shown.err, shown.out):
            lines = printed.splitlines()
            assert [c for c in commands if not any(c in line for line in lines)] == []


def test_there_are_as_many_as_there_were() -> None:
    assert len(lines()) > 110, "else the search for them has become blind"


@pytest.mark.parametrize("command", _RESUMES.values())
def test_what_resumes_parses(command: str) -> None:
    assert _wrong(f"{command} demo") is None


def test_every_option_that_a_text_names_exists() -> None:
    known = {option for command in COMMANDS.values() for param in command.params for option in param.opts}
    ours = [(file, text) for file, text in told() if " " in text and not OTHERS.search(text)]
    assert {(file, option) for file, text in ours for option in OPTION.findall(text) if option not in known} == set()


def test_no_sentence_loses_a_word_to_the_redactor() -> None:
    assert [(file, text) for file, text in told() if redact_text(text) != text] == []


CONFIRMED = [
    path for path, command in COMMANDS.items() if {"yes", "confirm"} & {param.name for param in command.params}
]


@pytest.mark.parametrize("path", CONFIRMED)
def test_a_refusal_to_go_on_without_a_terminal_names_options_of_the_command(run: Run, path: str) -> None:
    command = COMMANDS[path]
    words = [*path.split()[1:]]
    for param in command.params:
        if param.required:
            words += ["demo"] if isinstance(param, click.Argument) else [param.opts[0], "1"]
    done = run(*words)
    assert done.status in (2, 4), done.err
    options = {"--help", *(option for param in command.params for option in param.opts)}
    hint = done.err.partition("hint:")[2].partition("aurora-cli")[0]
    assert set(OPTION.findall(hint)) <= options
