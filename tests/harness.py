"""The real thing: the command, Terraform, the provider and the emulator; each test module in a home of its own.

The command runs in the process of the test, with arguments, environment and streams of its own: its `main` is called as the
installed script calls it. Terraform, the provider and the emulator are processes, as always.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session

from aurora_cli.main import main
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.terraform.binary import find_binary

REGION = "eu-west-1"
FOREIGN = ("AWS_", "AURORA_", "TF_")
botocore.session.create_loader = cache(botocore.session.create_loader)
"""AWS's API models are read once: they are data of a library, and reading them takes longer than most of our commands."""
_NOWHERE = "http://127.0.0.1:9"
ASTRAY = {
    **dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"), _NOWHERE),
    **dict.fromkeys(("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AURORA_PROFILE", "AURORA_ROLE_ARN"), "nobody"),
    **dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_RDS", "AWS_ENDPOINT_URL_STS"), _NOWHERE),
    **dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"), "/nonexistent"),
    **dict.fromkeys(("AWS_USE_FIPS_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true"),
    "AWS_SESSION_TOKEN": "none",
    "TF_REATTACH_PROVIDERS": "{",
    "TF_FORCE_LOCAL_BACKEND": "1",
    "TF_CLOUD_ORGANIZATION": "nobody",
    "TF_CLI_ARGS": "-nothing",
    "TF_CLI_ARGS_plan": "-destroy",
    "TF_WORKSPACE": "nobody",
}
"""Settings of a machine that the sandbox must not hear."""
COSTLY = ("PYTHONDONTWRITEBYTECODE",)  # each of a thousand processes would compile our modules again
NAMED = ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS")


def clean_environ() -> dict[str, str]:
    """The environment of the tests without AWS, Terraform and our own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN) and k not in (*NAMED, *COSTLY)}
    # Terraform's processes are short: collecting their garbage takes a tenth of their time, and frees nothing that is missed.
    # A plan after each apply is what the tests that are about one ask for.
    options = {"COLUMNS": "120", "AURORA_VERIFY": "0", "PYTHONWARNINGS": "error::ResourceWarning", "GOGC": "off"}
    # Most tests need no rows, and a server takes a second to start; those that do switch the databases on.
    return {**kept, **options, "AURORA_SANDBOX_DATABASE": "off"}


@cache
def terraform() -> tuple[str, ...]:
    """The first words of Terraform's command line: the one on PATH, or else the embedded one. Raises TerraformMissing."""
    return find_binary(None, clean_environ(), embedded=True).argv0


def end_processes_in(folder: Path) -> None:
    """Kill what works in that folder: a Terraform that outlived a killed command must not meet the next module's emulator."""
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if entry.readlink().is_relative_to(folder):
                os.kill(int(entry.parent.name), signal.SIGKILL)


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
    def unsettled(self) -> bool:
        """Whether an operation said that the plan at its end is not empty: no test needs to plan once more to see it."""
        return "the next plan is not empty" in " ".join(self.err.split())

    @property
    def data(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def run_main(args: Sequence[str], environ: Mapping[str, str], stdin: str | bytes = "") -> Outcome:
    """The command in this process; nothing that an earlier one has kept is there."""
    forget()
    typed = stdin.encode() if isinstance(stdin, str) else stdin
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (typed, b"", b"")]
    before = dict(os.environ), (sys.stdin, sys.stdout, sys.stderr)
    try:
        _set_environ(environ)
        sys.stdin, sys.stdout, sys.stderr = streams
        status = main(args)
    finally:
        _set_environ(before[0])
        sys.stdin, sys.stdout, sys.stderr = before[1]
    out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])
    return Outcome(status, out, err)


def forget() -> None:
    """Clear the caches of the product's functions, as a new process would find them."""
    for kept in caches():
        kept.cache_clear()


def caches() -> list[Any]:
    """Every cached function of the product that has been imported."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("aurora_cli.")]
    found = {id(value): value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")}
    return list(found.values())


def _set_environ(environ: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environ)


@dataclass
class Aurora:
    """The command, in one home, against one emulator."""

    home: Path
    environ: dict[str, str] = field(default_factory=clean_environ)

    def argv(self, *args: str) -> list[str]:
        """The command line. Home and sandbox are not typed, so that suggested commands do not repeat them."""
        where = [f"AURORA_HOME={self.home}", "AURORA_SANDBOX=1"]
        return ["env", *where, sys.executable, "-m", "aurora_cli", *args]

    def run(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Outcome:
        """Run to the end in this process, whatever the exit status."""
        where = {"AURORA_HOME": str(self.home), "AURORA_SANDBOX": "1"}
        return run_main(args, {**self.environ, **where, **(env or {})}, stdin)

    def process(
        self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> Outcome:
        """Run to the end as a process of its own, for tests that are about one."""
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
        assert not outcome.unsettled, "an operation in steps ends with an empty plan"
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
