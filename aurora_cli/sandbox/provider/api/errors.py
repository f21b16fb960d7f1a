"""What goes wrong between us and AWS.

Texts follow the genuine provider (AWS SDK for Go v2 wording), so that whoever reads them meets the same words on AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class AwsError(Exception):
    """AWS answered with an error, or did not answer.

    Args:
        service: the service id, e.g. `RDS`.
        operation: the API operation.
        code: the error code, e.g. `DBClusterNotFoundFault`; empty when there was no answer.
        message: AWS's text, or why there was no answer.
        status: HTTP status, 0 when there was no answer.
        request_id: AWS's request id, empty when unknown.
        modelled: true when the service model names this error (the SDK then leaves out the words "api error").
        lost: true when the request may have been acted on although no good answer came back.
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
        self.repeated = False  # an earlier try of the same call may have been acted on
        super().__init__(message)

    def __str__(self) -> str:
        tries = f"exceeded maximum number of attempts, {self.attempts}, " if self.attempts > 1 else ""
        answer = f"https response error StatusCode: {self.status}, RequestID: {self.request_id}, "
        what = f"{self.code}: {self.aws_message}" if self.code else f"request send failed, {self.aws_message}"
        kind = "api error " if self.code and not self.modelled else ""
        return f"operation error {self.service}: {self.operation}, {tries}{answer}{kind}{what}"


class NotFound(Exception):
    """What was looked for is not there."""

    def __str__(self) -> str:
        return "couldn't find resource"


class WaitFailed(Exception):
    """A resource did not get where it should: wrong state, out of time, or told to stop."""


def has_code(*codes: str) -> Callable[[Exception], bool]:
    """A test for AWS errors with one of these codes."""
    return lambda error: isinstance(error, AwsError) and error.code in codes


@contextmanager
def accepted(*codes: str) -> Iterator[None]:
    """What is inside may fail with one of these codes: it is then as wanted already."""
    try:
        yield
    except AwsError as error:
        if error.code not in codes:
            raise
