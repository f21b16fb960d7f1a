"""The network in the spec: where the cluster is, who may connect, what it is called in DNS."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from aurora_cli.spec.model.fields import INSTANCE, Argument, Model, Seconds, ShortForm, Whole, lower_case
from aurora_cli.spec.values.quantities import parse_zones

IpVersion = Literal["ipv4", "dual"]


class AllowRule(ShortForm):
    """One source that may connect to the database port. Written as text (`10.0.0.0/8`, `sg-...`, `pl-...`) or as a map."""

    source: str = Field(description="IPv4 or IPv6 CIDR block, security group id (sg-...) or prefix list id (pl-...).")
    description: str | None = Field(None, description="Text shown with the security group rule.")


def source_of(entry: Any) -> str:
    """The source of an entry of `allow` as a file has it: text, or a map."""
    return str(entry["source"] if isinstance(entry, dict) else entry)


class EgressRule(ShortForm):
    """One destination to which the database may connect. Written as text (all ports) or as a map."""

    destination: str = Field(description="IPv4 or IPv6 CIDR block, security group id (sg-...) or prefix list (pl-...).")
    port: Whole | None = Field(None, ge=1, le=65535, description="TCP port; without it every port and protocol.")
    description: str | None = Field(None, description="Text shown with the security group rule.")


class Network(Model):
    """Either our own VPC (cidr, zones) or an existing one (vpc_id with subnet_ids or subnet_group)."""

    cidr: str | None = Field(None, description="CIDR block of the new VPC; default 10.0.0.0/16.")
    zones: int | list[str] | None = Field(
        None, description="Number of Availability Zones (2 or 3), or their names, for the new VPC."
    )
    ip_version: Annotated[IpVersion, BeforeValidator(lower_case), Argument("network_type")] = Field(
        "ipv4",
        description="`ipv4`, or `dual` for IPv4 and IPv6; existing subnets then need an IPv6 block. A new VPC keeps its own.",
    )
    public_access: Annotated[bool, Argument("publicly_accessible", label="public address", of=INSTANCE)] = Field(
        False, description="Assign public addresses to instances: internet gateway, public subnets."
    )
    vpc_id: str | None = Field(None, description="Existing VPC to use.")
    subnet_ids: list[str] = Field(default_factory=list, description="Existing subnets for a new DB subnet group.")
    subnet_group: Annotated[str | None, Argument("db_subnet_group_name", "DBSubnetGroup", "DB subnet group")] = Field(
        None, description="Existing DB subnet group."
    )
    security_group_ids: Annotated[list[str], Argument("vpc_security_group_ids", label="security groups")] = Field(
        default_factory=list, description="Existing security groups to attach in addition to the stack's."
    )
    own_security_group: bool = Field(
        True, description="Create a security group for the cluster; false: use only those of `security_group_ids`."
    )
    allow: list[AllowRule] = Field(default_factory=list, description="Sources allowed to connect to the database port.")
    allow_from_anywhere: bool = Field(
        False, description="Required to allow every address in `allow`, or more than half."
    )
    allow_self: bool = Field(
        False, description="Allow members of the cluster's own security group to connect to the database port."
    )
    egress: list[EgressRule] = Field(
        default_factory=list, description="Destinations the database may connect to; none by default."
    )

    vpc_endpoints: list[str] = Field(
        default_factory=list,
        description="Services to reach inside the VPC, e.g. [rds-data, secretsmanager]: interface endpoints (s3: a gateway).",
    )

    @field_validator("zones", mode="before")
    @classmethod
    def _zones(cls, value: Any) -> Any:
        return parse_zones(value)

    @property
    def own_vpc(self) -> bool:
        """True when the stack makes its own VPC."""
        return self.vpc_id is None and not self.subnet_ids and self.subnet_group is None


class Dns(Model):
    """Names of your own for the endpoints, as records of a Route 53 zone. TLS certificates do not carry them."""

    zone_id: str = Field(description="Hosted zone of the names, e.g. Z0123456789ABCDEFGHIJ.")
    writer: str | None = Field(None, description="Name of the writer endpoint, e.g. orders.db.example.com.")
    reader: str | None = Field(None, description="Name of the reader endpoint, e.g. orders-ro.db.example.com.")
    ttl: Seconds = Field(300, ge=0, le=604800, description="TTL of the records.")

    @field_validator("writer", "reader", mode="after")
    @classmethod
    def _as_kept(cls, value: str | None) -> str | None:
        """As Route 53 keeps it: lower case, and without the dot of the root."""
        return value.lower().removesuffix(".") if value is not None else None
