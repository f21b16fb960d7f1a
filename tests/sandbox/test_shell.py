"""The command in a shell script and in a narrow, colourless window."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import Seen, at_terminal, spec_file

pytestmark = pytest.mark.sandbox
ESCAPE = re.compile(r"\x1b")
COPYABLE = re.compile(r"rds\.amazonaws\.com|arn:aws:|aws_[a-z_]+\.|aurora-cli |aws rds |--allow '|\.yaml|^ */\S+$")
ONE_A_CHANGE = re.compile(r"(created|changed|deleted|done) +\S")
PLAIN = {"NO_COLOR": "1", "COLUMNS": "60"}
SCRIPT = r"""
set -euo pipefail
field() { python3 -c 'import json,sys; d=json.load(sys.stdin)
for k in sys.argv[1].split("."): d=d[int(k)] if k.isdigit() else d[k]
print(d)' "$1"; }
status() { local s=0; "$@" >/dev/null 2>>"$ERRORS" || s=$?; echo "$s"; }

aurora create --region-is-no-option 2>>"$ERRORS" && exit 99
report=$(aurora --region eu-west-1 create demo --engine postgres --readers 1 --yes -o json 2>>"$ERRORS")
host=$(field endpoints.writer.host <<<"$report")
echo "host=$host"
echo "same=$([ "$host" = "$(aurora endpoints demo -o json 2>>"$ERRORS" | field writer.host)" ] && echo yes || echo no)"
echo "changed=$(field changed <<<"$report")"
echo "again=$(aurora --region eu-west-1 create demo --engine postgres --readers 1 --yes -o json 2>>"$ERRORS" | field changed)"
echo "usage=$(status aurora scale demo)"
echo "url=$(aurora connection demo --role reader --user app --database a/b 2>>"$ERRORS" | sed 's/@.*:/@HOST:/')"
ha=(--region eu-west-1 create wide --engine postgres --ha --storage aurora-iopt1 --data-api --autoscale 1-3 --class db.r7g.large)
echo "flags=$(aurora "${ha[@]}" --print-spec 2>>"$ERRORS" | grep -cE 'readers: 1|aurora-iopt1|data_api: true|max: 3|cpu: 70')"
echo "no-password=$(status aurora "${ha[@]}" --password-stdin --yes)"
echo "approval=$(status aurora scale demo --readers 0)"
echo "unknown=$(status aurora status nobody)"
echo "same-plan=$(status aurora plan demo --exit-code)"
echo "changes=$(status aurora plan demo --readers 3 --exit-code)"
echo "guard=$(status aurora apply demo --username other --yes)"
aurora sandbox faults add access_denied --service rds --action DescribeDBClusters 2>>"$ERRORS"
echo "denied=$(status aurora status demo)"
aurora sandbox faults clear 2>>"$ERRORS"
aurora sandbox faults add error5xx --service rds --action DescribeDBClusters 2>>"$ERRORS"
echo "failed=$(status aurora status demo)"
aurora sandbox faults clear 2>>"$ERRORS"
code=$(aurora status nobody -o json 2>>"$ERRORS" | field error.code || true)
echo "code=$code"
aurora destroy demo --confirm demo -o json 2>>"$ERRORS" | field status
"""


@pytest.fixture(scope="module")
def script(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The script's end: standard output is what it read, everything else went to the file in ERRORS."""
    folder = tmp_path_factory.mktemp("script")
    program = folder / "aurora"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(aurora.argv())} "$@"\n')
    program.chmod(0o755)
    env = {
        **aurora.environ,
        "PATH": f"{folder}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ERRORS": str(folder / "errors.txt"),
    }
    done = subprocess.run(
        ["bash", "-c", SCRIPT],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    done.stderr += (folder / "errors.txt").read_text()
    return done


def test_a_strict_script_gets_data_and_statuses(script: subprocess.CompletedProcess[str]) -> None:
    assert script.returncode == 0, script.stdout + script.stderr
    lines = script.stdout.splitlines()
    host = lines.pop(0)
    assert re.fullmatch(r"host=demo\.cluster-\w+\.eu-west-1\.rds\.amazonaws\.com", host)
    assert lines == [
        "same=yes",
        "changed=True",
        "again=False",
        "usage=2",
        "url=postgresql://app@HOST:5432/a%2Fb?sslmode=verify-full&sslrootcert=global-bundle.pem",
        "flags=5",
        "no-password=2",
        "approval=2",
        "unknown=4",
        "same-plan=0",
        "changes=7",
        "guard=9",
        "denied=3",
        "failed=1",
        "code=not-found",
        "destroyed",
    ]


def test_what_is_said_goes_to_standard_error(script: subprocess.CompletedProcess[str]) -> None:
    assert "Applying the change" in script.stderr
    assert "error: " in script.stderr
    assert "hint: " in script.stderr
    assert "Traceback" not in script.stderr
    assert not ESCAPE.search(script.stdout + script.stderr)


def too_wide(text: str, width: int = 60) -> list[str]:
    """Lines that are wider than the window, but for what is to be copied whole and the log's one line for each change."""
    wide = [line for line in text.splitlines() if len(line) > width]
    return [line for line in wide if not COPYABLE.search(line) and not ONE_A_CHANGE.match(line)]


def test_a_narrow_window_without_colour(aurora: Aurora, tmp_path: Path) -> None:
    file = spec_file(tmp_path, name="narrow", preset="production", network={"allow": ["10.0.0.0/16"]})
    outcomes = [
        aurora.ok("create", "-f", str(file), "--yes", env=PLAIN),
        aurora.ok("plan", "narrow", "--class", "db.r7g.xlarge", env=PLAIN),
        aurora.run("scale", "narrow", "--readers", "0", "--yes", env=PLAIN),
        aurora.run("apply", "narrow", "--username", "other", "--yes", env=PLAIN),
        aurora.ok("status", "narrow", env=PLAIN),
        aurora.ok("endpoints", "narrow", env=PLAIN),
        aurora.ok("list", env=PLAIN),
        aurora.ok("history", "narrow", env=PLAIN),
        aurora.ok("spec", "show", "narrow", "--resolved", env=PLAIN),
        aurora.ok("destroy", "narrow", "--dry-run", env=PLAIN),
        aurora.run("--region", "eu-west-1", "doctor", env=PLAIN),
        aurora.run("status", "nobody", env=PLAIN),
    ]
    for outcome in outcomes:
        assert not ESCAPE.search(outcome.out + outcome.err)
        assert too_wide(outcome.out + outcome.err) == []
    host = Seen(aurora).cluster("narrow")["Endpoint"]
    assert host in outcomes[0].out
    assert host in outcomes[4].out


def test_a_terminal_without_colour(aurora: Aurora) -> None:
    words = ("scale", "narrow", "--readers", "2")
    declined = at_terminal(aurora, *words, prompt="Proceed?", typed="n", env=PLAIN)
    assert declined.status == 8
    assert not re.search(r"\x1b\[[0-9;]*m", declined.err)


def test_colour_when_it_is_asked_for(aurora: Aurora) -> None:
    assert ESCAPE.search(aurora.ok("plan", "narrow", "--class", "db.r7g.xlarge", env={"FORCE_COLOR": "1"}).out)
    assert not ESCAPE.search(aurora.ok("plan", "narrow", "-o", "json", env={"FORCE_COLOR": "1"}).out)
