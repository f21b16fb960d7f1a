"""AWS errors in the shape of each protocol.

Shapes: https://smithy.io/2.0/aws/protocols/ (awsQuery, ec2Query, awsJson1_1, restJson1, restXml).
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class WireError:
    """An error, with its code by protocol family.

    Attributes:
        code: error code of the query and XML protocols.
        ec2_code: the code that EC2 uses.
        json_code: the code of the JSON protocols.
        message: the text of AWS.
        status: HTTP status; `json_status` for the JSON protocols.
    """

    code: str
    ec2_code: str
    json_code: str
    message: str
    status: int
    json_status: int


ERRORS = {
    "throttle": WireError("Throttling", "RequestLimitExceeded", "ThrottlingException", "Rate exceeded", 400, 400),
    "s3:throttle": WireError("SlowDown", "SlowDown", "SlowDown", "Please reduce your request rate.", 503, 503),
    "error5xx": WireError(
        "ServiceUnavailable", "Unavailable", "ServiceUnavailableException", "The service is unavailable.", 503, 503
    ),
    "access_denied": WireError(
        "AccessDenied",
        "UnauthorizedOperation",
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: {call}",
        403,
        400,
    ),
    "expired_token": WireError(
        "ExpiredToken",
        "RequestExpired",
        "ExpiredTokenException",
        "The security token included in the request is expired",
        403,
        400,
    ),
    "unknown_key": WireError(
        "InvalidClientTokenId",
        "AuthFailure",
        "UnrecognizedClientException",
        "The security token included in the request is invalid. `aurora-cli sandbox status` shows the keys of this emulator.",
        403,
        400,
    ),
    "internal": WireError(
        "InternalFailure", "InternalError", "InternalFailure", "The emulator failed. See its log for details.", 500, 500
    ),
    "unknown_action": WireError(
        "InvalidAction",
        "InvalidAction",
        "UnknownOperationException",
        "The sandbox does not emulate {call}.",
        400,
        400,
    ),
}

Answer = tuple[int, list[tuple[str, str]], bytes]


def error_answer(kind: str, protocol: str, call: str) -> Answer:
    """Status, headers and body of one of `ERRORS`.

    Args:
        kind: key of `ERRORS`; a service may have one of its own, as `s3:throttle`.
        protocol: `query`, `ec2`, `json`, `rest-json` or `rest-xml`.
        call: `service:Action`, for the message.
    """
    error = ERRORS.get(f"{call.partition(':')[0]}:{kind}") or ERRORS[kind]
    return wire_answer(replace(error, message=error.message.format(call=call)), protocol)


def refusal(code: str, message: str, protocol: str) -> Answer:
    """Status, headers and body of a client error."""
    return wire_answer(WireError(code, code, code, message, 400, 400), protocol)


def wire_answer(error: WireError, protocol: str) -> Answer:
    """The error in the shape of a protocol."""
    message = error.message
    request_id = str(uuid.uuid4())
    if protocol in ("json", "rest-json"):
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", error.json_code)]
        body = json.dumps({"__type": error.json_code, "message": message, "Message": message})
        return error.json_status, [*headers, ("x-amzn-RequestId", request_id)], body.encode()
    template = _EC2 if protocol == "ec2" else _REST_XML if protocol == "rest-xml" else _QUERY
    code = error.ec2_code if protocol == "ec2" else error.code
    sender = "Sender" if error.status < 500 else "Receiver"
    body = template.format(code=code, message=escape(message), request_id=request_id, sender=sender)
    return error.status, [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)], body.encode()


_QUERY = (
    "<ErrorResponse><Error><Type>{sender}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    "<RequestId>{request_id}</RequestId></ErrorResponse>"
)
_EC2 = (
    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
    "<RequestID>{request_id}</RequestID></Response>"
)
_REST_XML = "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"


def error_code(status: int, body: bytes) -> str | None:
    """The AWS error code of a response; None for a success."""
    if status < 400:
        return None
    text = body[:4096].decode("utf-8", "replace")
    found = re.search(r"<Code>([^<]+)</Code>", text) or re.search(r'"__type":\s*"(?:[^"#]*#)?([^"]+)"', text)
    return found.group(1) if found else f"HTTP{status}"
