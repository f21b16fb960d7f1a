"""A hundred clusters in three accounts and two Regions, each state in its account: created, changed and upgraded in waves.

`STACKS` says how many (default 100); `-s` shows what they take.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import boto3
import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(0)]
STACKS = int(os.environ.get("STACKS") or 100)
ACCOUNTS = ("111111111111", "222222222222", "333333333333")
REGIONS = ("eu-west-1", "us-east-1")
DISK_KIB = 1024
DEFAULTS = 'defaults: {engine: postgres, engine_version: "16.8", network: {allow: [10.0.0.0/16]}%s}\n'
WAVES = 'waves: [{name: canary, where: "name=c000"}, {name: tenth, percent: 10}]\n'


@dataclass
class Fleet:
    """The specs in their repository, and the command."""

    aurora: Aurora
    folder: Path
    names: tuple[str, ...]

    def client(self, service: str, account: str, region: str) -> Any:
        """A client of the emulator, with the role of that account."""
        sts = self.aurora.client("sts")
        arn = f"arn:aws:iam::{account}:role/databases"
        given = sts.assume_role(RoleArn=arn, RoleSessionName="tests", ExternalId="fleet")["Credentials"]
        make: Any = boto3.client
        return make(
            service,
            region_name=region,
            endpoint_url=self.aurora.emulator.status().endpoint,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def defaults(self, more: str = "") -> None:
        """Write `fleet.yaml`, with more defaults for all."""
        text = (self.folder / "fleet.yaml").read_text()
        (self.folder / "fleet.yaml").write_text(DEFAULTS % more + text.partition("\n")[2])

    def clusters(self) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
        """The clusters of each account and Region by name, as the API has them."""
        found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        for account, region in (*((account, region) for account in ACCOUNTS for region in REGIONS), ("", "eu-west-1")):
            rds = self.client("rds", account, region) if account else self.aurora.client("rds", region)
            pages = rds.get_paginator("describe_db_clusters").paginate()
            known = {one["DBClusterIdentifier"]: one for page in pages for one in page["DBClusters"]}
            if known:
                found[account, region] = known
        return found

    def wanted(self) -> dict[tuple[str, str], set[str]]:
        """The names that the specs say for each account and Region."""
        found = defaultdict(set)
        for name in self.names:
            found[place_of(name)].add(name)
        return dict(found)

    def states(self) -> set[tuple[str, str]]:
        """Bucket and key of each state, without those of locks."""
        found = set()
        for account in ACCOUNTS:
            pages = (
                self.client("s3", account, "eu-west-1")
                .get_paginator("list_objects_v2")
                .paginate(Bucket=f"states-{account}")
            )
            found |= {(account, one["Key"]) for page in pages for one in page.get("Contents", ())}
        return found

    def outcome(self, *words: str, status: int = 0) -> Any:
        """What a command says as JSON; its time and the disk of a stack are shown."""
        started = monotonic()
        done = self.aurora.run("fleet", *words, "-o", "json")
        assert done.status == status, f"{done.out[-4000:]}\n{done.err[-4000:]}"
        print(f"fleet {' '.join(words)}: {monotonic() - started:.0f} s")  # noqa: T201 - what it takes
        return done.data

    def risks(self, *words: str) -> dict[str, int]:
        """How many plans have each risk."""
        return {risk: count for risk, count in self.outcome("plan", *words)["summary"].items() if count}


def place_of(name: str) -> tuple[str, str]:
    """Account and Region of a cluster."""
    number = int(name[1:])
    return ACCOUNTS[number % len(ACCOUNTS)], REGIONS[number // len(ACCOUNTS) % len(REGIONS)]


@pytest.fixture(scope="module")
def fleet(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A Git repository whose `fleet.yaml` says for each folder the account, the Region and the backend."""
    folder = tmp_path_factory.mktemp("clusters")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    names = tuple(f"c{number:03}" for number in range(STACKS))
    for name in names:
        account, region = place_of(name)
        (folder / account / region).mkdir(parents=True, exist_ok=True)
        (folder / account / region / f"{name}.yaml").write_text(f"name: {name}\n")
    accounts = [
        f'  - match: "{account}/*"\n'
        f'    account: {{role_arn: "arn:aws:iam::{account}:role/databases", external_id: fleet}}\n'
        f'    backend: {{type: s3, bucket: "states-{account}", region: eu-west-1, key: "{{account}}/{{region}}/{{name}}"}}\n'
        for account in ACCOUNTS
    ]
    regions = [f'  - match: "*/{region}/*"\n    defaults: {{region: {region}}}\n' for region in REGIONS]
    (folder / "fleet.yaml").write_text(f"{DEFAULTS % ''}{WAVES}groups:\n{''.join((*accounts, *regions))}")
    made = Fleet(aurora, folder, names)
    for account in ACCOUNTS:
        place = {"LocationConstraint": "eu-west-1"}
        made.client("s3", account, "eu-west-1").create_bucket(
            Bucket=f"states-{account}", CreateBucketConfiguration=place
        )
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield made
    finally:
        os.chdir(before)


