"""The file of certificate authorities that a connection is checked against: named, the sandbox's, or downloaded once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.aws.ca_bundle import download
from aurora_cli.errors import AuroraError, InvalidInput, OperationFailed
from aurora_cli.events import Note
from aurora_cli.operations.report.connection_strings import ca_command, ca_unknown, own_authority
from aurora_cli.spec.facts.partitions import partition_of
from aurora_cli.writing import make_folder, write_atomic

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit

_FRESH = timedelta(days=30)
"""AWS adds certificate authorities years before servers use them."""


def certificate_file(app: AppContext, region: str, host: str, given: str | None, emit: Emit) -> str:
    """Path of the certificate authorities for a server of a Region.

    Args:
        given: by --ca-file or AURORA_CA_FILE; None for the sandbox's own, or for AWS's, which are kept in the home.

    Raises:
        InvalidInput: there is no such file, or it is not known where the partition has its bundle.
        OperationFailed: the sandbox has no database server there.
        AwsFailed: the bundle cannot be downloaded, and there is no copy.
    """
    if given is not None:
        return _named(given, region)
    if app.sandbox_certificates is not None:
        own = own_authority(app.sandbox_certificates, host)
        if own is None or not Path(own).is_file():
            raise OperationFailed(
                f"The sandbox runs no database behind {host}.", hint="See why: aurora-cli sandbox status"
            )
        return own
    unknown = ca_unknown(region)
    if unknown:
        raise InvalidInput("The certificate authorities of RDS are missing.", hint=f"{unknown} Then: --ca-file FILE")
    return str(_kept(app, region, emit))


def _named(given: str, region: str) -> str:
    path = Path(given).expanduser().absolute()
    if not path.is_file():
        raise InvalidInput(f"There is no file {given}.", hint=ca_command(region, given) or ca_unknown(region, given))
    return str(path)


def _kept(app: AppContext, region: str, emit: Emit) -> Path:
    partition = partition_of(region)
    path = app.home.path / "certificates" / f"{partition.name}.pem"
    there = path.is_file()
    if there and app.clock.now() - datetime.fromtimestamp(path.stat().st_mtime, timezone.utc) < _FRESH:
        return path
    try:
        text = download(str(partition.ca_bundle))
    except AuroraError as problem:
        if there:
            emit(Note(f"The certificate authorities could not be renewed: {problem.message}", level="warning"))
            return path
        problem.hint = f"Where there is a way to it: {ca_command(region)}. Then: --ca-file global-bundle.pem"
        raise
    make_folder(path.parent)
    write_atomic(path, text)
    return path
