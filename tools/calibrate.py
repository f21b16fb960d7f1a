"""Compares the sandbox's provider with the genuine hashicorp/aws, which is in a filesystem mirror of Terraform's.

python tools/calibrate.py edits MIRROR     record what the genuine provider plans for edits and refuses as values
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from aurora_cli.sandbox.provider.core import Provider  # noqa: E402 - the checkout that this file is in
from tests.calibration.mirror import genuine_binary  # noqa: E402
from tests.calibration.record import record  # noqa: E402

FIXTURE = ROOT / "tests/fixtures/genuine_provider.json"


def main(arguments: list[str]) -> int:
    kind, mirror = arguments
    assert kind == "edits"
    found = record(genuine_binary(Path(mirror)), dict(Provider(environ={}).schema.resources))
    FIXTURE.write_text(_by_argument(found) + "\n", "utf-8")
    print(f"{FIXTURE.relative_to(ROOT)}: {len(found)} resource types")
    return 0


def _by_argument(value: Any, depth: int = 0) -> str:
    """JSON with a line for each argument."""
    if not isinstance(value, dict) or depth == 3 or not value:
        return json.dumps(value, ensure_ascii=False)
    lines = (f"{' ' * (depth + 1)}{json.dumps(key)}: {_by_argument(inner, depth + 1)}" for key, inner in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{' ' * depth}}}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
