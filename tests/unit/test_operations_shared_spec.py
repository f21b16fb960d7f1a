"""The spec beside a state that several machines use: what a machine learns of the others, and what its file would undo then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import SpecConflict, StackDamaged
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.operations.core.rendered import options_of
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.rename.names import renamed_spec
from aurora_cli.operations.spec_file.shared import document, parsed, store_shared_spec
from tests.unit.spec_cases import resolved
from tests.unit.spec_file_cases import HEAD, LARGE, LARGE_FILE, XLARGE, Orders

S3 = "backend: {type: s3, bucket: company-states}\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Orders]:
    """A machine of an engineer, with a copy of the spec file."""
    monkeypatch.chdir(tmp_path)

    def made(user: str, text: str = LARGE_FILE) -> Orders:
        folder = tmp_path / user
        folder.mkdir()
        return Orders(folder, text + S3, user)

    return made


def learn(there: Orders, of: Orders, *, new: bool = False) -> None:
    """What `read_shared_spec` does with the state that the other machine has written."""
    text = document(of.stack)
    found = parsed(text)
    assert found is not None
    store_shared_spec(there.stack, found, str(text), ("1", "2"), new=new)


def test_what_another_engineer_applied_is_not_undone_by_an_older_file(machine: Callable[..., Orders]) -> None:
    anna, ben = machine("anna"), machine("ben")
    anna.save(anna.file.read_text().replace(LARGE, XLARGE) + "backup: {retention: 9d}\n")
    anna.apply()
    learn(ben, anna)
    (found,) = ben.undone()
    assert (
        found.text
        == "orders.yaml:5 says class: db.r7g.large; the cluster has db.r7g.xlarge since 'apply' on 2026-11-02 by anna"
    )
    assert ben.value("backup.retention") == 9, "what the older file does not name stays"
    assert ben.stack.record.instance_keys == ("1", "2")


def test_an_operation_of_another_engineer_is_named_as_here(machine: Callable[..., Orders]) -> None:
    anna, ben = machine("anna"), machine("ben")
    anna.scale(readers=3)
    anna.change("upgrade", engine_version="17.11")
    learn(ben, anna)
    assert [one.text for one in ben.undone()] == [
        "orders.yaml:6 says readers: 1; the cluster has 3 since 'scale' on 2026-11-02 by anna"
    ]
    assert ben.value("engine_version") == "17.11"


def test_a_file_that_follows_is_no_revert(machine: Callable[..., Orders]) -> None:
    anna, ben = machine("anna"), machine("ben")
    anna.scale(class_=XLARGE)
    learn(ben, anna)
    ben.save(ben.file.read_text().replace(LARGE, XLARGE))
    assert ben.undone() == ()
    ben.apply()
    assert ben.stack.record.changed == {}


def test_a_new_home_takes_its_file_for_a_change_and_keeps_what_it_does_not_name(machine: Callable[..., Orders]) -> None:
    anna, runner = machine("anna", HEAD), machine("runner", f"{HEAD}backup: {{retention: 9d}}\n")
    anna.change("upgrade", engine_version="17.11")
    learn(runner, anna, new=True)
    assert runner.undone() == ()
    assert runner.value("engine_version") == "17.11"
    assert runner.value("backup.retention") == 9
    assert stored_spec(runner.stack).spec.backup.retention == 1


def test_a_rename_by_another_engineer_is_said(machine: Callable[..., Orders]) -> None:
    anna, ben = machine("anna"), machine("ben")
    desired = renamed_spec(anna.stack, "shop")
    anna.stack.rename("shop")
    anna.stack.update_record(name="shop")
    anna.store(desired, "rename")
    with pytest.raises(SpecConflict) as caught:
        learn(ben, anna)
    assert caught.value.message == "orders is now named shop, since 'rename' on 2026-11-02 by anna."
    assert "`name: shop` and `resource_name: orders`" in str(caught.value.hint)


def test_the_document_has_the_spec_without_the_way_to_the_state(machine: Callable[..., Orders]) -> None:
    anna = machine("anna")
    body = json.loads(str(document(anna.stack)))
    assert body["version"] == 1
    assert body["applied"]["who"] == "anna"
    assert body["spec"]["instances"]["class"] == LARGE
    assert "backend" not in str(document(anna.stack))
    again = document(anna.stack)
    anna.apply()
    assert document(anna.stack) == again, "an apply of the same spec writes nothing"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"spec": []},
        {"changed": {"a": [{"operation": 1}]}},
        {"applied": {}},
        {"origins": None},
        {"spec": None},
    ],
)
def test_a_document_of_another_shape_is_left_alone(machine: Callable[..., Orders], change: dict[str, Any]) -> None:
    body = json.loads(str(document(machine("anna").stack)))
    assert parsed(json.dumps({**body, **change})) is None
    assert parsed("{") is None
    assert parsed(None) is None
    assert parsed(json.dumps([1])) is None


def test_a_spec_that_this_version_cannot_read_is_left_alone(machine: Callable[..., Orders]) -> None:
    anna, ben = machine("anna"), machine("ben")
    before = ben.stack.record
    body = json.loads(str(document(anna.stack)))
    text = json.dumps({**body, "spec": {**body["spec"], "of_the_future": True}})
    found = parsed(text)
    assert found is not None
    store_shared_spec(ben.stack, found, text, (), new=False)
    assert ben.stack.record == before


def test_a_record_with_another_shape_of_it_is_damaged(machine: Callable[..., Orders]) -> None:
    stack = machine("anna").stack
    path = stack.folder / "stack.json"
    whole = json.loads(path.read_text())
    changes: list[dict[str, Any]] = [{"applied": {"who": 1}}, {"shared": 3}, {"spec_file": []}, {"changed": {"a": "b"}}]
    for change in changes:
        path.write_text(json.dumps({**whole, **change}))
        with pytest.raises(StackDamaged):
            _ = stack.record


def test_it_is_an_output_where_the_state_is_shared_and_nowhere_else(machine: Callable[..., Orders]) -> None:
    stack = machine("anna").stack
    assert options_of(stack.record).shared is None
    stack.update_record(shared='{"a": "${b}"}')
    text = render_stack(resolved().spec, options_of(stack.record))["outputs.tf"]
    assert 'output "aurora_cli" {' in text
    assert '"{\\"a\\": \\"$${b}\\"}"' in text
    assert "aurora_cli" not in render_stack(resolved().spec, RenderOptions())["outputs.tf"]
