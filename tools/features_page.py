"""The page docs/reference/features.md, made of the YAML file beside it: what others do and what we do, row by row.

python tools/features_page.py   lists the rows whose feature is not there yet
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from aurora_cli.spec.text.reference import anchor

DATA = Path(__file__).resolve().parent.parent / "docs" / "reference" / "features.yaml"
OTHERS = ("rds-aurora", "cloudposse", "cdk", "ansible")
HEAD = """# Features, against other tools

<!-- Written by `make docs` from features.yaml; changes made here are lost. -->

What an Aurora user can ask for, in five tools. **Y** yes, with the name of the option there; **P** partly, or only with code
around it; **N** no; **L1** as a raw CloudFormation class, without defaults and checks. In the last column a yes leads to the key
of the [spec](spec.md) or the [command](cli.md), and names the test that shows it; a no says why.

| Column | What was read | Of |
|---|---|---|
| rds-aurora | terraform-aws-modules/rds-aurora 10.2.0, commit 259b582 | 2026-03-03 |
| cloudposse | cloudposse/terraform-aws-rds-cluster, commit 4e245d6 | 2026-04-20 |
| CDK | aws-cdk-lib 2.275.0 | the release |
| Ansible | ansible-collections/amazon.aws, commit 59c5d27 | 2026-06-30 |

Read from their sources, not tried against an account. They move on, and so may a cell.
"""


def rows() -> list[dict[str, Any]]:
    """Every row of the data file, in its order."""
    loaded: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(DATA.read_text(encoding="utf-8"))
    return loaded["rows"]


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for group, members in groupby(rows(), key=lambda row: row["group"]):
        parts += [f"## {group}\n", _table(list(members))]
    return "\n".join(parts)


def target(link: str) -> str:
    """Where a link of the data file leads, seen from the page: `backup.window` gives `spec.md#backup-window`."""
    if link.startswith("aurora-cli "):
        return f"cli.md#{link.replace(' ', '-')}"
    return f"spec.md#{anchor(link)}"


def _table(members: list[dict[str, Any]]) -> str:
    head = ["| # | What | rds-aurora | cloudposse | CDK | Ansible | aurora-cli |", "|---" * 7 + "|"]
    return "\n".join([*head, *(_row(row) for row in members)]) + "\n"


def _row(row: dict[str, Any]) -> str:
    cells = [str(row["row"]), row["what"], *(row[name] for name in OTHERS), _ours(row)]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _ours(row: dict[str, Any]) -> str:
    note = f" {row['note']}" if row.get("note") else ""
    if row["ours"] == "no":
        return f"no:{note}"
    mark = {"yes": "Y", "part": "P"}[row["ours"]]
    path, _, name = row["test"].partition("::")
    comma = "," if note else ""
    return f"{mark} [`{row['link']}`]({target(row['link'])}){comma}{note} ([{name}](../../{path}))"


if __name__ == "__main__":
    for one in rows():
        if one.get("open"):
            print(f"{one['row']:>3}  {one['what']}")
