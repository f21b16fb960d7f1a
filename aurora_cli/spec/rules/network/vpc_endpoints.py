"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.facts.features import ENDPOINTS, given_services
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_PATH = "network.vpc_endpoints"


@rule(
    "vpc-endpoint-name",
    hard=True,
    text="A VPC endpoint connects to a service that a database or its clients use: rds-data, secretsmanager, rds, s3, ...",
    source="Amazon VPC User Guide, services that integrate with AWS PrivateLink",
    fields="network.vpc_endpoints",
)
def vpc_endpoint_name(spec: ClusterSpec) -> Iterator[Finding]:
    known = table("limits")["vpc_endpoint_services"]
    for index, name in enumerate(spec.network.vpc_endpoints):
        if name not in known:
            hint = did_you_mean(name, known, f"known endpoints: {', '.join(known)}")
            yield Finding(f"{_PATH}.{index}", f"no VPC endpoint named {shown(name)} is known", hint)
        elif name in spec.network.vpc_endpoints[:index]:
            yield Finding(f"{_PATH}.{index}", f"the endpoint {shown(name)} is listed twice", "keep one")


@rule(
    "vpc-endpoint-gateway",
    hard=True,
    text="The gateway endpoint of S3 is added to the route table of a new VPC.",
    source="EC2 API CreateVpcEndpoint.RouteTableIds",
    fields="network.vpc_endpoints network.vpc_id network.subnet_ids network.subnet_group",
    skippable=False,
)
def vpc_endpoint_gateway(spec: ClusterSpec) -> Iterator[Finding]:
    if "s3" in spec.network.vpc_endpoints and not spec.network.own_vpc:
        message = "this tool does not change the route tables of an existing VPC"
        yield Finding(_PATH, message, "leave `s3` out, and create its gateway endpoint where that VPC is managed")


@rule(
    "vpc-endpoint-shared",
    hard=False,
    text="A service has one endpoint with private names in a VPC.",
    source="EC2 API CreateVpcEndpoint: private-dns-enabled cannot be set because there is already a conflicting DNS domain",
    fields="network.vpc_endpoints network.vpc_id network.subnet_ids network.subnet_group",
)
def vpc_endpoint_shared(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.network.vpc_endpoints and not spec.network.own_vpc:
        message = "the existing VPC may already have these endpoints, and AWS refuses a second one"
        yield Finding(_PATH, message, "list only those that it lacks")


@rule(
    "service-path",
    hard=False,
    text="The database can reach the services that it calls: by a VPC endpoint, or by `network.egress`.",
    source="Aurora User Guide, network communication from Aurora to other AWS services",
    fields="network.vpc_endpoints network.egress services",
)
def service_path(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.network.egress:
        return
    for key in given_services(spec):
        name = ENDPOINTS[key]
        if name not in spec.network.vpc_endpoints:
            message = "the database cannot reach the service"
            yield Finding(f"services.{key}", message, _way(spec, name))


def _way(spec: ClusterSpec, name: str) -> str:
    if name == "s3" and not spec.network.own_vpc:
        return "add the prefix list of S3 to `network.egress`; the VPC needs its gateway endpoint"
    return f"add `{name}` to `{_PATH}`"
