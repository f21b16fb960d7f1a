"""Installs the provider in a filesystem mirror for `hashicorp/aws`."""

from __future__ import annotations

import json
import platform
import shlex
import sys
from pathlib import Path

from aurora_cli.writing import make_missing, write_atomic

VERSION = "6.62.0"
HOSTS = ("registry.terraform.io", "registry.opentofu.org")

_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i686": "386"}


# Must never change: its hash is in the lock files of existing stacks. provider.sh, which it sources, may change.
# Terraform starts the launcher by symbolic links and in the stack's folder.
_LAUNCHER = """\
#!/bin/sh
# hashicorp/aws for the aurora-cli sandbox: starts the provider with the Python that provider.sh names.
mirror=${AURORA_SANDBOX_MIRROR:-$(cd "$(dirname "$(readlink -f "$0")")/../../../../.." && pwd)}
. "$mirror/provider.sh" || exit 1
AURORA_SANDBOX_PROVIDER_CACHE=$mirror/cache
AURORA_SANDBOX_PACKAGE_ROOT=$root
export AURORA_SANDBOX_PROVIDER_CACHE AURORA_SANDBOX_PACKAGE_ROOT
exec "$python" -c '
import os, sys
sys.path[:] = [path for path in sys.path if path] + [os.environ["AURORA_SANDBOX_PACKAGE_ROOT"]]
from aurora_cli.sandbox.provider.__main__ import main
main()
'
"""


def os_arch() -> str:
    """The platform of this machine in Terraform's form, e.g. `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_ARCHITECTURES.get(machine, machine)}"


def variables(mirror: Path) -> dict[str, str]:
    """What the launcher sets in the environment of a provider."""
    return {
        "AURORA_SANDBOX_PROVIDER_CACHE": str(mirror.absolute() / "cache"),
        "AURORA_SANDBOX_PACKAGE_ROOT": str(_PACKAGE_ROOT),
    }


# Sourced by the launcher; the program that replaces the shell falls back to the launcher's own behavior.
_SETTINGS = """\
python={python}
root={root}
AURORA_SANDBOX_PROVIDER_CACHE=$mirror/cache
AURORA_SANDBOX_PACKAGE_ROOT=$root
export AURORA_SANDBOX_PROVIDER_CACHE AURORA_SANDBOX_PACKAGE_ROOT
"""
_QUICK = """\
[ -n "${{AURORA_SANDBOX_DIRECT-}}" ] || exec "$python" -I -S "$root"/aurora_cli/sandbox/provider/fork_client.py {folder}
"""


def install(mirror_dir: Path, python: str, parent_folder: Path | None = None) -> Path:
    """Write the provider's launcher into an unpacked `filesystem_mirror` layout.

    Args:
        mirror_dir: root of the mirror; created if missing. Besides the hosts it contains `provider.sh` (the path of Python) and
            `cache` (service models, a certificate).
        python: the interpreter that has this package and the `sandbox` extra.
        parent_folder: an existing private folder for the fork server; None: each provider is started directly, as with
            AURORA_SANDBOX_DIRECT in Terraform's environment.

    Returns:
        The launcher for registry.terraform.io.

    The launcher is identical on every machine and in every version: Terraform stores its hash in a stack's dependency lock
    file, and a stack outlives the Python that it was created with. provider.sh contains what may change.
    Writing is idempotent and safe for concurrent processes.
    """
    mirror = mirror_dir.absolute()
    settings = _SETTINGS.format(python=shlex.quote(python), root=shlex.quote(str(_PACKAGE_ROOT)))
    if parent_folder is not None and sys.platform == "linux":  # a fork of a process with system libraries is safe there
        settings += _QUICK.format(folder=shlex.quote(str(parent_folder)))
    _write(mirror / "provider.sh", settings, 0o600)
    launchers = [
        mirror / host / "hashicorp" / "aws" / VERSION / os_arch() / f"terraform-provider-aws_v{VERSION}"
        for host in HOSTS
    ]
    for launcher in launchers:
        _write(launcher, _LAUNCHER, 0o700)
    return launchers[0]


def cli_config(mirror_dir: Path, genuine: bool = False, others: Path | None = None) -> str:
    """The text of a Terraform CLI configuration file that installs `hashicorp/aws` from the mirror.

    Args:
        genuine: install every provider from its registry, including `hashicorp/aws`.
        others: a filesystem mirror for the other providers; what it lacks comes from a registry.
    """
    patterns = json.dumps([f"{host}/hashicorp/aws" for host in HOSTS])
    methods = [] if genuine else [_method("filesystem_mirror", path=_hcl(mirror_dir), include=patterns)]
    besides = {} if genuine else {"exclude": patterns}
    if others is not None:
        in_mirror = json.dumps(provided_by(others))
        methods.append(_method("filesystem_mirror", path=_hcl(others), include=in_mirror))
        besides = {"exclude": json.dumps([*(() if genuine else json.loads(patterns)), *json.loads(in_mirror)])}
    methods.append(_method("direct", **besides))
    checkpoint = "" if genuine else "disable_checkpoint = true\n"
    return "provider_installation {\n" + "".join(methods) + "}\n" + checkpoint


def provided_by(mirror: Path) -> list[str]:
    """The addresses of the providers in a filesystem mirror, without hashicorp/aws: `HOST/NAMESPACE/TYPE` of its folders."""
    found = (path.relative_to(mirror).as_posix() for path in mirror.glob("*/*/*") if path.is_dir())
    return sorted(address for address in found if not address.endswith("/hashicorp/aws"))


def _hcl(path: Path) -> str:
    return json.dumps(str(path.absolute())).replace("${", "$${").replace("%{", "%%{")


def _method(name: str, **arguments: str) -> str:
    if not arguments:
        return f"  {name} {{}}\n"
    width = max(map(len, arguments))
    return f"  {name} {{\n" + "".join(f"    {key:<{width}} = {value}\n" for key, value in arguments.items()) + "  }\n"


def _write(file: Path, text: str, mode: int) -> None:
    if file.exists() and file.read_text("utf-8") == text and file.stat().st_mode & 0o777 == mode:
        return
    make_missing(file.parent)
    write_atomic(file, text, mode, sync=False)
