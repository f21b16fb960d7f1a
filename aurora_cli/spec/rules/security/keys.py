"""KMS keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec, S3Backend
from aurora_cli.spec.model.keys import STACK_KEY
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_ID = r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
_KEY = re.compile(rf"{_ID}|{_ALIAS}", re.ASCII)
_FIELDS = (
    "region credentials.secret_kms_key encryption.kms_key logs.kms_key monitoring services activity_stream backend"
)
_ARN = re.compile(rf"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):\d{{12}}:(key/{_ID}|{_ALIAS})", re.ASCII)

_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[A-Za-z0-9+=,.@_/-]{1,576})", re.ASCII)


def _keys(spec: ClusterSpec) -> Iterator[tuple[str, str, str]]:
    """(dotted path, key, Region that it must be in), without those that the stack makes."""
    yield from (one for one in named_keys(spec) if one[1] != STACK_KEY or one[0] == "backend.kms_key")


def named_keys(spec: ClusterSpec) -> Iterator[tuple[str, str, str]]:
    """(dotted path, key as it is named, Region that it must be in)."""
    backend, insights, stream = spec.backend, spec.monitoring.insights, spec.activity_stream
    s3_import, s3_export = spec.services.s3_import, spec.services.s3_export
    state = backend.kms_key if isinstance(backend, S3Backend) else None
    state_region = (backend.region if isinstance(backend, S3Backend) else None) or spec.region
    for path, key, region in (
        ("credentials.secret_kms_key", spec.credentials.secret_kms_key, spec.region),
        ("encryption.kms_key", spec.encryption.kms_key, spec.region),
        ("logs.kms_key", spec.logs.kms_key, spec.region),
        ("monitoring.insights.kms_key", insights.kms_key if insights else None, spec.region),
        ("monitoring.notifications.kms_key", spec.monitoring.notifications.kms_key, spec.region),
        ("services.s3_import.kms_key", s3_import.kms_key if s3_import else None, spec.region),
        ("services.s3_export.kms_key", s3_export.kms_key if s3_export else None, spec.region),
        ("activity_stream.kms_key", stream.kms_key if stream else None, spec.region),
        ("backend.kms_key", state, state_region),
    ):
        if key is not None:
            yield path, key, region


@rule(
    "kms-key",
    hard=True,
    text="A KMS key is an ARN, a key id, an alias or `stack`: `arn:aws:kms:...:key/...`, `1234abcd-...`, `alias/...`.",
    source="KMS API, key identifiers",
    fields=_FIELDS,
)
def kms_key(spec: ClusterSpec) -> Iterator[Finding]:
    for path, key, _ in _keys(spec):
        if not _KEY.fullmatch(key) and not _ARN.fullmatch(key):
            yield Finding(path, f"{shown(key)} does not name a KMS key", _meant(key))


def _meant(key: str) -> str:
    if key == STACK_KEY:
        return "the state exists before the stack's KMS key: write an ARN, a key id, or `alias/NAME`"
    if key.lower() == STACK_KEY:
        return f"write `{STACK_KEY}` for a key that the stack creates"
    simple = re.fullmatch(r"[A-Za-z0-9/_-]+", key)
    return f"did you mean `alias/{key}`?" if simple else f"write an ARN, a key id, `alias/NAME` or `{STACK_KEY}`"


@rule(
    "kms-region",
    hard=True,
    text="A KMS key is in the Region of what it encrypts.",
    source="RDS API KMSKeyNotAccessibleFault",
    fields=_FIELDS,
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
    text="A storage key needs encryption.",
    source="RDS API: KmsKeyId without StorageEncrypted is refused",
    fields="encryption",
)
def kms_unused(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.encryption.kms_key is not None and not spec.encryption.enabled:
        yield Finding(
            "encryption.kms_key", "a key is set, but encryption with one is off", "set `encryption.enabled: true`"
        )


@rule(
    "kms-stack-unused",
    hard=False,
    text="Settings of the stack's KMS key need a key that is `stack`.",
    source="nothing would be created",
    fields=f"{_FIELDS} encryption.key",
)
def kms_stack_unused(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.encryption.key is not None and all(key != STACK_KEY for _, key, _ in named_keys(spec)):
        hint = "write `kms_key: stack` where it is to be used"
        yield Finding("encryption.key", "nothing uses the stack's KMS key, so none is created", hint)


@rule(
    "kms-administrator",
    hard=True,
    text="An administrator of the stack's own key is the ARN of a role or a user.",
    source="KMS API PutKeyPolicy: MalformedPolicyDocumentException",
    fields="encryption.key",
)
def kms_administrator(spec: ClusterSpec) -> Iterator[Finding]:
    key = spec.encryption.key
    for index, arn in enumerate(key.administrators if key else ()):
        if not _PRINCIPAL.fullmatch(arn):
            hint = "for example `arn:aws:iam::123456789012:role/Admin`"
            yield Finding(
                f"encryption.key.administrators.{index}", f'"{shown(arn)}" is not a valid role or user ARN', hint
            )
