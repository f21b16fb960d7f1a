"""What of a cluster in one Region is paid for, as numbers; from a spec or from the live cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from aurora_cli.prices.amount import Amount


@dataclass(frozen=True)
class Usage:
    """What only a running cluster has, or its user expects; None for what is not known.

    Attributes:
        storage: GiB in the cluster volume.
        io: million read and write requests a month.
        backup: GiB of backups and snapshots that are billed: beyond the free part.
        replicated: million writes a month that are replicated to it from another Region.
        measured: what was measured, in words, e.g. `CloudWatch, 14 days`; None for what somebody expects.
    """

    storage: Decimal | None = None
    io: Decimal | None = None
    backup: Decimal | None = None
    replicated: Decimal | None = None
    measured: str | None = None


@dataclass(frozen=True)
class Shape:
    """A cluster in one Region.

    Attributes:
        name, region, engine, storage: as in its spec.
        instances: class of provisioned instances -> how many, from the fewest to the most that reader autoscaling adds.
        serverless: how many instances are `db.serverless`.
        acu: the range of each of those; None without one.
        vcpus: vCPUs of the provisioned instances; None where the size of a class is not known.
        extended_support: `1-2` or `3`, the year of Extended Support that is paid now; None in standard support.
        proxy: whether RDS Proxy is in front of it.
        insights: `standard`, `advanced` or None.
        endpoint_zones: hours of interface VPC endpoints count once for each endpoint and zone; None where zones are not known.
        keys, secrets, alarms: how many KMS keys, secrets and CloudWatch alarms the stack has.
        logs: whether logs are exported to CloudWatch.
        backtrack: whether change records are kept.
        replicated: whether writes are replicated to it from another Region.
        usage: see `Usage`.
    """

    name: str
    region: str
    engine: str
    storage: str
    instances: Mapping[str, Amount] = field(default_factory=dict)
    serverless: Amount = field(default_factory=lambda: Amount.of(0))
    acu: Amount | None = None
    vcpus: Amount | None = None
    extended_support: str | None = None
    proxy: bool = False
    insights: str | None = None
    endpoint_zones: int | None = 0
    keys: int = 0
    secrets: int = 0
    alarms: int = 0
    logs: bool = False
    backtrack: bool = False
    replicated: bool = False
    usage: Usage = field(default_factory=Usage)
