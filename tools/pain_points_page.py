"""The page docs/reference/pain-points.md, made of the YAML file beside it and of the names of the tests that show each row.

python tools/pain_points_page.py   lists the pain points that no test is named after
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs" / "reference" / "pain-points.yaml"
FROM_CDK = "from_cdk"
_TEST = re.compile(r"^def (test_pain_((?:\d\d(?:_and_\d\d)*)|from_cdk)_\w+)", re.M)
_SHORT = {
    "hashicorp/terraform-provider-aws": "provider",
    "terraform-aws-modules/terraform-aws-rds-aurora": "rds-aurora",
    "cloudposse/terraform-aws-rds-cluster": "cloudposse",
    "aws/aws-cdk": "CDK",
    "hashicorp/terraform": "Terraform",
}
HEAD = """# Pain points

<!-- Written by `make docs` from pain-points.yaml and the names of the tests; changes made here are lost. -->

What hurts people who run Aurora with Terraform modules, CDK and other tools, as they say in the issues of these projects, and
what aurora-cli does about it. Each row is shown by tests that are named after it. The words are ours, the sources are linked.

| # | What hurts | With aurora-cli | Shown by | Sources |
|---|---|---|---|---|
"""


def rows() -> list[dict[str, Any]]:
    """Every row of the data file, in its order."""
    loaded: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(DATA.read_text(encoding="utf-8"))
    return loaded["rows"]


def tests() -> dict[str, list[str]]:
    """Number of a pain point -> `tests/x/test_y.py::test_pain_07_z` of every test that is named after it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, numbers in _TEST.findall(path.read_text(encoding="utf-8")):
            for number in [numbers] if numbers == FROM_CDK else numbers.split("_and_"):
                found.setdefault(number, []).append(f"{path.relative_to(ROOT).as_posix()}::{name}")
    return found


def key(row: dict[str, Any]) -> str:
    """How the names of tests say the row."""
    return FROM_CDK if row["pain"] == FROM_CDK else f"{row['pain']:02}"


def page() -> str:
    """The whole page."""
    named = tests()
    return HEAD + "".join(_row(row, named.get(key(row), [])) for row in rows())


def _row(row: dict[str, Any], named: list[str]) -> str:
    number = "" if row["pain"] == FROM_CDK else str(row["pain"])
    shown = ", ".join(_link(test) for test in named) or row.get("why_not", "")
    ours = f"{row['ours']} [More]({row['see']})"
    cells = [number, f"**{row['title']}.** {row['hurts']}", ours, shown, ", ".join(map(_source, row["sources"]))]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name.removeprefix('test_pain_')}](../../{path})"


def _source(address: str) -> str:
    repository, _, rest = address.removeprefix("https://github.com/").partition("/issues/")
    if not rest:
        repository, _, rest = address.removeprefix("https://github.com/").partition("/pull/")
    return f"[{_SHORT.get(repository, repository.partition('/')[2])} {rest}]({address})"


if __name__ == "__main__":
    known = tests()
    for one in rows():
        if not known.get(key(one)):
            print(f"{one['pain']}  {one['title']}")
