"""The profiles of the shared AWS files, as far as our calls and Terraform's may read them differently.

botocore and Terraform's provider (AWS SDK for Go) resolve a profile by rules of their own. Where these choose other credentials,
the profile is refused with the reason: both sides must be the same identity.
https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}
_KEYS = "aws_access_key_id"
_WEB_IDENTITY = "aws_web_identity_token_file"
_SSO = ("sso_session", "sso_start_url")


@dataclass(frozen=True)
class Profile:
    """One profile, with the settings of both files.

    Attributes:
        name: of the profile.
        settings: those of the config file, and over them those of the credentials file.
        keys_beside: whether its access keys are in the credentials file.
    """

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    keys_beside: bool = False


class Profiles:
    """The profiles of an environment; a file that cannot be read has none here, and botocore says why.

    Args:
        environ: names the files, and the profile that is in use.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        config, credentials = (_sections(environ.get(name) or place) for name, place in FILES.items())
        own = {name.removeprefix("profile "): settings for name, settings in config.items()}
        self.used = environ.get("AWS_PROFILE") or "default"
        self._keys, self._web_identity = (bool(environ.get(name)) for name in (_KEYS.upper(), _WEB_IDENTITY.upper()))
        self._all = {
            name: Profile(name, own.get(name, {}) | credentials.get(name, {}), _KEYS in credentials.get(name, {}))
            for name in own | credentials
        }

    @property
    def region(self) -> str | None:
        """The Region of the profile in use, if it has one."""
        return self._chain()[0].settings.get("region")

    @property
    def sources(self) -> tuple[str | None, ...]:
        """`credential_source` of each profile in the chain of the one in use."""
        return tuple(one.settings.get("credential_source") for one in self._chain())

    @property
    def needs_code(self) -> bool:
        """Whether a role of the chain asks for an MFA code, which Terraform cannot."""
        asks = any("role_arn" in one.settings and "mfa_serial" in one.settings for one in self._chain())
        return asks and not self._keys

    def refusal(self) -> tuple[str, str] | None:
        """Why our calls and Terraform's would not be the same identity, and the way out; None if they are."""
        if self._keys:  # both sides prefer them
            return None
        if self._web_identity and "role_arn" in self._chain()[0].settings:
            return (
                f"The profile {self.used} has a role, which botocore takes, and Terraform prefers {_WEB_IDENTITY.upper()}.",
                f"Choose the profile with --profile {self.used}, or unset {_WEB_IDENTITY.upper()}.",
            )
        for one in self._chain():
            if one.settings.get("credential_source") == "Environment":
                role = one.settings.get("role_arn", "ARN")
                return (
                    f"The profile {one.name} takes the keys of the environment, which Terraform prefers to the profile itself.",
                    f"Specify its role in place of the profile: --role-arn {role}",
                )
            other = _preferred_to_keys(one)
            if other:
                return (
                    f"The profile {one.name} has both {_KEYS} and {other}: botocore takes {other}, and Terraform the keys.",
                    "Remove one of them from the profile, or choose another profile with --profile.",
                )
        return None

    def _chain(self) -> list[Profile]:
        """The profile in use and those that its role takes its credentials from."""
        return list(self._follow(self.used))

    def _follow(self, name: str) -> Iterator[Profile]:
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            profile = self._all.get(name, Profile(name))
            yield profile
            name = profile.settings.get("source_profile", name) if "role_arn" in profile.settings else name


def _preferred_to_keys(profile: Profile) -> str | None:
    """The setting that botocore prefers to the access keys of the same profile, unless its role says where to go on."""
    has = profile.settings
    if _KEYS not in has or ("role_arn" in has and "web_identity_token_file" not in has):
        return None
    others = ["web_identity_token_file", *_SSO, *([] if profile.keys_beside else ["credential_process"])]
    return next((name for name in others if name in has), None)


def _sections(file: str) -> dict[str, dict[str, str]]:
    """Section -> its settings. `[profile "a b"]` is the profile `a b`."""
    import shlex
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(default_section="")
    try:
        parser.read_string(Path(file).expanduser().read_text(encoding="utf-8"))
        return {" ".join(shlex.split(name)): dict(parser.items(name)) for name in parser.sections()}
    except (OSError, ValueError, RuntimeError, Error):
        return {}
