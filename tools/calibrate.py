"""Compares the sandbox's provider with the genuine hashicorp/aws, which is in a filesystem mirror of Terraform's.

python tools/calibrate.py edits MIRROR
    Record what the genuine provider plans for edits of single arguments and refuses as values, for the unit tests.
python tools/calibrate.py walk MIRROR [EXAMPLE[+EXAMPLE...] ...] [--changes NAME,NAME]
    Create, change and destroy examples with both, and compare plans, calls, state and what the API says. Those joined by +
    are walked at once. With an unpacked mirror of the sandbox's own provider nothing may differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from aurora_cli.sandbox.provider.core import Provider  # noqa: E402 - the checkout that this file is in
from tests.calibration.compare import differences, known_differences, unexplained  # noqa: E402
from tests.calibration.mirror import cli_config, genuine_binary  # noqa: E402
from tests.calibration.record import record  # noqa: E402
from tests.calibration.sources import WALKS  # noqa: E402
from tests.calibration.walk import CHANGES, Walk  # noqa: E402

FIXTURE = ROOT / "tests/fixtures/genuine_provider.json"
KNOWN = ROOT / "tests/calibration/known_differences.json"


def main(arguments: list[str]) -> int:
    """0: nothing differs without a reason; 1: something does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("edits", "walk"))
    parser.add_argument("mirror", type=Path)
    parser.add_argument("examples", nargs="*")
    parser.add_argument("--changes", default=",".join(CHANGES))
    asked = parser.parse_args(arguments)
    if asked.kind == "edits":
        return _edits(genuine_binary(asked.mirror))
    changes = [name for name in asked.changes.split(",") if name]
    groups = [tuple(group.split("+")) for group in asked.examples] or list(WALKS)
    return _walk(asked.mirror, groups, changes)


def _edits(binary: Path) -> int:
    found = record(binary, dict(Provider(environ={}).schema.resources))
    FIXTURE.write_text(_by_argument(found) + "\n", "utf-8")
    print(f"{FIXTURE.relative_to(ROOT)}: {len(found)} resource types")
    return 0


def _by_argument(value: Any, depth: int = 0) -> str:
    """JSON with a line for each argument."""
    if not isinstance(value, dict) or depth == 3 or not value:
        return json.dumps(value, ensure_ascii=False)
    lines = (f"{' ' * (depth + 1)}{json.dumps(key)}: {_by_argument(inner, depth + 1)}" for key, inner in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{' ' * depth}}}"


def _walk(mirror: Path, groups: list[tuple[str, ...]], changes: list[str]) -> int:
    known, left = known_differences(KNOWN), 0
    for examples in groups:
        files = [ROOT / "examples" / f"{example}.yaml" for example in examples]
        with tempfile.TemporaryDirectory(prefix="aurora-calibrate-") as folder, ThreadPoolExecutor() as pool:
            walks = (Walk(Path(folder, "genuine"), cli_config(mirror)), Walk(Path(folder, "ours")))
            both = [pool.submit(walk.examples, files, changes) for walk in walks]
            genuine, ours = (one.result() for one in both)
        found = differences("+".join(examples), genuine, ours)
        unknown = unexplained(found, known)
        left += len(unknown)
        print(f"{' '.join(examples)}: {len(found)} differences, {len(unknown)} without a reason", flush=True)
        for one in unknown:
            print(f"  {one}", flush=True)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
