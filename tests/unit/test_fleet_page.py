"""The page of a fleet: what is on it, that hostile text stays text, and how a browser takes it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zlib
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest

from aurora_cli.aws.clock import Clock
from aurora_cli.main import main
from aurora_cli.stacks.history import HistoryEntry
from tests.unit.test_fleet_looks import NOT_FOUND, Answering, answering, drifted, instance, remember, status

__all__ = ["answering"]
HOSTILE = (
    """<script>alert(1)</script><img src=x onerror='a'> "q" & &amp; ]]> {{ 7777*7777 }} {% raw %} \x00\x1b[31m\u202e"""
)
"""HTML, attributes, a template, and characters that XML does not have."""


@pytest.fixture
def page(
    answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A page with everything on it, of clusters that say what hostile programs would."""
    monkeypatch.setattr(Clock, "now", lambda self: datetime(2026, 11, 30, 12, tzinfo=timezone.utc))
    (tmp_path / "specs" / "fleet.yaml").write_text('account: {id: "111111111111"}')
    serverless = [instance("small-1", "writer", **{"class": "db.serverless"})]
    operation = {"operation": "scale", "state": "interrupted", "text": "'scale' was interrupted."}
    ends: dict[str, tuple[int | None, str]] = {
        "orders": status("16.4", warnings=[HOSTILE], instances=[instance(HOSTILE, "writer", status=HOSTILE)]),
        "pay": status("13.9", upkeep={"support_ends": "2026-02-28", "certificate_ends": "2026-12-15T00:00:00+00:00"}),
        "small": status("14.12", instances=serverless, acu={"min": 0.5, "max": 8}, operation=operation,
                        upkeep={"support_ends": "2027-02-28"}, pending={HOSTILE: 1}),
        "new": NOT_FOUND,
        "denied": (3, json.dumps({"error": {"code": "credentials", "message": HOSTILE}})),
    }  # fmt: skip
    plan = {"changes": True, "summary": {"update": 1}, "findings": [{"effect": "restart", "text": HOSTILE}]}
    answering({name: (0, json.dumps(plan)) if name == "orders" else NOT_FOUND for name in ends})
    assert main(["fleet", "plan"]) == 1
    entry = HistoryEntry("1", "2026-11-01T10:00:00+00:00", HOSTILE, "create", "failed", 3.0, summary=HOSTILE)
    remember(tmp_path / "home", "orders", entry)
    attribute = {"path": "tags", "expected": "", "actual": HOSTILE, "field": None, "sensitive": False}
    drift = drifted({"address": "aws_rds_cluster.this", "gone": False, "attributes": [attribute]})
    answering({**ends, "drift orders": drift})
    found = tmp_path / "page.html"
    assert main(["fleet", "report", "--drift", "--html", str(found)]) == 1
    assert "1 of 5 clusters could not be read: denied." in " ".join(capsys.readouterr().err.split())
    return found


def sections(text: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))  # noqa: S314
    return {str(one.get("id")): one for one in root.iter("section")}


def cells(section: ElementTree.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in section.iter("tr")]


def test_the_page_has_every_part(page: Path) -> None:
    found = sections(page.read_text())
    assert list(found) == ["inventory", "attention", "versions", "risks", "drift", "history"]
    inventory = {row[0]: row for row in cells(found["inventory"])}
    assert list(inventory) == ["Cluster", "denied", "new", "orders", "pay", "small"]
    assert {"2026-02-28 (ended)", "2026-12-15 (in 15 days)", "111111111111"} <= set(inventory["pay"])
    assert {"0.5-8 ACU", "2027-02-28 (in 90 days)", "scale interrupted"} <= set(inventory["small"])
    assert [row[0] for row in cells(found["versions"])[1:]] == [
        f"aurora-postgresql {v}" for v in ("13.9", "14.12", "16.4")
    ]
    assert ["orders", "restart"] in [[row[0], row[2]] for row in cells(found["risks"])]
    assert ["orders", "drifted"] in [row[:2] for row in cells(found["drift"])]
    assert cells(found["history"])[1][:4] == ["2026-11-01 10:00", "orders", "create", "failed"]


