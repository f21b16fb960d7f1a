"""Run checkov over the Terraform of the production example: what fails stands in docs/reference/security.md, with its reason.

python tools/checkov_gate.py CHECKOV   CHECKOV is the program, in an environment of its own (see `make checkov`)
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aurora_cli.hcl.render import render_stack
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import load_file

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "security.md"
EXAMPLE = ROOT / "examples" / "production.yaml"
_LISTED = re.compile(r"^\| `(CKV2?_AWS_\d+)` \| [^|]+ \| [^|]+ \|$", re.M)


def main() -> int:
    """Scan and compare; the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        for name, text in render_stack(resolve([load_file(str(EXAMPLE), io.StringIO())]).spec).items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        found = scan(sys.argv[1], folder)
    problems = list(differences(found, listed(PAGE.read_text(encoding="utf-8"))))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(
            "checkov {checkov_version}: {passed} passed, {failed} failed and are explained".format(**found["summary"])
        )
    return 1 if problems else 0


def scan(program: str, folder: str) -> dict[str, Any]:
    """checkov's result as data. Nothing is downloaded and nothing sent."""
    command = [
        program,
        "-d",
        folder,
        "--framework",
        "terraform",
        "--skip-download",
        "--quiet",
        "--compact",
        "-o",
        "json",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LOG_LEVEL": "ERROR"}
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        sys.exit(f"checkov gave no result (status {done.returncode}): {done.stderr.strip()[-2000:]}")
    return found


def listed(page: str) -> set[str]:
    """The checks that the page explains: first cell of the rows of its table."""
    return set(_LISTED.findall(page))


def differences(found: Mapping[str, Any], explained: set[str]) -> Iterator[str]:
    """What is wrong: a scan that saw nothing, a failed check without a reason, a reason for nothing."""
    summary = found.get("summary", {})
    if summary.get("parsing_errors") or not summary.get("passed"):
        yield f"checkov could not read the files: {summary}"
        return
    failed = {one["check_id"]: one for one in found["results"]["failed_checks"]}
    for check in sorted(failed.keys() - explained):
        one = failed[check]
        yield f"{check} fails for {one['resource']} and docs/reference/security.md does not say why: {one['check_name']}"
    for check in sorted(explained - failed.keys()):
        yield f"{check} is explained in docs/reference/security.md, but does not fail any more: take it out"


if __name__ == "__main__":
    raise SystemExit(main())
