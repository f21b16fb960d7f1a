"""Which copy of a state counts, and what of an interrupted creation is completed."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.errors import StateAtRisk
from aurora_cli.hcl.adoption import Import
from aurora_cli.operations.core.history import Entry
from aurora_cli.operations.recovery import import_existing, imported_arguments, recover
from aurora_cli.operations.recovery.state_repair import repair_state
from aurora_cli.terraform.output.events import Resource, ResourceComplete, ResourceErrored, ResourceStart
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.plan.plan import ResourceChange
from aurora_cli.terraform.state.state import read_local_state

VPC = {"mode": "managed", "type": "aws_vpc", "name": "this", "instances": [{"attributes": {"id": "vpc-1"}}]}


def state(serial: int, lineage: str = "ours", resources: int = 1) -> str:
    return json.dumps({"version": 4, "serial": serial, "lineage": lineage, "resources": [VPC] * resources})


class Kept:
    """A stack's folder with a local state, and the parts of Terraform that the repair calls."""

    def __init__(self, folder: Path, status: str = "ready") -> None:
        self.folder, self.local = folder, folder / "terraform.tfstate"
        self.pushed: list[int] = []
        terraform = SimpleNamespace(
            folder=folder, state=lambda: read_local_state(self.local), push_errored_state=self._push
        )
        record = SimpleNamespace(status=status)
        self.context: Any = SimpleNamespace(
            terraform=terraform, stack=SimpleNamespace(record=record), emit=lambda note: None
        )

    def _push(self) -> None:
        self.pushed.append(read_local_state(self.folder / "errored.tfstate").serial)
        (self.folder / "errored.tfstate").rename(self.folder / "errored.tfstate.saved")

    def put(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name.replace("_", ".")).write_text(text)

    def names(self) -> set[str]:
        return {file.name for file in self.folder.iterdir()}


