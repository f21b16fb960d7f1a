"""botocore's exceptions as ours: one sentence and a hint, by the error code that AWS publishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aurora_cli.errors import AccessDenied, AuroraError, AwsFailed, ClusterNotFound, CredentialsError, InvalidInput

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

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

_SIGN_IN = "Sign in again (`aws sso login`, `aws configure`), or choose another profile with --profile."


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


def _from_answer(error: ClientError, doing: str) -> AuroraError:
    answer = error.response.get("Error", {})
    code, text = answer.get("Code", "Unknown"), (answer.get("Message") or "no message").strip()
    details = {"aws_code": code, "aws_message": text, "operation": error.operation_name}
    if code in _EXPIRED:
        return CredentialsError(
            f"AWS reports that the credentials have expired while {doing}.", hint=_SIGN_IN, details=details
        )
    if code in _WRONG_KEYS:
        return CredentialsError(f"AWS does not accept the credentials while {doing}.", hint=_SIGN_IN, details=details)
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
    return AwsFailed(f"AWS refused {error.operation_name} while {doing}: {text}", details=details)


def _from_library(error: BotoCoreError, doing: str) -> AuroraError:
    from botocore import exceptions as boto

    if isinstance(error, boto.ProfileNotFound):
        return CredentialsError(f"{error}.", hint="See `aws configure list-profiles` for the profiles that exist.")
    if isinstance(error, (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)):
        return CredentialsError(
            f"No usable AWS credentials were found while {doing}.",
            hint="Set AWS_PROFILE or --profile, sign in with `aws sso login`, or try without an account: --sandbox.",
        )
    if isinstance(error, (boto.SSOError, boto.UnauthorizedSSOTokenError, boto.TokenRetrievalError)):
        return CredentialsError(f"The AWS sign-in has expired while {doing}.", hint=_SIGN_IN)
    if isinstance(
        error, (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ConnectionError, boto.HTTPClientError)
    ):
        return AwsFailed(
            f"AWS cannot be reached while {doing}: {error}",
            hint="Check the network, the proxy settings and the region name.",
        )
    if isinstance(error, (boto.NoRegionError, boto.InvalidRegionError)):
        return InvalidInput(
            f"The AWS Region is missing or not valid: {error}", hint="Specify it with --region, e.g. eu-west-1."
        )
    return AwsFailed(f"The AWS library failed while {doing}: {error}")
