"""What is wrong with the specs of a fleet, for people and for CI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from aurora_cli.errors import Problem

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


def as_junit(members: Sequence[Member]) -> str:
    """A JUnit report: a test case for each spec, failed with its errors; warnings are its output."""
    failures = sum(not member.valid for member in members)
    suite = ElementTree.Element(
        "testsuite", name="aurora-cli fleet validate", tests=str(len(members)), failures=str(failures)
    )
    for member in members:
        case = ElementTree.SubElement(
            suite, "testcase", name=_printable(member.name or member.file), classname=_printable(member.file)
        )
        errors = [problem for problem in member.problems if problem.severity == "error"]
        if errors:
            failure = ElementTree.SubElement(case, "failure", message=_printable(errors[0].message))
            failure.text = "\n".join(map(_line, errors))
        warnings = [problem for problem in member.problems if problem.severity != "error"]
        if warnings:
            ElementTree.SubElement(case, "system-out").text = "\n".join(map(_line, warnings))
    ElementTree.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suite, encoding="unicode")}\n'


def _line(problem: Problem) -> str:
    place = ":".join(str(part) for part in (problem.source, problem.line) if part is not None)
    hint = f" ({problem.hint})" if problem.hint else ""
    return (
        _printable(" ".join(filter(None, (place, f"{problem.path}:" if problem.path else "", problem.message)))) + hint
    )


def _printable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
