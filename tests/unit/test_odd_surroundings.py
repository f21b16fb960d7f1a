"""Bytes that are no text, and numbers that are none, from the command line, the environment and standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from aurora_cli.ui.console import make_consoles
from tests.unit.conftest import Run
from tests.unit.ui_screens import Terminal

GIVEN = (
    "create",
    "demo",
    "--engine",
    "postgres",
    "--region",
    "eu-west-1",
    "--set",
    "credentials.password=given",
    "--yes",
)


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize("size", ["²", "-5", "0", "", "1e3", "9" * 400, "\udc80", "٣"])
def test_a_size_of_the_screen_that_is_none_is_left_out(size: str, stream: type[io.StringIO]) -> None:
    sane = make_consoles("never", {"TERM": "xterm"}, stream(), stream())
    odd = make_consoles("never", {"TERM": "xterm", "COLUMNS": size, "LINES": size}, stream(), stream())
    assert (odd.out.size, odd.err.size) == (sane.out.size, sane.err.size)


def test_a_screen_has_a_widest(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_consoles("never", {"COLUMNS": "99999"}, Terminal(), Terminal()).width == 1000
    monkeypatch.setenv("COLUMNS", "²")
    assert run("list").status == 0
    assert run("--help").status == 0


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
@pytest.mark.parametrize("data", [b"\xff\xfe", b"pass\x80word", b"pass\0word"])
def test_a_password_that_is_no_text_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, data: bytes, errors: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors=errors))
    done = run(*GIVEN, "--password-stdin")
    assert done.status == 2
    assert done.err.startswith("error: The password for --password-stdin is not UTF-8 text.\nhint: ")


@pytest.mark.parametrize("name", ["\udc80demo", "\ud800", "a\x1b[31m", "²"])
def test_a_name_that_is_no_text_is_none(run: Run, name: str) -> None:
    done = run("status", name)
    assert done.status == 2
    assert "cannot be the name of a cluster" in done.err
    done.err.encode()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("x²",), '"x²" is not a valid cluster name'),
        (("demo", "--engine", "oracle"), "`engine` must be postgres"),
    ],
)
def test_a_first_spec_is_not_made_of_what_no_spec_takes(run: Run, words: tuple[str, ...], why: str) -> None:
    done = run("spec", "init", *words, "--to", "it.yaml")
    assert done.status == 2
    assert why in done.err
    assert not Path("it.yaml").exists()
