"""The documentation fits the program."""

from __future__ import annotations

import importlib.util
import re
import shlex
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from aurora_cli import __version__
from aurora_cli.commands.root import cli
from tests.guide import words_of

ROOT = Path(__file__).resolve().parents[2]


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE_DOCS: Any = _tool("make_docs")
COMMANDS: dict[str, click.Command] = {context.command_path: command for context, command in MAKE_DOCS.commands()}
EXAMPLES = [(path, line) for path, command in COMMANDS.items() for line in MAKE_DOCS.examples(command)]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_reference_is_up_to_date() -> None:
    assert (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8") == MAKE_DOCS.reference()


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_help_a_section_and_an_example(path: str) -> None:
    command = COMMANDS[path]
    assert (command.help or "").splitlines()[0].endswith(".")
    assert f"\n## {path}\n" in (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert MAKE_DOCS.examples(command)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_has_help(path: str) -> None:
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts


@pytest.mark.parametrize(("path", "line"), EXAMPLES)
def test_every_example_of_the_help_is_a_command_line_that_parses(path: str, line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "aurora-cli"
    named = [word for word in words[1:] if not word.startswith("-")]
    assert path.split()[1] in named
    parses(words[1:])


def parses(words: list[str]) -> None:
    """Parse to the innermost command without running anything."""
    command: click.Command = cli
    context: click.Context | None = None
    while True:
        context = command.make_context(
            words[0] if context else "aurora-cli", words[1 if context else 0 :], parent=context
        )
        if not isinstance(command, click.Group):
            return
        words = [*context._protected_args, *context.args]
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        command = found


def _shell_lines() -> list[tuple[str, str]]:
    lines = []
    for page in PAGES:
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
            lines += [(page.name, line.strip()) for line in block.splitlines() if re.match(r"\s*\S*aurora-cli ", line)]
    return lines


@pytest.mark.parametrize(("page", "line"), _shell_lines())
def test_every_command_line_of_the_pages_parses(page: str, line: str) -> None:
    parses(words_of(line)[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_heading_has_an_empty_line_before_it(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    assert re.findall(r"[^\n]\n(#+ .*)", text) == []


def test_the_keys_of_a_cluster_are_documented() -> None:
    from aurora_cli.operations.core.results import ClusterReport, InstanceInfo

    report = ClusterReport("n", "r", "e", "1", "available", False, "aws")
    _documented([*report.to_dict(), *report.endpoints(), *InstanceInfo("i", "writer", "c", None, "s").to_dict()])


def test_the_keys_of_a_plan_and_of_a_destroy_are_documented() -> None:
    from aurora_cli.operations.core.review import Finding, PlanReview
    from aurora_cli.operations.destroy.destroy import DestroyResult, DestroyReview
    from aurora_cli.terraform.plan.plan import Plan

    plan = Plan.from_json({})
    review = DestroyReview("n", "r", "aws", (), plan, None, False)
    _documented(PlanReview("n", "r", "plan", "aws", plan).to_dict())
    _documented([field.name for field in fields(Finding)])
    _documented(DestroyResult("n", "r", "aws", True, False, None, review).to_dict())
    _documented(review.to_dict())


def test_the_keys_of_lists_are_documented() -> None:
    from aurora_cli.operations.inspect.clusters import ListRow
    from aurora_cli.operations.inspect.doctor import Check
    from aurora_cli.sandbox.faults import FaultRule
    from aurora_cli.sandbox.manager import SandboxInfo
    from aurora_cli.stacks.history import HistoryEntry

    for cls in (Check, ListRow, FaultRule, SandboxInfo, HistoryEntry):
        _documented([field.name for field in fields(cls)])


def _documented(keys: Any) -> None:
    text = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    missing = [key for key in keys if not re.search(rf"\b{key}\b", text)]
    assert not missing


def test_the_changelog_has_unreleased_first_and_knows_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.M)
    assert headings[0] == ("Unreleased", "")
    assert all(date for _, date in headings[1:])
    versions = [tuple(map(int, version.split("."))) for version, _ in headings[1:]]
    assert versions == sorted(versions, reverse=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert not versions or headings[1][0] == __version__, "the newest section of a release is that of the version"


def test_the_license_is_the_one_that_the_package_names() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
