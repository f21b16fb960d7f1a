"""The Terraform of each example, and of a spec in each other partition, file by file, as it was last looked at by a person.

After a wanted change, write the folders anew and read the difference:

    UPDATE_GOLDEN=1 python -m pytest tests/contract/test_golden.py
"""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path

import pytest

from aurora_cli.hcl.render import render_stack
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import load_file
from tests.contract.provider_schema import floor_problems, problems
from tests.contract.terraform_reader import folders, read_all

PARTITIONS = sorted((Path(__file__).parent / "partitions").glob("*.yaml"))
EXAMPLES = [*sorted((Path(__file__).parents[2] / "examples").glob("*.yaml")), *PARTITIONS]
GOLDEN = Path(__file__).parent / "golden"


def rendered(example: Path) -> dict[str, str]:
    return render_stack(resolve([load_file(str(example), io.StringIO())]).spec)


def stored(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}


def write(folder: Path, files: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_renders_what_its_golden_folder_holds(example: Path) -> None:
    files = rendered(example)
    if os.environ.get("UPDATE_GOLDEN"):
        write(GOLDEN / example.stem, files)
    assert files == stored(GOLDEN / example.stem)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_fits_the_schema(example: Path) -> None:
    for files in folders(rendered(example)).values():
        assert problems(read_all(files)) == []
        assert floor_problems(files) == []


def test_each_golden_folder_has_its_example() -> None:
    assert {folder.name for folder in GOLDEN.iterdir()} == {example.stem for example in EXAMPLES}


def test_rules_of_security_groups_have_descriptions_that_ec2_accepts() -> None:
    """EC2 API reference, IpRange.Description."""
    rule = re.compile(r'resource "aws_vpc_security_group_\w+" "(\w+)" {\n(.*?)\n}\n', re.DOTALL)
    texts = [
        text
        for path in GOLDEN.rglob("*.tf")
        for _, body in rule.findall(path.read_text())
        for text in re.findall(r'\n  description += "(.*)"', body)
    ]
    assert texts
    assert [text for text in texts if not re.fullmatch(r"[A-Za-z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}", text)] == []
