"""Handles a request: the admin API, or an AWS call that passes the faults, moto and the log."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable
from http import HTTPStatus

from aurora_cli.sandbox.emulator.access import refusal as refused_access
from aurora_cli.sandbox.emulator.admin import Admin
from aurora_cli.sandbox.emulator.calls import Call
from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.server import ConnectionCut, Environ, StartResponse
from aurora_cli.sandbox.emulator.wire_errors import Answer, error_answer, error_code, refusal
from aurora_cli.sandbox.faults import FaultRule

REFUSING = ("throttle", "error5xx", "access_denied", "expired_token", "refused")


class Application:
    """The WSGI application of the emulator.

    Args:
        admin: the admin API, and what it shows and changes.
        key: the access key ID that every request must have.
    """

    def __init__(self, admin: Admin, key: str) -> None:
        self.admin = admin
        self._key = key

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"].seek(0)
        status, headers, content = self._refusal(environ, body) or self._answer(environ, body)
        start_response(f"{status} {_reason(status)}", headers)
        return [content]

    def _refusal(self, environ: Environ, body: bytes) -> Answer | None:
        return refused_access(environ, body, self._key, lambda key: self.admin.loader.wait().has_issued(key))

    def _answer(self, environ: Environ, body: bytes) -> Answer:
        ours = environ["PATH_INFO"].startswith("/_aurora/")
        return self.admin.answer(environ, body) if ours else self._aws(environ, body)

    def _aws(self, environ: Environ, body: bytes) -> Answer:
        begun = time.monotonic()
        call = self.admin.calls.begin(environ, body)
        rule = self.admin.faults.match(call.service, call.action)
        if rule is not None:
            call.fault = rule.kind
            time.sleep(rule.delay_s)
        answer = self._refused(call, rule) or self._emulate(environ, call)
        call.duration_ms = round((time.monotonic() - begun) * 1000, 1)
        if rule is not None and rule.kind == "lost_reply":
            raise ConnectionCut
        call.status, call.error = answer[0], error_code(answer[0], answer[2])
        return answer

    def _refused(self, call: Call, rule: FaultRule | None) -> Answer | None:
        if rule is None or rule.kind not in REFUSING:
            return None
        if rule.kind == "refused":
            return refusal(rule.code, rule.message, call.protocol)
        return error_answer(rule.kind, call.protocol, f"{call.service}:{call.action}")

    def _emulate(self, environ: Environ, call: Call) -> Answer:
        name = f"{call.service}:{call.action}"
        try:
            aws = self.admin.loader.wait()
            if call.service == "rds-data":
                return aws.data_api.answer(environ)
            with aws.one_at_a_time:
                answer = aws.call(environ)
                self.admin.inventory.update(call.action)
                hooks.sync()
            self.admin.inventory.keep()
        except NotImplementedError:
            return error_answer("unknown_action", call.protocol, name)
        except Exception:  # a failed request must not stop the emulator: all of its resources would be lost
            traceback.print_exc()
            return error_answer("internal", call.protocol, name)
        return answer


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