def test_hostile_text_stays_text(page: Path) -> None:
    text = page.read_text()
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))  # noqa: S314
    tags = {one.tag for one in root.iter()}
    assert not tags & {"script", "img", "iframe", "object", "link", "base", "form"}
    names = {name for one in root.iter() for name in one.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("src", "srcset", "style", "action")}
    assert {one.get("href") for one in root.iter("a")} == {f"#{key}" for key in sections(text)}
    assert not re.search(r"url\(|@import|https?://|[\x00-\x08\x0b-\x1f\u202e]", text)
    said = "".join(root.itertext())
    told = {key for key, one in sections(text).items() if "<script>alert(1)</script>" in "".join(one.itertext())}
    assert told == {"inventory", "attention", "risks", "drift", "history"}
    assert "{{ 7777*7777 }}" in said and "60481729" not in said


def test_the_page_is_accessible(page: Path) -> None:
    root = ElementTree.fromstring(page.read_text().removeprefix("<!DOCTYPE html>"))  # noqa: S314
    assert root.get("lang") == "en" and str(root.findtext("head/title")).startswith("Aurora fleet: 5 clusters")
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert {one.get("aria-labelledby") for one in root.iter() if one.get("aria-labelledby")} <= set(ids)
    for table in root.iter("table"):
        assert table.find("caption") is not None
        heads = [th.get("scope") for th in table.iter("th")]
        assert set(heads) == {"col", "row"} and None not in heads
        assert {len(list(row)) for row in table.iter("tr")} == {heads.count("col")}


def luminance(color: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colors_have_contrast(pytestconfig: pytest.Config) -> None:
    """4.5 to 1 at least, on every ground, in light, dark and print."""
    template = pytestconfig.rootpath / "aurora_cli" / "ui" / "report" / "fleet_page.html.j2"
    schemes = [
        dict(re.findall(r"--(\w+): (#\w{6});", block))
        for block in re.findall(r":root \{(.*?)\}", template.read_text(), re.DOTALL)
    ]
    assert len(schemes) == 3
    for scheme in schemes:
        for name in ("text", "second", "bad", "soon", "good", "link"):
            for ground in ("back", "head"):
                light, dark = sorted((luminance(scheme[name]), luminance(scheme[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground, scheme)


def test_an_empty_fleet_and_a_place_that_cannot_be_written(
    answering: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answering({"new": NOT_FOUND})
    assert main(["fleet", "report", "--html", "missing/page.html"]) == 2
    assert "mkdir -p missing" in " ".join(capsys.readouterr().err.split())
    assert main(["fleet", "report", "--html", "no folder/page.html"]) == 2
    assert "mkdir -p 'no folder'" in " ".join(capsys.readouterr().err.replace("\xa0", " ").split())
    assert main(["fleet", "report", "--html", "."]) == 2
    assert main(["fleet", "report", "--html", "page.html"]) == 0
    found = sections(Path("page.html").read_text())
    assert "drift" not in found and "aurora-cli fleet plan" in "".join(found["risks"].itertext())


@pytest.mark.parametrize(
    ("scheme", "ground"), [("dark", "#15181c"), pytest.param("light", "#ffffff", marks=pytest.mark.thorough)]
)
def test_a_browser_shows_it(page: Path, tmp_path: Path, scheme: str, ground: str) -> None:
    """A browser of its own: whether it takes the page, and its colors, no text tells."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("no Chromium on PATH")
    picture = tmp_path / "page.png"
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    switches += [
        "--disable-background-networking",
        "--disable-component-update",
        f"--user-data-dir={tmp_path / 'user'}",
    ]
    switches += [f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}", "--window-size=1400,900"]
    command = [browser, *switches, f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    assert first_pixel(picture.read_bytes()) == ground


def first_pixel(png: bytes) -> str:
    """The color at the top left, which no filter of PNG changes."""
    at, data = 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    return f"#{zlib.decompress(data)[1:4].hex()}"
