"""Stacks on disk: names, permissions, damage, and what a crash leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.errors import ClusterNotFound, InvalidInput, StackDamaged, StackLocked
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.names import checked_name
from aurora_cli.stacks.record import load_record
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack


@pytest.fixture
def loose_umask() -> Iterator[None]:
    previous = os.umask(0)
    yield
    os.umask(previous)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(Home(tmp_path / "home"))


def make(registry: Registry, name: str = "demo") -> Stack:
    return registry.create(name, region="eu-west-1", target="aws", spec=f"name: {name}\n", instance_keys=("1", "2"))


def test_a_new_stack_is_there_as_a_whole(registry: Registry) -> None:
    stack = make(registry)
    assert registry.get("demo").read_spec() == "name: demo\n"
    record = registry.get("demo").record
    assert (record.name, record.region, record.target, record.status) == ("demo", "eu-west-1", "aws", "creating")
    assert record.instance_keys == ("1", "2")
    assert stack.update_record(status="ready").status == "ready"
    assert registry.get("demo").record.status == "ready"


def test_files_and_folders_are_for_the_owner_only(registry: Registry, tmp_path: Path, loose_umask: None) -> None:
    stack = make(registry)
    stack.write_files({"main.tf": "# x\n"})
    stack.write_record(stack.record)
    with stack.lock("create"):
        modes = {p: p.stat().st_mode & 0o777 for p in (tmp_path / "home").rglob("*")}
    wrong = {str(p): oct(m) for p, m in modes.items() if m != (0o700 if p.is_dir() else 0o600)}
    assert wrong == {}
    assert len(modes) > 8


def test_an_open_folder_is_closed_to_others(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "home" / "stacks").mkdir(parents=True)
    (tmp_path / "home" / "stacks").chmod(0o755)
    make(registry)
    assert (tmp_path / "home" / "stacks").stat().st_mode & 0o777 == 0o700


def record(**changes: object) -> str:
    good = {"schema_version": 1, "name": "demo", "region": "r", "target": "aws", "created_at": "t", "status": "ready"}
    return json.dumps({**good, **changes})


BAD_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "/etc",
    "a\\b",
    "A",
    "1a",
    "a-",
    "a--b",
    "-a",
    "a_b",
    "a\n",
    "a\x00",
    "é",
    "a" * 64,
    "~",
    "a.b",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_cannot_leave_the_home(registry: Registry, name: str) -> None:
    for use in (registry.get, registry.find, lambda n: make(registry, n), lambda n: registry.lock(n, "create")):
        with pytest.raises(InvalidInput):
            use(name)


@given(st.text(max_size=70))
def test_every_accepted_name_is_a_plain_folder_name(name: str) -> None:
    try:
        accepted = checked_name(name)
    except InvalidInput as error:
        assert error.message.isprintable()
    else:
        assert Path(accepted).name == accepted
        assert accepted.isascii()


def test_a_link_out_of_the_home_is_not_followed(registry: Registry, tmp_path: Path) -> None:
    make(registry)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "home" / "stacks" / "other").symlink_to(elsewhere)
    with pytest.raises(StackDamaged, match="symbolic link"):
        registry.find("other")
    assert [stack.name for stack in registry.list()] == ["demo"]


def test_a_name_that_is_not_there_suggests_one_that_is(registry: Registry) -> None:
    with pytest.raises(ClusterNotFound) as caught:
        registry.get("demo")
    assert caught.value.hint == "Create one: aurora-cli create demo --engine postgres"
    make(registry, "orders")
    with pytest.raises(ClusterNotFound) as caught:
        registry.get("order")
    assert caught.value.hint is not None
    assert "'orders'" in caught.value.hint
    assert registry.find("order") is None


def test_making_it_twice_keeps_the_first(registry: Registry, tmp_path: Path) -> None:
    make(registry)
    with pytest.raises(StackLocked):
        registry.create("demo", region="us-east-1", target="sandbox", spec="name: other\n")
    assert registry.get("demo").record.region == "eu-west-1"
    assert [p.name for p in (tmp_path / "home" / "stacks").iterdir()] == ["demo"]


def test_a_crash_while_making_it_leaves_no_stack(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: Stack, text: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stack, "write_spec", crash)
        with pytest.raises(KeyboardInterrupt):
            make(registry)
    assert registry.find("demo") is None
    assert registry.list() == []
    make(registry)


def test_what_a_kill_leaves_is_no_stack_and_goes_away(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "home" / "stacks" / ".new.demo.123").mkdir(parents=True)
    (tmp_path / "home" / "stacks" / ".gone.demo.123").mkdir()
    assert registry.list() == []
    make(registry)
    assert [p.name for p in (tmp_path / "home" / "stacks").iterdir()] == ["demo"]


def test_removing_takes_everything_but_the_lock(registry: Registry, tmp_path: Path) -> None:
    stack = make(registry)
    with stack.lock("destroy"):
        registry.remove(stack)
        with pytest.raises(StackLocked), registry.lock("demo", "create"):
            pass
    assert registry.find("demo") is None
    assert list((tmp_path / "home" / "stacks").iterdir()) == []
    make(registry)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"schema_version": 1}',
        "\x00",
        record(name="other"),
        record(target="moon"),
        record(instance_keys="12"),
        record(origins=[]),
    ],
)
def test_a_damaged_record_is_told_and_left_alone(registry: Registry, content: str) -> None:
    stack = make(registry)
    (stack.folder / "stack.json").write_text(content)
    with pytest.raises(StackDamaged) as caught:
        _ = stack.record
    assert caught.value.hint
    assert (stack.folder / "stack.json").read_text() == content
    assert [found.name for found in registry.list()] == ["demo"]


def test_a_missing_record_or_spec_is_told(registry: Registry) -> None:
    stack = make(registry)
    (stack.folder / "stack.json").unlink()
    stack.spec_file.write_bytes(b"\xff\xfe")
    with pytest.raises(StackDamaged, match=r"stack\.json is missing"):
        _ = stack.record
    with pytest.raises(StackDamaged, match=r"spec\.yaml cannot be read"):
        stack.read_spec()


def test_a_record_of_a_newer_version_asks_for_an_upgrade(registry: Registry) -> None:
    data = json.loads(make(registry).record.dumps())
    with pytest.raises(StackDamaged) as caught:
        load_record(json.dumps({**data, "schema_version": 99, "tool_version": "9.0"}), name="demo")
    assert caught.value.hint is not None
    assert "Upgrade" in caught.value.hint
    assert load_record(json.dumps({**data, "later": 1}), name="demo").region == "eu-west-1"


def test_a_home_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be used"):
        Registry(Home(tmp_path / "file")).create("demo", region="r", target="aws", spec="")
