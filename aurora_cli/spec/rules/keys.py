"""KMS keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.model import ClusterSpec, S3Backend
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.words import shown

_ID = r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
_KEY = re.compile(rf"{_ID}|{_ALIAS}", re.ASCII)
_ARN = re.compile(rf"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):\d{{12}}:(key/{_ID}|{_ALIAS})", re.ASCII)


def _keys(spec: ClusterSpec) -> Iterator[tuple[str, str, str]]:
    """(dotted path, key, Region that it must be in)."""
    backend, insights = spec.backend, spec.monitoring.insights
    state = backend.kms_key if isinstance(backend, S3Backend) else None
    state_region = (backend.region if isinstance(backend, S3Backend) else None) or spec.region
    for path, key, region in (
        ("credentials.secret_kms_key", spec.credentials.secret_kms_key, spec.region),
        ("encryption.kms_key", spec.encryption.kms_key, spec.region),
        ("logs.kms_key", spec.logs.kms_key, spec.region),
        ("monitoring.insights.kms_key", insights.kms_key if insights else None, spec.region),
        ("monitoring.notifications.kms_key", spec.monitoring.notifications.kms_key, spec.region),
        ("backend.kms_key", state, state_region),
    ):
        if key is not None:
            yield path, key, region


@rule(
    "kms-key",
    hard=True,
    text="A KMS key is an ARN, a key id or an alias: `arn:aws:kms:...:key/...`, `1234abcd-...`, `mrk-...`, `alias/...`.",
    source="KMS API, key identifiers",
    fields="region credentials.secret_kms_key encryption.kms_key logs.kms_key monitoring backend",
)
def kms_key(spec: ClusterSpec) -> Iterator[Finding]:
    for path, key, _ in _keys(spec):
        if not _KEY.fullmatch(key) and not _ARN.fullmatch(key):
            simple = re.fullmatch(r"[A-Za-z0-9/_-]+", key)
            hint = f"did you mean `alias/{key}`?" if simple else "write an ARN, a key id, or `alias/NAME`"
            yield Finding(path, f"{shown(key)} does not name a KMS key", hint)


@rule(
    "kms-region",
    hard=True,
    text="A KMS key is in the Region of what it encrypts.",
    source="RDS API KMSKeyNotAccessibleFault",
    fields="region credentials.secret_kms_key encryption.kms_key logs.kms_key monitoring backend",
)
def kms_region(spec: ClusterSpec) -> Iterator[Finding]:
    for path, key, region in _keys(spec):
        match = _ARN.fullmatch(key)
        if match and match["region"] != region:
            yield Finding(
                path, f"the key is in {match['region']}, but it must be in {region}", f"use a key of {region}"
            )


@rule(
    "kms-unused",
    hard=True,
    text="A storage key goes with encryption on.",
    source="RDS API: KmsKeyId without StorageEncrypted is refused",
    fields="encryption",
)
def kms_unused(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.encryption.kms_key is not None and not spec.encryption.enabled:
        yield Finding("encryption.kms_key", "a key is named, but encryption is off", "set `encryption.enabled: true`")
