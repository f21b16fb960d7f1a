"""AWS at the HTTP boundary: an answer to any call, made from botocore's description of it and written as its protocol says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from aurora_cli.aws.clients import Access, AwsClients

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:demo"
GONE = b"<ErrorResponse><Error><Code>DBClusterNotFoundFault</Code><Message>gone</Message></Error></ErrorResponse>"
_TIME = "2026-01-02T03:04:05Z"
_SAMPLES: dict[str, Any] = {
    "integer": 1,
    "long": 1,
    "float": 1.5,
    "double": 1.5,
    "boolean": True,
    "timestamp": _TIME,
    "blob": "eA==",
}
_NAMED = {
    "Status": "available",
    "DBInstanceStatus": "available",
    "Engine": "aurora-postgresql",
    "EngineVersion": "16.8",
}
_PAGES = {"Marker", "NextToken", "nextToken", "NextMarker", "IsTruncated"}
_DEPTH = 7

Respond = Callable[[str, Any], tuple[int, bytes]]
"""From an operation and its whole answer to the status and the body that are sent."""
CLIENTS = AwsClients(Access("eu-west-1", access_key_id="a", secret_access_key="b", endpoint_url="http://127.0.0.1:9"))


class _Body:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.data


@contextmanager
def answering(respond: Respond) -> Iterator[list[str]]:
    """Every call of AWS is answered by `respond`; gives the names of the calls that were made."""
    calls: list[str] = []

    def send(session: Any, request: AWSPreparedRequest) -> AWSResponse:
        service, name = _called(request)
        calls.append(name)
        status, body = respond(name, answer_of(service, name))
        kind = "text/html" if body.lstrip().startswith(b"<html") else "text/xml"
        return AWSResponse(request.url, status, {"content-type": kind}, _Body(body))  # type: ignore[arg-type]

    with patch("botocore.httpsession.URLLib3Session.send", send), patch("time.sleep", lambda seconds: None):
        yield calls


def encode(service: str, name: str, answer: Any) -> bytes:
    """The body of an answer."""
    model = CLIENTS.client(service).meta.service_model
    if model.resolved_protocol == "json":
        return json.dumps(answer).encode(errors="surrogatepass")
    shape = model.operation_model(name).output_shape
    inner = "" if shape is None else _xml(shape, answer)
    wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
    if wrapper:
        inner = f"<{wrapper}>{inner}</{wrapper}>"
    return (
        f"<{name}Response>{inner}<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{name}Response>".encode(
            errors="surrogatepass"
        )
    )


def _called(request: AWSPreparedRequest) -> tuple[str, str]:
    """Service and operation of a request."""
    host = str(request.headers.get("Authorization", b"")).split("/")
    service = {"monitoring": "cloudwatch"}.get(host[3], host[3])
    target: Any = request.headers.get("X-Amz-Target")
    if target:
        return service, str(target, "ascii").rpartition(".")[2]
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    return service, parse_qs(body)["Action"][0]


def answer_of(service: str, name: str) -> Any:
    """An answer with every member that its shape has, and one item in each list."""
    shape = CLIENTS.client(service).meta.service_model.operation_model(name).output_shape
    return {} if shape is None else _sample(shape, "", _DEPTH)


def _sample(shape: Any, name: str, depth: int) -> Any:
    kind = shape.type_name
    if kind == "structure":
        members = shape.members.items() if depth else ()
        return {key: _sample(member, key, depth - 1) for key, member in members if key not in _PAGES}
    if kind == "list":
        return [_sample(shape.member, name, depth)] if depth else []
    if kind == "map":
        return {"key": _sample(shape.value, name, depth)}
    if kind == "string":
        return ARN if name.endswith(("Arn", "ARN")) else _NAMED.get(name) or (shape.enum[0] if shape.enum else "demo")
    return _SAMPLES.get(kind, "x")


def _xml(shape: Any, value: Any) -> str:
    """Members of a value as elements; one of another type than its shape's as its text."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return "".join(_element(shape.members.get(key), key, item) for key, item in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return escape(value if isinstance(value, str) else json.dumps(value))


def _element(shape: Any, key: str, value: Any) -> str:
    if shape is None or value is None:
        return ""
    tag = shape.serialization.get("name", key)
    if shape.type_name == "list" and isinstance(value, list):
        flat = shape.serialization.get("flattened")
        inner = "member" if flat is None else tag
        item = shape.member.serialization.get("name", inner)
        items = "".join(f"<{item}>{_xml(shape.member, one)}</{item}>" for one in value)
        return items if flat else f"<{tag}>{items}</{tag}>"
    if shape.type_name == "map" and isinstance(value, dict):
        items = "".join(
            f"<entry><key>{escape(k)}</key><value>{_xml(shape.value, v)}</value></entry>" for k, v in value.items()
        )
        return f"<{tag}>{items}</{tag}>"
    return f"<{tag}>{_xml(shape, value)}</{tag}>"
