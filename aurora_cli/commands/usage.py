"""A wrong command line, said in the form of every other failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from aurora_cli.commands.table import PROGRAM, SUMMARIES
from aurora_cli.errors import InvalidInput

if TYPE_CHECKING:
    from aurora_cli.ui.serialize import DataFormat


def as_invalid_input(error: click.ClickException, words: Sequence[str] = ()) -> InvalidInput:
    """The same failure as an error of ours, with the way to the help page.

    Args:
        words: the command line; Click does not tell where an option stood that lacks its argument.
    """
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else _command_path(words)
    return InvalidInput(error.format_message(), hint=f"Help: {path} --help")


def wanted_output(arguments: Sequence[str], environ: Mapping[str, str]) -> DataFormat | None:
    """The `-o` that the user meant, also when the command line cannot be parsed; None for a table."""
    found = environ.get("AURORA_OUTPUT", "table")
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument in ("-o", "--output"):
            found = arguments[index + 1] if index + 1 < len(arguments) else found
        elif argument.startswith("--output="):
            found = argument.removeprefix("--output=")
        elif argument.startswith("-o") and len(argument) > 2:
            found = argument[2:].removeprefix("=")
    return "json" if found == "json" else "yaml" if found == "yaml" else None


def _command_path(words: Sequence[str]) -> str:
    """The program with the first word that is a command."""
    return " ".join([PROGRAM, *[word for word in words if word in SUMMARIES][:1]])
