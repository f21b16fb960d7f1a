"""The real thing: the command as a process, Terraform, the provider and the emulator; each test module in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.terraform.binary import find_binary

FOREIGN = ("AWS_", "AURORA_", "TF_")
COSTLY = ("PYTHONDONTWRITEBYTECODE",)  # each of a thousand processes would compile our modules again
NAMED = ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS")


def clean_environ() -> dict[str, str]:
    """The environment of the tests without AWS, Terraform and our own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN) and k not in (*NAMED, *COSTLY)}
    return {**kept, "COLUMNS": "120", "PYTHONWARNINGS": "error::ResourceWarning"}


@cache
def terraform() -> tuple[str, ...]:
    """The first words of Terraform's command line: the one on PATH, or else the embedded one. Raises TerraformMissing."""
    return find_binary(None, clean_environ()).argv0


@cache
def _client(service: str, region: str, endpoint: str, key: str, secret: str, pid: int | None) -> Any:
    """Making a client takes a tenth of a second of parsing; an emulator that was started anew gets new ones."""
    make: Any = boto3.client  # the stubs want a literal service name
    return make(service, region_name=region, endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret)


@dataclass
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass
class Aurora:
    """The command, in one home, against one emulator."""

    home: Path
    environ: dict[str, str] = field(default_factory=clean_environ)

    def argv(self, *args: str) -> list[str]:
        """The command line. Home and sandbox are not typed, so that suggested commands do not repeat them."""
        where = [f"AURORA_HOME={self.home}", "AURORA_SANDBOX=1"]
        return ["env", *where, sys.executable, "-m", "aurora_cli", *args]

    def run(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = 120) -> Outcome:
        """Run to the end, whatever the exit status."""
        done = subprocess.run(
            self.argv(*args),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**self.environ, **(env or {})},
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def ok(self, *args: str, **kwargs: Any) -> Outcome:
        """Run, and fail the test unless the exit status is 0."""
        outcome = self.run(*args, **kwargs)
        assert outcome.status == 0, f"{args} -> {outcome.status}\n{outcome.out}\n{outcome.err}"
        assert "Traceback" not in outcome.err
        return outcome

    def json(self, *args: str, **kwargs: Any) -> Any:
        """Run with `-o json` and give the document."""
        return self.ok(*args, "-o", "json", **kwargs).data

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """A boto3 client of the emulator, from what `sandbox status` publishes."""
        info = self.emulator.status()
        if not info.running or not info.endpoint:
            raise RuntimeError("the emulator is not running, and without it the calls would go to AWS")
        return _client(service, region, str(info.endpoint), info.access_key_id, info.secret_access_key, info.pid)

    @property
    def emulator(self) -> Sandbox:
        """The emulator of this home, in this process: asking it takes no process of the command."""
        return Sandbox(self.home / "sandbox" / "emulator", self.environ)

    def cluster(self, name: str) -> dict[str, Any]:
        """The cluster as the RDS API reports it."""
        found: dict[str, Any] = self.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return found

    def instances(self, name: str) -> dict[str, dict[str, Any]]:
        """The cluster's instances as the RDS API reports them, by identifier."""
        answer = self.client("rds").describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])
        return {i["DBInstanceIdentifier"]: i for i in answer["DBInstances"]}

    def writer(self, name: str) -> str:
        """Identifier of the writer now."""
        members = self.cluster(name)["DBClusterMembers"]
        return next(str(m["DBInstanceIdentifier"]) for m in members if m["IsClusterWriter"])

    def state(self, name: str) -> dict[str, Any]:
        """Terraform's state of a stack."""
        text = (self.home / "sandbox" / "stacks" / name / "terraform" / "terraform.tfstate").read_text()
        state: dict[str, Any] = json.loads(text)
        return state
