"""The one environment that our own calls and Terraform take their credentials from.

botocore and the AWS SDK for Go (Terraform's provider) read the same variables in another order: Go prefers keys to a profile,
botocore `AWS_DEFAULT_PROFILE` to `AWS_PROFILE`. Here nothing is left that they could read differently.
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aurora_cli.aws.profiles import FILES, Profiles

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_OTHER_KEYS = ("AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN", "AWS_DEFAULT_PROFILE")
"""Other names of the same that one side reads and the other does not."""
_BESIDE_A_PROFILE = (
    *KEYS,
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_CONTAINER = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def one_identity(environ: Mapping[str, str], profile: str | None) -> dict[str, str]:
    """The environment with the credentials of one identity.

    A setting of AWS that is empty counts as unset. A profile that is named takes the place of keys, tokens, web identity and
    containers; AWS_PROFILE beside static keys gives its settings only, as with every AWS tool.

    Args:
        environ: of the caller; not changed.
        profile: named by an option, above all variables; or None.
    """
    env = {name: value for name, value in environ.items() if value or not name.startswith("AWS_")}
    named = profile or env.get("AWS_PROFILE") or env.get("AWS_DEFAULT_PROFILE")
    token = env.get("AWS_SESSION_TOKEN") or env.get("AWS_SECURITY_TOKEN")
    env |= {"AWS_PROFILE": named} if named else {}
    env |= {"AWS_SESSION_TOKEN": token} if token else {}
    dropped = [*_OTHER_KEYS]
    for name in FILES:
        if name in env:
            env[name] = str(Path(env[name]).expanduser()) if env[name].startswith("~") else env[name]
    if profile or (named and "AWS_ACCESS_KEY_ID" not in env):
        dropped += [*_BESIDE_A_PROFILE, *(() if "EcsContainer" in Profiles(env).sources else _CONTAINER)]
    return direct_to_loopback({name: value for name, value in env.items() if name not in dropped})


def direct_to_loopback(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a proxy, if there is one, is not asked for this machine's own addresses."""
    if not any(name.upper() in _PROXIES for name in environ):
        return dict(environ)
    values = [environ[name] for name in _NO_PROXY if environ.get(name)]
    if "*" in values:
        return dict(environ)
    hosts = dict.fromkeys(
        [*(host.strip() for value in values for host in value.split(",") if host.strip()), *_LOOPBACK]
    )
    return {**environ, **dict.fromkeys(_NO_PROXY, ",".join(hosts))}
