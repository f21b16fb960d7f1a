"""The real Terraform (or OpenTofu) as the judge: of the layout, of literals, and of what whole folders mean."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aurora_cli.hcl.formatter import format_hcl
from aurora_cli.hcl.literal import to_hcl
from aurora_cli.hcl.render import render_stack
from aurora_cli.spec.model.cluster import ClusterSpec
from tests.contract.specs import VARIANTS, any_spec, spec, texts

BINARY = shutil.which("terraform") or shutil.which("tofu")
pytestmark = pytest.mark.skipif(BINARY is None, reason="neither terraform nor tofu is on PATH")
few = settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))

_numbers = st.integers(-(10**15), 10**15) | st.floats(1e-9, 1e9)
_leaves = texts() | texts().map(lambda t: f"{t}\nsecond line\n") | _numbers | st.booleans()
_values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def terraform(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        [str(BINARY), *arguments],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def formatted(folder: Path, text: str) -> str:
    done = terraform(folder, "fmt", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("variant", VARIANTS)
def test_rendered_files_are_formatted(variant: str, tmp_path: Path) -> None:
    for name, text in render_stack(spec(variant)).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = terraform(tmp_path, "fmt", "-check", "-diff")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@few
@given(st.lists(any_spec(), min_size=4, max_size=4))
def test_any_rendered_file_is_formatted(tmp_path_factory: pytest.TempPathFactory, made: list[ClusterSpec]) -> None:
    folder = tmp_path_factory.mktemp("formatted")
    for number, one in enumerate(made):
        (folder / str(number)).mkdir()
        for name, text in render_stack(one).items():
            (folder / str(number) / name).write_text(text, encoding="utf-8")
    done = terraform(folder, "fmt", "-check", "-diff", "-recursive")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@few
@given(st.lists(_values, min_size=20, max_size=20))
def test_any_literal_is_formatted_and_means_its_value(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("literals")
    text = format_hcl("".join(f'output "o{i}" {{\nvalue = {to_hcl(value)}\n}}\n' for i, value in enumerate(values)))
    assert formatted(folder, text) == text
    (folder / "main.tf").write_text(text, encoding="utf-8")
    done = terraform(folder, "apply", "-auto-approve", "-no-color")
    assert done.returncode == 0, done.stderr
    outputs = json.loads((folder / "terraform.tfstate").read_text(encoding="utf-8"))["outputs"]
    for i, value in enumerate(values):
        assert _same(outputs[f"o{i}"]["value"], value), value


def _same(found: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return found.keys() == value.keys() and all(_same(found[key], item) for key, item in value.items())
    if isinstance(value, list):
        return len(found) == len(value) and all(_same(a, b) for a, b in zip(found, value, strict=True))
    if isinstance(value, float):
        return math.isclose(found, value, rel_tol=1e-15)
    return bool(found == value and isinstance(found, bool) == isinstance(value, bool))
