"""Answers of AWS, held against what its API describes: a proxy, a captive portal or another server may have given them.

What is wrong in one is an error of AWS's that names the call, wherever it is read: of a type at once, of a missing key when it is
asked for by `answer[key]`. Keys that AWS leaves out at times are read by `get`.
"""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any

from aurora_cli.errors import AwsFailed

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime,),
}
"""Type of botocore's shapes -> what its parsers make of it."""

_REDIRECTION = 300
CHECK_THE_WAY = "Check the network, the proxy settings and the endpoint (AWS_ENDPOINT_URL), then run the command again."


class Answer(dict[str, Any]):
    """A structure of an answer to `operation`. A key that it does not have raises AwsFailed."""

    def __init__(self, values: Any = (), operation: str = "a call") -> None:
        super().__init__(values)
        self.operation = operation

    def __missing__(self, key: str) -> Any:
        raise not_of_aws(self.operation, f"it has no {key}")


class CheckedClient:
    """Mixed into botocore's clients: what their calls return is an `Answer`, down to the last structure.

    It is checked before botocore's own handlers, which make another type of some values: of IAM's policies, mappings.
    """

    def _make_request(self, operation_model: Any, *given: Any) -> tuple[Any, dict[str, Any]]:
        http, parsed = super()._make_request(operation_model, *given)  # type: ignore[misc]
        if http.status_code >= _REDIRECTION:
            return http, parsed
        shape, name = operation_model.output_shape, operation_model.name
        return http, checked(parsed, shape, name) if shape else Answer(parsed, name)


def check_answers(session: Any) -> None:
    """Have the clients that a session of botocore makes check what they are answered."""
    session.register("creating-client-class", lambda base_classes, **_: base_classes.insert(0, CheckedClient))
    session.register("before-parse", _refuse_page)


def _refuse_page(operation_model: Any, response_dict: Any, **_: Any) -> None:
    """botocore takes a page in the place of JSON, as a proxy or a captive portal sends it, for an answer without any keys."""
    page = response_dict["headers"].get("content-type", "").startswith("text/html")
    whole = response_dict["status_code"] < _REDIRECTION and not operation_model.has_streaming_output
    if page and whole and response_dict["body"].lstrip().startswith(b"<"):
        raise not_of_aws(operation_model.name, "it is a web page")


def checked(value: Any, shape: Any, operation: str, place: str = "") -> Any:
    """The value with an `Answer` for each structure. Raises AwsFailed where its type is not that of the shape."""
    kind = shape.type_name
    if not _is(value, kind):
        raise not_of_aws(operation, f"{place or 'it'} is not of the type {kind}")
    if kind == "structure":
        members = shape.members
        inner = {k: checked(v, members[k], operation, k) if k in members else v for k, v in value.items()}
        return Answer(inner, operation)
    if kind == "list":
        return [checked(item, shape.member, operation, place) for item in value]
    if kind == "map":
        return {key: checked(item, shape.value, operation, place) for key, item in value.items()}
    return value


def _is(value: Any, kind: str) -> bool:
    if kind not in _TYPES:  # a blob, or a stream of them
        return True
    if isinstance(value, bool) or not isinstance(value, _TYPES[kind]):
        return kind == "boolean" and isinstance(value, bool)
    return not isinstance(value, float) or isfinite(value)


def not_of_aws(operation: str, why: str) -> AwsFailed:
    """The error for an answer that is none."""
    return AwsFailed(
        f"The answer to {operation} is not as the API of AWS describes it: {why}.",
        hint=CHECK_THE_WAY,
    )
