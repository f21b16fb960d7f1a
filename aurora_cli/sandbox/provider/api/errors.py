"""Errors of AWS calls.

The messages are those of the genuine provider, which uses the AWS SDK for Go v2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class AwsError(Exception):
    """AWS returned an error or no response.

    Args:
        service: the service id, e.g. `RDS`.
        operation: the API operation.
        code: the error code, e.g. `DBClusterNotFoundFault`; empty without a response.
        message: AWS's text, or the cause of the missing response.
        status: HTTP status; 0 without a response.
        request_id: AWS's request ID; empty if unknown.
        modelled: whether the service model defines this error (the SDK then omits "api error").
        lost: whether AWS may have processed the request although it returned no successful response.
    """

    def __init__(
        self,
        service: str,
        operation: str,
        code: str,
        message: str,
        *,
        status: int = 0,
        request_id: str = "",
        modelled: bool = False,
        lost: bool = False,
    ) -> None:
        self.service, self.operation = service, operation
        self.code, self.aws_message = code, message
        self.status, self.request_id = status, request_id
        self.modelled, self.lost = modelled, lost
        self.attempts = 1
        self.repeated = False  # an earlier attempt may have been processed
        super().__init__(message)

    def __str__(self) -> str:
        tries = f"exceeded maximum number of attempts, {self.attempts}, " if self.attempts > 1 else ""
        answer = f"https response error StatusCode: {self.status}, RequestID: {self.request_id}, "
        what = f"{self.code}: {self.aws_message}" if self.code else f"request send failed, {self.aws_message}"
        kind = "api error " if self.code and not self.modelled else ""
        return f"operation error {self.service}: {self.operation}, {tries}{answer}{kind}{what}"


class NotFound(Exception):
    """The resource does not exist."""

    def __str__(self) -> str:
        return "couldn't find resource"


class WaitFailed(Exception):
    """A wait failed: unexpected state, timeout, or Terraform stops the provider."""


def has_code(*codes: str) -> Callable[[Exception], bool]:
    """A predicate for AWS errors with one of these codes."""
    return lambda error: isinstance(error, AwsError) and error.code in codes


@contextmanager
def accepted(*codes: str) -> Iterator[None]:
    """Ignore errors with these codes: the resource already has the desired state. `Code:text` is an error with that text."""
    try:
        yield
    except AwsError as error:
        if not any(
            error.code == code and text in error.aws_message for code, _, text in (one.partition(":") for one in codes)
        ):
            raise
