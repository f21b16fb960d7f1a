"""What a failure looks like, and how questions are asked."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.errors import AuroraError, OperationFailed, SpecInvalid
from aurora_cli.problem import Problem
from aurora_cli.ui.console import make_consoles
from aurora_cli.ui.errors_view import print_error
from aurora_cli.ui.prompts import confirm, type_name
from tests.unit.ui_screens import Terminal, screen

MANY = (
    "The subnets of this VPC lie in one Availability Zone, and an Aurora cluster needs subnets in at least two of them."
)


@pytest.mark.parametrize("width", [60, 200])
def test_an_error_is_a_sentence_and_a_way_out_on_stderr(width: int) -> None:
    shown = screen(width)
    print_error(shown.consoles, AuroraError(MANY, hint="Add a subnet in another zone."))
    assert shown.out == ""
    assert shown.err_words == f"error: {MANY} hint: Add a subnet in another zone."
    assert max(len(line) for line in shown.err.splitlines()) <= min(width, 100)


def test_without_a_hint_there_is_none() -> None:
    shown = screen()
    print_error(shown.consoles, AuroraError("It broke."))
    assert shown.err == "error: It broke.\n"


@pytest.mark.parametrize("width", [60, 200])
def test_every_problem_of_a_spec_has_its_path_place_and_suggestion(width: int) -> None:
    shown = screen(width)
    problems = [
        Problem("instances.readers", "at most 15 readers", hint="use 15", line=12, source="orders.yaml"),
        Problem("tags.x", "looks odd", severity="warning", source="--tag"),
        Problem("", "engine is missing"),
    ]
    print_error(shown.consoles, SpecInvalid("orders.yaml breaks rules", problems=problems))
    words = shown.err_words
    assert "error instances.readers orders.yaml:12 at most 15 readers hint: use 15" in words
    assert "warning tags.x --tag looks odd" in words
    assert "error the whole spec engine is missing" in words


def test_details_and_traceback_come_with_debug_alone_and_without_secrets() -> None:
    def failing() -> AuroraError:
        try:
            try:
                raise ValueError("postgres://me:hunter2@host refused")
            except ValueError as cause:
                raise OperationFailed("It broke.", details={"password": "hunter2", "step": "apply"}) from cause
        except OperationFailed as error:
            return error

    quiet, loud = screen(), screen()
    print_error(quiet.consoles, failing())
    print_error(loud.consoles, failing(), debug=True)
    assert quiet.err == "error: It broke.\n"
    assert '"step": "apply"' in loud.err
    assert "ValueError: postgres://me:(hidden)@host refused" in loud.err
    assert "hunter2" not in loud.err


def test_debug_shows_what_terraform_said_in_its_own_words() -> None:
    shown = screen()
    said = {"severity": "error", "summary": "Invalid thing", "detail": "line one\nline two", "file": "network.tf:13"}
    print_error(shown.consoles, OperationFailed("It broke.", details={"diagnostics": [said], "n": 1}), debug=True)
    assert "Terraform said: error: Invalid thing network.tf:13 line one line two details:" in shown.err_words
    assert '"diagnostics"' not in shown.err


def test_markup_in_a_message_is_text() -> None:
    shown = screen(color="always")
    print_error(shown.consoles, AuroraError("[bold red]x[/] :smile: {y}"))
    assert "[bold red]x[/] :smile: {y}" in shown.err


@given(st.text(), st.text(), st.text())
def test_no_text_of_others_reaches_the_terminal_as_a_command(message: str, hint: str, path: str) -> None:
    shown = screen(60)
    problem = Problem(path, message, hint=hint, source=path)
    print_error(shown.consoles, SpecInvalid(message, problems=[problem], hint=hint), debug=True)
    assert not {c for c in shown.err if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", True),
        ("YES\n", True),
        (" y \n", True),
        ("n\n", False),
        ("\n", False),
        ("", False),
        ("perhaps\ny\n", True),
    ],
)
def test_confirm(typed: str, answer: bool) -> None:
    shown = screen(typed=typed)
    assert confirm(shown.consoles, "Proceed?") is answer
    assert shown.err.startswith("Proceed? [y/N] ")
    assert shown.out == ""


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("demo\n", True), ("demo", True), ("Demo\n", False), ("y\n", False), ("\n", False), ("", False)],
)
def test_only_the_exact_name_confirms_a_destroy(typed: str, answer: bool) -> None:
    shown = screen(typed=typed)
    assert type_name(shown.consoles, "demo") is answer
    assert "type the name of the cluster demo: " in shown.err


def test_ctrl_c_at_a_prompt_is_passed_on_and_ends_the_line() -> None:
    class Interrupted(Terminal):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    stderr = Terminal()
    consoles = make_consoles("never", {"TERM": "xterm"}, io.StringIO(), stderr, stdin=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        confirm(consoles, "Proceed?")
    assert stderr.getvalue() == "Proceed? [y/N] \n"


def test_bytes_that_are_no_text_are_no_yes() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8")
    consoles = make_consoles("never", {}, io.StringIO(), io.StringIO(), stdin=stdin)
    assert not type_name(consoles, "demo")
