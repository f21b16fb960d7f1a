"""An encrypted snapshot that another account shares: its key is that account's, so a key of one's own is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.aws.restore.restore_sources import snapshot_origin
from aurora_cli.errors import InvalidInput, SourceUnfit
from aurora_cli.operations.day_two.snapshots import _refuse_copy
from aurora_cli.operations.source.checks import _encryption
from tests.unit.spec_cases import resolved

ARN = "arn:aws:rds:eu-west-1:210987654321:cluster-snapshot:theirs"
SOURCE = {"source": {"snapshot": ARN}}


def shared(kind: str = "shared", *, encrypted: bool = True) -> Any:
    described = {"DBClusterSnapshotArn": ARN, "DBClusterSnapshotIdentifier": ARN, "Engine": "aurora-postgresql"}
    return snapshot_origin({**described, "EngineVersion": "16.8", "StorageEncrypted": encrypted, "SnapshotType": kind})


def test_a_copy_of_it_needs_a_key() -> None:
    with pytest.raises(InvalidInput, match="a key of the account 210987654321, so AWS does not copy it") as refused:
        _refuse_copy(shared(), "ours", "eu-west-1", "eu-west-1", None)
    assert "--kms-key alias/aws/rds" in str(refused.value.hint)
    _refuse_copy(shared(), "ours", "eu-west-1", "eu-west-1", "alias/aws/rds")
    _refuse_copy(shared("manual"), "ours", "eu-west-1", "eu-west-1", None)
    _refuse_copy(shared(encrypted=False), "ours", "eu-west-1", "eu-west-1", None)


def test_a_cluster_from_it_needs_a_key() -> None:
    spec = resolved(SOURCE).spec
    assert spec.source is not None
    with pytest.raises(SourceUnfit, match="orders would depend on that key") as refused:
        _encryption(None, spec, spec.source, shared())
    assert "encryption.kms_key: alias/aws/rds" in str(refused.value.hint)
    _encryption(None, spec, spec.source, shared("manual"))
    own = resolved({**SOURCE, "encryption.kms_key": "alias/aws/rds"}).spec
    _encryption(None, own, spec.source, shared())
