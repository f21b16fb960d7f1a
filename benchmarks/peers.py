"""Ours against other ways to the same cluster (`same_cluster/`): a writer and two readers in a network of their own.

Each other tool is installed when it is asked for, in pinned versions, in a folder of its own below the user's cache.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path

from aurora_cli.context import AppContext
from benchmarks.against_terraform import REGION, SPEC, Workshop, workshop
from benchmarks.processor import spent
from benchmarks.timing import Command, Comparison, compare

Line = tuple[str, ...]
Way = tuple[str, tuple[Line, ...]]
"""A name for the table, and command lines, one after the other."""
SOURCES = Path(__file__).resolve().parent / "same_cluster"
MODULE, TAG = "terraform-aws-modules/terraform-aws-rds-aurora", "v10.2.0"
QUIET = {
    "ANSIBLE_PIPELINING": "1",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_PAGER": "",
    "AWS_REGION": REGION,
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CHECKPOINT_DISABLE": "1",
    "TF_VAR_name": "theirs",
}
"""Nothing is reported to the makers of a tool, and what its users can switch off does not slow it down."""


class LeftOut(Exception):
    """A tool that cannot be had here, and why."""


@dataclass(frozen=True)
class Tool:
    """One other tool.

    Attributes:
        template: what writes a template, if users run that alone.
        create: what creates the cluster.
        again: a run that finds nothing to change.
        ours: ours that corresponds to `again`.
        prepare: makes the files that its lines need in its empty folder.
    """

    template: Way | None = None
    create: Way | None = None
    again: Way | None = None
    ours: Line = ("plan", "ours")
    prepare: Callable[[Path], object] = lambda folder: None


@dataclass(frozen=True)
class Metered(Command):
    """A command that keeps the processor seconds of each run."""

    home: Path = Path()
    used: list[float] = field(default_factory=list)

    def run(self) -> float:
        """Seconds until all lines have ended well. Raises CalledProcessError if ours fails, LeftOut if another tool does."""
        seconds: list[float] = []
        try:
            self.used.append(spent(self.home, lambda: seconds.append(Command.run(self))))
        except subprocess.CalledProcessError as error:
            if sys.executable in error.cmd:  # ours
                raise
            raise _left_out(error) from error
        return seconds[0]

    def processor_s(self) -> float:
        """The median, without the round that does not count."""
        return statistics.median(self.used[1:])


@dataclass(frozen=True)
class Row:
    """A comparison, with the medians of processor seconds."""

    wall: Comparison
    a_s: float
    b_s: float


def peers(runs: int) -> Iterator[Row | str]:
    """A row for each comparison, or why a tool is left out. Raises CalledProcessError if a command of ours fails."""
    with workshop() as shop:
        for name, make in TOOLS.items():
            try:
                yield from _compared(shop, make(shop), runs)
            except LeftOut as error:
                yield f"{name} is left out: {error}"


def _compared(shop: Workshop, tool: Tool, runs: int) -> Iterator[Row]:
    theirs = shop.home / "theirs"
    environ = {**shop.environ, **QUIET}

    def fresh(run: int) -> None:
        AppContext(home_folder=shop.home, sandbox=True).sandbox_manager.reset()
        for folder in (theirs, shop.stack("ours").parent):
            shutil.rmtree(folder, ignore_errors=True)
        theirs.mkdir()
        tool.prepare(theirs)

    def row(words: Line, name: str, lines: tuple[Line, ...], before: Callable[[int], None]) -> Row:
        a = Metered(f"aurora-cli {words[0]}", (shop.aurora(*words),), home=shop.home)
        b = Metered(name, lines, theirs, environ, shop.home)
        return Row(compare(a, b, runs, before), a.processor_s(), b.processor_s())

    if tool.template:
        yield row(("render", "ours", *SPEC, "--to", str(shop.home / "rendered"), "--force"), *tool.template, fresh)
    if tool.create:
        yield row(("create", "ours", *SPEC, "--yes"), *tool.create, fresh)
    if tool.again:
        yield row(tool.ours, *tool.again, lambda run: None)


def _ansible(shop: Workshop) -> Tool:
    program = str(_installed("ansible", "ansible==12.3.0", "boto3==1.43.11") / "bin" / "ansible-playbook")
    values = f"cluster=theirs region={REGION} password=Benchmark-2026"
    lines = ((program, str(SOURCES / "playbook.yaml"), "-e", values),)
    name = "ansible-playbook"
    return Tool(create=(name, lines), again=(f"{name} again", lines), ours=("apply", "ours", "--yes"))


def _awscli(shop: Workshop) -> Tool:
    program = _installed("awscli", "awscli==1.45.11") / "bin" / "aws"
    line = ("env", f"AWS={program}", "bash", str(SOURCES / "calls.sh"), "theirs")
    return Tool(create=("script of AWS CLI calls", (line,)))


def _cdk(shop: Workshop) -> Tool:
    folder = _installed("cdk", "aws-cdk-lib==2.275.0", node="aws-cdk@2.1148.1")
    app = f"{folder}/bin/python {SOURCES}/cdk_app.py theirs"
    options = ("--quiet", "--no-notices", "--no-version-reporting")
    return Tool(template=("cdk synth", ((f"{folder}/node_modules/.bin/cdk", "synth", "--app", app, *options),)))


def _cdktf(shop: Workshop) -> Tool:
    packages = ("cdktf==0.21.0", "cdktf-cdktf-provider-aws==21.22.1")
    folder = _installed("cdktf", *packages, node="cdktf-cli@0.21.0")
    app = f"{folder}/bin/python {SOURCES}/cdktf_app.py theirs {REGION}"
    synth = (f"{folder}/node_modules/.bin/cdktf", "synth")
    project = json.dumps({"language": "python", "app": app, "sendCrashReports": "false"})
    init, apply, plan = _terraform(shop, "-chdir=cdktf.out/stacks/theirs")
    return Tool(
        template=("cdktf synth", (synth,)),
        create=("cdktf synth, terraform init, apply", (synth, init, apply)),
        again=("cdktf synth, terraform plan", (synth, plan)),
        prepare=lambda work: (work / "cdktf.json").write_text(project),
    )


def _module(shop: Workshop) -> Tool:
    repository = Path(os.environ.get("MODULES", "")) / MODULE
    if not repository.exists():
        raise LeftOut(f"set MODULES to a folder with its repository as {MODULE}")
    archive = shop.home / "module.tar"
    _output("git", "-C", str(repository), "archive", "-o", str(archive), TAG)

    def prepare(folder: Path) -> None:
        shutil.unpack_archive(archive, folder / "rds-aurora")
        shutil.copy(SOURCES / "module.tf", folder)

    init, apply, plan = _terraform(shop)
    return Tool(
        create=("rds-aurora module: terraform init, apply", (init, apply)),
        again=("rds-aurora module: terraform plan", (plan,)),
        prepare=prepare,
    )


TOOLS: Mapping[str, Callable[[Workshop], Tool]] = {
    "AWS CDK": _cdk,
    "CDK for Terraform": _cdktf,
    "Ansible": _ansible,
    "the AWS CLI": _awscli,
    "the rds-aurora module": _module,
}


def _terraform(shop: Workshop, *options: str) -> tuple[Line, Line, Line]:
    """init, apply and plan."""
    words = (("init",), ("apply", "-auto-approve"), ("plan",))
    init, apply, plan = ((*shop.terraform, *options, *verb, "-input=false", "-no-color") for verb in words)
    return init, apply, plan


def _installed(name: str, *packages: str, node: str = "") -> Path:
    """A virtual environment with the packages, and with one of Node.js. Raises LeftOut."""
    folder = user_cache_path("aurora-cli", appauthor=False) / "benchmarks" / name
    done, wanted = folder / "installed", f"{sys.version} {packages} {node}"
    if done.is_file() and done.read_text(encoding="utf-8") == wanted:
        return folder
    print(f"Installing {' '.join((*packages, node))} in {folder} ...", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    _output(sys.executable, "-m", "venv", str(folder))
    _output("nice", str(folder / "bin" / "python"), "-m", "pip", "install", *packages)
    if node:
        _output("nice", "npm", "install", "--prefix", str(folder), node)
    done.write_text(wanted, encoding="utf-8")
    return folder


def _output(*line: str) -> None:
    """Run what a tool needs first. Raises LeftOut."""
    try:
        subprocess.run(line, check=True, capture_output=True)
    except FileNotFoundError:
        raise LeftOut(f"there is no {line[0]}") from None
    except subprocess.CalledProcessError as error:
        raise _left_out(error) from None


def _left_out(error: subprocess.CalledProcessError) -> LeftOut:
    """The first line of an error that the command printed, or the last line at all."""
    said = (error.stderr or error.stdout).decode(errors="replace").strip().splitlines() or ["it said nothing"]
    why = next((line for line in said if "error" in line.lower()), said[-1])
    return LeftOut(f"{' '.join(Path(word).name for word in error.cmd[:5])} failed: {why.strip().rstrip('.')}")
