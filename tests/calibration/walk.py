"""Examples with one provider: created, planned again, changed in each way, destroyed; what it did is kept step by step.

Several are walked at once as modules of one folder: the genuine provider waits half a minute before it looks at a cluster, and
these waits pass side by side.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aurora_cli.sandbox.manager import Sandbox
from tests.calibration.sources import prepare, promote
from tests.harness import clean_environ, terraform
from tests.sandbox.emulator import client

CHANGES: Mapping[str, tuple[str, ...]] = {
    "tags": ("tags.Calibrated=yes",),
    "no tags": (),
    "retention": ("backup.retention=9d",),
    "windows": ("backup.window=03:10-03:40", "maintenance.window=tue:04:00-tue:04:30"),
    "insights": ("monitoring.insights.mode=standard",),
    "nothing more": (),
    "logs": ("logs.retention=60d",),
}
"""Name of a step -> the fields of the spec that differ from the example in it."""

_AT_ONCE = "-parallelism=60"
_CHANGES = 2
"""Exit status of a plan that is not empty."""

_ROOT = Path(__file__).resolve().parents[2]
_LAST = ("deletion_protection=false", "backup.final_snapshot=false")
_READING = ("Describe", "List", "Get", "Head", "Lookup", "Simulate", "GET ", "HEAD ")
_PASSWORD = 'variable "master_password"'
_REGION = re.compile(r'^  region = "([\w-]+)"$', re.MULTILINE)
_FLOOR = re.compile(r'(?<!_)version = ">= [\d.]+"')


@dataclass
class Step:
    """What a provider did in a step.

    Attributes:
        plan: address -> actions, changed attributes and what forces replacement.
        left: the same of the plan after the apply.
        calls: action -> the parameters of its calls, for those that change something.
        state: address -> attributes.
        api: what the API says of databases and networks.
        failed: the error, if Terraform ended with one.
    """

    plan: dict[str, Any] = field(default_factory=dict)
    left: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, list[Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    api: dict[str, Any] = field(default_factory=dict)
    failed: str = ""


@dataclass(frozen=True)
class Walk:
    """Walks examples with one provider.

    Args:
        home: a folder for the emulator, the stack and Terraform's cache of providers.
        cli_config: text of Terraform's CLI configuration, which says where the provider is; None: the sandbox's own.
    """

    home: Path
    cli_config: str | None = None

    def examples(self, files: Sequence[Path], changes: Sequence[str] = tuple(CHANGES)) -> dict[str, Step]:
        """The steps of examples by their names: `create`, those of `CHANGES`, `destroy`."""
        with self._sandbox() as sandbox:
            named = prepare(sandbox, [file.stem for file in files])
            run = _Run(self, sandbox, files, self.home / "terraform", named)
            steps = {"create": run.apply(())}
            for name in changes:
                steps[name] = run.apply(CHANGES[name])
            run.apply(_LAST)
            steps["destroy"] = run.destroy()
            return steps

    @contextmanager
    def _sandbox(self) -> Iterator[Sandbox]:
        sandbox = Sandbox(self.home / "emulator", {**clean_environ(), "AWS_REGION": "eu-west-1"})
        sandbox.start()
        try:
            yield sandbox
        finally:
            sandbox.stop()

    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        """Terraform's environment: the emulator, and this walk's provider."""
        own = {**clean_environ(), **sandbox.environment(), **sandbox.prepare_terraform(genuine=False)}
        own["TF_VAR_master_password"] = "Calibrated-2026"
        if self.cli_config is None:
            return own
        rc = self.home / "calibration.tfrc"
        rc.write_text(self.cli_config, "utf-8")
        return {**own, "TF_CLI_CONFIG_FILE": str(rc)}


@dataclass
class _Run:
    walk: Walk
    sandbox: Sandbox
    specs: Sequence[Path]
    folder: Path
    named: Mapping[str, Sequence[str]]
    regions: set[str] = field(default_factory=set)

    def apply(self, settings: Sequence[str]) -> Step:
        """Render, plan, apply, plan."""
        self._render(settings)
        before = self._last_call()
        step = Step()
        if not (self.folder / ".terraform").exists():
            step.failed = self._terraform("init", "-input=false", "-no-color")
        step.failed = step.failed or self._plan(step.plan)
        if step.failed:
            return step
        step.failed = self._terraform("apply", "-input=false", "-no-color", _AT_ONCE, "plan")
        step.calls = self._calls(before)
        step.state = resources_in(json.loads((self.folder / "terraform.tfstate").read_text("utf-8")))
        step.api = self._api()
        step.failed = step.failed or self._plan(step.left)
        return step

    def destroy(self) -> Step:
        """Destroy everything, after a promotion of what replicates: AWS keeps the last instance of a replica."""
        promote(self.sandbox, [spec.stem for spec in self.specs])
        before = self._last_call()
        failed = self._terraform("destroy", "-input=false", "-no-color", "-auto-approve", _AT_ONCE)
        return Step(calls=self._calls(before), api=self._api(), failed=failed)

    def _render(self, settings: Sequence[str]) -> None:
        if len(self.specs) == 1:
            self._render_one(self.specs[0], self.folder, settings)
            return
        blocks = []
        for spec in self.specs:
            module = self.folder / spec.stem
            self._render_one(spec, module, settings)
            (module / "backend.tf").unlink()
            variables, arguments = module / "variables.tf", ""
            if variables.exists() and _PASSWORD in variables.read_text("utf-8"):
                shutil.copy(variables, self.folder)
                arguments = "  master_password = var.master_password\n"
            blocks.append(f'module "{spec.stem}" {{\n  source = "./{spec.stem}"\n{arguments}}}\n')
        if len(self.regions) == 1:  # one process of the provider for all
            for spec in self.specs:
                (self.folder / spec.stem / "provider.tf").replace(self.folder / "provider.tf")  # the last one counts
        (self.folder / "main.tf").write_text("".join(blocks), "utf-8")

    def _render_one(self, spec: Path, folder: Path, settings: Sequence[str]) -> None:
        fields = [*self.named.get(spec.stem, ()), *settings]
        options = [option for field in fields for option in ("--set", field)]
        home = {"AURORA_HOME": str(self.walk.home / "aurora"), "AURORA_SANDBOX": "1"}
        args = ["render", "-f", str(spec), "--to", str(folder), "--force", *options]
        done = subprocess.run(
            [sys.executable, "-m", "aurora_cli", *args],
            cwd=_ROOT,
            env={**clean_environ(), **home},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self.regions |= set(_REGION.findall((folder / "provider.tf").read_text("utf-8")))
        for file in folder.rglob("versions.tf"):
            file.write_text(_FLOOR.sub('version = ">= 3.0"', file.read_text("utf-8")), "utf-8")

    def _plan(self, changes: dict[str, Any]) -> str:
        """Plan, and add what changes; the genuine provider takes seconds to start, so an empty plan is not shown."""
        done = self._process("plan", "-input=false", "-no-color", "-out=plan", "-detailed-exitcode", _AT_ONCE)
        if done.returncode == _CHANGES:
            shown = self._process("show", "-json", "-no-color", "plan")
            changes |= changes_in(json.loads(shown.stdout))
        return "" if done.returncode in (0, _CHANGES) else _first_error(done.stderr or done.stdout)

    def _terraform(self, verb: str, *args: str) -> str:
        done = self._process(verb, *args)
        return "" if done.returncode == 0 else _first_error(done.stderr or done.stdout)

    def _process(self, *args: str) -> subprocess.CompletedProcess[str]:
        environ = self.walk.environment(self.sandbox)
        return subprocess.run(
            [*terraform(), *args], cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )

    def _last_call(self) -> int:
        calls = self.sandbox.calls()
        return int(calls[-1]["number"]) if calls else 0

    def _calls(self, since: int) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for one in self.sandbox.calls(since=since):
            if not one["action"].startswith(_READING):
                found.setdefault(one["action"].rstrip("/"), []).append(one["parameters"])
        return {
            action: sorted(calls, key=lambda call: json.dumps(call, sort_keys=True)) for action, calls in found.items()
        }

    def _api(self) -> dict[str, Any]:
        return {
            f"{region} {service} {key}": json.loads(json.dumps(getattr(aws, operation)()[key], default=str))
            for region in sorted(self.regions)
            for service, operation, key in _LISTS
            for aws in (client(self.sandbox, service, region),)
        }


def _first_error(text: str) -> str:
    lines = [line.strip(" │╷╵") for line in text.splitlines()]
    return next((line for line in lines if line.startswith("Error")), " ".join(lines)[:300])


def changes_in(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of a plan: address -> actions, attributes that differ, paths that force replacement."""
    found = {}
    for one in plan.get("resource_changes", ()):
        change = one["change"]
        if one["mode"] != "managed" or change["actions"] == ["no-op"]:
            continue
        before, after, unknown = (change.get(name) or {} for name in ("before", "after", "after_unknown"))
        names = {
            name for name in {*before, *after, *unknown} if before.get(name) != after.get(name) or unknown.get(name)
        }
        found[one["address"]] = {
            "actions": change["actions"],
            "changes": sorted(names),
            "replaced by": sorted(json.dumps(path) for path in change.get("replace_paths") or ()),
        }
    return found


def resources_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """The managed resources of a state file: address -> attributes."""
    return {
        _address(one, instance): instance["attributes"]
        for one in state["resources"]
        if one["mode"] == "managed"
        for instance in one["instances"]
    }


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
    return ".".join(filter(None, (resource.get("module"), resource["type"], resource["name"]))) + index


_LISTS = (
    ("rds", "describe_db_clusters", "DBClusters"),
    ("rds", "describe_db_instances", "DBInstances"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups"),
    ("rds", "describe_db_cluster_endpoints", "DBClusterEndpoints"),
    ("rds", "describe_db_proxies", "DBProxies"),
    ("rds", "describe_global_clusters", "GlobalClusters"),
    ("ec2", "describe_security_group_rules", "SecurityGroupRules"),
    ("ec2", "describe_route_tables", "RouteTables"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    ("logs", "describe_log_groups", "logGroups"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
)
