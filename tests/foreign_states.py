"""Terraform states as the configurations of others leave them, small: types and addresses of the modules that are in use."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

ACCOUNT = "123456789012"
GENUINE = 'provider["registry.terraform.io/hashicorp/aws"]'


def arn(name: str, region: str = "eu-west-1", kind: str = "cluster", account: str = ACCOUNT) -> str:
    """ARN of a cluster or an instance."""
    return f"arn:aws:rds:{region}:{account}:{kind}:{name}"


def cluster(name: str = "shop", region: str = "eu-west-1", account: str = ACCOUNT, **more: Any) -> dict[str, Any]:
    """Attributes of `aws_rds_cluster`."""
    return {
        "id": name,
        "cluster_identifier": name,
        "arn": arn(name, region, account=account),
        "engine": "aurora-postgresql",
        "master_password": "hunter2-in-the-state",
        **more,
    }


def instance(name: str, of: str = "shop", region: str = "eu-west-1") -> dict[str, Any]:
    """Attributes of `aws_rds_cluster_instance`."""
    return {"id": name, "identifier": name, "cluster_identifier": of, "arn": arn(name, region, "db")}


Entry = tuple[str, str, str, str | int | None, dict[str, Any]]


def entry(
    address: str, attributes: dict[str, Any], *, module: str = "", key: str | int | None = None, mode: str = "managed"
) -> Entry:
    """One instance of `type.name`, in a module."""
    return (mode, module, address, key, attributes)


def state_of(*entries: Entry, depends: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """A state of format 4, its instances grouped as Terraform groups them.

    Args:
        depends: `type.name` -> addresses that it depends on.
    """
    grouped: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for mode, module, address, key, attributes in entries:
        found: dict[str, Any] = {"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}
        if key is not None:
            found["index_key"] = key
        if depends and address in depends:
            found["dependencies"] = depends[address]
        grouped[mode, module, address].append(found)
    resources = [
        {
            "mode": mode,
            **({"module": module} if module else {}),
            "type": address.partition(".")[0],
            "name": address.partition(".")[2],
            "provider": GENUINE,
            "instances": instances,
        }
        for (mode, module, address), instances in grouped.items()
    ]
    return {
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": 3,
        "lineage": "theirs",
        "outputs": {},
        "resources": resources,
    }


def rds_aurora(module: str = "module.aurora", name: str = "shop") -> list[Entry]:
    """What terraform-aws-modules/rds-aurora makes."""
    logs = f"/aws/rds/cluster/{name}/postgresql"
    rows: list[tuple[str, str | int, dict[str, Any]]] = [
        (
            "aws_cloudwatch_log_group.this",
            "postgresql",
            {"id": logs, "name": logs},
        ),
        ("aws_db_subnet_group.this", 0, {"id": name, "name": name}),
        ("aws_iam_role.rds_enhanced_monitoring", 0, {"id": f"{name}-monitor", "name": f"{name}-monitor"}),
        ("aws_iam_role_policy_attachment.rds_enhanced_monitoring", 0, {"id": "a", "role": f"{name}-monitor"}),
        ("aws_rds_cluster.this", 0, cluster(name)),
        ("aws_rds_cluster_instance.this", "one", instance(f"{name}-one", name)),
        ("aws_rds_cluster_instance.this", "two", instance(f"{name}-two", name)),
        ("aws_rds_cluster_parameter_group.this", 0, {"id": f"{name}-2026", "name": f"{name}-2026"}),
        ("aws_rds_cluster_role_association.this", "s3", {"id": f"{name},x", "db_cluster_identifier": name}),
        ("aws_security_group.this", 0, {"id": f"sg-{name}"}),
        (
            "aws_vpc_security_group_ingress_rule.this",
            'the app\'s "vpc"',
            {"id": "sgr-1", "security_group_id": f"sg-{name}"},
        ),
        ("aws_appautoscaling_target.this", 0, {"id": f"cluster:{name}", "resource_id": f"cluster:{name}"}),
        ("aws_appautoscaling_policy.this", 0, {"id": "target-metric", "resource_id": f"cluster:{name}"}),
    ]
    return [entry(address, attributes, module=module, key=key) for address, key, attributes in rows]


def cloudposse(module: str = "module.rds_cluster") -> list[Entry]:
    """What cloudposse/rds-cluster makes: a record in a module of its own, instances by number, a pet."""
    rows: list[tuple[str, str | int, dict[str, Any]]] = [
        ("aws_rds_cluster.primary", 0, cluster("shop")),
        ("aws_rds_cluster_instance.default", 0, instance("shop-one")),
        ("aws_rds_cluster_instance.default", 1, instance("shop-two")),
        ("aws_db_subnet_group.default", 0, {"id": "shop", "name": "shop"}),
        ("aws_security_group.default", 0, {"id": "sg-shop"}),
        (
            "aws_security_group_rule.egress",
            0,
            {"id": "sgrule-1", "security_group_id": "sg-shop", "security_group_rule_id": "sgr-1"},
        ),
        ("aws_rds_cluster_parameter_group.default", 0, {"id": "shop-2026", "name": "shop-2026"}),
        ("random_pet.instance", 0, {"id": "apt-mole"}),
    ]
    own = [entry(address, attributes, module=module, key=key) for address, key, attributes in rows]
    record = {"id": "Z1_db_CNAME", "records": ["shop.cluster-abc.eu-west-1.rds.amazonaws.com"]}
    return [*own, entry("aws_route53_record.default", record, module=f"{module}.module.dns_master", key=0)]


def shown(state: dict[str, Any]) -> dict[str, Any]:
    """The state as `terraform show -json` prints it."""
    from aurora_cli.terraform.state.state import address_of

    modules: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for resource in state["resources"]:
        for one in resource["instances"]:
            modules[resource.get("module", "")].append(
                {
                    "address": address_of(resource, one),
                    "mode": resource["mode"],
                    "type": resource["type"],
                    "name": resource["name"],
                    **({"index": one["index_key"]} if "index_key" in one else {}),
                    "values": one["attributes"],
                    "sensitive_values": {},
                    "depends_on": one.get("dependencies", []),
                }
            )
    root = modules.pop("", [])
    children = [{"address": address, "resources": resources} for address, resources in modules.items()]
    return {"format_version": "1.0", "values": {"root_module": {"resources": root, "child_modules": children}}}
