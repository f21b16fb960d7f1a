"""The first request that a provider sends for an edit, in the form of the query protocol."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import OperationModel
from botocore.serialize import create_serializer

from tests.calibration.edits import Edit, Planned

RECORDED = ("aws_rds_cluster", "aws_rds_cluster_instance", "aws_db_subnet_group")
"""The types whose requests are recorded: those that Aurora changes in place."""

_REFUSAL = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameterCombination</Code><Message>recorded</Message></Error>"
    b"<RequestId>0</RequestId></ErrorResponse>"
)
_GENERATED = re.compile(r"20\d{16}[0-9a-f]{8}")
_LEFT_OUT = ("Action", "Version", "PreSignedUrl", "SourceRegion")


def is_update(edit: Edit, planned: Planned | str) -> bool:
    """Whether an edit is one that changes a resource in place, to a value that is known."""
    if edit.before is None or isinstance(planned, str) or planned[1]:
        return False
    return "UNKNOWN" not in repr(edit.after)


def in_words(operation: str, fields: dict[str, str]) -> str:
    """A request in a line: the operation, and what it was sent with, except for what is in each of them."""
    shown = (f"{name}={value}" for name, value in sorted(fields.items()) if name not in _LEFT_OUT)
    return " ".join((operation, *(_GENERATED.sub("<generated>", one).replace(".0", "") for one in shown)))


def serialized(model: OperationModel, parameters: dict[str, Any]) -> str:
    """A request of ours, as it goes out."""
    body: dict[str, Any] = create_serializer("query", include_validation=False).serialize_to_request(parameters, model)[
        "body"
    ]
    shown = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in body.items()}
    return in_words(model.name, shown)


@contextmanager
def refusing_server() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that refuses every request, and the requests that it has seen."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = dict(parse_qsl(body, keep_blank_values=True))
            seen.append(in_words(fields.get("Action", ""), fields))
            self.send_response(400)
            self.send_header("Content-Length", str(len(_REFUSAL)))
            self.end_headers()
            self.wfile.write(_REFUSAL)

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
