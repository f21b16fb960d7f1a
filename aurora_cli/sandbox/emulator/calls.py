"""Identifies the AWS API call of a request, and logs it."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qsl

LOG_LENGTH = 20_000
MAX_PARAMETERS = 100
MAX_VALUE = 256
SECRET = re.compile(r"password|secretstring|secretbinary|token", re.IGNORECASE)


@dataclass
class Call:
    """An API call in the log.

    Attributes:
        number: 1, 2, 3 in order of arrival.
        time: arrival, UTC, ISO 8601.
        service: signing name (`rds`, `ec2`, ...).
        action: API action (`CreateDBCluster`); `GET /path` for services without action names.
        region: Region of the signature.
        parameters: parameters of the request, shortened and without secrets.
        status: HTTP status; None while the call runs or if the response is lost.
        error: AWS error code, if the call failed.
        fault: kind of the injected fault, if any.
        duration_ms: time until the response.
        protocol: `query`, `ec2`, `json`, `rest-json` or `rest-xml`.
    """

    number: int
    time: str
    service: str
    action: str
    region: str
    parameters: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    error: str | None = None
    fault: str | None = None
    duration_ms: float = 0.0
    protocol: str = "query"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return dict(vars(self))


class CallLog:
    """The most recent calls. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=LOG_LENGTH)
        self._number = 0

    def begin(self, environ: dict[str, Any], body: bytes) -> Call:
        """Identify a request and add it to the log."""
        service, region = scope(environ)
        protocol, action, parameters = identify(environ, body, service)
        now = dt.datetime.now(dt.timezone.utc).isoformat(timespec="milliseconds")
        with self._lock:
            self._number += 1
            call = Call(self._number, now, service, action, region, parameters, protocol=protocol)
            self._calls.append(call)
        return call

    def list(self, *, since: int = 0, service: str | None = None, action: str | None = None) -> list[dict[str, Any]]:
        """Calls with a number above `since`, oldest first."""
        with self._lock:
            newest_first = list(takewhile(lambda call: call.number > since, reversed(self._calls)))
        return [
            call.to_dict()
            for call in reversed(newest_first)
            if (service is None or call.service == service) and (action is None or call.action == action)
        ]

    def clear(self) -> None:
        """Delete all calls; the numbers continue."""
        with self._lock:
            self._calls.clear()


def credential(environ: dict[str, Any]) -> tuple[str, str, str]:
    """Access key ID, service and Region of an AWS signature (version 4); empty and `-` when unsigned."""
    found = re.search(r"Credential=([^/]*)/\d{8}/([^/]+)/([^/]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    return (found[1], found[3], found[2]) if found else ("", "-", "-")


def scope(environ: dict[str, Any]) -> tuple[str, str]:
    """Service and Region of `credential`."""
    return credential(environ)[1:]


def identify(environ: dict[str, Any], body: bytes, service: str) -> tuple[str, str, dict[str, Any]]:
    """Protocol, action and parameters of a request."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return "json", target.rpartition(".")[2], _json_parameters(body)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if "Action" in form:
            action = form.pop("Action")
            form.pop("Version", None)
            return ("ec2" if service == "ec2" else "query"), action, _shorten(form)
    protocol = "rest-xml" if service in ("s3", "route53", "cloudfront") else "rest-json"
    return protocol, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", {}


def _json_parameters(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return {}
    return _shorten(data) if isinstance(data, dict) else {}


def _shorten(values: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in list(values)[:MAX_PARAMETERS]:
        value = values[name]
        if SECRET.search(name) and not isinstance(value, bool) and str(value).lower() not in ("true", "false"):
            shown[name] = "***"
        elif isinstance(value, str | int | float | bool):
            shown[name] = value[:MAX_VALUE] if isinstance(value, str) else value
        else:
            shown[name] = json.dumps(value, default=str)[:MAX_VALUE]
    return shown
