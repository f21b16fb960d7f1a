"""IAM authentication tokens: a request that is signed with SigV4, in place of a password (Aurora User Guide, "IAM database
authentication")."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

LONGEST_S = 900
_SKEW = dt.timedelta(minutes=5)
_ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNATURE = "X-Amz-Signature"
_EMPTY = hashlib.sha256(b"").hexdigest()


class Secret(NamedTuple):
    """The secret of an access key, and the session token that it is valid with; None: it is valid without."""

    key: str
    session: str | None = None


def refusal(
    token: str,
    *,
    user: str,
    addresses: Collection[str],
    region: str,
    secret_of: Callable[[str], Secret | None],
    now: dt.datetime,
) -> str | None:
    """Why a token does not admit a user; None if it does.

    Args:
        addresses: `host:port` of the endpoints that it may be for.
        secret_of: gives the secret of an access key ID, None if there is no such key.
    """
    host, _, query = token.partition("/?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    try:
        access_key, day, place, service, _ = given["X-Amz-Credential"].split("/")
        signed_at = dt.datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.timezone.utc)
        valid = dt.timedelta(seconds=min(int(given["X-Amz-Expires"]), LONGEST_S))
        has_time = signed_at - _SKEW <= now <= signed_at + valid
        signature = given.pop(_SIGNATURE)
    except (KeyError, ValueError, OverflowError):
        return "it is not a token"
    secret = secret_of(access_key)
    scope = f"{day}/{place}/rds-db/aws4_request"
    checks = (
        (given.get("Action") != "connect" or service != "rds-db", "it is for another action"),
        (given.get("DBUser") != user, f"it is for the user {given.get('DBUser')}"),
        (host not in addresses, f"it is for {host}"),
        (place != region, f"it is for the Region {place}"),
        (not has_time, "it has expired"),
        (secret is None or given.get("X-Amz-Security-Token") != secret.session, "its access key is not known"),
    )
    wrong = next((why for is_wrong, why in checks if is_wrong), None)
    if wrong is not None or secret is None:
        return wrong
    right = _sign(secret.key, host, given, scope)
    return None if hmac.compare_digest(right.encode(), signature.encode()) else "its signature does not match"


def _sign(secret: str, host: str, query: dict[str, str], scope: str) -> str:
    words = "&".join(f"{quote(name, '-_.~')}={quote(value, '-_.~')}" for name, value in sorted(query.items()))
    request = "\n".join(("GET", "/", words, f"host:{host}", "", "host", _EMPTY))
    text = "\n".join((_ALGORITHM, query["X-Amz-Date"], scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
