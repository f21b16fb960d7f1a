"""--password-stdin: a master password that comes neither from the command line nor from a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from aurora_cli.errors import InvalidInput

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PARAMETER = "password_stdin"
OPTION = "--password-stdin"


def password_option(decorated: Decorated) -> Decorated:
    """--password-stdin: the master password on standard input, one line."""
    return click.option(
        OPTION,
        PARAMETER,
        is_flag=True,
        help="Read the master password from standard input (or AURORA_MASTER_PASSWORD); it is never stored.",
    )(decorated)


def read_password(ctx: click.Context) -> str | None:
    """The password on standard input if the option asks for it: typed unseen at a terminal, else all up to the last newline.

    Raises:
        UsageError: the spec is read from standard input too.
        InvalidInput: there is nothing on it, or no text.
    """
    if not ctx.params.get(PARAMETER):
        return None
    if ctx.params.get("file") == "-":
        raise click.UsageError(f"{OPTION} and -f - both read standard input. Put the spec in a file.", ctx)
    if sys.stdin.isatty():
        text: str = click.prompt("Master password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        text = _piped().removesuffix("\n").removesuffix("\r")
    if not text:
        raise InvalidInput(
            f"{OPTION} was given, and standard input is empty.", hint="Pipe the password into the command."
        )
    return text


def _piped() -> str:
    try:
        text = sys.stdin.read()
        text.encode()  # in the locale C, Python lets through any bytes
    except UnicodeError:
        text = "\0"
    if "\0" in text:
        raise InvalidInput(
            f"The password for {OPTION} is not UTF-8 text.", hint="Pipe it in as text, without bytes that are none."
        )
    return text
