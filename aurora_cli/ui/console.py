"""Where things are printed: data on stdout, everything else on stderr.

Colour: `--color`, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then CLICOLOR=0 and TERM=dumb, then whether the stream is
a terminal (https://no-color.org, https://bixense.com/clicolors). The 16 standard colours only, so that the user's theme holds.
Animation and prompts depend on real terminals alone: a colour asked for in a log file must not bring cursor movements with it.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO, cast

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from aurora_cli.ui.symbols import Symbols, symbols_for
from aurora_cli.ui.text import GLUE, clean, retyped, spoken, unbroken, with_profile

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import Plan

ColorChoice = Literal["auto", "always", "never"]

DATA_WIDTH = 160
LOG_WIDTH = 100
PROSE_WIDTH = 100
_WIDEST = 1000
_WORD = re.compile(r"\s*\S+\s*")

THEME = Theme(
    {
        "made": "green",
        "changed": "yellow",
        "lost": "bold red",
        "warning": "yellow",
        "error": "bold red",
        "good": "green",
        "busy": "cyan",
        "heading": "bold",
        "second": "dim",
        "command": "cyan",
        "sandbox": "bold black on yellow",
    },
    inherit=False,
)


class Animation(Protocol):
    """Something that redraws lines of a terminal, and can stop for a moment."""

    def paused(self) -> AbstractContextManager[None]:
        """Lines are gone inside the block, and come back after it."""

    def expect(self, name: str, plan: Plan) -> None:
        """This plan of the cluster `name` was shown, and is what comes next."""


class _Whole:
    """A stream that is not a terminal: what is printed on it is passed on at the end, so that its reader gets all or nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def flush(self) -> None:
        """`main` flushes the stream itself, once."""

    def deliver(self) -> None:
        """Pass it on now."""
        self._stream.flush()


class _After:
    """A stream before whose every text another one is passed on, so that two that lead to one file keep their order."""

    def __init__(self, stream: TextIO, first: TextIO) -> None:
        self._stream, self._first = stream, first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """See `TextIO`."""
        self._first.flush()
        return self._stream.write(text)


class _Console(Console):
    """rich ends the process when the reader goes away. That is for the caller to decide, above all during an apply.

    Attributes:
        typed: gives the global options to repeat in the commands that are printed.
        profile: gives the AWS profile for those of the AWS CLI.
    """

    typed: Callable[[], Sequence[str]] = tuple
    profile: Callable[[], str | None] = lambda: None

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@dataclass(frozen=True)
class Consoles:
    """The two consoles of one run.

    Attributes:
        out: data (tables, reports), stdout.
        err: progress, plans, questions and errors, stderr.
        interactive: whether a question can be asked.
        animated: whether `err` is a terminal that can redraw lines.
        stdin: where answers are read.
        animations: what redraws lines of `err` now.
    """

    out: Console
    err: Console
    interactive: bool = False
    animated: bool = False
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    animations: list[Animation] = field(default_factory=list)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing moves inside the block, so that a plan can be printed or a question asked."""
        with ExitStack() as stack:
            for animation in self.animations:
                stack.enter_context(animation.paused())
            yield

    def expect(self, name: str, plan: Plan) -> None:
        """Tells what shows progress which plan was shown: it then knows the names, and how much there is to do."""
        for animation in self.animations:
            animation.expect(name, plan)

    @property
    def width(self) -> int:
        """Columns of `err` now; changes when the terminal is resized."""
        return self.err.width


def make_consoles(
    color: ColorChoice,
    environ: Mapping[str, str],
    stdout: TextIO,
    stderr: TextIO,
    *,
    stdin: TextIO | None = None,
    no_input: bool = False,
    typed: Callable[[], Sequence[str]] = tuple,
    profile: Callable[[], str | None] = lambda: None,
) -> Consoles:
    """Consoles for these streams.

    Args:
        color: the `--color` option.
        environ: read for NO_COLOR, FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM, COLUMNS and CI.
        stdin: where answers come from; default `sys.stdin`.
        no_input: `--no-input`: never ask.
        typed: gives the global options to repeat in the commands that are printed.
        profile: gives the AWS profile for those of the AWS CLI.
    """
    stdin = stdin if stdin is not None else sys.stdin
    terminal = _is_tty(stderr) and environ.get("TERM", "") != "dumb"
    calm = bool(environ.get("CI")) and environ["CI"].lower() not in ("0", "false")
    for stream in (stdout, stderr):
        _never_fail_to_encode(stream)
    whole = stdout if _is_tty(stdout) else cast("TextIO", _Whole(stdout))
    out = _console(whole, color, environ, width=DATA_WIDTH)
    err = _console(cast("TextIO", _After(stderr, stdout)), color, environ, width=LOG_WIDTH)
    for console in (out, err):
        console.typed, console.profile = typed, profile
    return Consoles(
        out=out,
        err=err,
        interactive=terminal and _is_tty(stdin) and not calm and not no_input,
        animated=terminal and not calm,
        stdin=stdin,
    )


def symbols(console: Console) -> Symbols:
    """The symbols that this console's encoding can print."""
    return symbols_for(console.encoding)


