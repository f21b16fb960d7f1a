"""Start, follow the resources, end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput, SandboxFailed
from aurora_cli.sandbox.database.front.token import Secret
from aurora_cli.sandbox.database.metrics import MINUTE_S, MINUTE_SETTING, minute
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING
from aurora_cli.sandbox.isolation import Keys
from aurora_cli.sandbox.requirements import INSTALL
from aurora_cli.writing import make_folder

if TYPE_CHECKING:
    from aurora_cli.sandbox.database.fleet import Fleet

SETTING = "AURORA_SANDBOX_DATABASE"
MOST_SETTING = "AURORA_SANDBOX_SERVERS"
OFF = ("off", "0", "no", "false")


def start(folder: Path, environ: Mapping[str, str], keys: Keys) -> None:
    """Have servers from now on, where they can run and are not switched off. If not, the log says why, once.

    Args:
        folder: the sandbox folder.
        environ: of the emulator.
        keys: of the sandbox.
    """
    given = environ.get(MINUTE_SETTING, "")
    if given and minute(environ) == MINUTE_S and given != f"{MINUTE_S:.0f}":
        _say(f"{MINUTE_SETTING}={given} is not a number of seconds from 0.1 to 60; it is 60.")
    if environ.get(SETTING, "").lower() in OFF:
        SERVING.off, SERVING.reason = True, f"{SETTING} is off."
        return
    if find_spec("psycopg") is None:
        SERVING.reason = f"psycopg is not installed: {INSTALL}"
        return
    from aurora_cli.sandbox.database.fleet import Fleet
    from aurora_cli.sandbox.database.front import addresses
    from aurora_cli.sandbox.database.front.gate import Gate

    most = environ.get(MOST_SETTING, "")
    SERVING.most = int(most) if most.isdigit() else SERVING.most
    try:
        SERVING.fleet = Fleet(folder, environ)
    except (SandboxFailed, OSError) as problem:
        SERVING.reason = str(problem)
        _say(f"The sandbox runs without databases: {problem}")
        return
    for engine, why in SERVING.fleet.missing.items():
        _say(f"{engine} clusters have no database servers: {why}")
    spare = environ.get(addresses.SETTING) != addresses.ONLY and addresses.are_usable()
    SERVING.gate = Gate(make_folder(folder / "database"), SERVING.fleet, lambda key: _secret(key, keys), spare=spare)


def _secret(key: str, keys: Keys) -> Secret | None:
    """The secret of an access key: the sandbox's own, one of an IAM user, or of a role that somebody assumed."""
    if key == keys.access_key_id:
        return Secret(keys.secret_access_key)
    from aurora_cli.sandbox.emulator.rds.databases import wanted

    return wanted.secret_of(key)


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the log


def sync() -> None:
    """Follow the resources. Call after each change, while no other call is served."""
    if SERVING.fleet is None:
        return
    from aurora_cli.sandbox.emulator.rds.databases import wanted

    SERVING.fleet.update(wanted.clusters(), wanted.snapshots())
    if SERVING.gate is not None:
        SERVING.gate.update(wanted.all_endpoints())


def check_serves() -> None:
    """Raise InvalidInput if there are no servers."""
    if SERVING.fleet is None:
        raise InvalidInput(
            f"The sandbox runs no database servers: {SERVING.reason or 'they are switched off.'}",
            hint="Run `aurora-cli sandbox stop`, and then `aurora-cli sandbox start` without AURORA_SANDBOX_DATABASE=off.",
        )


def report() -> dict[str, Any]:
    """The servers and endpoints, as `Databases` in JSON."""
    fleet, gate = SERVING.fleet, SERVING.gate
    if fleet is None:
        return {
            "running": False,
            "off": SERVING.off,
            "reason": SERVING.reason,
            "ports": {},
            "ca_file": None,
            "installed": [],
            "engines": [],
            "servers": [],
            "endpoints": [],
        }
    listeners = gate.listeners() if gate is not None else []
    return {
        "running": True,
        "off": False,
        "reason": SERVING.reason,
        "ports": {str(port): why for port, why in gate.problems.items()} if gate is not None else {},
        "ca_file": str(gate.authority.file) if gate is not None else None,
        "installed": [f"{one.version} ({one.origin})" for one in fleet.available if one.product == "PostgreSQL"],
        "engines": list(_engines(fleet)),
        "servers": fleet.report(),
        "endpoints": [{"name": one.endpoint.name, "host": one.host, "port": one.port} for one in listeners],
    }


def _engines(fleet: Fleet) -> Iterator[dict[str, Any]]:
    """Each engine of Aurora, with what serves it, or why nothing does."""
    for engine, served in fleet.engines.items():
        servers = [f"{one.label} ({one.origin})" for one in served.available]
        yield {"engine": engine, "servers": servers, "reason": None}
    for engine, problem in fleet.missing.items():
        yield {"engine": engine, "servers": [], "reason": str(problem)}


def settle() -> None:
    """Wait, when all resources are gone, until the servers are too, and delete what is left of them."""
    if SERVING.fleet is not None:
        SERVING.fleet.wait_until_settled()
        SERVING.fleet.remove_unknown(())


def begin() -> None:
    """Follow the resources that were brought back, and delete the data of those that were not."""
    sync()
    if SERVING.fleet is not None:
        from aurora_cli.sandbox.emulator.rds.databases import wanted

        SERVING.fleet.remove_unknown(wanted.known())


def end(folder: Path) -> None:
    """Stop all servers; if the sandbox folder is deleted, with their data."""
    if SERVING.fleet is not None:
        SERVING.fleet.close(delete=not folder.exists())
