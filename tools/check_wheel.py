"""Build the wheel, install it with the locked dependencies alone in an empty environment, and use it from an empty folder.

Catches what a checkout hides: a template or table that is not packaged, a runtime dependency that only the tools need; and a lock
file that lacks one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def main() -> int:
    """Run the check; the exit status is 0 when all of it worked."""
    with tempfile.TemporaryDirectory(prefix="aurora-wheel-") as name:
        folder = Path(name)
        wheel = build(folder / "dist")
        bin_folder = install(wheel, folder / "venv")
        empty = folder / "empty"
        empty.mkdir()
        use(bin_folder / "aurora-cli", empty)
    print(f"{wheel.name}: --version, validate and render work without a checkout")
    return 0


def build(folder: Path) -> Path:
    """The wheel, built in an isolated environment."""
    run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], ROOT, quiet=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """The `bin` folder of a new environment that holds the wheel and its locked dependencies."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), *PIP]
    run([*pip, "install", "--require-hashes", "-r", str(ROOT / "requirements.lock")], folder, quiet=True)
    run([*pip, "install", "--no-deps", str(wheel)], folder, quiet=True)
    run([*pip, "check"], folder, quiet=True)
    return folder / "bin"


def use(program: Path, empty: Path) -> None:
    """What a new user does first."""
    run([str(program), "--version"], empty)
    run([str(program), "--region", "eu-west-1", "spec", "init", "orders", "--to", "orders.yaml"], empty)
    run([str(program), "validate", "-f", "orders.yaml"], empty)
    run([str(program), "render", "-f", "orders.yaml", "--to", "terraform"], empty, quiet=True)
    rendered = sorted(path.name for path in (empty / "terraform").glob("*.tf"))
    if "cluster.tf" not in rendered:
        raise SystemExit(f"render wrote no cluster.tf, only {rendered}")


def run(command: list[str], folder: Path, *, quiet: bool = False) -> None:
    """Run a command in `folder`, with nothing of the checkout or of the developer's settings; a failure ends the check."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and not k.startswith("AURORA_")}
    environment["AURORA_HOME"] = str(folder / "home")
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=quiet, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout or ''}{done.stderr or ''}")


if __name__ == "__main__":
    raise SystemExit(main())
