"""What the Tab key offers."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from aurora_cli.commands.root import cli
from aurora_cli.commands.shared.completions import ENGINES, PRESETS
from tests.unit.conftest import Run


def _offered(*words: str, incomplete: str = "") -> list[str]:
    completer = ShellComplete(cli, {}, "aurora-cli", "_AURORA_CLI_COMPLETE")
    return [item.value for item in completer.get_completions(list(words), incomplete)]


def test_commands_without_importing_them() -> None:
    assert _offered(incomplete="sta") == ["status", "start"]


def test_options_of_a_command() -> None:
    assert "--engine-version" in _offered("create", "demo", incomplete="--engine")


def test_presets_and_engines() -> None:
    assert _offered("create", "demo", "--preset") == list(PRESETS)
    assert _offered("create", "demo", "--engine", incomplete="my") == ["mysql"]


def test_presets_and_engines_are_those_of_the_spec() -> None:
    from typing import get_args

    from aurora_cli.spec.model.cluster import PresetName
    from aurora_cli.spec.values.engine_names import ENGINE_ALIASES

    assert set(PRESETS) == set(get_args(PresetName))
    assert set(ENGINES) <= set(ENGINE_ALIASES)


def test_classes_and_checks() -> None:
    assert "db.r7g.large" in _offered("create", "demo", "--engine", "postgres", "--class", incomplete="db.r7g.")
    assert _offered("create", "demo", "--skip-check")


def test_clusters_of_the_home(tmp_path: Path) -> None:
    from aurora_cli.context import AppContext

    AppContext(home_folder=tmp_path, sandbox=True).registry.create(
        "demo", region="eu-west-1", target="sandbox", spec=""
    )
    assert _offered("--home", str(tmp_path), "--sandbox", "status", incomplete="de") == ["demo"]
    assert _offered("--home", str(tmp_path), "status", incomplete="de") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_the_program(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert done.status == 0
    assert f"_AURORA_CLI_COMPLETE={shell}_complete" in done.out
