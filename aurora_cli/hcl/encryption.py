"""KMS keys: an ARN is used as it is, an id or an alias is looked up.

The provider wants the key's ARN: anything else is a difference on every plan, or replaces the cluster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aurora_cli.hcl.literal import Expression
from aurora_cli.spec.model import ClusterSpec

_KEY_ARN = re.compile(r"arn:[^:]+:kms:[^:]*:[^:]*:key/.+")


@dataclass(frozen=True)
class Key:
    """A KMS key: `lookup` is the id or alias to look up (None for an ARN), `arn` the ARN or the reference to it."""

    lookup: str | None
    arn: str

    @property
    def by_alias(self) -> bool:
        """True if the key is named by an alias, which may be pointed at another key."""
        return self.lookup is not None and "alias/" in self.lookup


@dataclass(frozen=True)
class Encryption:
    """The keys of the storage and of the master secret; None is the key that AWS manages."""

    storage: Key | None
    secret: Key | None


def encryption_of(spec: ClusterSpec) -> Encryption:
    """The keys of a resolved spec. A storage key without encryption is left out: the API refuses the pair."""
    storage = spec.encryption.kms_key if spec.encryption.enabled else None
    return Encryption(_key(storage, "storage"), _key(spec.credentials.secret_kms_key, "secret"))


def _key(named: str | None, label: str) -> Key | None:
    if named is None:
        return None
    if _KEY_ARN.fullmatch(named):
        return Key(None, named)
    return Key(named, Expression(f"data.aws_kms_key.{label}.arn"))
