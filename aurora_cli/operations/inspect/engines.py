"""What AWS offers to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.engine.engine_versions import EngineVersion, read_engine_versions
from aurora_cli.errors import InvalidInput
from aurora_cli.events import Emit

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def engine_versions(
    app: AppContext, engine: str, version: str | None, *, emit: Emit
) -> tuple[str, list[EngineVersion]]:
    """The Region that was asked, and its versions of the engine: all, or what `version` (full or major) names.

    Raises:
        InvalidInput: no Region is set, or AWS has no such version. CredentialsError, AccessDenied, AwsFailed, SandboxFailed.
    """
    fallback = app.fallback_region()
    region = app.region or (fallback[0] if fallback else None)
    if not region:
        raise InvalidInput("No Region is set.", hint="Specify --region, or set AWS_REGION.")
    app.begin(emit)
    found = read_engine_versions(app.aws(region).client("rds"), engine, version)
    if not found:
        raise InvalidInput(f"{region} has no version {version} of {engine}.", hint="List all versions: omit --version.")
    return region, found
