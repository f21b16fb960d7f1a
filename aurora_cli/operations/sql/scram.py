"""A password as PostgreSQL keeps it, so that no statement has the password itself: logs of the server would.

Source: RFC 5802 and RFC 7677; PostgreSQL documentation, CREATE ROLE ("an already-encrypted password").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

_ITERATIONS = 4096


def verifier(password: str, salt: bytes | None = None) -> str:
    """The SCRAM-SHA-256 verifier of a password of ASCII characters."""
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(one).decode() for one in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"
