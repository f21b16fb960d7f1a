"""Walk the examples of public Aurora modules through the sandbox: validate, plan, apply, empty plan, change, empty plan, destroy.

    python tools/try_modules.py MODULES [EXAMPLE...] [--provider-mirror DIR] [--keep DIR]

MODULES holds Git repositories as MODULES/OWNER/REPOSITORY (any clone, bare ones too); `--list` prints those that are needed, with
their tags. Each example runs in a copy, changed only in: the sources of modules, which become paths of this machine; what
AWS refuses today; and, without a mirror of the provider hashicorp/random, values in place of its resources. What was
changed is printed with each example.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# address in the registry -> repository and tag
MODULES: Mapping[str, tuple[str, str]] = {
    "terraform-aws-modules/rds-aurora/aws": ("terraform-aws-modules/terraform-aws-rds-aurora", "v10.2.0"),
    "terraform-aws-modules/vpc/aws": ("terraform-aws-modules/terraform-aws-vpc", "v6.6.0"),
    "terraform-aws-modules/kms/aws": ("terraform-aws-modules/terraform-aws-kms", "v4.2.0"),
    "terraform-aws-modules/s3-bucket/aws": ("terraform-aws-modules/terraform-aws-s3-bucket", "v5.15.4"),
    "cloudposse/rds-cluster/aws": ("cloudposse/terraform-aws-rds-cluster", "v2.5.0"),
    "cloudposse/vpc/aws": ("cloudposse/terraform-aws-vpc", "v2.2.0"),
    "cloudposse/dynamic-subnets/aws": ("cloudposse/terraform-aws-dynamic-subnets", "2.4.2"),
    "cloudposse/route53-cluster-hostname/aws": ("cloudposse/terraform-aws-route53-cluster-hostname", "0.13.0"),
    "cloudposse/utils/aws": ("cloudposse/terraform-aws-utils", "1.4.0"),
    "cloudposse/label/null": ("cloudposse/terraform-null-label", "0.25.0"),
}
_SOURCE = re.compile(r'^(\s*)source\s*=\s*"([\w-]+/[\w-]+/[\w-]+)(//[\w/-]+)?"\n(?:\s*version\s*=.*\n)?', re.MULTILINE)
_RANDOM = re.compile(r'^resource "(random_\w+)" "(\w+)" \{\n(?:.*\n)*?^\}\n', re.MULTILINE)
_RANDOM_VALUE = re.compile(r"random_\w+\.\w+(?:\[[^\]]*\])?\.(?:id|result)\b")
_REQUIRED = re.compile(r"^    (random|null) = \{\n(?:.*\n)*?^    \}\n", re.MULTILINE)
_GIT = shutil.which("git") or "git"
_VALUE = "sandbox-0a1b2c3d"


@dataclass(frozen=True)
class Example:
    """An example to walk.

    Attributes:
        module: its module's address in the registry.
        folder: its folder in the module.
        change: what is replaced in `file` (or added to the arguments) for the change.
        adapted: what AWS refuses today, what takes its place, and the reason.
        arguments: of plan and destroy.
    """

    module: str
    folder: str
    change: tuple[str, str]
    file: str = "main.tf"
    adapted: Sequence[tuple[str, str, str]] = ()
    arguments: tuple[str, ...] = ()


_AURORA, _POSSE = "terraform-aws-modules/rds-aurora/aws", "cloudposse/rds-cluster/aws"
_ROLES = """\
  role_associations = {
    s3Import = {
      role_arn = aws_iam_role.s3_import.arn
      # feature_name = "s3Import" # same as setting value to key
    }
  }
