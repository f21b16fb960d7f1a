"""The environment of a process that can reach only the emulator, and its validation.

The names are those that botocore, the AWS SDK for Go v2 (the genuine provider) and the AWS CLI read:
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

from __future__ import annotations

import os
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aurora_cli.errors import SandboxFailed

DEFAULT_REGION = "us-east-1"
ACCOUNT = "123456789012"
"""The one account of the emulator."""

KEPT = frozenset(
    {
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_DEFAULT_OUTPUT",
        "AWS_MAX_ATTEMPTS",
        "AWS_PAGER",
        "AWS_RETRY_MODE",
        "AWS_STS_REGIONAL_ENDPOINTS",
    }
)
"""All other AWS_* variables of the caller are removed: endpoints per service, profiles, roles, tokens, containers."""

OTHER_IDENTITIES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CREDENTIAL_EXPIRATION",
)

_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_OF_TERRAFORM = ("TF_CLI_ARGS", "TF_CLOUD_", "TF_FORCE_LOCAL_BACKEND", "TF_REATTACH_PROVIDERS", "TF_WORKSPACE")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_KEY_PREFIX = "SANDBOX"  # those of AWS begin with AKIA or ASIA
HINT = "Run `aurora-cli sandbox status`; unset the AWS_* variables of this shell if one of them is named here."


def without_machine_settings(environ: Mapping[str, str], *, proxies: bool = False) -> dict[str, str]:
    """The environment without what the machine says of AWS, of proxies, and of where Terraform works.

    Args:
        environ: of the caller; not changed.
        proxies: keep the proxies, for the registry that the genuine provider comes from; loopback is never asked through them.
    """
    env = {name: value for name, value in environ.items() if not _is_of_the_machine(name, proxies)}
    files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    direct = {name: _without_proxy(environ.get(name, "")) for name in ("NO_PROXY", "no_proxy")}
    return env | files | direct | {"AWS_EC2_METADATA_DISABLED": "true"}


def _is_of_the_machine(name: str, proxies: bool) -> bool:
    if name.upper() in _PROXIES:
        return not proxies
    return name.startswith(_OF_TERRAFORM) or (name.startswith("AWS_") and name not in KEPT)


@dataclass(frozen=True)
class Keys:
    """The keys of one emulator, which it alone accepts: it refuses all others, and AWS knows nothing of them."""

    access_key_id: str
    secret_access_key: str


def new_keys() -> Keys:
    """Random keys."""
    letters = string.ascii_uppercase + string.digits
    rest = "".join(secrets.choice(letters) for _ in range(20 - len(_KEY_PREFIX)))
    return Keys(_KEY_PREFIX + rest, secrets.token_hex(20))


def isolated_environment(base: Mapping[str, str], *, endpoint: str, keys: Keys, empty_file: Path) -> dict[str, str]:
    """The caller's environment, changed so that AWS SDKs reach only the emulator.

    Args:
        base: the caller's environment; its Region and settings that do not select an account (`KEPT`) are preserved.
        endpoint: the emulator's URL on loopback.
        keys: the emulator's keys.
        empty_file: an empty file that replaces the shared config and credentials files.

    Returns:
        a new environment that `assert_isolated` accepts.
    """
    env = without_machine_settings(base, proxies=True)
    region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    env |= {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": env.get("AWS_DEFAULT_REGION") or region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(empty_file),
        "AWS_SHARED_CREDENTIALS_FILE": str(empty_file),
    }
    return env


def assert_isolated(env: Mapping[str, str], keys: Keys) -> None:
    """Reject an environment in which an AWS call could leave this machine or use real credentials.

    Raises:
        SandboxFailed: lists the invalid settings, without their values.
    """
    wrong = _wrong_endpoints(env) + _wrong_identity(env, keys) + _wrong_files(env)
    if wrong:
        raise SandboxFailed(
            f"The sandbox refuses to run because {' and '.join(wrong)}.", hint=HINT, details={"problems": wrong}
        )


def is_loopback(url: str) -> bool:
    """Whether an http(s) URL has a loopback address as its host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


def _wrong_endpoints(env: Mapping[str, str]) -> list[str]:
    wrong = []
    if not env.get("AWS_ENDPOINT_URL"):
        wrong.append("AWS_ENDPOINT_URL is missing")
    for name in sorted(env):
        if name.startswith("AWS_ENDPOINT_URL") and env[name] and not is_loopback(env[name]):
            wrong.append(f"{name} is not a loopback address")
    if env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() not in ("", "false"):
        wrong.append("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS disables the endpoint")
    return wrong


def _wrong_identity(env: Mapping[str, str], keys: Keys) -> list[str]:
    wrong = [f"{name} is set" for name in OTHER_IDENTITIES if env.get(name)]
    if (env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")) != (keys.access_key_id, keys.secret_access_key):
        wrong.append("the access keys are not those of the sandbox")
    if env.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true":
        wrong.append("the instance metadata service is not disabled")
    return wrong


def _wrong_files(env: Mapping[str, str]) -> list[str]:
    """Without these variables the SDKs read ~/.aws, which may contain a real profile."""
    return [
        f"{name} is not an empty file"
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
        if not env.get(name) or _size(Path(env[name])) != 0
    ]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _without_proxy(value: str) -> str:
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    return ",".join(hosts + [host for host in ("127.0.0.1", "localhost") if host not in hosts])
