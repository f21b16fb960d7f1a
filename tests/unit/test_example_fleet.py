"""The example of a fleet holds, and what its pipelines call is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from aurora_cli.commands.root import cli
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.fleet.members import read_members
from aurora_cli.fleet.rollout import divided

FOLDER = Path(__file__).parents[2] / "examples" / "fleet"
PIPELINES = ("github-workflow.yml", "gitlab-ci.yml")


def scripts(name: str) -> list[str]:
    """Every shell script of a pipeline."""
    pipeline: Any = YAML(typ="safe").load((FOLDER / name).read_text())
    if name.startswith("github"):
        return [step["run"] for job in pipeline["jobs"].values() for step in job["steps"] if "run" in step]
    return ["\n".join(job["script"]) for job in pipeline.values() if isinstance(job, dict) and "script" in job]


def test_its_specs_are_valid_and_its_waves_are_as_the_comments_say() -> None:
    fleet_of.cache_clear()
    members = read_members([FOLDER / "clusters"])
    assert [problem for member in members for problem in member.problems if problem.severity == "error"] == []
    waves = divided(fleet_of(FOLDER / "clusters").file.waves, members)
    assert {wave.name: [member.name for member in taken] for wave, taken in waves} == {
        "canary": ["sandbox"],
        "orders": ["orders"],
        "rest": ["cards", "wallet"],
    }


@pytest.mark.parametrize("name", PIPELINES)
def test_its_pipelines_call_commands_and_options_that_exist(name: str) -> None:
    lines = re.findall(r"^aurora-cli (.*?)(?: >.*)?$", "\n".join(scripts(name)), re.MULTILINE)
    assert len(lines) >= 3
    for line in lines:
        words = shlex.split(line)
        command: Any = cli
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words.pop(0))
        command.make_parser(click.Context(command)).parse_args(words)
