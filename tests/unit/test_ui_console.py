"""Where things are printed, in which colours, and with which symbols."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager, nullcontext

import pytest
from rich.text import Text

from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.console import Consoles, echo, make_consoles, prose, wants_color
from aurora_cli.ui.symbols import ASCII, UNICODE, symbols_for
from tests.unit.ui_screens import Terminal, screen


@pytest.mark.parametrize(
    ("color", "environ", "is_tty", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_option_then_the_environment_then_the_terminal(
    color: str, environ: dict[str, str], is_tty: bool, wanted: bool
) -> None:
    assert wants_color(color, environ, is_tty) is wanted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environ", "no_input", "interactive", "animated"),
    [
        ({"TERM": "xterm"}, False, True, True),
        ({"TERM": "xterm"}, True, False, True),
        ({"TERM": "dumb"}, False, False, False),
        ({"TERM": "xterm", "CI": "true"}, False, False, False),
        ({"TERM": "xterm", "CI": "false"}, False, True, True),
    ],
)
def test_questions_and_animation_need_a_real_terminal(
    environ: dict[str, str], no_input: bool, interactive: bool, animated: bool
) -> None:
    consoles = make_consoles("auto", environ, io.StringIO(), Terminal(), stdin=Terminal(), no_input=no_input)
    assert (consoles.interactive, consoles.animated) == (interactive, animated)


def test_nobody_can_be_asked_when_stdin_is_a_pipe() -> None:
    assert not make_consoles("auto", {"TERM": "xterm"}, Terminal(), Terminal(), stdin=io.StringIO()).interactive


def test_forced_colour_in_a_log_brings_no_animation() -> None:
    assert not screen(color="always").consoles.animated


def test_colour_is_only_decoration() -> None:
    plain, coloured = screen(), screen(color="always")
    for each in (plain, coloured):
        echo(each.consoles.err, Text("lost", style="lost"))
    assert plain.err == "lost\n"
    assert coloured.err == "\x1b[1;31mlost\x1b[0m\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "no-such-encoding", None])
def test_ascii_symbols_where_the_others_cannot_be_printed(encoding: str | None) -> None:
    assert symbols_for(encoding) is ASCII


def test_unicode_symbols_in_utf_8() -> None:
    assert symbols_for("utf-8") is UNICODE


def test_a_stream_that_cannot_print_a_name_prints_its_escape() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    echo(make_consoles("auto", {}, stream, stream).out, Text("café"))
    stream.flush()
    assert raw.getvalue() == b"caf\\xe9\n"


def test_prose_wraps_at_the_width_and_indents_what_follows() -> None:
    shown = screen(30)
    prose(shown.consoles.err, Text("one two three four five six seven eight nine"), indent=2, hanging=2)
    assert shown.err.splitlines() == ["  one two three four five six", "    seven eight nine"]


def test_prose_does_not_get_wider_than_what_reads_well() -> None:
    shown = screen(200)
    prose(shown.consoles.err, Text("word " * 60))
    assert max(len(line) for line in shown.err.splitlines()) <= 100


def test_what_people_copy_is_never_wrapped() -> None:
    shown = screen(20)
    echo(shown.consoles.out, Text("a" * 300))
    assert shown.out == "a" * 300 + "\n"


def test_a_still_console_pauses_every_animation() -> None:
    class Spinner:
        running = True

        def paused(self) -> AbstractContextManager[None]:
            self.running = False
            return nullcontext()

        def expect(self, name: str, plan: Plan) -> None:
            raise AssertionError("not asked for")

    consoles: Consoles = screen().consoles
    spinner = Spinner()
    consoles.animations.append(spinner)
    with consoles.still():
        assert not spinner.running
