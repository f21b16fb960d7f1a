"""The pipelines of the example, run as shell: a pull request, a merge, and an apply on a machine that has only the plans."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(1200)]
EXAMPLE = Path(__file__).parents[2] / "examples" / "fleet"
STAND_INS = {
    "aurora-cli": f'exec "{sys.executable}" -m aurora_cli "$@"',
    "python3": f'[ "$1 $2" = "-m pip" ] || exec "{sys.executable}" "$@"',
    "gh": 'echo "gh $*"',
}


@pytest.fixture
def repository(tmp_path: Path, aurora: Aurora) -> Path:
    """A clone of what a platform team has, as a job finds it."""
    folder = tmp_path / "work"
    shutil.copytree(EXAMPLE / "clusters", folder / "clusters")
    fleet = folder / "clusters" / "fleet.yaml"
    text = fleet.read_text().replace("bake: 10m", "bake: 1s")
    fleet.write_text(text.partition("freezes:")[0])
    (tmp_path / "bin").mkdir()
    for name, script in STAND_INS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    for words in (["init", "-qb", "main"], ["add", "."], ["commit", "-qm", "one"], ["branch", "origin/main"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True, cwd=folder)
    place = {"LocationConstraint": "eu-west-1"}
    aurora.client("s3").create_bucket(Bucket="acme-terraform-states", CreateBucketConfiguration=place)
    return folder


def shell(aurora: Aurora, folder: Path, script: str, env: dict[str, str]) -> str:
    """A step of a job, as its runner starts it; gives what it printed."""
    path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    where = {
        "AURORA_HOME": str(aurora.home),
        "AURORA_SANDBOX": "1",
        "PATH": path,
        "PYTHONPATH": str(EXAMPLE.parents[1]),
    }
    words = ["bash", "-e", "-o", "pipefail", "-c", script]
    done = subprocess.run(
        words, cwd=folder, env={**aurora.environ, **where, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def on_another_machine(aurora: Aurora) -> None:
    """What is left of a job is the artifact with the plans."""
    shutil.rmtree(aurora.home / "sandbox" / "stacks", ignore_errors=True)


def test_github(emulator: object, aurora: Aurora, repository: Path) -> None:
    workflow: Any = YAML(typ="safe").load((EXAMPLE / "github-workflow.yml").read_text())
    output = repository.parent / "output"

    def job(name: str, event: str) -> list[str]:
        on_another_machine(aurora)
        run = output.read_text().strip().removeprefix("run=") if output.exists() else ""
        env = {"BASE": "origin/main", "PULL_REQUEST": "7", "GITHUB_OUTPUT": str(output), "RUN": run}
        steps = [one for one in workflow["jobs"][name]["steps"] if "run" in one]
        wanted = [one for one in steps if event in one.get("if", event)]
        return [shell(aurora, repository, one["run"], env) for one in wanted]

    with (repository / "clusters" / "orders.yaml").open("a") as file:
        file.write("port: 5433\n")
    assert job("plan", "pull_request")[-1] == "gh pr comment 7 --body-file comment.md\n"
    comment = (repository / "comment.md").read_text()
    assert "1 created" in comment and "| orders |" in comment
    job("plan", "push")
    job("apply", "push")
    report = (repository / "report.xml").read_text()
    assert 'tests="4" failures="0"' in report
    assert {name: len(aurora.instances(name)) for name in ("sandbox", "orders", "cards", "wallet")} == {
        "sandbox": 1,
        "orders": 1,
        "cards": 3,
        "wallet": 4,
    }

    # Another merge, on machines that have seen none of the clusters, in the words of the other pipeline.
    with (repository / "clusters" / "sandbox.yaml").open("a") as file:
        file.write("tags: {merged: again}\n")
    jobs: Any = YAML(typ="safe").load((EXAMPLE / "gitlab-ci.yml").read_text())
    for name in ("plan", "apply"):
        on_another_machine(aurora)
        shell(aurora, repository, "\n".join(jobs[name]["script"]), {})
    assert "1 changed" in (repository / "plans.md").read_text()
    assert 'tests="4" failures="0"' in (repository / "applied.xml").read_text()
    tags = {tag["Key"]: tag["Value"] for tag in aurora.cluster("sandbox")["TagList"]}
    assert tags["merged"] == "again"
