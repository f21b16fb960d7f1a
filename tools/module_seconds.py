"""Write down how long each test module takes: `python tools/module_seconds.py REPORT.xml`, a JUnit report of pytest."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

TESTS = Path(__file__).resolve().parents[1] / "tests"


def main(report: str) -> None:
    """Sum the times of a module's tests, fixtures included, and write them, the longest first."""
    seconds: dict[str, float] = defaultdict(float)
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by our own run a moment ago
        seconds[_module(case.attrib["classname"])] += float(case.attrib["time"])
    ranked = sorted(seconds.items(), key=lambda item: (-round(item[1], 1), item[0]))
    text = json.dumps({name: round(took, 1) for name, took in ranked}, indent=2)
    (TESTS / "module_seconds.json").write_text(text + "\n")


def _module(name: str) -> str:
    """`tests.unit.test_x.TestClass` -> `unit/test_x.py`."""
    parts = name.split(".")[1:]
    while not (file := TESTS.joinpath(*parts).with_suffix(".py")).is_file():
        parts.pop()
    return file.relative_to(TESTS).as_posix()


if __name__ == "__main__":
    main(sys.argv[1])
