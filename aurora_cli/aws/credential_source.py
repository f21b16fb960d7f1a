"""Where the credentials of our own calls and of Terraform come from: the environment, or one profile above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from aurora_cli.aws.clients import Access, AwsClients
from aurora_cli.aws.environment import one_identity
from aurora_cli.aws.profiles import Profiles
from aurora_cli.errors import CredentialsError


class CredentialSource:
    """One identity, for both sides.

    Args:
        given: environment of the process.
        profile: named by an option or a spec, above all variables; None for the environment's.
        ask_code: asks a person for an MFA code; None when there is nobody to ask.
    """

    def __init__(self, given: Mapping[str, str], profile: str | None, ask_code: Callable[[str], str] | None) -> None:
        self.profile, self._ask_code = profile, ask_code
        self.environ = one_identity(given, profile)

    @cached_property
    def profiles(self) -> Profiles:
        """The profiles of the shared files, with the one in use."""
        return Profiles(self.environ)

    def access(self, region: str, role: Mapping[str, str] | None = None) -> Access:
        """For our own calls. Raises CredentialsError: the profile is not the same identity for Terraform."""
        return Access(region, self.profile, assume_role=role, ask_code=self._code_prompt)

    def for_terraform(self, region: str) -> Mapping[str, str]:
        """The environment for Terraform. It cannot ask for a code: it gets the session that we have. Raises CredentialsError."""
        if self._code_prompt is None:
            return self.environ
        return {**self.environ, **AwsClients(self.access(region)).credentials()}

    @cached_property
    def _code_prompt(self) -> Callable[[str], str] | None:
        """Asks for an MFA code, or says that there is nobody to ask; None when the profile needs none."""
        refusal = self.profiles.refusal()
        if refusal:
            raise CredentialsError(refusal[0], hint=refusal[1])
        if not self.profiles.needs_code:
            return None
        return self._ask_code or _nobody_to_ask(self.profiles.used)


def _nobody_to_ask(profile: str) -> Callable[[str], str]:
    def refuse(prompt: str) -> str:
        export = f"aws configure export-credentials --profile {profile} --format env"
        raise CredentialsError(
            f"The profile {profile} needs an MFA code, and there is no terminal to ask for it.",
            hint=f'Sign in where there is one, and run the command without the profile: eval "$({export})"',
        )

    return refuse
