"""Stacks as the version before has left them, and AWS as it then was: `fixtures/previous_version`, see its README."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from aurora_cli.sandbox.manager import SandboxInfo

FOLDER = Path(__file__).parent / "fixtures" / "previous_version"
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "surface")
IDENTIFIER = re.compile(
    r"(?:(?<=secret:)|(?<=secret%3A))[\w!.-]+"  # of Secrets Manager
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # of KMS
    r"|\b[a-z]+-[0-9a-f]{8,17}\b"  # of EC2
    r"|\b(?:cluster|db|cluster-endpoint)-[A-Z0-9]{20,32}\b"
    r"|\bbgd-[a-z0-9]{10,20}\b"  # blue/green deployments
    r"|\b(?:A[A-Z]{3}|Z)[A-Z0-9]{12,20}\b"  # of IAM, hosted zones
)
"""What AWS makes up for a new resource."""


@cache
def scenario(name: str) -> dict[str, Any]:
    """What was kept of a scenario: `commands`, `files`, `calls`, `documents`."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def put(name: str, home: Path, emulator: SandboxInfo) -> dict[str, Any]:
    """Make the AWS of a scenario and its files in a home; gives the documents, all with the identifiers of now."""
    kept, new = scenario(name), Renewal()
    for call in kept["calls"]:
        new.learn(call["answer"], identifiers(_made_again(call, emulator, new)))
    write(name, home / "sandbox", new)
    documents: dict[str, Any] = json.loads(new.of(json.dumps(kept["documents"])))
    return documents


def write(name: str, folder: Path, new: Renewal | None = None) -> None:
    """Write the files of a scenario: `stacks` and `archive`."""
    for path, text in scenario(name)["files"].items():
        file = folder / path
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(new.of(text) if new else text, encoding="utf-8")
        file.chmod(0o600)


class Renewal:
    """Which identifier of now is in the place of which one of then."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, old: dict[str, str], new: dict[str, str]) -> None:
        """Two answers to the same call, as `identifiers` gives them. The first one counts: a later list may have more in it."""
        for path in old.keys() & new.keys():
            for before, now in zip(IDENTIFIER.findall(old[path]), IDENTIFIER.findall(new[path]), strict=True):
                self._known.setdefault(before, now)

    def of(self, text: str) -> str:
        """The text with the identifiers of now."""
        return IDENTIFIER.sub(lambda found: self._known.get(found[0], found[0]), text)


def identifiers(answer: str) -> dict[str, str]:
    """The values of an answer of AWS that hold an identifier, by their path."""
    if answer.lstrip().startswith("<"):
        leaves = _of_xml(ElementTree.fromstring(answer), "")  # noqa: S314 - of our own emulator
    else:
        leaves = _of_json(json.loads(answer or "{}"), "")
    return {path: text for path, text in leaves if IDENTIFIER.search(text) and "equestId" not in path}


def _of_xml(element: ElementTree.Element, path: str) -> Iterator[tuple[str, str]]:
    yield path, (element.text or "").strip()
    seen: Counter[str] = Counter()
    for child in element:
        tag = child.tag.rpartition("}")[2]
        seen[tag] += 1
        yield from _of_xml(child, f"{path}/{tag}[{seen[tag]}]")


def _of_json(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _of_json(child, f"{path}/{key}")
    elif isinstance(value, str):
        yield path, value


def _made_again(call: dict[str, Any], emulator: SandboxInfo, new: Renewal) -> str:
    scope = f"{emulator.access_key_id}/20200101/{call['region']}/{call['service']}/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
    headers |= {"Content-Type": call["type"]} | ({"X-Amz-Target": call["target"]} if call["target"] else {})
    url = f"{emulator.endpoint}{new.of(call['path'])}" + (f"?{new.of(call['query'])}" if call["query"] else "")
    body = new.of(call["body"]).encode()
    request = urllib.request.Request(url, body or None, headers, method=call["method"])
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())
