"""Write what a version leaves behind for later ones to go on with: `tests/fixtures/previous_version`, one file per scenario.

    python tools/previous_version.py CHECKOUT [SCENARIO ...]

The commands are those of the checkout, run by the Python that runs this. What a file holds is told by the README beside it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aurora_cli.sandbox.manager import Sandbox

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "fixtures" / "previous_version"
LATENCY_S = 1.0
REVEALING = ("DescribeKey", "DescribeRouteTables")
"""Calls that change nothing and alone tell an identifier: the first of them is kept."""
READING = re.compile(r"Describe|Get|List|Lookup|GET ")
NOT_KEPT = re.compile(r"/\.terraform/|/tfplan$|\.backup$|/alive$|/pid$|\.lock$|/emulator|/terraform-versions\.json$")
READS = ("status NAME", "plan NAME", "history NAME", "endpoints NAME")
RECORDER = """
import sys
if "aurora_cli.sandbox.emulator" in sys.orig_argv:
    sys.path.insert(0, {root!r})
    from tools.previous_version import record_into
    record_into({log!r})
"""
REGION = ("--region", "eu-west-1")
GIVEN, PASSWORD = "credentials.password=given", {"AURORA_MASTER_PASSWORD": "correct-horse-9"}
SMALL = ("--engine", "postgres", "--engine-version", "16.8", "--class", "db.r6g.large", "--yes")

Step = tuple[str, ...]
"""The words of a command. With `kill:KIND:WHAT` first, it is killed there; with `journal:NAME`, at its first step, and abandoned
when its journal is kept; with `fault:ACTION`, AWS refuses that call.
"""

SCENARIOS: dict[str, list[Step]] = {
    "orders": [
        (
            *(*REGION, "create", "orders", "--readers", "1", *SMALL, "--set", "endpoints.reports.type=any"),
            *("--set", "parameters.cluster.work_mem=8192", "--set", "tags.team=shop", "--allow-cidr", "10.0.0.0/8"),
        ),
        ("scale", "orders", "--readers", "2", "--yes"),
        ("failover", "orders", "--yes"),
        ("snapshot", "create", "orders", "--id", "orders-before"),
    ],
    "scaling": [
        (*REGION, "create", "scaling", "--readers", "1", *SMALL),
        ("kill:ended:resize", "scale", "scaling", "--class", "db.r7g.large", "--yes"),
    ],
    "upgrading": [
        (*REGION, "create", "upgrading", *SMALL, "--set", "maintenance.auto_minor_upgrades=false"),
        ("kill:called:ModifyDBCluster", "upgrade", "upgrading", "--to", "17", "--yes"),
    ],
    "switching": [
        (
            *REGION,
            "create",
            "switching",
            *SMALL,
            "--set",
            "parameters.cluster.rds.logical_replication=1",
            "--set",
            GIVEN,
        ),
        ("blue-green", "create", "switching", "--to", "17.4", "--set", "parameters.cluster.work_mem=8192", "--yes"),
        ("kill:ended:switchover", "blue-green", "switchover", "switching", "--confirm", "switching"),
    ],
    "renaming": [
        (*REGION, "create", "renaming", "--readers", "1", *SMALL),
        ("kill:called:ModifyDBCluster", "rename", "renaming", "renamed", "--yes"),
    ],
    "creating": [("fault:DescribeDBInstances", *REGION, "create", "creating", "--readers", "1", *SMALL)],
    "destroying": [
        (*REGION, "create", "destroying", "--readers", "1", *SMALL),
        ("kill:called:DeleteDBInstance", "destroy", "destroying", "--confirm", "destroying"),
    ],
    "archived": [
        (*REGION, "create", "archived", *SMALL),
        ("destroy", "archived", "--confirm", "archived"),
    ],
    "journals": [
        (
            *(
                *REGION,
                "create",
                "journals",
                "--readers",
                "1",
                *SMALL,
                "--set",
                "maintenance.auto_minor_upgrades=false",
            ),
            *("--set", "parameters.cluster.rds.logical_replication=1", "--set", GIVEN),
        ),
        ("journal:scale-readers", "scale", "journals", "--readers", "2", "--yes"),
        (
            "journal:scale-instance",
            "scale",
            "journals",
            "--class",
            "db.r6g.xlarge",
            "--instance",
            "2",
            "--in-place",
            "--yes",
        ),
        ("journal:failover", "failover", "journals", "--yes"),
        ("journal:reboot", "reboot", "journals", "--rolling", "--all", "--yes"),
        ("journal:rotate-ca", "rotate-ca", "journals", "--to", "rds-ca-rsa4096-g1", "--yes"),
        ("journal:to-serverless", "migrate", "to-serverless", "journals", "--acu", "0.5-4", "--yes"),
        ("journal:upgrade", "upgrade", "journals", "--to", "16.9", "--yes"),
        ("journal:blue-green", "blue-green", "create", "journals", "--to", "17.4", "--yes"),
        ("journal:stop", "stop", "journals", "--yes"),
        ("start", "journals", "--yes"),
    ],
    "worldwide": [
        (
            *(*REGION, "create", "worldwide", *SMALL, "--set", "global.regions.us-east-1.instances.readers=1"),
            *("--set", "network.cidr=10.4.0.0/16"),
        ),
    ],
}
MORE_READS: dict[str, tuple[str, ...]] = {
    "orders": (
        *(
            "list",
            "drift NAME",
            "connection NAME",
            "snapshot list NAME",
            "spec show NAME",
            "doctor",
            "version",
            "engines",
        ),
        *("scale NAME --class db.r7g.large --dry-run", "upgrade NAME --to 17 --dry-run", "destroy NAME --dry-run"),
        *("rename NAME shop --dry-run", "unlock NAME", "wait NAME --for available", "blue-green status NAME"),
    ),
    "switching": ("blue-green status NAME",),
    "worldwide": ("global status NAME", "list"),
    "archived": ("list",),
}


class Version:
    """The commands of a checkout, in a home of their own."""

    def __init__(self, checkout: Path, home: Path) -> None:
        self.home = home / "home"
        self.log = home / "calls.jsonl"
        (home / "sitecustomize.py").write_text(RECORDER.format(root=str(ROOT), log=str(self.log)))
        self.environ = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(home),
            "USER": "ada",
            "AURORA_HOME": str(self.home),
            "AURORA_SANDBOX": "1",
            "CI": "1",
            "PYTHONPATH": f"{home}{os.pathsep}{checkout}",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command."""
        line = [sys.executable, "-m", "aurora_cli", *words]
        pipe = subprocess.PIPE
        environ = {**self.environ, **(PASSWORD if GIVEN in words else {})}
        return subprocess.Popen(line, env=environ, cwd=self.home.parent, stdout=pipe, stderr=pipe, text=True)

    def run(self, *words: str, status: int | None = 0) -> str:
        """Run a command to its end; gives what it printed."""
        process = self.start(*words)
        out, err = process.communicate()
        if status is not None and process.returncode != status:
            raise SystemExit(f"{words} -> {process.returncode}\n{out}\n{err}")
        return out

    def calls(self) -> list[dict[str, Any]]:
        """Every call to AWS until now."""
        lines = self.log.read_text().split("\n")[:-1] if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def settle(self) -> None:
        """Wait until no Terraform works in this home any more."""
        while any(_is_in(entry, self.home) for entry in Path("/proc").glob("[0-9]*/cwd")):
            time.sleep(0.2)

    def set_latency(self, seconds: float) -> None:
        """How long AWS takes for a change."""
        Sandbox(self.home / "sandbox" / "emulator").set_latency(seconds)

    def kill_at(self, boundary: str, words: Step) -> None:
        """Start a command and kill it at a boundary; Terraform works on until it has ended."""
        kind, _, what = boundary.partition(":")
        before = len(self.calls())
        self.set_latency(LATENCY_S)
        process = self.start(*words)
        while not self._reached(kind, what, before):
            if process.poll() is not None:
                raise SystemExit(f"{words} ended before it was killed: {process.communicate()}")
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.settle()
        time.sleep(2 * LATENCY_S)
        self.set_latency(0)

    def _reached(self, kind: str, what: str, before: int) -> bool:
        if kind == "called":
            return any(call["action"] == what for call in self.calls()[before:])
        note = {"began": "began", "ended": "finished"}[kind]
        steps: dict[str, Any] = {}
        for path in (self.home / "sandbox" / "stacks").glob("*/operation.json"):
            steps |= json.loads(path.read_text())["steps"]
        return any(step[note] for name, step in steps.items() if re.search(what, name))

    def files(self) -> dict[str, str]:
        """The files of the home that belong to its stacks."""
        inside = self.home / "sandbox"
        found = {f"/{path.relative_to(inside)}": path for path in sorted(inside.rglob("*")) if path.is_file()}
        kept = {name: path for name, path in found.items() if not NOT_KEPT.search(name) and self._is_wanted(path)}
        return {name[1:]: self._neutral(path.read_text()) for name, path in kept.items()}

    def _is_wanted(self, path: Path) -> bool:
        run = path.with_name("run.json")
        if path.name != "events.jsonl":
            return path.suffix != ".gz"
        return not run.exists() or json.loads(run.read_text())["finished_at"] is None

    def _neutral(self, text: str) -> str:
        return text.replace(str(self.home), "/home/ada/aurora").replace(str(shutil.which("terraform")), "terraform")

    def documents(self, name: str) -> dict[str, Any]:
        """What it prints for scripts, by command."""
        commands = [words.replace("NAME", name) for words in (*READS, *MORE_READS.get(name, ()))]
        printed = {words: self.run(*words.split(), "-o", "json", status=None) for words in commands}
        return {words: json.loads(self._neutral(text)) for words, text in printed.items() if text.strip()}


