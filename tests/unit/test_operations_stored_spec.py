"""A stored spec is read from YAML, with every rule, once; what that gives is kept beside it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from aurora_cli.errors import StackDamaged
from aurora_cli.operations.core import specs
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.spec.resolve.resolve import Resolved, resolve
from aurora_cli.spec.rules.all import check_names
from aurora_cli.spec.text import load
from aurora_cli.spec.text.dump import dump_spec
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def stack_of(folder: Path, example: Path) -> Stack:
    spec = resolve([load.load_file(str(example), io.StringIO())], skip_checks=check_names()).spec
    return Registry(Home(folder)).create(spec.name, region=spec.region, target="aws", spec=dump_spec(spec))


def again(stack: Stack) -> Resolved:
    """As another process reads it."""
    vars(specs)["_resolved"].cache_clear()
    return stored_spec(stack)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_kept_is_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Path) -> None:
    stack = stack_of(tmp_path, example)
    first = again(stack)
    monkeypatch.setattr(load, "load_yaml", lambda *given, **more: pytest.fail("the YAML is read again"))
    second = again(stack)
    assert second == first
    assert second.spec.model_dump(exclude_unset=True) == first.spec.model_dump(exclude_unset=True)
    assert repr(second.spec) == repr(first.spec), "the files are taken for others"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: "[]",
        lambda text: text[:-40],
        lambda text: "{}",
        lambda text: text.replace("postgres", "oracle"),
    ],
)
def test_a_kept_one_that_is_damaged_is_read_anew(tmp_path: Path, change: object) -> None:
    stack = stack_of(tmp_path, EXAMPLES[0])
    first, kept = again(stack), stack.folder / "resolved.json"
    assert callable(change)
    kept.write_text(change(kept.read_text()))
    assert again(stack) == first
    assert json.loads(json.loads(kept.read_text())["text"])["origins"] == first.origins


def test_another_text_or_version_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = stack_of(tmp_path, EXAMPLES[0])
    first = again(stack)
    key = json.loads((stack.folder / "resolved.json").read_text())["digest"]
    monkeypatch.setattr(specs, "__version__", "0.0.0")
    assert again(stack) == first
    assert json.loads((stack.folder / "resolved.json").read_text())["digest"] != key
    stack.write_spec(stack.read_spec() + "nonsense: 1\n")
    with pytest.raises(StackDamaged, match="1 problem"):
        again(stack)
