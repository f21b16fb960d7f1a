"""Global options: before the command, after it, and beside a command's own options."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from aurora_cli.commands.global_options import WHERE, GlobalOption
from aurora_cli.commands.root import cli
from aurora_cli.commands.shared.session import Session, Settings
from aurora_cli.commands.table import ALIASES, PROGRAM
from tests.unit.conftest import Run
from tests.unit.test_commands_completion import _offered

GLOBAL = [param for param in cli.params if isinstance(param, GlobalOption)]
VALUES = {"provider": "genuine", "color": "never"}


def _commands(group: click.Group = cli, above: click.Context | None = None) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=group.name, parent=above)
    for name in [*group.list_commands(context), *(ALIASES if group is cli else ())]:
        command = group.get_command(context, name)
        assert command is not None
        yield f"{context.command_path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, context)


def _settings(*words: str) -> tuple[Settings, click.Context]:
    """What a command line gives, parsed to the innermost command, with nothing run but the groups."""
    session = Session()
    context = cli.make_context(PROGRAM, list(words), obj=session)
    with context:
        click.Command.invoke(cli, context)
    command: click.Command = cli
    while isinstance(command, click.Group):
        _, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command, context = found, found.make_context(found.name, rest, parent=context)
        if isinstance(command, click.Group):
            with context:
                click.Command.invoke(command, context)
    return session.settings, context


def test_every_command_takes_every_global_option_that_it_does_not_have_itself() -> None:
    names = {param.opts[0] for param in GLOBAL}
    offenders = {
        path: sorted(missing)
        for path, command in _commands()
        if (missing := names - {name for param in command.params for name in param.opts})
    }
    assert offenders == {}


def test_no_command_declares_a_global_option_a_second_time() -> None:
    offenders = [
        path
        for path, command in _commands()
        if len(names := [name for param in command.params for name in param.opts if name.startswith("-")])
        != len(set(names))
    ]
    assert offenders == []


def test_the_help_of_a_command_leads_to_them_and_lists_none() -> None:
    offenders = []
    for path, command in _commands():
        page = command.get_help(click.Context(command, info_name=path))
        listed = [param.opts[0] for param in GLOBAL if f"\n  {param.opts[0]} " in page]
        if listed or WHERE not in page:
            offenders.append((path, listed))
    assert offenders == []


@pytest.mark.parametrize("option", GLOBAL, ids=lambda option: str(option.name))
def test_before_and_after_the_command_are_the_same(option: GlobalOption) -> None:
    name = str(option.name)
    words = [option.opts[0]] if option.is_flag else [option.opts[0], VALUES.get(name, "x")]
    expected, _ = _settings(*words, "status", "demo")
    assert getattr(expected, name) == (True if option.is_flag else words[1])
    assert _settings("status", *words, "demo")[0] == expected
    assert _settings("status", "demo", *words)[0] == expected
    assert _settings("snapshot", *words, "list")[0] == expected
    assert _settings("snapshot", "list", *words)[0] == expected


def test_the_last_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_REGION", "eu-north-1")
    assert _settings("status", "demo")[0].region == "eu-north-1"
    assert _settings("--region", "eu-west-1", "status", "demo", "--region", "eu-west-2")[0].region == "eu-west-2"
    assert _settings("status", "demo", "--region", "eu-west-1", "--region", "eu-west-3")[0].region == "eu-west-3"


def test_an_argument_of_the_same_name_is_left_alone() -> None:
    settings, context = _settings("global", "add-region", "orders", "us-east-1", "--region", "eu-west-1")
    assert (settings.region, context.params["region"]) == ("eu-west-1", "us-east-1")


def test_a_value_is_no_option() -> None:
    settings, context = _settings("create", "demo", "--database", "--sandbox")
    assert (settings.sandbox, context.params["database"]) == (False, "--sandbox")


def test_the_region_of_a_new_cluster_is_the_one_after_the_command(run: Run) -> None:
    before = run("--region", "eu-west-3", "create", "demo", "--engine", "postgres", "--print-spec")
    after = run("create", "demo", "--engine", "postgres", "--print-spec", "--region", "eu-west-3")
    assert before.status == after.status == 0
    assert after.out == before.out
    assert "region: eu-west-3" in after.out


def test_the_commands_of_the_sandbox_stay_on_it() -> None:
    settings, _ = _settings("sandbox", "status", "--profile", "work")
    assert (settings.sandbox, settings.profile) == (True, None)


def test_a_command_s_own_option_of_the_same_name_wins() -> None:
    @click.command(name="own")
    @click.option("--region")
    def own(region: str | None) -> None: ...

    from aurora_cli.commands.global_options import with_global_options

    command = with_global_options(own, cli)
    context = command.make_context("own", ["--region", "mine", "--sandbox"], parent=click.Context(cli))
    assert context.params == {"region": "mine"}
    assert context.find_root().params == {"sandbox": True}
    assert len(with_global_options(own, cli).params) == len(command.params)


@pytest.mark.parametrize("words", [("--color", "blue", "list"), ("list", "--color", "blue")])
def test_a_wrong_value_is_the_same_error_in_both_places(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.status == 2
    assert "Invalid value for '--color': 'blue' is not one of 'auto', 'always', 'never'." in done.err


def test_a_missing_value_after_the_command_is_an_error(run: Run) -> None:
    done = run("list", "--home")
    assert done.status == 2
    assert "Option '--home' requires an argument." in done.err


def test_a_suggested_command_repeats_what_was_typed_after_the_command(run: Run, tmp_path: Path) -> None:
    done = run("status", "nope", "--sandbox", "--home", str(tmp_path / "other"))
    assert f"aurora-cli --home {tmp_path / 'other'} --sandbox create nope" in " ".join(done.err.split())


def test_the_tab_key_offers_them_and_uses_them(tmp_path: Path) -> None:
    from aurora_cli.context import AppContext

    AppContext(home_folder=tmp_path, sandbox=True).registry.create(
        "demo", region="eu-west-1", target="sandbox", spec=""
    )
    assert _offered("status", "demo", incomplete="--sand") == ["--sandbox"]
    assert _offered("status", "--color") == ["auto", "always", "never"]
    assert _offered("status", "--home", str(tmp_path), "--sandbox", incomplete="de") == ["demo"]
    assert _offered("status", "--color", "blue", "--home", str(tmp_path), incomplete="de") == []


def test_a_section_lists_every_option_of_the_spec_once(run: Run) -> None:
    from aurora_cli.commands.shared.spec_options import SECTIONS, SPEC_FLAGS, VARIABLES

    page = run("create", "--help").out
    assert " ".join(VARIABLES.split()) in " ".join(page.split())
    assert "env var: AURORA_ENGINE" not in page
    for flag in SPEC_FLAGS:
        section = page.partition(f"\n{flag.section}:\n")[2].partition("\n\n")[0]
        assert f"\n  {flag.flag}" in f"\n{section}", flag.flag
    assert {flag.section for flag in SPEC_FLAGS} == set(SECTIONS)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_help_stays_within_the_screen(run: Run, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    offenders: list[Any] = []
    for words in (["--help"], ["create", "--help"], ["restore", "--help"], ["engines", "--help"]):
        example = False
        for line in run(*words).out.splitlines():
            example = bool(line.strip()) and (example or "Examples:" in line or "Start here" in line)
            if not example and len(line) > width:
                offenders.append((words, line))
    assert offenders == []
