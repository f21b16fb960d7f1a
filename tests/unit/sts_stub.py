"""An STS on loopback: AssumeRole and GetCallerIdentity, as far as credentials need them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

ACCOUNTS = {"AKIAONE": "111111111111", "AKIATWO": "222222222222"}
"""Access key -> its account. A role is in the account of its ARN, and gets the access key `ASIA<account>`; `closed` refuses."""
_SESSION = (
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{account}</AccessKeyId>"
    "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    "</Credentials><AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/r/s</Arn>"
    "</AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
)
_CALLER = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/u</Arn><UserId>u</UserId>"
    "<Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_DENIED = (
    b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>u may not assume closed</Message></Error></ErrorResponse>"
)


@dataclass
class Sts:
    """The server: its URL, and the calls that it has answered, with the access key that signed each."""

    url: str = ""
    calls: list[dict[str, str]] = field(default_factory=list)

    def actions(self) -> list[str]:
        """What was called, in order."""
        return [call["Action"] for call in self.calls]


@contextmanager
def serve_sts() -> Iterator[Sts]:
    """An STS while the block runs."""
    sts = Sts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            key = self.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
            call = {**dict(parse_qsl(body)), "key": key}
            sts.calls.append(call)
            assumes = call["Action"] == "AssumeRole"
            account = call["RoleArn"].split(":")[4] if assumes else ACCOUNTS.get(key) or key.removeprefix("ASIA")
            answer = (_SESSION if assumes else _CALLER).format(account=account).encode()
            denied = assumes and call["RoleArn"].endswith("/closed")
            answer = _DENIED if denied else answer
            self.send_response(403 if denied else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        sts.url = f"http://127.0.0.1:{server.server_port}"
        yield sts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
