"""Look the packages of a lock file up in the database of known vulnerabilities, and say so where that was not possible.

    python tools/audit.py PIP_AUDIT LOCKFILE

pip-audit ends well when it could look up nothing. Exit status: 0 nothing is known against any package, 1 something is, 2 not all
packages could be looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def main(pip_audit: str, lock: str) -> int:
    """Run pip-audit and print what it found; gives the exit status."""
    command = [pip_audit, "--requirement", lock, "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        print(f"{Path(lock).name} was not audited: pip-audit cannot reach its database ({reason}).")
        return 2
    status, lines = verdict(packages)
    print("\n".join(lines))
    return status


def verdict(packages: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Exit status and report for the packages of pip-audit's JSON (`name`, `version`, `vulns` or `skip_reason`)."""
    known = [
        f"{one['name']} {one['version']}: {found['id']}, fixed in {', '.join(found.get('fix_versions') or ['no version'])}"
        for one in packages
        for found in one.get("vulns") or []
    ]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped or not packages:
        total = len(packages)
        known.append(f"Not audited: {len(skipped)} of {total} packages are not in the database that pip-audit reaches.")
    elif not known:
        known.append(f"No known vulnerability in {len(packages)} packages.")
    found_any = any(one.get("vulns") for one in packages)
    return (1 if found_any else 2 if skipped or not packages else 0), known


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