def wants_color(color: ColorChoice, environ: Mapping[str, str], is_tty: bool) -> bool:
    """Whether to print colours, by the order given at the top of this file."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_tty and environ.get("CLICOLOR") != "0" and environ.get("TERM", "") not in ("dumb", "unknown")


def prose(console: Console, text: Text | str, *, indent: int = 0, hanging: int = 0) -> None:
    """Prints a paragraph, wrapped at the console's width but not wider than a column that reads well.

    Args:
        indent: spaces before each line.
        hanging: more spaces before each line but the first.
    """
    text = _safe(console, text, spoken).copy()
    text.plain = unbroken(text.plain)
    room = min(console.width, PROSE_WIDTH) - indent
    for number, line in enumerate(_wrapped(text, max(20, room), max(20, room - hanging))):
        line.rstrip()
        echo(console, Text(" " * (indent + (hanging if number else 0))).append_text(line))


def lead(text: str, style: str) -> Text:
    """A line that begins in that style; what is appended has its own, since the style is not that of the whole line."""
    return Text().append(text, style=style)


def echo(console: Console, text: Text | str = "", *, end: str = "\n") -> None:
    """Prints one line as it is, however long. All that is printed passes here: what a terminal would obey is made visible."""
    whole = _safe(console, text).copy()
    whole.plain = whole.plain.replace(GLUE, " ")
    console.print(whole, end=end, soft_wrap=True)


def fact(console: Console, label: str, value: Text | str, column: int, *, indent: int = 0) -> None:
    """Prints a label and a value that people copy: beside it in `column`, or below it where only that keeps it on one line."""
    beside = lead(f"{' ' * indent}{label:<{column}}  ", "second")
    safe = _safe(console, value)
    if beside.cell_len + safe.cell_len <= console.width or indent + 2 + safe.cell_len > console.width:
        echo(console, beside.append_text(safe))
    else:
        echo(console, lead(f"{' ' * indent}{label}", "second"))
        echo(console, Text(" " * (indent + 2)).append_text(safe))


def section(console: Console, title: str, style: str = "heading") -> None:
    """Prints the heading of a part of the screen, after an empty line."""
    echo(console)
    echo(console, Text(title, style=style))


def document(console: Console, text: str) -> None:
    """Writes a document of many lines, which its encoder has made safe already: JSON and YAML."""
    console.file.write(text)
    if isinstance(console.file, _Whole):
        console.file.deliver()
    else:
        console.file.flush()


def as_typed(console: Console, text: str) -> str:
    """The text with the global options of this run in the commands that it tells to type, and the profile in those of AWS."""
    return with_profile(retyped(text, console.typed()), console.profile()) if isinstance(console, _Console) else text


def _safe(console: Console, text: Text | str, make: Callable[[str], str] = clean) -> Text:
    """The text, made safe and its commands as the run was, piece by piece so that each keeps its style."""

    def shown(piece: str) -> str:
        return as_typed(console, make(piece))

    if isinstance(text, str):
        return Text(shown(text))
    if shown(text.plain) == text.plain:
        return text
    return Text.assemble(*((shown(piece.text), piece.style or "") for piece in text.render(console)))


def _wrapped(text: Text, room: int, below: int) -> list[Text]:
    """Its lines, broken at blanks alone: a URL or a command to paste stays whole, whatever its length.

    Args:
        room, below: cells of the first line, and of the others.
    """
    breaks: list[int] = []
    used = 0
    for word in _WORD.finditer(text.plain):
        if used and used + cell_len(word[0].rstrip()) > (below if breaks else room):
            breaks.append(word.start())
            used = 0
        used += cell_len(word[0])
    return list(text.divide(breaks))


def _console(stream: TextIO, color: ColorChoice, environ: Mapping[str, str], *, width: int) -> _Console:
    _never_fail_to_encode(stream)
    tty, size = _is_tty(stream), _size(environ)
    return _Console(
        file=stream,
        force_terminal=tty and environ.get("TERM", "") != "dumb",
        color_system="standard" if wants_color(color, environ, tty) else None,
        width=None if tty else max(20, int(size.get("COLUMNS", width))),
        theme=THEME,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={"TERM": environ.get("TERM", ""), **size},
    )


def _size(environ: Mapping[str, str]) -> dict[str, str]:
    """COLUMNS and LINES as far as they are numbers: rich takes `²` for a digit, and any width."""
    given = {name: environ.get(name, "") for name in ("COLUMNS", "LINES")}
    digits = {name: text for name, text in given.items() if text.isascii() and text.isdigit() and len(text) < 6}
    return {name: str(min(int(text), _WIDEST)) for name, text in digits.items() if int(text)}


def _is_tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _never_fail_to_encode(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="backslashreplace")
