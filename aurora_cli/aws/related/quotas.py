"""What an account may have of RDS in a Region, and has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AuroraError

MOST_PROXIES = 20
"""RDS proxies of an account in a Region, unless raised (Aurora User Guide, quotas); the API does not tell."""


@dataclass(frozen=True)
class Quota:
    """One quota.

    Attributes:
        name: AWS's name, e.g. `DBClusters`.
        used: how many there are; for a quota of each cluster, the most that one of them has.
        most: how many there may be, as raised for this account.
    """

    name: str
    used: int
    most: int

    @property
    def left(self) -> int:
        """How many more there may be; 0 when it is used up."""
        return max(0, self.most - self.used)


def read_quotas(rds: Any) -> dict[str, Quota]:
    """The account's quotas by name (RDS API DescribeAccountAttributes); empty where AWS does not tell, or denies it."""
    try:
        with aws_errors("reading the quotas of the account"):
            found = rds.describe_account_attributes().get("AccountQuotas", ())
    except AuroraError:
        return {}
    return {one["AccountQuotaName"]: Quota(one["AccountQuotaName"], one["Used"], one["Max"]) for one in found}


def read_proxy_quota(rds: Any) -> dict[str, Quota]:
    """`DBProxies`, counted (RDS API DescribeDBProxies) against the default; empty where AWS denies it."""
    try:
        with aws_errors("counting the proxies of the account"):
            pages = rds.get_paginator("describe_db_proxies").paginate()
            used = sum(len(page["DBProxies"]) for page in pages)
    except AuroraError:
        return {}
    return {"DBProxies": Quota("DBProxies", used, MOST_PROXIES)}
