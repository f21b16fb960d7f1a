"""Safety that somebody turned off."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule


@rule(
    "encryption-off",
    hard=False,
    text="Storage is encrypted with a KMS key. Only a copy can get one later: a blue/green deployment or a restored snapshot.",
    source="Aurora User Guide, encrypting resources; provider (changing it replaces the cluster)",
    fields="encryption.enabled",
)
def encryption_off(spec: ClusterSpec) -> Iterator[Finding]:
    if not spec.encryption.enabled:
        message = (
            "no KMS key encrypts storage, backups and snapshots; AWS uses a key of its own, before 2026-02-18 none"
        )
        yield Finding("encryption.enabled", message, "leave it out: the AWS managed key costs nothing")


@rule(
    "tls-off",
    hard=False,
    text="Connections without TLS are refused.",
    source="security default of this tool",
    fields="tls.required",
)
def tls_off(spec: ClusterSpec) -> Iterator[Finding]:
    if not spec.tls.required:
        yield Finding("tls.required", "passwords and data may be transferred unencrypted", "leave it out")


@rule(
    "unprotected",
    hard=False,
    text="A production cluster has deletion protection and a final snapshot.",
    source="security default of this tool",
    fields="preset deletion_protection backup.final_snapshot",
)
def unprotected(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.preset != "production":
        return
    if not spec.deletion_protection:
        yield Finding("deletion_protection", "this production cluster has no deletion protection", "leave it out")
    if not spec.backup.final_snapshot:
        yield Finding(
            "backup.final_snapshot", "destroying this production cluster takes no final snapshot", "leave it out"
        )
