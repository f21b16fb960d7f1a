"""Where Terraform's state is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from aurora_cli.spec.facts.partitions import is_region
from aurora_cli.spec.model.cluster import CloudBackend, ClusterSpec, HttpBackend, PgBackend, S3Backend
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_BUCKET = re.compile(r"(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_ORGANIZATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
_WORKSPACE = re.compile(r"[A-Za-z0-9_-]{1,90}", re.ASCII)
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:\d{1,5})?", re.ASCII)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_METHOD = re.compile(r"[A-Z]{3,10}", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@rule(
    "backend-s3",
    hard=True,
    text="An S3 backend names a bucket (3 to 63 lower-case letters, digits, hyphens, periods), and a key without `..`.",
    source="S3 User Guide, bucket naming; Terraform s3 backend",
    fields="backend",
)
def backend_s3(spec: ClusterSpec) -> Iterator[Finding]:
    backend = spec.backend
    if not isinstance(backend, S3Backend):
        return
    if not _BUCKET.fullmatch(backend.bucket):
        yield Finding(
            "backend.bucket",
            f'"{shown(backend.bucket)}" is not a valid bucket name',
            "write only the name, without s3://",
        )
    key = backend.key
    if key is not None and (not key.strip("/ ") or key != key.strip("/ ") or ".." in key.split("/") or len(key) > 1024):
        yield Finding(
            "backend.key",
            f'"{shown(key)}" is not a valid object key',
            _example_key(spec),
        )
    if backend.region is not None and not is_region(backend.region):
        yield Finding("backend.region", f"{shown(backend.region)} is not a Region", "for example `eu-west-1`")


def _example_key(spec: ClusterSpec) -> str:
    return f"for example `aurora-cli/{spec.region}/{spec.name}.tfstate`"


@rule(
    "backend-http",
    hard=True,
    text="HTTP backend URLs start with https:// or http://; methods are words such as LOCK and POST.",
    source="Terraform http backend",
    fields="backend",
)
def backend_http(spec: ClusterSpec) -> Iterator[Finding]:
    for name, text in _addresses(spec):
        parts = _split(text)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            yield Finding(
                f"backend.{name}",
                "this is not a valid HTTP or HTTPS URL",
                "for example `https://state.example.com/orders`",
            )
    for name in ("lock_method", "unlock_method"):
        method = getattr(spec.backend, name, None)
        if method is not None and not _METHOD.fullmatch(method):
            yield Finding(f"backend.{name}", f'"{shown(method)}" is not a valid HTTP method', "for example `POST`")


@rule(
    "backend-secret",
    hard=True,
    text="A backend's URL contains no password or token: TF_HTTP_USERNAME and TF_HTTP_PASSWORD pass them.",
    source="Terraform http backend: the address is written into .terraform and into rendered files",
    fields="backend",
    skippable=False,
)
def backend_secret(spec: ClusterSpec) -> Iterator[Finding]:
    for name, text in _addresses(spec):
        parts = _split(text)
        if parts is not None and (parts.username or parts.password or "@" in parts.netloc):
            hint = "remove them from the URL and set TF_HTTP_USERNAME and TF_HTTP_PASSWORD"
            yield Finding(f"backend.{name}", "the URL contains credentials", hint)


@rule(
    "backend-plain-http",
    hard=False,
    text="State is transferred over HTTPS: it contains everything about the cluster.",
    source="Terraform http backend",
    fields="backend",
)
def backend_plain_http(spec: ClusterSpec) -> Iterator[Finding]:
    for name, text in _addresses(spec):
        parts = _split(text)
        if parts is not None and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            yield Finding(f"backend.{name}", "state is transferred unencrypted", "use https://")


@rule(
    "backend-names",
    hard=True,
    text="Organizations, workspaces, host names and schemas are valid for their servers.",
    source="HCP Terraform API; PostgreSQL identifiers",
    fields="backend",
)
def backend_names(spec: ClusterSpec) -> Iterator[Finding]:
    for path, text, pattern, hint in _names(spec):
        if text is not None and not pattern.fullmatch(text):
            yield Finding(path, f'"{shown(text)}" is not a valid name here', hint)


@rule(
    "backend-text",
    hard=True,
    text="No field of the backend is empty or holds control characters.",
    source="Terraform",
    fields="backend",
)
def backend_text(spec: ClusterSpec) -> Iterator[Finding]:
    for name in type(spec.backend).model_fields:
        value = getattr(spec.backend, name)
        if value is not None and (not value.strip() or not value.isprintable()):
            yield Finding(
                f"backend.{name}", "it is empty or holds control characters", "write it on one line, or remove it"
            )


def _names(spec: ClusterSpec) -> Iterator[tuple[str, str | None, re.Pattern[str], str]]:
    backend = spec.backend
    if isinstance(backend, CloudBackend):
        yield "backend.organization", backend.organization, _ORGANIZATION, "up to 40 letters, digits, - and _"
        yield "backend.workspace", backend.workspace, _WORKSPACE, "up to 90 letters, digits, - and _"
        yield "backend.hostname", backend.hostname, _HOSTNAME, "for example `app.terraform.io`"
    elif isinstance(backend, PgBackend):
        yield "backend.schema_name", backend.schema_name, _SCHEMA, "up to 63 lower-case letters, digits and _"


def _addresses(spec: ClusterSpec) -> Iterator[tuple[str, str]]:
    if isinstance(spec.backend, HttpBackend):
        for name in ("address", "lock_address", "unlock_address"):
            text = getattr(spec.backend, name)
            if text is not None:
                yield name, text


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts
