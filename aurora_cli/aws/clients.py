"""botocore clients for one account, region and endpoint."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.answers import check_answers
from aurora_cli.aws.endpoint_data import keep_small
from aurora_cli.aws.environment import KEYS
from aurora_cli.aws.errors import PROFILE, aws_errors
from aurora_cli.aws.throttling import SharedBackoff

if TYPE_CHECKING:
    from botocore.session import Session

_USER_AGENT = "aurora-cli"
_STS_NAMES = {"role_arn": "RoleArn", "external_id": "ExternalId", "session_name": "RoleSessionName"}
_OF_AN_ACCOUNT = ("assume-role", "sso")
"""Credentials that came with the number of their account; of others a setting may say it, which may be wrong."""
_UNKNOWN_TO_TERRAFORM = ("ec2-credentials-file", "boto-config")
"""Files of boto 2."""
_CLI_CACHE = Path("~/.aws/cli/cache")
"""Where the AWS CLI keeps the sessions of roles: a code that was entered for one serves the other."""


_LOADERS: dict[tuple[str, ...], Any] = {}
"""botocore's loaders of the descriptions of services, by the folders in which they look."""


@dataclass(frozen=True)
class Access:
    """Where API calls go and who makes them.

    Attributes:
        region: AWS Region.
        profile: named profile, or None for botocore's own search.
        endpoint_url: one endpoint for every service, or None for AWS itself.
        access_key_id, secret_access_key: fixed credentials, or None for botocore's own search.
        assume_role: arguments of the provider's `assume_role` block; None to call as who the credentials are.
        ask_code: asks for an MFA code, e.g. `getpass.getpass`; None when the profile needs none.
    """

    region: str
    profile: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    assume_role: Mapping[str, str] | None = None
    ask_code: Callable[[str], str] | None = None

    @classmethod
    def from_environment(
        cls, region: str, environment: Mapping[str, str], assume_role: Mapping[str, str] | None = None
    ) -> Access:
        """Access that is spelled out in an environment (`AWS_ENDPOINT_URL`, keys), as the sandbox gives it."""
        return cls(
            region=region,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            access_key_id=environment["AWS_ACCESS_KEY_ID"],
            secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            assume_role=assume_role,
        )


class AwsClients:
    """Makes clients, each once. May be shared between threads: making a client is not safe there, using one is.

    Args:
        access: region, endpoint and credentials.
        cache: file for the part of botocore's table of endpoints that is used; None reads all of it.
        throttling: folder in which processes tell each other that an account is throttled; None for no others.
    """

    def __init__(self, access: Access, cache: Path | None = None, throttling: Path | None = None) -> None:
        self.access = access
        self._cache, self._throttling = cache, throttling
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    @cached_property
    def session(self) -> Session:
        """The botocore session. Raises CredentialsError for a profile that does not exist."""
        with aws_errors("reading the AWS configuration"):
            session = _session(self.access, self._cache)
        if self._throttling:
            SharedBackoff(self._throttling, f"{_account_of(self.access)} {self.access.region}").watch(session)
        return session

    @cached_property
    def account(self) -> str:
        """Number of the account that calls reach. Raises CredentialsError, AccessDenied, AwsFailed."""
        with aws_errors("reading the caller identity"):
            found: Any = self.session.get_credentials()
            if found is not None and found.method in _OF_AN_ACCOUNT and found.account_id:
                return str(found.account_id)
            return str(self.client("sts").get_caller_identity()["Account"])

    def credentials(self) -> dict[str, str]:
        """The credentials of the calls as variables of AWS. Raises CredentialsError, AccessDenied."""
        from botocore.exceptions import NoCredentialsError

        with aws_errors("reading the AWS credentials"):
            found: Any = self.session.get_credentials()
            if found is None:
                raise NoCredentialsError
            frozen = found.get_frozen_credentials()
        values = (frozen.access_key, frozen.secret_key, frozen.token)
        return {name: value for name, value in zip(KEYS, values, strict=True) if value}

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
            make: Any = self.session.create_client  # the stubs' overloads want a literal service name
            return make(service, region_name=self.access.region, endpoint_url=self.access.endpoint_url, config=config)


def load_services(names: Collection[str]) -> None:
    """Read the descriptions of services, which all clients of this process then share. Raises CredentialsError, AwsFailed."""
    clients = AwsClients(Access("us-east-1", endpoint_url="http://localhost", access_key_id="none"))
    for name in names:
        clients.client(name)


def _account_of(access: Access) -> str:
    """What stands for the account, as far as that is known without a call: those who have the same share its throttling."""
    if access.assume_role:
        return access.assume_role["role_arn"].split(":")[4]
    return (
        access.access_key_id or access.profile or os.environ.get(KEYS[0]) or os.environ.get("AWS_PROFILE") or "default"
    )


def _session(access: Access, cache: Path | None) -> Session:
    import botocore.session

    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    loader = copy(_LOADERS.setdefault(tuple(loader.search_paths), loader))  # what it has read serves each copy
    _services_by_folder(loader)
    if cache:
        keep_small(loader, cache)
    session.register_component("data_loader", loader)
    session.set_config_variable("region", access.region)
    check_answers(session)
    if access.access_key_id is None:
        _set_identity(session, access)
    else:
        session.set_credentials(access.access_key_id, access.secret_access_key or "")
    if access.assume_role:
        _set_role(session, access)
    return session


def _services_by_folder(loader: Any) -> None:
    """botocore's loader opens the 400 folders of all services, each time that it loads something of one."""
    folders = [Path(path) for path in loader.search_paths]
    names = sorted({service.name for folder in folders if folder.is_dir() for service in folder.iterdir()})
    loader.list_available_services = lambda type_name: names


def _set_identity(core: Any, access: Access) -> None:
    """Make the session that of the profile, which asks for MFA codes as we do."""
    from botocore.utils import JSONFileCache

    if access.profile:
        core.set_config_variable("profile", access.profile)
    PROFILE.set(access.profile)
    chain = core.get_component("credential_provider")
    if access.profile:
        chain.remove("container-role")  # a profile takes its place, for Terraform too: see `one_identity`
    for method in _UNKNOWN_TO_TERRAFORM:
        chain.remove(method)
    if access.ask_code:
        provider = chain.get_provider("assume-role")
        provider.cache = JSONFileCache(str(_CLI_CACHE.expanduser()))
        provider._prompter = access.ask_code


def _set_role(core: Any, access: Access) -> None:
    """Credentials of a role by STS, renewed before they expire: an operation may take longer than a session of a role."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    source = core.get_credentials()
    if source is None:
        raise NoCredentialsError
    asked = {_STS_NAMES[name]: value for name, value in (access.assume_role or {}).items()}
    create: Any = partial(core.create_client, region_name=access.region, endpoint_url=access.endpoint_url)
    fetcher = AssumeRoleCredentialFetcher(create, source, asked.pop("RoleArn"), extra_args=asked)
    core._credentials = DeferredRefreshableCredentials(method="assume-role", refresh_using=fetcher.fetch_credentials)
