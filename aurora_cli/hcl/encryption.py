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
    """The keys of what is encrypted; None is the key that AWS manages (logs: none, topic: none)."""

    storage: Key | None
    secret: Key | None
    logs: Key | None
    insights: Key | None
    topic: Key | None

    @property
    def lookups(self) -> dict[str, str]:
        """Label -> id or alias to look up."""
        keys = {name: getattr(self, name) for name in type(self).__dataclass_fields__}
        return {name: key.lookup for name, key in keys.items() if key and key.lookup}


def encryption_of(spec: ClusterSpec) -> Encryption:
    """The keys of a resolved spec. A storage key without encryption is left out: the API refuses the pair."""
    storage = spec.encryption.kms_key if spec.encryption.enabled else None
    monitoring = spec.monitoring
    return Encryption(
        storage=_key(storage, "storage"),
        secret=_key(spec.credentials.secret_kms_key, "secret"),
        logs=_key(spec.logs.kms_key if spec.logs.exports and spec.logs.own_groups else None, "logs"),
        insights=_key(monitoring.insights.kms_key if monitoring.insights else None, "insights"),
        topic=_key(monitoring.notifications.kms_key, "topic"),
    )


def _key(named: str | None, label: str) -> Key | None:
    if named is None:
        return None
    if _KEY_ARN.fullmatch(named):
        return Key(None, named)
    return Key(named, Expression(f"data.aws_kms_key.{label}.arn"))