def test_created_in_waves_while_a_fifth_of_all_calls_is_throttled(fleet: Fleet) -> None:
    """But of S3: Terraform tries a call for its state five times only."""
    fleet.aurora.emulator.add_fault(FaultRule("throttle", "[!s]*", probability=0.2))
    assert fleet.risks() == {"created": STACKS}
    done = fleet.outcome("apply", "--yes")
    (rule,) = fleet.aurora.emulator.faults()
    fleet.aurora.emulator.clear_faults()
    assert rule["fired"] >= 0.1 * rule["seen"] > STACKS
    assert done["summary"] == {**dict.fromkeys(done["summary"], 0), "applied": STACKS}
    assert [(wave["name"], wave["state"]) for wave in done["waves"]] == [
        ("canary", "passed"),
        ("tenth", "passed"),
        ("rest", "passed"),
    ]
    assert {place: set(found) for place, found in fleet.clusters().items()} == fleet.wanted()
    expected = {(place_of(name)[0], f"{'/'.join(place_of(name))}/{name}") for name in fleet.names}
    assert fleet.states() == expected
    run = fleet.aurora.home / "sandbox" / "fleet" / done["run"]
    kept = {path.name for path in run.iterdir()}
    wanted = {f"{name}{kind}" for name in fleet.names for kind in (".json", ".log", ".end.json", ".state.json")}
    assert wanted <= kept


def test_what_it_takes(fleet: Fleet) -> None:
    """Under a MiB of disk a cluster, with what the runs keep of it."""
    home, pid = fleet.aurora.home / "sandbox", fleet.aurora.emulator.status().pid
    stacks, runs = (kib(home / part) / STACKS for part in ("stacks", "fleet"))
    memory = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"a stack: {stacks:.0f} KiB, runs of it: {runs:.0f} KiB, emulator: {memory.split()[1]} KiB")  # noqa: T201
    assert stacks + runs < DISK_KIB


def kib(folder: Path) -> float:
    return sum(path.lstat().st_blocks for path in folder.rglob("*")) / 2


def test_a_canary_that_fails_stops_the_rest(fleet: Fleet) -> None:
    fleet.defaults(", backup: {retention: 9d}")
    assert fleet.risks() == {"changed": STACKS}
    refused = FaultRule("refused", action="ModifyDBCluster", code="InvalidParameterCombination", count=1)
    fleet.aurora.emulator.add_fault(refused)
    stopped = fleet.outcome("apply", "--yes", status=1)
    fleet.aurora.emulator.clear_faults()
    states = {one["name"]: one["state"] for one in stopped["members"]}
    assert states == {**dict.fromkeys(fleet.names, "waiting"), "c000": "failed"}
    assert {one["BackupRetentionPeriod"] for found in fleet.clusters().values() for one in found.values()} != {9}
    assert not any(one["BackupRetentionPeriod"] == 9 for found in fleet.clusters().values() for one in found.values())
    done = fleet.outcome("resume")
    assert (done["summary"]["applied"], done["left"]) == (STACKS, [])
    assert {one["BackupRetentionPeriod"] for found in fleet.clusters().values() for one in found.values()} == {9}


def test_drift_finds_what_was_changed_behind_our_back(fleet: Fleet) -> None:
    changed = {fleet.names[at] for at in (0, STACKS // 2, STACKS - 1)}
    for name in changed:
        rds = fleet.client("rds", *place_of(name))
        rds.modify_db_cluster(DBClusterIdentifier=name, BackupRetentionPeriod=3, ApplyImmediately=True)
    found = fleet.outcome("drift", "--exit-code", status=7)["members"]
    assert {one["name"] for one in found if one["state"] == "drifted"} == changed
    assert {one["state"] for one in found if one["name"] not in changed} == {"in sync"}
    assert fleet.risks(*sorted(changed)) == {"changed": len(changed)}
    assert fleet.outcome("apply", "--yes")["summary"]["applied"] == len(changed)


def test_upgraded_in_waves(fleet: Fleet) -> None:
    done = fleet.outcome("upgrade", "--to", "16.9", "--yes", "--write")
    assert done["summary"] == {**dict.fromkeys(done["summary"], 0), "applied": STACKS}
    assert {one["EngineVersion"] for found in fleet.clusters().values() for one in found.values()} == {"16.9"}
    assert {place: set(found) for place, found in fleet.clusters().items()} == fleet.wanted()
    assert len(fleet.states()) == STACKS
    assert fleet.risks() == {"unchanged": STACKS}
