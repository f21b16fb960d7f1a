"""What tests of whole commands need beside them: the local AWS in any Region, its call log, spec files, a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.harness import REGION, Aurora, Outcome
from tests.sandbox.emulator import client

EXAMPLES = Path(__file__).parents[2] / "examples"
READING = ("Describe", "List", "Get", "Lookup")


def last_call(aurora: Aurora) -> int:
    """Number of the newest API call."""
    calls = aurora.emulator.calls()
    return int(calls[-1]["number"]) if calls else 0


def changing_calls(aurora: Aurora, since: int) -> list[str]:
    """The API calls after call number `since` that did more than read."""
    calls = aurora.emulator.calls(since=since)
    return [c["action"] for c in calls if not c["action"].startswith(READING)]


def spec_file(folder: Path, **values: Any) -> Path:
    """A spec in YAML, called after its name; cluster `demo` with PostgreSQL when nothing else is said."""
    full = {"name": "demo", "region": REGION, "engine": "postgres", **values}
    path = folder / f"{full['name']}.yaml"
    with path.open("w") as file:
        YAML(typ="safe").dump(full, file)
    return path


class Seen:
    """What one Region of the emulator holds, as its APIs report it."""

    def __init__(self, aurora: Aurora, region: str = REGION) -> None:
        self._sandbox, self._region = aurora.emulator, region

    @cached_property
    def rds(self) -> Any:
        """The RDS API."""
        return client(self._sandbox, "rds", self._region)

    @cached_property
    def ec2(self) -> Any:
        """The EC2 API."""
        return client(self._sandbox, "ec2", self._region)

    @cached_property
    def logs(self) -> Any:
        """The CloudWatch Logs API."""
        return client(self._sandbox, "logs", self._region)

    def cluster(self, name: str) -> dict[str, Any]:
        """One cluster."""
        found: dict[str, Any] = self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return found

    def cluster_names(self) -> list[str]:
        """Identifiers of all clusters."""
        return [c["DBClusterIdentifier"] for c in self.rds.describe_db_clusters()["DBClusters"]]

    def instances(self, name: str) -> dict[str, dict[str, Any]]:
        """Instances of one cluster, by identifier."""
        answer = self.rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])
        return {i["DBInstanceIdentifier"]: i for i in answer["DBInstances"]}

    def classes(self, name: str) -> dict[str, str]:
        """Identifier -> class."""
        return {key: i["DBInstanceClass"] for key, i in sorted(self.instances(name).items())}

    def zones(self, name: str) -> dict[str, str]:
        """Identifier -> zone."""
        return {key: i["AvailabilityZone"] for key, i in sorted(self.instances(name).items())}

    def writer(self, name: str) -> str:
        """Identifier of the writer."""
        members = self.cluster(name)["DBClusterMembers"]
        return next(str(m["DBInstanceIdentifier"]) for m in members if m["IsClusterWriter"])

    def tags(self, name: str) -> dict[str, str]:
        """The cluster's tags."""
        return {t["Key"]: t["Value"] for t in self.cluster(name)["TagList"]}

    def cluster_parameters(self, name: str) -> dict[str, str]:
        """Parameters that the cluster's parameter group sets."""
        pages = self.rds.get_paginator("describe_db_cluster_parameters").paginate(
            DBClusterParameterGroupName=self.cluster(name)["DBClusterParameterGroup"], Source="user"
        )
        return _values(page["Parameters"] for page in pages)

    def instance_parameters(self, identifier: str) -> dict[str, str]:
        """Parameters that the instance's parameter group sets."""
        found = self.rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        group = found["DBParameterGroups"][0]["DBParameterGroupName"]
        pages = self.rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group, Source="user")
        return _values(page["Parameters"] for page in pages)

    def log_groups(self, name: str) -> dict[str, int]:
        """Log type -> days kept."""
        prefix = f"/aws/rds/cluster/{name}/"
        groups = self.logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
        return {g["logGroupName"].removeprefix(prefix): g["retentionInDays"] for g in groups}

    def snapshots(self, name: str) -> list[str]:
        """Identifiers of the cluster's snapshots."""
        answer = self.rds.describe_db_cluster_snapshots(DBClusterIdentifier=name)
        return [s["DBClusterSnapshotIdentifier"] for s in answer["DBClusterSnapshots"]]

    def ingress(self, group: str) -> list[dict[str, Any]]:
        """Ingress rules of a security group."""
        filters = [{"Name": "group-id", "Values": [group]}]
        rules = self.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
        return [r for r in rules if not r["IsEgress"]]

    def own_group(self, name: str) -> str:
        """Id of the security group that we made for the cluster."""
        filters = [{"Name": "group-name", "Values": [f"{name}-database"]}]
        return str(self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])

    def vpc(self, name: str) -> dict[str, Any]:
        """The VPC that we made for the cluster."""
        found: dict[str, Any] = self.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"][0]
        return found

    def in_vpc(self, kind: str, key: str, vpc: str) -> list[dict[str, Any]]:
        """What `describe_<kind>` finds in a VPC, under that key of its answer."""
        answer = getattr(self.ec2, f"describe_{kind}")(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
        found: list[dict[str, Any]] = answer[key]
        return found


def _values(pages: Any) -> dict[str, str]:
    return {p["ParameterName"]: p["ParameterValue"] for page in pages for p in page if "ParameterValue" in p}


def at_terminal(
    aurora: Aurora, *args: str, prompt: str, typed: str, env: Mapping[str, str] | None = None, patience_s: float = 90
) -> Outcome:
    """Run at a terminal, and type an answer once the prompt is there. Standard output is a pipe, the rest the terminal's."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        aurora.argv(*args),
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**aurora.environ, "TERM": "xterm", **(env or {})},
        start_new_session=True,
    )
    os.close(slave)
    seen, answered, deadline = "", False, time.monotonic() + patience_s
    try:
        while (piece := _piece(master, process, deadline)) is not None:
            seen += piece
            if prompt in seen and not answered:
                answered = True
                os.write(master, f"{typed}\n".encode())
        out, _ = process.communicate(timeout=patience_s)
    finally:
        process.kill()
        os.close(master)
    assert answered, f"the prompt {prompt!r} never came:\n{seen}"
    return Outcome(process.returncode, out.decode(), seen)


def _piece(master: int, process: subprocess.Popen[bytes], deadline: float) -> str | None:
    """What the terminal shows next; None at the end."""
    assert time.monotonic() < deadline, "the command does not end"
    ready, _, _ = select.select([master], [], [], 0.2)
    if not ready:
        return "" if process.poll() is None else None
    try:
        return os.read(master, 65536).decode("utf-8", "replace") or None
    except OSError:  # Linux says so when the other side is closed
        return None


def set_classes(rds: Any, name: str, size: str) -> None:
    """Give every instance of a cluster a class, as somebody outside would: a global database takes no T classes."""
    (cluster,) = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    for member in cluster["DBClusterMembers"]:
        one = member["DBInstanceIdentifier"]
        rds.modify_db_instance(DBInstanceIdentifier=one, DBInstanceClass=size, ApplyImmediately=True)
