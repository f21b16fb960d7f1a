"""A client of the emulator's admin API under /_aurora/."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aurora_cli.errors import InvalidInput, SandboxFailed
from aurora_cli.json_input import json_object, parse_json

STOP_HINT = "Run `aurora-cli sandbox stop` and then `aurora-cli sandbox start`."


class EmulatorClient:
    """A client of one port on loopback.

    Args:
        port: the port that the emulator listens on.
        key: its access key ID.
        timeout_s: seconds to wait for a response.
    """

    def __init__(self, port: int, key: str, *, timeout_s: float = 5.0) -> None:
        self._port = port
        self._key = key
        self._timeout_s = timeout_s

    def health(self) -> dict[str, Any] | None:
        """The health response; None if there is none in time, or it is not an emulator's. The key is not sent."""
        try:
            status, data = self._exchange("GET", "/_aurora/health", None)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        return data if status == 200 and isinstance(data.get("token"), str) else None

    def request(
        self, method: str, page: str, *, data: Any = None, query: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request.

        Raises:
            InvalidInput: the emulator rejects the request.
            SandboxFailed: there is no response.
        """
        wanted = urlencode({name: value for name, value in (query or {}).items() if value is not None})
        path = f"/_aurora/{page}" + (f"?{wanted}" if wanted else "")
        try:
            status, answer = self._exchange(method, path, data, self._key)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SandboxFailed(f"The emulator does not answer ({error}).", hint=STOP_HINT) from error
        if status == 200:
            return answer
        if status == 400:
            raise InvalidInput(str(answer.get("error", "refused")), hint=answer.get("hint"))
        raise SandboxFailed(f"The emulator answered {status} to {method} {page}.", hint=STOP_HINT)

    def _exchange(self, method: str, path: str, data: Any, key: str = "") -> tuple[int, dict[str, Any]]:
        # http.client never looks at proxy settings, which must not apply to loopback.
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout_s)
        try:
            body = None if data is None else json.dumps(data).encode()
            headers = {"Content-Type": "application/json"} | ({"X-Aurora-Key": key} if key else {})
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, parse_json(response.read(), json_object, lambda why: {})
        finally:
            connection.close()