def test_a_state_that_is_whole_is_left_alone(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(terraform_tfstate=state(5), terraform_tfstate_backup=state(9))
    assert repair_state(kept.context) is False
    assert read_local_state(kept.local).serial == 5


@pytest.mark.parametrize("damaged", [state(5)[:60], "", "[]"])
def test_of_a_damaged_state_the_newest_copy_counts_and_none_is_deleted(tmp_path: Path, damaged: str) -> None:
    kept = Kept(tmp_path)
    kept.put(terraform_tfstate=damaged, terraform_tfstate_backup=state(4), errored_tfstate=state(6))
    assert repair_state(kept.context) is True
    assert read_local_state(kept.local).serial == 6
    assert (tmp_path / "terraform.tfstate.damaged").read_text() == damaged


def test_one_without_a_copy_is_put_aside(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(terraform_tfstate="{")
    assert repair_state(kept.context) is True
    assert kept.names() == {"terraform.tfstate.damaged"}


def test_a_missing_state_is_its_backup_unless_nothing_was_applied(tmp_path: Path) -> None:
    kept = Kept(tmp_path, status="creating")
    kept.put(terraform_tfstate_backup=state(4))
    assert repair_state(kept.context) is False
    ready = Kept(tmp_path)
    assert repair_state(ready.context) is True
    assert read_local_state(kept.local).serial == 4


@pytest.mark.parametrize(("serial", "pushed"), [(8, [8]), (5, []), (2, [])])
def test_an_unsaved_state_is_saved_if_it_is_newer(tmp_path: Path, serial: int, pushed: list[int]) -> None:
    kept = Kept(tmp_path)
    kept.put(terraform_tfstate=state(5), errored_tfstate=state(serial))
    assert repair_state(kept.context) is True
    assert kept.pushed == pushed
    assert kept.names() == {"terraform.tfstate", f"errored.tfstate.{'saved' if pushed else 'older'}"}


def test_one_of_another_origin_is_refused_and_stays(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(terraform_tfstate=state(5), errored_tfstate=state(9, lineage="theirs"))
    with pytest.raises(StateAtRisk, match="another origin"):
        repair_state(kept.context)
    assert kept.names() == {"terraform.tfstate", "errored.tfstate"}


def test_a_truncated_one_is_put_aside(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(terraform_tfstate=state(5), errored_tfstate=state(6)[:40])
    assert repair_state(kept.context) is True
    assert kept.names() == {"terraform.tfstate", "errored.tfstate.damaged"}


def group(name: str) -> Resource:
    return Resource(f"aws_security_group.{name}", "aws_security_group", name)


def interrupted(ending: str) -> Any:
    outcome = Outcome()
    for name in ("done", "failed", "flying"):
        outcome.take(ResourceStart(group(name), "create"))
    outcome.take(ResourceStart(group("leaving"), "delete"))
    outcome.take(ResourceComplete(group("done"), "create", 1.0, "sg-done"))
    outcome.take(ResourceErrored(group("failed"), "create", 1.0))
    heard = datetime(2026, 1, 1, tzinfo=timezone.utc)
    return SimpleNamespace(outcome=outcome, ending=ending, run=SimpleNamespace(last_heard=lambda: heard))


def test_what_was_begun_and_not_completed() -> None:
    killed = recover._unfinished([interrupted("unknown")])
    assert killed.begun == {"aws_security_group.failed", "aws_security_group.flying"}
    assert killed.in_flight >= {"aws_security_group.flying"} and killed.at.year == 2026
    failed = recover._unfinished([interrupted("failed")])
    assert (failed.begun, failed.in_flight) == (killed.begun, frozenset())


def test_rules_are_taken_from_half_created_groups_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group that was completed, and is imported since the state was lost, may have a rule that somebody added."""
    there = {f"aws_security_group.{name}": f"sg-{name}" for name in ("done", "flying")}
    unfinished = recover._unfinished([interrupted("unknown")])
    closed: list[str] = []
    monkeypatch.setattr(import_existing, "revoke_default_egress", lambda ec2, group: closed.append(group))
    app = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: None))
    context: Any = SimpleNamespace(app=app, spec=SimpleNamespace(region="eu-west-1"))
    import_existing._close_groups(context, [Import(address, one) for address, one in there.items()], unfinished)
    assert closed == ["sg-flying"]


CLUSTER = {
    "cluster_identifier": "demo",
    "skip_final_snapshot": True,
    "manage_master_user_password": None,
    "master_user_secret": [],
}


@pytest.mark.parametrize(("secret", "managed"), [([{"secret_arn": "arn"}], True), ([], None)])
def test_arguments_that_no_api_returns_are_set_also_after_a_crash(tmp_path: Path, secret: Any, managed: Any) -> None:
    """The note is written before the import, and read by whoever comes next."""
    resource = {
        "mode": "managed",
        "type": "aws_rds_cluster",
        "name": "this",
        "instances": [{"attributes": {**CLUSTER, "master_user_secret": secret}}],
    }
    kept = [json.dumps({"version": 4, "serial": 1, "lineage": "x", "resources": [resource]})]
    terraform = SimpleNamespace(state_text=lambda: kept[-1], save_state_text=kept.append)
    context: Any = SimpleNamespace(stack=SimpleNamespace(folder=tmp_path), terraform=terraform)
    after = {"skip_final_snapshot": False, "manage_master_user_password": True, "cluster_identifier": "demo"}
    created = ResourceChange("aws_rds_cluster.this", "aws_rds_cluster", "this", None, "create", after=after)
    imported_arguments.begin_imports(context, [created])
    imported_arguments.finish_imports(context)
    (found,) = json.loads(kept[-1])["resources"][0]["instances"]
    assert (found["attributes"]["skip_final_snapshot"], found["attributes"]["manage_master_user_password"]) == (
        False,
        managed,
    )
    imported_arguments.finish_imports(context)
    assert len(kept) == 2, "nothing is left to set"


@pytest.mark.parametrize(
    ("last", "serial", "old"),
    [
        (("ours", 9), 5, True),
        (("ours", 9), 9, False),
        (("ours", 9), 12, False),
        (("other", 9), 5, False),
        (None, 5, False),
    ],
)
def test_an_earlier_state_in_the_place_of_the_last_one_is_compared_with_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: Any, serial: int, old: bool
) -> None:
    kept, done = Kept(tmp_path), list[str]()
    kept.put(terraform_tfstate=state(serial))

    def imports(*args: Any) -> list[Import]:
        done.append("imported")
        return []

    context = kept.context
    context.app, context.spec, context.look = None, SimpleNamespace(name="demo"), lambda: None
    context.stack.record.state_version, context.stack.name = last, "demo"
    context.terraform = SimpleNamespace(
        **vars(context.terraform),
        recover=lambda: None,
        unreconciled_applies=list,
        check_state=lambda: None,
        refresh=lambda: done.append("refreshed"),
        state_resources=list,
    )
    monkeypatch.setattr(recover, "_was_applied", lambda context: True)
    monkeypatch.setattr(recover, "_restore_files", lambda context, runs: {})
    monkeypatch.setattr(recover, "recorded", lambda *args: nullcontext(Entry()))
    monkeypatch.setattr(recover, "import_existing", imports)
    recover.recover(context)
    assert done == (["imported", "refreshed"] if old else [])
    with pytest.raises(StateAtRisk, match="is older") if old else nullcontext():
        recover.recover(context, look_only=True)


def test_the_state_of_the_last_change_is_remembered(tmp_path: Path) -> None:
    kept, noted = Kept(tmp_path), dict[str, Any]()
    kept.put(terraform_tfstate=state(7))
    kept.context.stack.update_record = noted.update
    recover.remember_state(kept.context)
    assert noted == {"state_version": ("ours", 7)}
    kept.put(terraform_tfstate="{")
    recover.remember_state(kept.context)
    assert noted == {"state_version": ("ours", 7)}, "one that cannot be read does not fail what has succeeded"
