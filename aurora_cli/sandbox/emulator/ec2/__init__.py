"""EC2 as it answers when RDS uses its networks, on top of moto."""

from __future__ import annotations


def install() -> None:
    """Make moto serve EC2 with these extensions. Call before the first EC2 request."""
    from moto.ec2 import models, urls

    from aurora_cli.sandbox.emulator.ec2.backend import NetworkBackend
    from aurora_cli.sandbox.emulator.ec2.responses import NetworkResponse

    models.ec2_backends.backend = NetworkBackend
    urls.url_paths = {"{0}/": NetworkResponse.dispatch}
