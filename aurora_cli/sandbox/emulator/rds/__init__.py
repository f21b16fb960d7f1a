"""Aurora as RDS answers it, on top of moto.

cluster.py, instance.py, snapshot.py   the resources: moto's, with AWS's values
clusters.py, instances.py, ...         the calls on them: checks, states, refusals
catalogue.py                           engine versions and orderable classes
backend.py, responses.py               how moto finds all this
"""

from __future__ import annotations


def install() -> None:
    """Make moto serve RDS with these extensions. Call before the first RDS request."""
    from moto.rds import models, urls

    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
    from aurora_cli.sandbox.emulator.rds.responses import AuroraResponse
    from aurora_cli.sandbox.emulator.rds.secret import ManagedSecret

    models.rds_backends.backend = AuroraBackend
    models.MasterUserSecret = ManagedSecret  # type: ignore[misc]
    urls.url_paths = {"{0}/$": AuroraResponse.dispatch}
