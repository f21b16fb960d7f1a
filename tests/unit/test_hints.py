"""Every command that the program tells to type exists, takes the options that it is told with, and is printed as the run was."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
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


def _texts(tree: ast.AST) -> Iterator[str]:
    """Every text but docstrings, with a hole for each value that is put in."""
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inner = {id(part) for node in whole for value in node.values for part in ast.walk(value)}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner | docs:
            yield node.value


TEXTS = sorted(
    {
        (file.name, text)
        for file in ROOT.rglob("*.py")
        if "provider" not in file.relative_to(ROOT).parts and file.name != "table.py"
        for text in _texts(ast.parse(file.read_text(encoding="utf-8")))
    }
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


LINES = sorted({(file, line) for file, text in TEXTS for line in _commands(text)} - {(v, k) for k, v in OPAQUE.items()})


def _parses(line: str) -> None:
    try:
        parses(shlex.split(FILLED.get(line, line).removeprefix(f"{HOLE} ")))
    except click.exceptions.Exit as end:
        assert end.exit_code == 0, line


@pytest.mark.parametrize(("file", "line"), LINES)
def test_every_command_that_a_text_names_parses(file: str, line: str) -> None:
    _parses(line)
    typed = retyped(f"aurora-cli {line}.", ["--home", "h", "--role-arn", "r", "--region", "x", "--sandbox"])
    assert typed.startswith("aurora-cli --home h --role-arn r ") or line.startswith(HOLE)
    assert ("--sandbox" in typed) is not line.startswith("sandbox ") or line.startswith(HOLE)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_command_is_broken_on_the_screen(width: int) -> None:
    for text in sorted({text for _, text in TEXTS if "aurora-cli " in text}):
        shown, commands = screen(width), [f"aurora-cli {line}" for line in _commands(text)]
        prose(shown.consoles.err, Text(f"To go on: {text}"), hanging=2)
        print_table(shown.consoles, "", ("Name", "What to do"), [("demo", text)])
        for printed in (shown.err, shown.out):
            lines = printed.splitlines()
            assert [c for c in commands if not any(c in line for line in lines)] == []


def test_there_are_as_many_as_there_were() -> None:
    assert len(LINES) > 110, "else the search for them has become blind"


@pytest.mark.parametrize("command", _RESUMES.values())
def test_what_resumes_parses(command: str) -> None:
    _parses(f"{command} demo")


def test_every_option_that_a_text_names_exists() -> None:
    known = {option for command in COMMANDS.values() for param in command.params for option in param.opts}
    ours = [(file, text) for file, text in TEXTS if " " in text and not OTHERS.search(text)]
    assert {(file, option) for file, text in ours for option in OPTION.findall(text) if option not in known} == set()


@pytest.mark.parametrize("file", sorted({file for file, _ in TEXTS}))
def test_no_sentence_loses_a_word_to_the_redactor(file: str) -> None:
    texts = [text for name, text in TEXTS if name == file]
    assert [redact_text(text) for text in texts] == texts


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
