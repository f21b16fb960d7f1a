"""One way to the screen, and what it does with text from outside."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.text import Text
from ruamel.yaml import YAML

from aurora_cli.aws.clock import Clock
from aurora_cli.commands.shared.session import Session, Settings
from aurora_cli.errors import OperationFailed
from aurora_cli.events import Note, StepFinished, StepStarted
from aurora_cli.ui import prompts
from aurora_cli.ui.console import Consoles, echo, lead, prose, section
from aurora_cli.ui.errors_view import print_error
from aurora_cli.ui.progress.progress import Progress
from aurora_cli.ui.report.lists import print_facts
from aurora_cli.ui.serialize import to_text
from aurora_cli.ui.tables import print_table
from tests.unit.ui_screens import Screen, screen

PACKAGE = Path(__file__).resolve().parents[2] / "aurora_cli"
DOOR = PACKAGE / "ui" / "console.py"
SHOWING = [path for path in sorted(PACKAGE.rglob("*.py")) if "sandbox" not in path.relative_to(PACKAGE).parts]
FORBIDDEN = ("print", "input", "rich.print", "pprint.pprint", "warnings.warn", "os.writev")
ASKING = ("click", "getpass")
STREAMS = ("stdout", "stderr", "__stdout__", "__stderr__", "file", "out", "err", "buffer")
ALLOWED = {
    "commands/shared/passwords.py click.prompt": "a text of ours, and an answer that must not be seen",
    "terraform/embedded.py sys.stderr.write": "a program of its own, and a text of ours",
}

HOSTILE = "orders\x1b[2J\x1b]0;owned\x07\r\nerror: fake\x9b31m\u202etxt\u200b\u2028end\x08\x7f"
OWN_MOVEMENTS = re.compile(r"\r|\x1b\[(?:1A|2K|\?25[lh])")
"""Of lines that are drawn again."""
SEEN = "orders\\x1b[2J\\x1b]0;owned\\x07 error: fake\\x9b31m\\u202etxt\\u200b\\u2028end\\x08\\x7f"


def _prints(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        words = ast.unparse(node.func)
        owner, _, method = words.rpartition(".")
        on_console = method in ("print", "print_json", "log", "rule", "out")
        on_stream = method in ("write", "writelines") and owner.rpartition(".")[2] in STREAMS and "." in owner
        asks = owner in ASKING and method in ("echo", "secho", "prompt", "confirm", "pause", "progressbar", "getpass")
        if words in FORBIDDEN or asks or method == "echo_via_pager" or (owner and on_console) or on_stream:
            yield f"{path.relative_to(PACKAGE)} {words}"


def test_nothing_is_printed_past_the_one_door() -> None:
    assert {found for path in SHOWING if path != DOOR for found in _prints(path)} == set(ALLOWED)


def test_the_door_itself_prints_in_one_place() -> None:
    assert [found.split(" ")[1] for found in _prints(DOOR)] == ["console.print", "console.file.write"]


def _by_session(shown: Screen, text: str) -> None:
    session = Session(Settings())
    session.__dict__["consoles"] = shown.consoles
    session.say(text)
    session.say(text, err=True)


def _asked(shown: Screen, ask: Callable[[Consoles], object]) -> None:
    """Answered by what is no answer, so that the question is asked and corrected."""
    ask(replace(shown.consoles, stdin=io.StringIO("perhaps\nno\n")))


def _progress(shown: Screen, text: str) -> None:
    with Progress(shown.consoles, Clock()) as display:
        display.handle(StepStarted(text, text))
        display.handle(Note(text, hint=text))
        display.handle(StepFinished(text, 1.0, text))


WAYS: dict[str, Callable[[Screen, str], None]] = {
    "echo": lambda shown, text: echo(shown.consoles.out, text),
    "echo styled": lambda shown, text: echo(shown.consoles.out, lead("name ", "heading").append(text, style="lost")),
    "prose": lambda shown, text: prose(shown.consoles.out, text, indent=2),
    "prose styled": lambda shown, text: prose(shown.consoles.out, Text(text, style="warning"), hanging=2),
    "section": lambda shown, text: section(shown.consoles.out, text),
    "table": lambda shown, text: print_table(shown.consoles, text, ("A", "B"), [(text, text)]),
    "facts": lambda shown, text: print_facts(shown.consoles, [(text, text)]),
    "error": lambda shown, text: print_error(
        shown.consoles, OperationFailed(text, hint=text, details={text: text}), debug=True
    ),
    "session": _by_session,
    "confirm": lambda shown, text: _asked(shown, lambda consoles: prompts.confirm(consoles, text)),
    "type the name": lambda shown, text: _asked(shown, lambda consoles: prompts.type_name(consoles, text, text)),
    "progress": _progress,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tty", [False, True])
def test_a_terminal_gets_nothing_to_obey(way: str, tty: bool) -> None:
    shown = screen(300, tty=tty, color="never")
    WAYS[way](shown, HOSTILE)
    text = shown.out + shown.err
    assert "owned" in text
    if way == "progress" and tty:
        text = OWN_MOVEMENTS.sub("", text)
    assert not [c for c in text if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u200b\u2028")]


def test_what_cannot_be_seen_is_written_out_and_forges_no_line() -> None:
    shown = screen(300)
    echo(shown.consoles.out, HOSTILE)
    assert shown.out == f"{SEEN}\n"


def test_a_piece_keeps_its_style() -> None:
    shown = screen(300, color="always")
    echo(shown.consoles.out, Text().append("a\x1bb", style="lost").append("\u202ec", style="made"))
    assert shown.out == "\x1b[1;31ma\\x1bb\x1b[0m\x1b[32m\\u202ec\x1b[0m\n"


@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_a_document_gives_it_back_whole_and_shows_nothing_raw(format_: str) -> None:
    document = {"name": HOSTILE, HOSTILE: [HOSTILE]}
    text = to_text(document, "json" if format_ == "json" else "yaml")
    assert not [c for c in text if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u200b\u2028")]
    assert (json.loads(text) if format_ == "json" else YAML(typ="safe").load(text)) == document


def test_a_text_of_many_lines_keeps_them_and_a_command_stays_whole() -> None:
    shown = screen(40)
    session = Session(Settings())
    session.__dict__["consoles"] = shown.consoles
    session.write("a: 1\n  b: 2\n")
    command = "  aurora-cli restore orders --from-snapshot orders-final-1 --yes"
    session.say("A sentence that is longer than this narrow screen has columns.", "", command)
    assert shown.out.splitlines() == [
        "a: 1",
        "  b: 2",
        "A sentence that is longer than this",
        "narrow screen has columns.",
        "",
        command,
    ]
