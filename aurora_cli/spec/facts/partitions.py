"""AWS partitions and Regions: which Region is in which partition, and what is called otherwise there.

Sources: botocore's partitions.json (ids, Regions, DNS suffixes); Aurora User Guide, certificate bundles by Region;
DescribeVpcEndpointServices, and the CDK's table of it, for the names of VPC endpoint services.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}", re.ASCII)


@dataclass(frozen=True)
class Partition:
    """A partition of AWS.

    Attributes:
        name: as ARNs have it.
        prefix: how the names of its Regions start; empty for those of `aws`, which have no prefix of their own.
        global_region: the Region for which calls of its global services, such as IAM, are signed.
        dns_suffix: of the endpoints of its services.
        ca_bundle: host with the certificate authorities of RDS; None where AWS publishes none that is known.
    """

    name: str
    prefix: str
    global_region: str
    dns_suffix: str
    ca_bundle: str | None = None

    @property
    def reverse_dns_prefix(self) -> str:
        """The DNS suffix from its end: `cn.com.amazonaws`."""
        return ".".join(reversed(self.dns_suffix.split(".")))


_PARTITIONS = (
    Partition("aws-cn", "cn-", "cn-northwest-1", "amazonaws.com.cn", "rds-truststore.s3.cn-north-1.amazonaws.com.cn"),
    Partition(
        "aws-us-gov", "us-gov-", "us-gov-west-1", "amazonaws.com", "truststore.pki.us-gov-west-1.rds.amazonaws.com"
    ),
    Partition("aws-eusc", "eusc-", "eusc-de-east-1", "amazonaws.eu"),
    Partition("aws-iso", "us-iso-", "us-iso-east-1", "c2s.ic.gov"),
    Partition("aws-iso-b", "us-isob-", "us-isob-east-1", "sc2s.sgov.gov"),
    Partition("aws-iso-e", "eu-isoe-", "eu-isoe-west-1", "cloud.adc-e.uk"),
    Partition("aws-iso-f", "us-isof-", "us-isof-south-1", "csp.hci.ic.gov"),
)
_STANDARD = Partition("aws", "", "us-east-1", "amazonaws.com", "truststore.pki.rds.amazonaws.com")

_CHINESE = frozenset(["kinesis-streams", "lambda", "monitoring", "rds", "sagemaker.runtime", "sts"])
_NAMED_BY_PARTITION = {
    "cn-north-1": _CHINESE,
    "cn-northwest-1": _CHINESE,
    "us-iso-east-1": frozenset({"comprehend", "sagemaker.runtime", "sns"}),
    "us-iso-west-1": frozenset({"monitoring", "sns"}),
    "us-isob-east-1": frozenset({"sagemaker.runtime", "sns"}),
}
"""Region -> services whose interface endpoints are called after the partition (`cn.com.amazonaws.cn-north-1.rds`). Everything
else, the gateway endpoint of S3 too, starts with `COMMON_PREFIX` in every partition."""

COMMON_PREFIX = "com.amazonaws"

# fmt: off
REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ap-south-1", "ap-south-2", "ap-east-1",
    "ap-east-2", "me-south-1", "me-central-1", "il-central-1", "af-south-1", "cn-north-1", "cn-northwest-1",
    "us-gov-west-1", "us-gov-east-1", "eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
    "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1",
)
# fmt: on
"""The Regions that have RDS. A Region's place gives its VPC's default block (`derived/regions.py`), so new ones go to the end:
a VPC's block can never change."""


def is_region(text: str) -> bool:
    """Whether a text has the form of a Region's name; a zone such as `eu-west-1a` has not."""
    return _REGION.fullmatch(text) is not None


def partition_of(region: str) -> Partition:
    """The partition of a Region, also of one that is not in `REGIONS`."""
    return next((one for one in _PARTITIONS if region.startswith(one.prefix)), _STANDARD)


def endpoint_prefix(region: str, service: str) -> str:
    """What the name of a service's VPC interface endpoint starts with, before the Region: `com.amazonaws` almost everywhere."""
    own = service in _NAMED_BY_PARTITION.get(region, ())
    return partition_of(region).reverse_dns_prefix if own else COMMON_PREFIX