"""
_TAG = ('GithubOrg  = "terraform-aws-modules"', 'GithubOrg  = "changed"')
EXAMPLES = {
    "postgresql": Example(_AURORA, "examples/postgresql", ("promotion_tier = 15", "promotion_tier = 14")),
    "mysql": Example(_AURORA, "examples/mysql", ("promotion_tier = 15", "promotion_tier = 14")),
    "serverless": Example(_AURORA, "examples/serverless", ("max_capacity = 10", "max_capacity = 12")),
    "autoscaling": Example(
        _AURORA, "examples/autoscaling", ("autoscaling_max_capacity = 5", "autoscaling_max_capacity = 6")
    ),
    # Without apply_immediately a new class waits for the maintenance window, and the plan shows it until then, as in AWS.
    "global-cluster": Example(_AURORA, "examples/global-cluster", _TAG),
    "s3-import": Example(
        _AURORA,
        "examples/s3-import",
        _TAG,
        adapted=(
            (
                'engine_version         = "5.7.12"',
                'engine_version         = "8.0.mysql_aurora.3.08.2"',
                "AWS has retired that version: Cannot find version 5.7.12",
            ),
            (
                'source_engine_version = "5.7.12"',
                'source_engine_version = "8.0.36"',
                "the backup is of that major version",
            ),
            (
                _ROLES,
                "",
                "AWS takes no feature name for Aurora MySQL, and the module sends one always: provider issue 41176, its own 273",
            ),
        ),
    ),
    "complete": Example(
        _POSSE,
        "examples/complete",
        ("cluster_size = 1", "cluster_size = 2"),
        file="fixtures.us-east-2.tfvars",
        arguments=("-var-file=fixtures.us-east-2.tfvars",),
    ),
}


class Failed(Exception):
    """A step of a walk did not end as it should."""


def main() -> int:
    """Walk the chosen examples; 1 if one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="?", type=Path, help="folder with the Git repositories")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help=f"of {', '.join(EXAMPLES)}")
    parser.add_argument(
        "--provider-mirror", type=Path, help="other providers, as `terraform providers mirror` writes them"
    )
    parser.add_argument("--keep", type=Path, help="keep the copies and the logs there")
    parser.add_argument("--list", action="store_true", help="print the repositories and tags, and end")
    given = parser.parse_args()
    if given.list or given.modules is None:
        print("\n".join(f"{repository}  {tag}" for repository, tag in MODULES.values()))
        return 0 if given.list else 2
    failed = 0
    for name in given.examples or EXAMPLES:
        with _folder(given.keep, name) as folder:
            started = time.monotonic()
            try:
                changed = walk(EXAMPLES[name], given.modules.resolve(), folder, given.provider_mirror)
                print(f"{name}: ok, {time.monotonic() - started:.0f} s; changed: {'; '.join(changed)}", flush=True)
            except Failed as error:
                failed += 1
                print(f"{name}: FAILED, {time.monotonic() - started:.0f} s: {error}", flush=True)
    return 1 if failed else 0


@contextmanager
def _folder(keep: Path | None, name: str) -> Iterator[Path]:
    """A folder for one walk: below `keep`, or one that goes afterwards."""
    if keep is not None:
        kept = keep.resolve() / name
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
        yield Path(folder)


def walk(example: Example, modules: Path, folder: Path, mirror: Path | None) -> list[str]:
    """Walk one example.

    Args:
        folder: an empty folder for the copies, the home of the sandbox and the logs.

    Returns:
        what differs from the example as published.

    Raises:
        Failed: a step did not end as it should.
    """
    changed = list(_copies(example, modules, folder / "modules", mirror))
    root = folder / "modules" / MODULES[example.module][0] / example.folder
    run = _runner(root, folder, mirror)
    more = example.arguments
    try:
        run("init", ("init",))
        run("validate", ("validate",))
        run("plan", ("plan", "-out=plan.out", *more))
        run("apply", ("apply", "plan.out"))
        _empty_plan(run, "empty plan", more)
        _replace(root / example.file, *example.change)
        run("plan of the change", ("plan", "-detailed-exitcode", "-out=plan.out", *more), status=2)
        run("apply of the change", ("apply", "plan.out"))
        _empty_plan(run, "empty plan after the change", more)
        run("destroy", ("destroy", "-auto-approve", *more))
        left = run("state", ("state", "list"))
        if left.strip():
            raise Failed(f"after destroy the state still has {left.split()}")
    finally:
        _program(folder, "stop")
    return changed


