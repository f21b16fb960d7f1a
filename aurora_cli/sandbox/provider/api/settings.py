"""Settings of the provider: the provider block overrides the environment, and endpoints must be on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN

_DEFAULT_ATTEMPTS = 25  # the genuine provider's max_retries

# botocore service name -> attribute of the `endpoints` block, where they differ
_ENDPOINT_NAMES = {"application-autoscaling": "appautoscaling"}


@dataclass(frozen=True)
class Settings:
    """Endpoints, credentials and options of calls.

    Attributes:
        region: the provider's Region.
        endpoints: botocore service name -> URL; the empty name is the URL of every other service.
        default_tags: tags of every resource that supports tags.
        ignore_keys, ignore_prefixes: tags that Terraform ignores.
        accounts: `allowed_account_ids`; empty for any.
        role: parameters of AssumeRole of STS; empty to call as who the credentials are.
        max_attempts: attempts per call, at least 1.
        validate_credentials: call GetCallerIdentity of STS first.
        find_lost: look for a resource whose creation got no response; the genuine provider does not.
    """

    region: str
    access_key: str
    secret_key: str
    token: str | None
    endpoints: Mapping[str, str]
    default_tags: Mapping[str, str] = field(default_factory=dict)
    ignore_keys: frozenset[str] = frozenset()
    ignore_prefixes: tuple[str, ...] = ()
    accounts: frozenset[str] = frozenset()
    role: Mapping[str, str] = field(default_factory=dict)
    max_attempts: int = _DEFAULT_ATTEMPTS
    validate_credentials: bool = True
    find_lost: bool = True

    def endpoint(self, service: str) -> str:
        """The URL of a service; `read_settings` ensures that it is a loopback address."""
        return self.endpoints.get(service) or self.endpoints[""]

    def is_ignored(self, key: str) -> bool:
        """Whether a tag is ignored: AWS's own and those of `ignore_tags`."""
        return key.startswith(("aws:", *self.ignore_prefixes)) or key in self.ignore_keys


def read_settings(config: Mapping[str, Any], environ: Mapping[str, str], services: Iterable[str]) -> Settings:
    """Settings from the provider block and the environment.

    Args:
        config: the provider block's value.
        environ: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID,
            AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_MAX_ATTEMPTS, AURORA_SANDBOX_LOST_RESPONSES (`fail`: see `find_lost`).
        services: botocore names of the services in use; each requires a loopback endpoint.

    Raises:
        ProviderError: the Region or credentials are missing, or an endpoint is missing or not on this machine.
    """
    region = _known(config.get("region")) or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise ProviderError("invalid AWS Region: ", "Set region in the provider block or AWS_REGION.")
    access_key, secret_key, token = _credentials(config, environ)
    tags = _first(config.get("default_tags")).get("tags")
    ignore = _first(config.get("ignore_tags"))
    accounts = frozenset(_known(config.get("allowed_account_ids")) or ())
    return Settings(
        region=region,
        access_key=access_key,
        secret_key=secret_key,
        token=token,
        endpoints=_endpoints(config, environ, services),
        default_tags={key: value for key, value in (_known(tags) or {}).items() if _known(value) is not None},
        ignore_keys=frozenset(_known(ignore.get("keys")) or ()),
        ignore_prefixes=tuple(_known(ignore.get("key_prefixes")) or ()),
        accounts=accounts,
        role=_role(_first(config.get("assume_role")), accounts),
        max_attempts=_attempts(config, environ),
        validate_credentials=not _known(config.get("skip_credentials_validation")),
        find_lost=environ.get("AURORA_SANDBOX_LOST_RESPONSES") != "fail",
    )


def is_loopback(url: str) -> bool:
    """Whether the host of the URL is this machine by name or address."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _known(value: Any) -> Any:
    return None if value is UNKNOWN else value


def _first(blocks: Any) -> Mapping[str, Any]:
    known = _known(blocks)
    return known[0] if known else {}


def _role(block: Mapping[str, Any], accounts: frozenset[str]) -> dict[str, str]:
    """What AssumeRole takes; nothing for a stack that is in the sandbox's own account, as all were before it assumed roles."""
    arn = str(_known(block.get("role_arn")) or "")
    if not arn or (accounts and arn.split(":")[4:5] != [*accounts]):
        return {}
    asked: dict[str, Any] = {"RoleSessionName": block.get("session_name"), "ExternalId": block.get("external_id")}
    return {
        "RoleArn": arn,
        "RoleSessionName": "sandbox",
        **{name: value for name, value in asked.items() if _known(value)},
    }


def _credentials(config: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[str, str, str | None]:
    access_key = _known(config.get("access_key")) or environ.get("AWS_ACCESS_KEY_ID")
    secret_key = _known(config.get("secret_key")) or environ.get("AWS_SECRET_ACCESS_KEY")
    if not access_key or not secret_key:
        raise ProviderError(
            "No valid credential sources found",
            "Please see https://registry.terraform.io/providers/hashicorp/aws for more information about providing "
            "credentials.\n\nError: the sandbox supports only AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    return access_key, secret_key, _known(config.get("token")) or environ.get("AWS_SESSION_TOKEN") or None


def _endpoints(config: Mapping[str, Any], environ: Mapping[str, str], services: Iterable[str]) -> dict[str, str]:
    blocks = [block for block in _known(config.get("endpoints")) or () if block is not UNKNOWN]
    found: dict[str, str] = {"": environ.get("AWS_ENDPOINT_URL", "")}
    for service in services:
        name = _ENDPOINT_NAMES.get(service, service)
        from_block = next((block[name] for block in blocks if _known(block.get(name))), "")
        url = from_block or environ.get(f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}") or found[""]
        _refuse_outside(service, url)
        found[service] = url
    return found


def _refuse_outside(service: str, url: str) -> None:
    if not url:
        raise ProviderError(
            "The sandbox has no endpoint",
            f"No endpoint is set for {service}, and the sandbox never calls AWS itself. Set AWS_ENDPOINT_URL to the "
            "emulator's address, which `aurora-cli --sandbox` does automatically.",
        )
    if not is_loopback(url):
        raise ProviderError(
            "The sandbox does not leave this machine",
            f"The endpoint for {service} is {url}, which is not a loopback address.",
        )


def _attempts(config: Mapping[str, Any], environ: Mapping[str, str]) -> int:
    value = _known(config.get("max_retries")) or environ.get("AWS_MAX_ATTEMPTS") or _DEFAULT_ATTEMPTS
    try:
        return max(1, int(value))
    except ValueError as error:
        raise ProviderError("invalid max_retries", f"{value!r} is not a whole number") from error