def main(arguments: list[str]) -> None:
    """Write the scenarios that are named, or all."""
    for name in arguments[1:] or SCENARIOS:
        with tempfile.TemporaryDirectory(prefix="version-") as folder:
            version = Version(Path(arguments[0]).resolve(), Path(folder))
            try:
                made = scenario(version, name)
            finally:
                version.run("sandbox", "stop", status=None)
        (FOLDER / f"{name}.json").write_text(json.dumps(made, indent=1) + "\n")


def scenario(version: Version, name: str) -> dict[str, Any]:
    """Run the commands of a scenario; gives what is written of it."""
    journals: dict[str, str] = {}
    for first, *rest in SCENARIOS[name]:
        kind, _, what = first.partition(":")
        if kind == "kill":
            version.kill_at(what, tuple(rest))
        elif kind == "journal":
            version.kill_at("began:", tuple(rest))
            (path,) = (version.home / "sandbox" / "stacks").glob("*/operation.json")
            journals[what] = path.read_text()
            version.run("abandon", name, "--yes")
        elif kind == "fault":
            version.run("sandbox", "start")
            version.run("sandbox", "faults", "add", "access_denied", "--action", what)
            version.run(*rest, status=None)
            version.run("sandbox", "faults", "clear")
        else:
            version.run(first, *rest)
    calls, files = version.calls(), version.files()
    done = [call for call in calls if call["status"] < 400]
    kept = [call for call in done if not READING.match(call["action"]) or _reveals(call, done)]
    commands = [" ".join(("aurora-cli", *step)) for step in SCENARIOS[name]]
    return {
        "commands": commands,
        "files": files,
        "journals": journals,
        "calls": kept,
        "documents": version.documents(name),
    }


def record_into(log: str) -> None:
    """Have the emulator of this process write each call that it answers, as a line."""
    from aurora_cli.sandbox.emulator.application import Application
    from tests.previous_version import identifiers

    emulate = Application._emulate

    def recorded(self: Any, environ: Any, call: Any) -> Any:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"].seek(0)
        answer = emulate(self, environ, call)
        line = {
            "service": call.service,
            "region": call.region,
            "action": call.action,
            "status": answer[0],
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "query": environ["QUERY_STRING"],
            "type": environ.get("CONTENT_TYPE", ""),
            "target": environ.get("HTTP_X_AMZ_TARGET"),
            "body": body.decode(),
            "answer": identifiers(answer[2].decode()),
        }
        with Path(log).open("a") as file:
            file.write(json.dumps(line) + "\n")
        return answer

    Application._emulate = recorded  # type: ignore[method-assign]


def _reveals(call: dict[str, Any], calls: list[dict[str, Any]]) -> bool:
    same = ("action", "region", "body")
    first = next(one for one in calls if all(one[key] == call[key] for key in same))
    return call["action"] in REVEALING and first is call


def _is_in(entry: Path, home: Path) -> bool:
    try:
        return entry.readlink().is_relative_to(home / "sandbox" / "stacks")
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
