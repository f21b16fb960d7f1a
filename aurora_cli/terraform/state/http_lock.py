"""Who holds the lock of a state behind an HTTP address.

Terraform's HTTP backend is answered 423 or 409 with the description of the lock that is held; of that it passes on the ID, and
prints the description of its own attempt. So the lock address is asked once more from here. An attempt that succeeds, since the
lock was released meanwhile, is taken back. Sources: Terraform's documentation of the backend `http`, and its client
(internal/backend/remote-state/http: client.go, and backend.go for what may come from the environment).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import uuid4

from aurora_cli.json_input import json_object, parse_json, read_json
from aurora_cli.terraform.state.state import STATE_FILE

_LOCKED = (409, 423)
_TIMEOUT_S = 10
_LONGEST = 1 << 16
_FACTS = {"ID": "id", "Who": "who", "Operation": "operation", "Created": "created"}
_OF_THE_FILES_ALONE = "skip_cert_verification"


def http_lock_holder(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Facts of the lock that is held: `id`, `who`, `operation`, `created`, as far as the server tells; empty if it does not.

    Args:
        folder: of the stack's Terraform, initialised.
        env: Terraform's environment, which may hold the backend's settings (TF_HTTP_*).
    """
    settings = _settings(folder, env)
    address = settings.get("lock_address")
    if not address:
        return {}
    mine = json.dumps(
        {
            "ID": str(uuid4()),
            "Operation": "OperationTypeInvalid",
            "Info": "asks who holds the lock",
            "Who": "aurora-cli",
            "Version": "",
            "Created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "Path": "",
        }
    ).encode()
    status, answer = _send(settings.get("lock_method") or "LOCK", address, mine, settings)
    if status == 200:
        _send(settings.get("unlock_method") or "UNLOCK", settings.get("unlock_address") or "", mine, settings)
    return parse_json(answer, _facts, lambda why: {}) if status in _LOCKED else {}


def _settings(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Arguments of the backend: those that `init` has noted, then those of the environment; empty for another backend."""

    def noted(data: Any) -> dict[str, Any]:
        backend = json_object(data.get("backend"))
        return json_object(backend.get("config")) if backend.get("type") == "http" else {}

    nothing: dict[str, Any] = {}
    found = read_json(folder / ".terraform" / STATE_FILE, noted, lambda why: nothing, absent=nothing)
    prefix = "TF_HTTP_"
    outside = {name.removeprefix(prefix).lower(): value for name, value in env.items() if name.startswith(prefix)}
    outside.pop(_OF_THE_FILES_ALONE, None)
    return {**outside, **{key: str(value) for key, value in found.items() if value is not None}} if found else {}


def _facts(data: Any) -> dict[str, str]:
    said = {name: json_object(data).get(key) for key, name in _FACTS.items()}
    facts = {name: value for name, value in said.items() if isinstance(value, str) and value}
    return {name: value.removeprefix("OperationType") for name, value in facts.items()}


def _send(method: str, address: str, body: bytes, settings: Mapping[str, str]) -> tuple[int | None, bytes]:
    """Status and body of the answer; None where there is none."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import BaseHandler, HTTPSHandler, ProxyHandler, Request, build_opener

    if not address.startswith(("http://", "https://")):
        return None, b""
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    headers = {"Content-Type": "application/json", "Content-MD5": digest}
    sign_in: dict[str, str] = {}
    if settings.get("username"):
        pair = f"{settings['username']}:{settings.get('password', '')}"
        sign_in["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    try:
        request = Request(address, body, headers, method=method)  # noqa: S310 - the scheme was looked at
        request.unredirected_hdrs.update(sign_in)
        handlers: list[BaseHandler] = [HTTPSHandler(context=_tls(settings))]
        if _is_loopback(request.host):
            handlers.append(ProxyHandler({}))
        with build_opener(*handlers).open(request, timeout=_TIMEOUT_S) as answer:
            return int(answer.status), b""
    except HTTPError as refused:
        with refused, suppress(OSError, HTTPException):
            return refused.code, refused.read(_LONGEST)
        return refused.code, b""
    except (OSError, HTTPException, ValueError):
        return None, b""


def _is_loopback(host: str | None) -> bool:
    return (host or "").rsplit(":", 1)[0].strip("[]") in ("localhost", "127.0.0.1", "::1")


def _tls(settings: Mapping[str, str]) -> Any:
    """How each side is verified, as Terraform does it. Raises OSError, ValueError: what is no certificate, or no key of it."""
    import ssl

    context = ssl.create_default_context(cadata=settings.get("client_ca_certificate_pem") or None)
    if settings.get(_OF_THE_FILES_ALONE, "").lower() == "true":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    own = [settings.get(f"client_{part}_pem", "") for part in ("certificate", "private_key")]
    if any(own):
        with NamedTemporaryFile() as file:  # 0600; Python takes a client certificate from a file alone
            file.write("\n".join(own).encode())
            file.flush()
            context.load_cert_chain(file.name, password=_no_password)
    return context


def _no_password() -> str:
    """For an encrypted key, which Terraform does not take: OpenSSL would ask for its password at the terminal."""
    raise ValueError("the private key is encrypted")
