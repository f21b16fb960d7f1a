"""Who may call the emulator: programs of this machine that know its key, and no page in a browser.

A browser that was sent here says so: Origin and Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) are set by it and not by a
page, and after DNS rebinding the Host is that of the page. moto's own API under /moto-api, which records requests to a file and
replays them, is closed to all.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable

from aurora_cli.sandbox.emulator.calls import credential, identify
from aurora_cli.sandbox.emulator.server import Environ
from aurora_cli.sandbox.emulator.wire_errors import Answer, error_answer
from aurora_cli.sandbox.isolation import is_loopback

OPEN = "/_aurora/health"
"""Without a key: it says which emulator listens, before a client sends anything else."""
KEY_HEADER = "HTTP_X_AURORA_KEY"
_SAME_SITE = ("", "same-origin", "none")


def refusal(environ: Environ, body: bytes, key: str, has_issued: Callable[[str], bool]) -> Answer | None:
    """The answer to a request that is refused; None for one that may pass.

    Args:
        key: the access key ID of this emulator.
        has_issued: whether its STS has issued that access key ID, to somebody who had the other one.
    """
    path = environ["PATH_INFO"]
    if "HTTP_ORIGIN" in environ or environ.get("HTTP_SEC_FETCH_SITE", "").lower() not in _SAME_SITE:
        return _forbidden("requests of a browser are refused")
    if not is_loopback(f"http://{environ.get('HTTP_HOST', '')}"):
        return _forbidden("the Host is not a loopback address")
    if path.startswith("/moto-api"):
        return _forbidden("this API is closed")
    if path == OPEN:
        return None
    if path.startswith("/_aurora/"):
        return None if _same(environ.get(KEY_HEADER, ""), key) else _forbidden("the key is missing or wrong")
    found, service, _ = credential(environ)
    if _same(found, key) or (found.startswith("ASIA") and has_issued(found)):
        return None
    protocol, action, _ = identify(environ, body, service)
    return error_answer("unknown_key", protocol, f"{service}:{action}")


def _same(found: str, key: str) -> bool:
    return hmac.compare_digest(found.encode("utf-8", "replace"), key.encode())


def _forbidden(why: str) -> Answer:
    text = json.dumps({"error": f"The emulator refuses this request: {why}."})
    return 403, [("Content-Type", "application/json")], text.encode()
