"""Amazon RDS for Aurora, on top of moto.

models/        the resources: moto's, with the values that RDS returns
backend.py     RDS of an account and Region: tables of resources, deferred work
limits/        what a call must not say, whatever there is: values, combinations, tags
actions/       the actions on a backend: states, quotas, errors
lists.py       the filters of lists, and how long a page is
responses.py   maps actions of the API to functions
"""

from __future__ import annotations


def install() -> None:
    """Install these extensions in moto. Call before the first RDS request."""
    from moto.rds import models, urls

    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
    from aurora_cli.sandbox.emulator.rds.models.secret import ManagedSecret
    from aurora_cli.sandbox.emulator.rds.responses import AuroraResponse

    models.rds_backends.backend = AuroraBackend
    models.MasterUserSecret = ManagedSecret  # type: ignore[misc]
    urls.url_paths = {"{0}/$": AuroraResponse.dispatch}
