"""Whatever is typed, set in the environment or piped in: the command does what it is for, or says in a sentence why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.aws.clock import Clock
from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.root import cli
from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.manager import Sandbox
from tests.fuzz.cases import RAW, assert_told, cases
from tests.fuzz.wire import GONE, answering
from tests.harness import clean_environ, run_main

WORD = st.one_of(
    st.sampled_from(
        [
            "demo",
            "",
            "-",
            "--",
            "²",
            "inf",
            "nan",
            "-1",
            "1e999",
            "9" * 400,
            "0.5-inf",
            "a=b",
            "=",
            "10m",
            "1" * 30 + "d",
        ]
    ),
    st.sampled_from(
        ["postgres", "eu-west-1", "spec.yaml", "1", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "json"]
    ),
    st.binary(max_size=8).map(
        lambda data: os.fsdecode(data.replace(b"\0", b"0").replace(b"/", b"_").replace(b"~", b"_"))
    ),
)
"""A word as a process can get it: any bytes but NUL. Without `/` and `~`, since some of them name files that are written."""
VARIABLES = (
    *(
        "COLUMNS",
        "LINES",
        "TERM",
        "LANG",
        "NO_COLOR",
        "CI",
        "USER",
        "HOME",
        "PATH",
        "AURORA_HOME",
        "AURORA_OUTPUT",
        "AURORA_COLOR",
    ),
    *(
        "AWS_REGION",
        "AWS_PROFILE",
        "AWS_ENDPOINT_URL",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_CONFIG_FILE",
        "AWS_CA_BUNDLE",
    ),
    *("AURORA_TERRAFORM_BIN", "AURORA_REGION", "AURORA_NO_INPUT", "TF_PLUGIN_CACHE_DIR"),
)


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(cli)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, HelpfulGroup):
            yield from _commands(command, (*path, name))
        elif command is not None:
            yield (*path, name), command


COMMANDS = dict(_commands(cli))


@st.composite
def lines(draw: Any) -> list[str]:
    """A command line: a command with words in the places of its arguments, and some of its options."""
    path = draw(st.sampled_from(sorted(COMMANDS)))
    parameters = COMMANDS[path].params
    options = [one for one in parameters if isinstance(one, click.Option) and "--debug" not in one.opts]
    words = [draw(WORD) for one in parameters if isinstance(one, click.Argument)]
    for option in draw(st.lists(st.sampled_from(options), max_size=4)):
        words += [option.opts[0]] if option.is_flag or option.count else [option.opts[0], draw(WORD)]
    return [*path, *words]


class _Later(Clock):
    passed = 0.0

    def monotonic(self) -> float:
        _Later.passed += 600.0
        return _Later.passed


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of a home and a folder of their own, from which no sandbox starts and AWS has no cluster."""
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    (folder / "spec.yaml").write_text("name: demo\nregion: eu-west-1\nengine: postgres\n")
    monkeypatch.chdir(folder)

    def refuse(self: Sandbox) -> Any:
        raise SandboxFailed("The emulator does not start.")

    environ = {
        **clean_environ(),
        "AURORA_HOME": str(tmp_path / "home"),
        "HOME": str(tmp_path),
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AURORA_TERRAFORM_BIN": "/nonexistent",
    }
    monkeypatch.setattr(Clock, "monotonic", _Later.monotonic)
    monkeypatch.setattr(Clock, "sleep", lambda self, seconds: None)
    with patch.object(Sandbox, "start", refuse), answering(lambda *_: (404, GONE)):
        yield environ


@cases(of_suite=40, share=0.2)
@given(
    words=lines(),
    environ=st.dictionaries(st.sampled_from(VARIABLES), WORD, max_size=2),
    stdin=st.one_of(st.just(b""), RAW, st.binary(max_size=20)),
)
def test_any_words(nowhere: dict[str, str], words: list[str], environ: dict[str, str], stdin: bytes) -> None:
    assert_told(run_main(words, {**nowhere, **environ}, stdin), words, environ, stdin[:50])
