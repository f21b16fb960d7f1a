"""boto3 clients for one account, region and endpoint."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.errors import aws_errors

if TYPE_CHECKING:
    import boto3

_USER_AGENT = "aurora-cli"


@dataclass(frozen=True)
class Access:
    """Where API calls go and who makes them.

    Attributes:
        region: AWS Region.
        profile: named profile, or None for boto3's own search.
        endpoint_url: one endpoint for every service, or None for AWS itself.
        access_key_id, secret_access_key: fixed credentials, or None for boto3's own search.
    """

    region: str
    profile: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None

    @classmethod
    def from_environment(cls, region: str, environment: Mapping[str, str]) -> Access:
        """Access that is spelled out in an environment (`AWS_ENDPOINT_URL`, keys), as the sandbox gives it."""
        return cls(
            region=region,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            access_key_id=environment["AWS_ACCESS_KEY_ID"],
            secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )


class AwsClients:
    """Makes clients, each once. May be shared between threads: making a client is not safe there, using one is.

    Args:
        access: region, endpoint and credentials.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    @cached_property
    def session(self) -> boto3.Session:
        """The boto3 session. Raises CredentialsError for a profile that does not exist."""
        import boto3

        with aws_errors("reading the AWS configuration"):
            return boto3.Session(
                region_name=self.access.region,
                profile_name=self.access.profile,
                aws_access_key_id=self.access.access_key_id,
                aws_secret_access_key=self.access.secret_access_key,
            )

    def client(self, service: str) -> Any:
        """A client of that service with standard retries. Raises CredentialsError, AwsFailed."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "standard", "max_attempts": 5},
            user_agent_extra=_USER_AGENT,
            connect_timeout=10,
            read_timeout=60,
        )
        with aws_errors(f"setting up {service}"):
            make: Any = self.session.client  # the stubs' overloads want a literal service name
            return make(service, endpoint_url=self.access.endpoint_url, config=config)