def _empty_plan(run: Callable[..., str], step: str, more: Sequence[str]) -> None:
    """No resource may change; an output may, since a cluster's `cluster_members` are read before it has instances."""
    run(step, ("plan", "-out=check.out", *more))
    plan = json.loads(run("show", ("show", "-json", "check.out")))
    wrong = [
        f"{one['address']}: {'/'.join(one['change']['actions'])}"
        for one in plan.get("resource_changes", ())
        if one["change"]["actions"] not in (["no-op"], ["read"])
    ]
    if wrong:
        raise Failed(f"the plan of '{step}' is not empty: {', '.join(wrong)}\n{run('show', ('show', 'check.out'))}")


def _runner(root: Path, folder: Path, mirror: Path | None) -> Callable[..., str]:
    words = ["terraform", *(("--provider-mirror", str(mirror)) if mirror else ()), "--"]
    log = folder / "log.txt"

    def run(step: str, arguments: Sequence[str], status: int = 0) -> str:
        started = time.monotonic()
        done = _program(folder, *words, *arguments, cwd=root)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"== {step}: {' '.join(arguments)} -> {done.returncode}\n{done.stdout}{done.stderr}\n")
        print(f"  {step}: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
        if done.returncode != status:
            raise Failed(f"{step} ended with {done.returncode}, not {status}\n{(done.stdout + done.stderr)[-6000:]}")
        return done.stdout

    return run


def _program(folder: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """aurora-cli with a home of its own, without colour and without a terminal."""
    env = {**os.environ, "AURORA_HOME": str(folder / "home"), "NO_COLOR": "1", "TF_CLI_ARGS": ""}
    command = [sys.executable, "-m", "aurora_cli", "sandbox", *words]
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def _copies(example: Example, modules: Path, folder: Path, mirror: Path | None) -> Iterator[str]:
    """Copy the modules and adapt them; gives what was changed."""
    for repository, tag in MODULES.values():
        if repository == MODULES[example.module][0] or repository.split("/")[0] == example.module.split("/")[0]:
            _check_out(modules / repository, tag, folder / repository)
    main_ = folder / MODULES[example.module][0]
    for old, new, why in example.adapted:
        _replace(main_ / example.folder / "main.tf", old, new)
        yield f"{old.split()[0]} {f'is {new.split()[-1]}' if new else 'left out'} ({why})"
    replaced: set[str] = set()
    for file in sorted(folder.rglob("*.tf")):
        if "examples" in file.relative_to(folder).parts and not file.is_relative_to(main_ / example.folder):
            continue
        text = file.read_text("utf-8")
        local = with_local_sources(text, file.parent, folder)
        adapted, names = (local, set()) if mirror else without_random(local)
        replaced |= names
        if adapted != text:
            file.write_text(adapted, "utf-8")
    yield "sources of modules"
    if replaced:
        yield f"a fixed value, or nothing, in place of {', '.join(sorted(replaced))}"


def with_local_sources(text: str, here: Path, folder: Path) -> str:
    """A configuration in `here` whose modules come from the copies in `folder` instead of the registry."""

    def local(match: re.Match[str]) -> str:
        if match[2] not in MODULES:
            return match[0]
        target = folder / MODULES[match[2]][0] / (match[3] or "").lstrip("/")
        return f'{match[1]}source = "{Path(os.path.relpath(target, here)).as_posix()}"\n'

    return _SOURCE.sub(local, text)


def without_random(text: str) -> tuple[str, set[str]]:
    """A configuration without the providers hashicorp/random and hashicorp/null, and the names of what went."""
    names = {match[1] for match in _RANDOM.finditer(text)}
    without = _RANDOM_VALUE.sub(f'"{_VALUE}"', _RANDOM.sub("", text))
    return _REQUIRED.sub("", without), names | {f"hashicorp/{name}" for name in _REQUIRED.findall(without)}


def _check_out(repository: Path, tag: str, target: Path) -> None:
    if not repository.exists():
        raise Failed(f"{repository} is missing: clone it from GitHub, see `--list`")
    done = subprocess.run([_GIT, "-C", repository, "archive", tag], capture_output=True, check=False)
    if done.returncode:
        raise Failed(f"{repository} has no tag {tag}: {done.stderr.decode().strip()}")
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    if not re.search(rf"{re.escape(old)}\b" if old[-1].isalnum() else re.escape(old), text):
        raise Failed(f"{file} has no {old}")
    file.write_text(text.replace(old, new), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
