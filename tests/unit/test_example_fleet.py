"""The example of a fleet holds, and what its pipelines call is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
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


def test_what_runs_after_a_failure_runs_only_where_there_is_something_to_say() -> None:
    """A step that failed validation leaves no plan: there is nothing to comment, and nothing to keep."""
    jobs: Any = YAML(typ="safe").load((FOLDER / "github-workflow.yml").read_text())["jobs"]
    anyway = [
        (step["if"], [one.get("id") for one in job["steps"][:at]])
        for job in jobs.values()
        for at, step in enumerate(job["steps"])
        if re.search(r"always\(\)|cancelled\(\)|failure\(\)", step.get("if", ""))
    ]
    assert len(anyway) == 3
    for condition, before in anyway:
        asked = re.search(r"steps\.(\w+)\.outcome != 'skipped'", condition)
        assert asked and asked[1] in before, condition


@pytest.mark.parametrize(
    ("comment", "said"), [(None, ""), ("", ""), ("plans", "gh pr comment 7 --body-file comment.md")]
)
def test_no_comment_without_words(tmp_path: Path, comment: str | None, said: str) -> None:
    """The step is shell, as its runner starts it."""
    (step,) = [one for one in scripts("github-workflow.yml") if "gh pr" in one]
    if comment is not None:
        (tmp_path / "comment.md").write_text(comment)
    script = f'gh() {{ echo "gh $*"; }}\n{step}'
    env = {"PULL_REQUEST": "7", "PATH": os.environ["PATH"]}
    words = ["bash", "-eo", "pipefail", "-c", script]
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said


def test_each_job_of_the_workflow_has_the_permissions_that_it_needs_and_an_identity_of_its_own() -> None:
    workflow: Any = YAML(typ="safe").load((FOLDER / "github-workflow.yml").read_text())
    assert workflow["permissions"] == {}
    given = {name: set(job["permissions"]) for name, job in workflow["jobs"].items()}
    assert given == {"plan": {"contents", "id-token", "pull-requests"}, "apply": {"contents", "id-token"}}
    roles = [
        step["with"]["role-to-assume"]
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if "aws-" in str(step)
    ]
    assert len(roles) == len(set(roles)) == 2
    assert not any("${{" in script for name in PIPELINES for script in scripts(name)), "texts of others are no shell"
    names = [[one.get("name") or one["uses"] for one in job["steps"]] for job in workflow["jobs"].values()]
    assert names[0].index("Validate") < names[0].index("aws-actions/configure-aws-credentials@v4"), (
        "it needs no identity"
    )
