"""`docs/reference/terraform.md` names the files and addresses that are rendered, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from aurora_cli.hcl.render import FILES, render_stack
from tests.contract.specs import VARIANTS, spec
from tests.contract.terraform_reader import read_all
from tests.contract.test_rendered_global import GLOBAL

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "terraform.md").read_text(encoding="utf-8")


def test_the_table_of_files_is_complete() -> None:
    assert tuple(re.findall(r"^\| `(\w+\.tf)` \|", PAGE, re.MULTILINE)) == FILES


def test_the_addresses_are_those_of_the_resources() -> None:
    rendered = {
        ".".join(block.labels)
        for made in (*map(spec, VARIANTS), spec(**GLOBAL))
        for block in read_all(render_stack(made))
        if block.kind == "resource"
    }
    table = PAGE.partition("## Names and addresses")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(aws_\w+\.\w+)", table)) == rendered
