"""Diagrams: each form of a small spec word for word, hostile text, and text that stays in its box."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from aurora_cli.operations.inspect.diagram import Node
from aurora_cli.ui.diagram.dot import dot
from aurora_cli.ui.diagram.mermaid import mermaid
from aurora_cli.ui.diagram.svg import CELL, svg
from tests.unit.conftest import Run

REPO = Path(__file__).resolve().parents[2]
DRAWN = REPO / "docs" / "guide" / "diagram.svg"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'a]]>"</text><script>alert(1)</script>`&lt;\\N\x1b[31m\u202e\ufffe\n#quot; end'
TREE = """\
Aurora cluster orders
`- Region eu-west-1
   |- DB cluster orders  aurora-postgresql 17.7
   |  `- VPC 10.20.0.0/16  private subnets
   |     |- Availability Zone 1  subnet 10.20.0.0/24
   |     |  `- orders-1  db.r7g.large, promotion tier 0
   |     |- Availability Zone 2  subnet 10.20.1.0/24
   |     |  `- orders-2  db.r7g.large, promotion tier 1
   |     `- Availability Zone 3  subnet 10.20.2.0/24
   |        `- orders-3  db.r7g.xlarge, promotion tier 15
   |- Endpoints
   |  |- Writer endpoint  port 5432
   |  `- Reader endpoint  port 5432
   |- Who may connect
   |  |- 10.20.0.0/16  everything in this VPC
   |  `- 10.30.0.0/16  VPC of the application (peering)
   `- Keys
      `- Storage  AWS managed key
"""
MERMAID = """\
flowchart TB
  subgraph n1["Aurora cluster a"]
    subgraph n2["DB cluster a<br/>x #60;b#62;"]
      n3["a-1<br/>writer"]
    end
    n4["Keys"]
  end
"""
DOT = """\
digraph {
  node [shape=box, fontname="monospace"];
  graph [fontname="monospace"];
  subgraph cluster_n1 {
    label="Aurora cluster a";
    subgraph cluster_n2 {
      label="DB cluster a\\nx <b>";
      n3 [label="a-1\\nwriter"];
    }
    n4 [label="Keys"];
  }
}
"""
SMALL = Node(
    "diagram",
    "Aurora cluster a",
    (),
    (Node("cluster", "DB cluster a", ("x <b>",), (Node("writer", "a-1", ("writer",)),)), Node("group", "Keys")),
)


def test_the_picture_of_the_guide_is_that_of_the_example(run: Run) -> None:
    assert run("diagram", "-f", str(REPO / "examples" / "production.yaml"), "-o", "drawn.svg").status == 0
    assert Path("drawn.svg").read_text(encoding="utf-8") == DRAWN.read_text(encoding="utf-8")


def test_the_tree_is_text(run: Run) -> None:
    done = run("diagram", "-f", str(REPO / "examples" / "production.yaml"))
    text = done.out
    for fine, plain in (("├─ ", "|- "), ("└─ ", "`- "), ("│  ", "|  ")):
        text = text.replace(fine, plain)
    assert text == TREE


def test_a_global_database_has_its_regions_and_a_headless_one_no_instance(run: Run) -> None:
    text = run("diagram", "-f", str(REPO / "examples" / "global.yaml")).out
    assert "Region eu-central-1  secondary Region" in text
    assert "VPC 10.12.0.0/16" in text
    assert "shop-eu-central-1-2  db.r7g.large" in text
    assert "private subnets, storage only, without an instance" in text
    assert "shop-us-east-1-1" not in text


def test_mermaid_and_dot_are_boxes_in_boxes() -> None:
    assert mermaid(SMALL) == MERMAID
    assert dot(SMALL) == DOT


def test_hostile_text_is_text_in_each_form() -> None:
    hostile = Node("diagram", HOSTILE, (HOSTILE,), (Node("writer", HOSTILE, (HOSTILE,)),))
    root = ET.fromstring(svg(hostile))  # noqa: S314
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {"svg", "title", "desc", "style", "rect", "text"}
    assert "\x1b" not in "".join(root.itertext())
    assert all(re.fullmatch(r'\s*(?:subgraph )?n\d+\["(?:[\w .,:/()+-]|#\d+;|<br/>)*"\]|\s*end|flowchart TB', line)
               for line in mermaid(hostile).splitlines())  # fmt: skip
    for line in dot(hostile).splitlines()[4:]:
        assert re.fullmatch(r'\s*(?:label=|n\d+ \[label=)"(?:[^"\\]|\\[n"\\])*"\]?;|\s*\}|', line), line
    assert "\\\\N" in dot(hostile)


@pytest.mark.parametrize("name", ["production", "global", "everything", "clone", "replica", "existing-network"])
def test_no_text_leaves_its_box_and_no_box_the_one_around_it(run: Run, name: str) -> None:
    assert run("diagram", "-f", str(REPO / "examples" / f"{name}.yaml"), "-o", "drawn.svg").status == 0
    _check(Path("drawn.svg").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["x" * 300, "日本語" * 40, "word " * 60, "host.example." * 20])
def test_a_long_text_is_wrapped(text: str) -> None:
    _check(svg(Node("diagram", text, (text,), (Node("group", text, (), (Node("key", text), Node("key", text))),))))


def _check(drawn: str) -> None:
    root = ET.fromstring(drawn)  # noqa: S314
    rects: list[tuple[float, float, float, float]] = []
    for one in root:
        if one.tag == f"{SVG}rect":
            x, y, width, height = (float(one.get(key, "")) for key in ("x", "y", "width", "height"))
            rects.append((x, y, x + width, y + height))
        elif one.tag == f"{SVG}text":  # of the box that was drawn before it
            left, top, right, bottom = rects[-1]
            cells = sum(2 if ord(c) >= 0x1100 else 1 for c in one.text or "")
            assert left < float(one.get("x", "")) and float(one.get("x", "")) + cells * CELL < right
            assert top < float(one.get("y", "")) < bottom
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for number, (left, top, right, bottom) in enumerate(rects):
        assert left >= 0 and top >= 0 and right <= width + 0.5 and bottom <= height + 0.5
        for other in rects[number + 1 :]:
            apart = other[0] >= right or other[1] >= bottom or other[2] <= left or other[3] <= top
            inside = left < other[0] and top < other[1] and other[2] < right and other[3] < bottom
            assert apart or inside


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Specify the NAME of a cluster, or a spec with -f FILE."),
        (["orders", "-f", "orders.yaml"], "Specify the NAME of a cluster, or a spec with -f FILE."),
        (["orders", "-o", "orders.png"], "orders.png must end in .svg, .mmd or .dot."),
    ],
)
def test_what_cannot_be_drawn_is_refused(run: Run, words: list[str], said: str) -> None:
    done = run("diagram", *words)
    assert done.status == 2
    assert said in done.err
