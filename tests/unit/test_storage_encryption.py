"""Encryption at rest is of three kinds, of which `StorageEncrypted` tells one: what reads clusters and snapshots reads all."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.aws.describe import encryption_of
from aurora_cli.aws.restore.restore_sources import Origin, cluster_origin
from aurora_cli.errors import InvalidInput, SourceUnfit
from aurora_cli.operations.adopt.adopt import _NO_KMS_KEY, _advice
from aurora_cli.operations.day_two.snapshots import _refuse_copy
from aurora_cli.operations.restore_in_place import replace
from aurora_cli.operations.restore_in_place.replace import Replace
from aurora_cli.operations.source.checks import _encryption
from tests.unit.spec_cases import resolved

KMS = {"StorageEncrypted": True, "StorageEncryptionType": "sse-kms"}
OWNED = {"StorageEncrypted": False, "StorageEncryptionType": "sse-rds"}
NONE = {"StorageEncrypted": False, "StorageEncryptionType": "none"}


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (KMS, "sse-kms"),
        (OWNED, "sse-rds"),
        (NONE, "none"),
        ({"StorageEncrypted": True}, "sse-kms"),
        ({"Encrypted": True}, "sse-kms"),
        ({}, "none"),
    ],
)
def test_the_kind_of_encryption(found: dict[str, Any], kind: str) -> None:
    assert encryption_of(found) == kind


def origin(kind: dict[str, Any]) -> Origin:
    described = {"DBClusterArn": "arn:aws:rds:eu-west-1:123456789012:cluster:old", "DBClusterIdentifier": "old"}
    return cluster_origin({**described, "Engine": "aurora-postgresql", "EngineVersion": "17.7", **kind})


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (OWNED, {}, "old is encrypted with an AWS owned key, so orders would not have a KMS key"),
        (NONE, {}, "old is not encrypted, so orders would not have a KMS key"),
        (KMS, {}, None),
        (OWNED, {"encryption.enabled": False}, None),
        (OWNED, {"encryption.kms_key": "alias/aws/rds"}, None),
    ],
)
def test_a_source_without_a_kms_key(kind: dict[str, Any], changes: dict[str, Any], says: str | None) -> None:
    spec = resolved({"source": {"clone": "old"}, **changes}).spec
    assert spec.source is not None
    if says is None:
        _encryption(None, spec, spec.source, origin(kind))
        return
    with pytest.raises(SourceUnfit, match=says):
        _encryption(None, spec, spec.source, origin(kind))


def test_an_aws_owned_key_works_in_every_region() -> None:
    _refuse_copy(origin(OWNED), "copy", "eu-west-1", "eu-central-1", None)
    with pytest.raises(InvalidInput, match="encrypted with a key of eu-west-1"):
        _refuse_copy(origin(KMS), "copy", "eu-west-1", "eu-central-1", None)


class Context:
    app = rds = None
    spec = resolved({}).spec


@pytest.mark.parametrize(("source", "live", "refused"), [(KMS, OWNED, True), (OWNED, OWNED, False), (KMS, KMS, False)])
def test_a_restore_in_place_keeps_the_kind_of_key(
    monkeypatch: pytest.MonkeyPatch, source: dict[str, Any], live: dict[str, Any], refused: bool
) -> None:
    monkeypatch.setattr(replace, "check_origin", lambda app, spec: None)
    monkeypatch.setattr(replace, "find_origin", lambda app, wanted, region: origin(source))
    operation = Replace("orders", snapshot="old")
    described = {**live, "EngineVersion": "17.7"}
    if refused:
        with pytest.raises(SourceUnfit, match="encrypted with a KMS key and orders is not"):
            operation._origin(Context(), described)  # type: ignore[arg-type]
    else:
        operation._origin(Context(), described)  # type: ignore[arg-type]


class Adopted:
    stack = None
    managed = ()

    def __init__(self, kind: dict[str, Any]) -> None:
        self.cluster = {"TagList": [], **kind}


@pytest.mark.parametrize("kind", [NONE, OWNED])
def test_an_adoption_tells_what_encrypts_the_storage(kind: dict[str, Any]) -> None:
    desired = resolved({"encryption.enabled": False})
    assert _NO_KMS_KEY[kind["StorageEncryptionType"]] in _advice(Adopted(kind), desired)  # type: ignore[arg-type]
    assert not set(_NO_KMS_KEY.values()) & set(_advice(Adopted(KMS), desired))  # type: ignore[arg-type]
