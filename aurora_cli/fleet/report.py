"""What is wrong with the specs of a fleet, for people and for CI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from aurora_cli.problem import Problem

if TYPE_CHECKING:
    from aurora_cli.fleet.members import Member


def all_problems(members: Sequence[Member], *, warnings: bool) -> list[Problem]:
    """The problems of all, each once: what `fleet.yaml` has wrong is wrong in every member. Errors come first."""
    found = dict.fromkeys(problem for member in members for problem in member.problems)
    errors = [problem for problem in found if problem.severity == "error"]
    return [*errors, *(p for p in found if p.severity != "error")] if warnings else errors


def said_of(members: Sequence[Member]) -> str:
    """`3 of 100 specs are not valid`, or `all 100 specs are valid`."""
    broken = sum(not member.valid for member in members)
    if not members:
        return "no spec has changed"
    if len(members) == 1:
        return f"the spec of '{members[0].name or members[0].file}' is {'not ' if broken else ''}valid"
    return f"{broken} of {len(members)} specs are not valid" if broken else f"all {len(members)} specs are valid"


@dataclass(frozen=True)
class Case:
    """A test case of a JUnit report.

    Attributes:
        name, file: of the cluster.
        failures: lines, none where it passed.
        output: further lines.
    """

    name: str
    file: str
    failures: Sequence[str] = ()
    output: Sequence[str] = ()


def junit(suite: str, cases: Sequence[Case]) -> str:
    """A JUnit report. What XML cannot hold is replaced."""
    failures = sum(bool(case.failures) for case in cases)
    root = ElementTree.Element("testsuite", name=suite, tests=str(len(cases)), failures=str(failures))
    for case in cases:
        found = ElementTree.SubElement(root, "testcase", name=_printable(case.name), classname=_printable(case.file))
        if case.failures:
            failure = ElementTree.SubElement(found, "failure", message=_printable(case.failures[0]))
            failure.text = "\n".join(map(_printable, case.failures))
        if case.output:
            ElementTree.SubElement(found, "system-out").text = "\n".join(map(_printable, case.output))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def as_junit(members: Sequence[Member]) -> str:
    """A test case for each spec, failed with its errors; warnings are its output."""
    return junit("aurora-cli fleet validate", [_case(member) for member in members])


def _case(member: Member) -> Case:
    errors: list[str] = []
    warnings: list[str] = []
    for problem in member.problems:
        (errors if problem.severity == "error" else warnings).append(_line(problem))
    return Case(member.name or member.file, member.file, errors, warnings)


def _line(problem: Problem) -> str:
    place = ":".join(str(part) for part in (problem.source, problem.line) if part is not None)
    hint = f" ({problem.hint})" if problem.hint else ""
    return " ".join(filter(None, (place, f"{problem.path}:" if problem.path else "", problem.message))) + hint


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
