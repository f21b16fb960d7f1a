"""KMS keys: an ARN is used as it is, an id or an alias is looked up, `stack` is a key of the stack's own.

The provider compares what AWS reads back, and anything else is a difference on every plan, or replaces the resource: the key's
ARN, and for an activity stream the key's id (the provider's acceptance test of aws_rds_cluster_activity_stream).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.keys import STACK_KEY, StackKey

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

    @property
    def key_id(self) -> str:
        """The key's id, or the reference to it."""
        if isinstance(self.arn, Expression):
            return Expression(self.arn.removesuffix("arn") + "id")
        return self.arn.partition(":key/")[2]


@dataclass(frozen=True)
class OwnKey:
    """The key that the stack makes: its settings, and which services of AWS its policy must let in."""

    settings: StackKey
    logs: bool
    topic: bool

    @property
    def administrators(self) -> list[str]:
        """Each once, in the order of KMS."""
        return sorted(set(self.settings.administrators))


@dataclass(frozen=True)
class Encryption:
    """The keys of what is encrypted; None is the key that AWS manages (logs: none, topic: none). `own` is the stack's."""

    storage: Key | None
    secret: Key | None
    logs: Key | None
    insights: Key | None
    topic: Key | None
    stream: Key | None
    s3_import: Key | None
    s3_export: Key | None
    own: OwnKey | None

    @property
    def lookups(self) -> dict[str, str]:
        """Label -> id or alias to look up."""
        keys = {name: getattr(self, name) for name in type(self).__dataclass_fields__}
        return {name: key.lookup for name, key in keys.items() if isinstance(key, Key) and key.lookup}


def encryption_of(spec: ClusterSpec, options: RenderOptions = RenderOptions()) -> Encryption:  # noqa: B008
    """The keys of a resolved spec. What is off has no key: a storage key without encryption is refused by the API."""
    named = dict(_named(spec))
    keys = {label: _key(value, label, options.kept_key) for label, value in named.items()}
    return Encryption(own=None if options.kept_key else _own(spec, named), **keys)


def _named(spec: ClusterSpec) -> Iterator[tuple[str, str | None]]:
    """Label -> the key as the spec names it."""
    monitoring, services, stream = spec.monitoring, spec.services, spec.activity_stream
    yield "storage", spec.encryption.kms_key if spec.encryption.enabled else None
    yield "secret", spec.credentials.secret_kms_key
    yield "logs", spec.logs.kms_key if spec.logs.exports and spec.logs.own_groups else None
    yield "insights", monitoring.insights.kms_key if monitoring.insights else None
    yield "topic", monitoring.notifications.kms_key
    yield "stream", stream.kms_key if stream else None
    yield "s3_import", services.s3_import.kms_key if services.s3_import else None
    yield "s3_export", services.s3_export.kms_key if services.s3_export else None


def _own(spec: ClusterSpec, named: dict[str, str | None]) -> OwnKey | None:
    if STACK_KEY not in named.values():
        return None
    settings = spec.encryption.key or StackKey.model_validate({})
    return OwnKey(settings, logs=named["logs"] == STACK_KEY, topic=named["topic"] == STACK_KEY)


def _key(named: str | None, label: str, kept: str | None) -> Key | None:
    if named is None:
        return None
    if named == STACK_KEY:
        return Key(None, kept or Expression("aws_kms_key.this.arn"))
    if _KEY_ARN.fullmatch(named):
        return Key(None, named)
    return Key(named, Expression(f"data.aws_kms_key.{label}.arn"))
