"""State as data, also from damaged files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import StateAtRisk
from aurora_cli.terraform.plan.redaction import SENSITIVE
from aurora_cli.terraform.state.state import State, local_state_file, parse_state, read_local_state

STATE: dict[str, Any] = {
    "version": 4,
    "serial": 7,
    "lineage": "abc",
    "outputs": {
        "port": {"value": 5432, "type": "number"},
        "key": {"value": "s3cret", "type": "string", "sensitive": True},
    },
    "resources": [
        {
            "mode": "managed",
            "type": "aws_rds_cluster",
            "name": "this",
            "instances": [
                {
                    "attributes": {"id": "demo", "master_password": "s3cret", "token": {"a": "s3cret"}, "port": 5432},
                    "sensitive_attributes": [
                        [
                            {"type": "get_attr", "value": "token"},
                            {"type": "index", "value": {"value": "a", "type": "string"}},
                        ]
                    ],
                }
            ],
        },
        {
            "mode": "managed",
            "type": "aws_rds_cluster_instance",
            "name": "this",
            "instances": [
                {"index_key": "2", "status": "tainted", "attributes": {"id": "demo-2"}},
                {"index_key": 'a"b', "deposed": "1234", "attributes": {}},
            ],
        },
        {"mode": "data", "type": "aws_vpc", "name": "given", "instances": [{"attributes": {"id": "vpc-1"}}]},
    ],
}


def test_resources_have_the_addresses_that_terraform_uses() -> None:
    state = parse_state(json.dumps(STATE))
    assert [r.address for r in state.resources] == [
        "aws_rds_cluster.this",
        'aws_rds_cluster_instance.this["2"]',
        'aws_rds_cluster_instance.this["a\\"b"]',
        "data.aws_vpc.given",
    ]
    assert [r.id for r in state.managed] == ["demo", "demo-2", None]
    assert [r.tainted for r in state.managed] == [False, True, False]
    assert [r.deposed for r in state.managed] == [False, False, True]
    assert state.serial == 7


def test_secrets_are_left_out() -> None:
    state = parse_state(json.dumps(STATE))
    assert "s3cret" not in repr(state)
    assert state.resources[0].attributes == {
        "id": "demo",
        "master_password": SENSITIVE,
        "token": SENSITIVE,
        "port": 5432,
    }
    assert state.outputs == {"port": 5432}


def test_no_state_file_is_an_empty_state(tmp_path: Path) -> None:
    assert read_local_state(tmp_path / "terraform.tfstate") == State()


def test_the_empty_file_of_a_first_apply_is_an_empty_state(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").touch()
    assert read_local_state(tmp_path / "terraform.tfstate") == State()


@pytest.mark.parametrize("content", [b"", b'{"version": 4, "ser', b"\xff\xfe\x00", b"[]", b'{"version": 3}'])
def test_a_damaged_state_names_its_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "terraform.tfstate").write_bytes(content)
    (tmp_path / "terraform.tfstate.backup").write_text(json.dumps(STATE))
    with pytest.raises(StateAtRisk) as caught:
        read_local_state(tmp_path / "terraform.tfstate")
    assert caught.value.hint is not None
    assert "terraform.tfstate.backup" in caught.value.hint


def test_a_damaged_state_without_a_backup_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").write_text("{")
    with pytest.raises(StateAtRisk, match="cannot be read"):
        read_local_state(tmp_path / "terraform.tfstate")


@pytest.mark.parametrize(
    ("backend", "found"),
    [
        (None, "terraform.tfstate"),
        ({"backend": {"type": "local", "config": {"path": "other.tfstate"}}}, "other.tfstate"),
        ({"backend": {"type": "local", "config": {"path": None}}}, "terraform.tfstate"),
        ({"backend": {"type": "s3", "config": {"bucket": "b"}}}, None),
        ({"version": 3}, "terraform.tfstate"),
    ],
)
def test_where_the_state_is(tmp_path: Path, backend: Any, found: str | None) -> None:
    if backend is not None:
        (tmp_path / ".terraform").mkdir()
        (tmp_path / ".terraform" / "terraform.tfstate").write_text(json.dumps(backend))
    assert local_state_file(tmp_path) == (tmp_path / found if found else None)


@pytest.mark.parametrize(
    "text", ["", "[[[", "[]", '{"backend": 1}', '{"backend": {"config": {"path": 1}}}', "[" * 100_000]
)
def test_a_damaged_note_of_the_backend_is_not_taken_for_a_local_state(tmp_path: Path, text: str) -> None:
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "terraform.tfstate").write_text(text)
    with pytest.raises(StateAtRisk, match="where the state is kept") as caught:
        local_state_file(tmp_path)
    assert str(caught.value.hint).endswith(f"rm -r {tmp_path / '.terraform'}")


@pytest.mark.parametrize(
    "resources",
    [
        "x",
        [1],
        [{"instances": [1]}],
        [{"instances": [{"attributes": "x"}]}],
        [{"instances": [{"attributes": 10**400}]}],
    ],
)
def test_a_state_of_another_shape_is_damaged(tmp_path: Path, resources: Any) -> None:
    (tmp_path / "terraform.tfstate").write_text(json.dumps({"version": 4, "resources": resources}))
    with pytest.raises(StateAtRisk, match="cannot be read"):
        read_local_state(tmp_path / "terraform.tfstate")
