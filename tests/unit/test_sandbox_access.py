"""Which requests the emulator refuses, whatever else they hold."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.sandbox.emulator.access import refusal

KEY = "SANDBOXABCDEFGHIJKLM"
ISSUED = {"ASIAISSUED", "AKIANEVERISSUED"}


def request(path: str = "/", key: str = KEY, **headers: str) -> dict[str, Any]:
    """A request as a client of the emulator makes it."""
    signature = (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/rds/aws4_request, SignedHeaders=host, Signature=0"
    )
    form = "application/x-www-form-urlencoded"
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": form, "HTTP_HOST": "127.0.0.1:4566"}
    return {**environ, "HTTP_AUTHORIZATION": signature, "HTTP_X_AURORA_KEY": key, **headers}


def refused(environ: dict[str, Any]) -> bool:
    return refusal(environ, b"Action=DescribeDBClusters&Version=2014-10-31", KEY, ISSUED.__contains__) is not None


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost", "LOCALHOST:80", "[::1]:4566"])
@pytest.mark.parametrize("path", ["/", "/_aurora/health", "/_aurora/calls"])
def test_our_own_clients_pass(path: str, host: str) -> None:
    assert not refused(request(path, HTTP_HOST=host))
    assert not refused(request(path, HTTP_SEC_FETCH_SITE="none"))
    assert not refused(request(path, HTTP_SEC_FETCH_SITE="same-origin"))


@pytest.mark.parametrize("path", ["/", "/_aurora/health", "/_aurora/reset"])
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("HTTP_ORIGIN", "https://example.com"),
        ("HTTP_ORIGIN", "null"),
        ("HTTP_SEC_FETCH_SITE", "cross-site"),
        ("HTTP_SEC_FETCH_SITE", "same-site"),
        ("HTTP_SEC_FETCH_SITE", "Anything"),
        ("HTTP_HOST", "rebound.example.com:4566"),
        ("HTTP_HOST", "127.0.0.1.example.com"),
        ("HTTP_HOST", "[::"),
        ("HTTP_HOST", ""),
    ],
)
def test_a_browser_does_not_pass(header: str, value: str, path: str) -> None:
    assert refused(request(path, **{header: value}))


@pytest.mark.parametrize("path", ["/moto-api", "/moto-api/", "/moto-api/reset", "/moto-api/recorder/start-recording"])
def test_the_api_of_moto_is_closed_to_all(path: str) -> None:
    assert refused(request(path))


@pytest.mark.parametrize(
    "key", ["", "SANDBOX0000000000000", "ASIAOTHER", "AKIANEVERISSUED", KEY.lower(), KEY[:-1], f"{KEY}X", "\xe9"]
)
@pytest.mark.parametrize("path", ["/", "/bucket/key", "/_aurora/calls", "/_aurora/reset", "/latest/meta-data/iam"])
def test_another_key_does_not_pass(path: str, key: str) -> None:
    assert refused(request(path, key))


def test_without_a_signature_nothing_passes() -> None:
    assert refused(request(HTTP_AUTHORIZATION=""))
    assert refused(request("/_aurora/calls", HTTP_X_AURORA_KEY=""))
    assert not refused(request("/_aurora/health", HTTP_X_AURORA_KEY=""))


def test_a_role_that_was_assumed_with_the_key_passes() -> None:
    assert not refused(request(key="ASIAISSUED"))
    assert refused(request("/_aurora/reset", key="ASIAISSUED"))
