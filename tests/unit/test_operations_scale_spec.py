"""The spec that a scale leads to."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.errors import SpecInvalid
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.scale import scale as scale_module
from aurora_cli.operations.scale.scale import Scale, ScaleRequest
from aurora_cli.operations.scale.spec import scaled
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack

HEAD = "name: demo\nregion: eu-west-1\nengine: postgres\n"
LARGE, XLARGE, SERVERLESS = "db.r7g.large", "db.r7g.xlarge", "db.serverless"


def stack(folder: Path, instances: str) -> Stack:
    spec = HEAD + f"instances: {instances}\n"
    return Registry(Home(folder)).create("demo", region="eu-west-1", target="aws", spec=spec)


def test_only_what_is_given_changes_and_says_so(tmp_path: Path) -> None:
    result = scaled(stack(tmp_path, f"{{class: {LARGE}, readers: 1}}"), 3, None, None, None)
    assert (result.spec.instances.readers, result.spec.instances.class_) == (3, LARGE)
    assert result.origins["instances.readers"] == "--readers"
    assert result.origins["instances.class"] == "stack demo"


def test_one_instance_gets_a_class_of_its_own_and_loses_it_with_that_of_all(tmp_path: Path) -> None:
    made = stack(tmp_path, f"{{class: {LARGE}, readers: 1}}")
    other = scaled(made, None, XLARGE, None, "2").spec
    assert other.instances.class_ == LARGE
    assert other.instances.overrides["2"].class_ == XLARGE
    own = stack(tmp_path / "own", f'{{class: {LARGE}, readers: 1, overrides: {{"2": {{class: {XLARGE}}}}}}}')
    same = scaled(own, None, LARGE, None, "2").spec
    assert "2" not in same.instances.overrides


def test_the_range_goes_with_the_last_serverless_instance_and_not_before(tmp_path: Path) -> None:
    own = f'{{class: {LARGE}, acu: 0.5-4, readers: 2, overrides: {{"2": {{class: {SERVERLESS}}}, "3": {{class: {SERVERLESS}}}}}}}'
    made = stack(tmp_path, own)
    assert scaled(made, None, LARGE, None, "3").spec.instances.acu is not None
    last = stack(tmp_path / "last", own.replace(f', "3": {{class: {SERVERLESS}}}', ""))
    assert scaled(last, None, LARGE, None, "2").spec.instances.acu is None


def test_a_serverless_instance_needs_a_range(tmp_path: Path) -> None:
    made = stack(tmp_path, f"{{class: {LARGE}, readers: 1}}")
    with pytest.raises(SpecInvalid, match="problem"):
        scaled(made, None, SERVERLESS, None, "2")
    assert scaled(made, None, SERVERLESS, "0.5-4", "2").spec.instances.acu is not None


def test_every_instance_becomes_serverless_whatever_class_it_had_of_its_own(tmp_path: Path) -> None:
    made = stack(tmp_path, f'{{class: {LARGE}, readers: 1, overrides: {{"2": {{class: {XLARGE}, zone: eu-west-1b}}}}}}')
    after = scaled(made, None, SERVERLESS, "0.5-4", None, every=True).spec.instances
    assert (after.class_, after.overrides["2"].class_, after.overrides["2"].zone) == (SERVERLESS, None, "eu-west-1b")


def test_every_serverless_instance_gets_a_class_and_the_others_keep_theirs(tmp_path: Path) -> None:
    own = f'{{"2": {{class: {SERVERLESS}}}, "3": {{class: {XLARGE}}}}}'
    made = stack(tmp_path, f"{{class: {SERVERLESS}, acu: 0-4, pause_after: 10m, readers: 2, overrides: {own}}}")
    after = scaled(made, None, LARGE, None, None, every=True).spec.instances
    assert (after.class_, after.acu, after.pause_after) == (LARGE, None, None)
    assert {key: one.class_ for key, one in after.overrides.items() if one.class_} == {"3": XLARGE}


def test_the_words_that_go_on_with_it_ask_for_the_same() -> None:
    operation = Scale("demo", ScaleRequest(readers=2, class_="db.r7g.large", in_place=True, skip_checks=("orderable",)))
    words = ["scale", "demo", "--readers", "2", "--class", "db.r7g.large", "--skip-check", "orderable", "--in-place"]
    assert list(operation.command) == words


@pytest.mark.parametrize(("more", "readers"), [(1, 3), (-1, 1), (-2, 0)])
def test_a_number_with_a_sign_is_more_or_less_than_now(
    more: int, readers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = _decided(more, tmp_path, monkeypatch)
    assert given == [readers]


def _decided(more: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    class Reached(Exception):
        """The spec was asked for."""

    asked: list[int | None] = []

    def noted(stack: Stack, readers: int | None, *args: object, **kwargs: object) -> None:
        asked.append(readers)
        raise Reached

    made = stack(tmp_path, f"{{class: {LARGE}, readers: 2}}")
    context: Any = SimpleNamespace(live=lambda: None, rds=None, stack=made, spec=stored_spec(made).spec)
    for name in ("require_available", "refuse_in_deployment"):
        monkeypatch.setattr(scale_module, name, lambda *args: None)
    monkeypatch.setattr(scale_module, "scaled", noted)
    with pytest.raises(Reached):
        Scale("demo", ScaleRequest(readers=more, relative=True)).decide(context)
    return asked


def test_the_words_that_go_on_with_a_relative_scale_ask_for_the_same() -> None:
    relative = Scale("demo", ScaleRequest(readers=1, relative=True))
    assert list(relative.command) == ["scale", "demo", "--readers", "+1"]
    assert relative.arguments != Scale("demo", ScaleRequest(readers=1)).arguments
    assert "relative" not in Scale("demo", ScaleRequest(readers=1)).arguments  # as in journals of versions before
