"""botocore's exceptions as ours: one sentence and a hint, by the error code that AWS publishes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from json import JSONDecodeError
from typing import TYPE_CHECKING

from aurora_cli.aws.answers import CHECK_THE_WAY
from aurora_cli.errors import AccessDenied, AuroraError, AwsFailed, ClusterNotFound, CredentialsError, InvalidInput

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

PROFILE: ContextVar[str | None] = ContextVar("profile", default=None)
"""The one that calls are made with, where an option or a spec names it; the environment's otherwise."""

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_WRONG_KEYS = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "InvalidAccessKeyId",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess", "OptInRequired"}
_GONE = {"DBClusterNotFoundFault", "DBInstanceNotFound", "DBInstanceNotFoundFault"}
_THROTTLED = {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"}

# Classes of botocore.exceptions, by name since its versions differ; their subclasses are meant as well.
_OF_SIGN_IN = {"SSOError": "aws sso login", "TokenRetrievalError": "aws sso login", "LoginError": "aws login"}
_OF_CREDENTIALS = {
    "CredentialRetrievalError",
    "InvalidConfigError",
    "MetadataRetrievalError",
    "NoAuthTokenError",
    "PartialCredentialsError",
    "RefreshWithMFAUnsupportedError",
    "UnknownCredentialError",
    "UnknownTokenProviderError",
}
_OF_NETWORK = {"ConnectionError", "HTTPClientError"}
_OF_REGION = {"InvalidRegionError", "NoRegionError", "UnknownRegionError"}
_OF_SETTINGS = {
    "ConfigNotFound",
    "ConfigParseError",
    "InvalidChecksumConfigError",
    "InvalidDefaultsMode",
    "InvalidEndpointConfigurationError",
    "InvalidIMDSEndpointError",
    "InvalidIMDSEndpointModeError",
    "InvalidProxiesConfigError",
    "InvalidRetryConfigurationError",
    "InvalidS3UsEast1RegionalEndpointConfigError",
    "InvalidSTSRegionalEndpointsConfigError",
}
_CREDENTIAL_MODULES = {"credentials", "tokens"}
_PARSERS = "parsers"


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Turn botocore's exceptions into AuroraErrors.

    Args:
        doing: what was being done, e.g. "reading cluster demo".

    Raises:
        CredentialsError, AccessDenied, ClusterNotFound, InvalidInput, AwsFailed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _from_answer(error, doing) from error
    except BotoCoreError as error:
        raise _from_library(error, doing) from error
    except AuroraError:
        raise
    except Exception as error:
        where = _raised_in(error)
        if where is None:
            raise
        raise _from_elsewhere(error, where, doing) from error


def _from_answer(error: ClientError, doing: str) -> AuroraError:
    answer = error.response.get("Error", {})
    code, text = answer.get("Code", "Unknown"), (answer.get("Message") or "no message").strip()
    details = {"aws_code": code, "aws_message": text, "operation": error.operation_name}
    if code in _EXPIRED:
        return CredentialsError(
            f"AWS reports that the credentials have expired while {doing}.", hint=_sign_in(), details=details
        )
    if code in _WRONG_KEYS:
        return CredentialsError(f"AWS does not accept the credentials while {doing}.", hint=_sign_in(), details=details)
    if code in _DENIED:
        return AccessDenied(
            f"AWS denies {error.operation_name} while {doing}.",
            hint=f"Ask for a policy that allows this action, then run the command again. AWS said: {text}",
            details=details,
        )
    if code in _GONE:
        return ClusterNotFound(f"Not found while {doing}: {text}", details=details)
    if code in _THROTTLED:
        return AwsFailed(
            f"AWS throttles this account while {doing}.",
            hint="Wait a minute and run the command again.",
            details=details,
        )
    if not answer.get("Code"):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return _not_of_aws(doing, f"it has the HTTP status {status} and no error code")
    return AwsFailed(f"AWS refused {error.operation_name} while {doing}: {text}", details=details)


def _not_of_aws(doing: str, why: str) -> AwsFailed:
    return AwsFailed(f"The answer is not as the API of AWS describes it while {doing}: {why}.", hint=CHECK_THE_WAY)


def _from_library(error: BotoCoreError, doing: str) -> AuroraError:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    reason = _sentence(error)
    if "ProfileNotFound" in kinds:
        return CredentialsError(f"{reason}.", hint="See `aws configure list-profiles` for the profiles that exist.")
    if "NoCredentialsError" in kinds:
        return CredentialsError(
            f"No usable AWS credentials were found while {doing}.",
            hint="Set AWS_PROFILE or --profile, sign in with `aws sso login`, or try without an account: --sandbox.",
        )
    sign_in = next((command for kind, command in _OF_SIGN_IN.items() if kind in kinds), None)
    if sign_in:
        return CredentialsError(
            f"The AWS sign-in has expired or is not valid while {doing}: {reason}.",
            hint=f"Sign in, then run the command again: {sign_in}{_of_profile()}",
        )
    if kinds & _OF_CREDENTIALS:
        return _no_credentials(reason, doing)
    if "MissingDependencyException" in kinds:  # of profiles that `aws login` has written
        return CredentialsError(
            f"The AWS credentials need a package that is not installed: {reason}.",
            hint="Install it, then run the command again: pip install 'botocore[crt]'",
        )
    if kinds & _OF_NETWORK:
        return AwsFailed(
            f"AWS cannot be reached while {doing}: {reason}.",
            hint="Check the network, the proxy settings and the region name.",
        )
    if kinds & _OF_REGION:
        return InvalidInput(
            f"The AWS Region is missing or not valid: {reason}.", hint="Specify it with --region, e.g. eu-west-1."
        )
    if kinds & _OF_SETTINGS:
        return InvalidInput(
            f"A setting of AWS is not valid: {reason}.",
            hint="Correct it in the environment (AWS_...) or in the AWS configuration file.",
        )
    return AwsFailed(f"The AWS library failed while {doing}: {reason}.")


def _from_elsewhere(error: Exception, where: str, doing: str) -> AuroraError:
    """What botocore lets through: of a credential process, of a file that it reads, of an answer that is none."""
    reason = _sentence(error)
    if where in _CREDENTIAL_MODULES:
        if isinstance(error, JSONDecodeError):
            reason = f"the output of credential_process is not JSON ({reason})"
        return _no_credentials(reason, doing)
    if where == _PARSERS:
        page = any(mark in reason.lower() for mark in ("<html", "<!doctype html"))
        return _not_of_aws(doing, "it is a web page" if page else "it cannot be parsed")
    if isinstance(error, ValueError) and "endpoint" in reason:
        return InvalidInput(
            f"A setting of AWS is not valid: {reason}.",
            hint="Correct AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_..., or `endpoint_url` in the AWS configuration file.",
        )
    return AwsFailed(
        f"The AWS library failed while {doing}: {reason}.",
        hint="Check the endpoint, the proxy and the AWS configuration file; --debug shows the cause.",
    )


def _no_credentials(reason: str, doing: str) -> CredentialsError:
    return CredentialsError(
        f"The AWS credentials cannot be read while {doing}: {reason}.",
        hint=f"See what they are and where they come from: aws configure list{_of_profile()}",
    )


def _raised_in(error: Exception) -> str | None:
    """The outermost part of botocore that the exception came through, e.g. `credentials`; None for one of our own code."""
    trace, parts = error.__traceback__, []
    while trace is not None:
        package, _, part = str(trace.tb_frame.f_globals.get("__name__")).partition(".")
        parts += [part] if package == "botocore" else []
        trace = trace.tb_next
    told = {*_CREDENTIAL_MODULES, _PARSERS}
    return next((part for part in parts if part in told), parts[0] if parts else None)


def _sentence(error: Exception) -> str:
    """What an exception says, on one line and without a full stop."""
    return (" ".join(str(error).split()) or type(error).__name__).rstrip(".")


def _sign_in() -> str:
    of = _of_profile()
    return f"Sign in again (`aws sso login{of}`, `aws configure{of}`), or choose another profile with --profile."


def _of_profile() -> str:
    """The option of the AWS CLI for the profile in use, after a space: see `environment.py`."""
    profile = PROFILE.get() or os.environ.get("AWS_PROFILE")
    return f" --profile {shlex.quote(profile)}" if profile else ""


@contextmanager
def known_to_botocore(what: str) -> Iterator[None]:
    """Turn a parameter that the installed botocore does not have into AwsFailed: it cannot do `what`."""
    from botocore.exceptions import ParamValidationError

    try:
        yield
    except ParamValidationError as error:
        raise AwsFailed(
            f"The installed botocore cannot {what}.",
            hint="Upgrade it (python -m pip install --upgrade botocore), then run the same command again.",
        ) from error
