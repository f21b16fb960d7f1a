"""Aurora as RDS answers it, on top of moto.

models/        the resources: moto's, with AWS's values
backend.py     RDS of an account and Region: the tables of those, and work that waits for its time
actions/       the calls on a backend: checks, states, refusals
responses.py   which action of the API is which call
"""

from __future__ import annotations


def install() -> None:
    """Make moto serve RDS with these extensions. Call before the first RDS request."""
    from moto.rds import models, urls

    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
    from aurora_cli.sandbox.emulator.rds.models.secret import ManagedSecret
    from aurora_cli.sandbox.emulator.rds.responses import AuroraResponse

    models.rds_backends.backend = AuroraBackend
    models.MasterUserSecret = ManagedSecret  # type: ignore[misc]
    urls.url_paths = {"{0}/$": AuroraResponse.dispatch}
