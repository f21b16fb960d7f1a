"""A spec as Terraform files.

    render_stack(spec) -> {"versions.tf": "...", "provider.tf": "...", ...}

The same spec and options give the same bytes. The templates hold the Terraform, the views beside this file hold the
decisions, and `formatter.py` the form. Addresses and names of what is rendered are relied on elsewhere (the plan guard,
scaling) and by state that exists: a change of one is a migration.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from jinja2 import Template

from aurora_cli.hcl.environment import SUFFIX, environment
from aurora_cli.hcl.formatter import format_hcl
from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.names import CLUSTER_TAG
from aurora_cli.hcl.provider_floor import provider_floor
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.hcl.values.account import needs_account, role_of
from aurora_cli.hcl.values.backends import arguments_of
from aurora_cli.hcl.values.credentials import iam_connect_of
from aurora_cli.hcl.values.encryption import encryption_of
from aurora_cli.hcl.values.endpoints import endpoints_of
from aurora_cli.hcl.values.imported import imported_of, rule_tags_of
from aurora_cli.hcl.values.instances import NO_INSTANCES, instances_of, scaling_of, schedules_of, targets_of
from aurora_cli.hcl.values.members import Member, global_database_of, member_of, provider_regions_of
from aurora_cli.hcl.values.monitoring import dashboard_of, monitoring_of
from aurora_cli.hcl.values.network import network_of, vpc_endpoints_of
from aurora_cli.hcl.values.parameters import next_groups_of, parameter_groups_of
from aurora_cli.hcl.values.proxy import proxy_of
from aurora_cli.hcl.values.services import services_of
from aurora_cli.hcl.values.source import Source, source_of
from aurora_cli.spec.derived.regions import regions_of, secondary_spec
from aurora_cli.spec.facts.versions import rendered_version
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.global_database import Region

VERSIONS = "versions.tf"
FILES = (
    VERSIONS,
    "backend.tf",
    "provider.tf",
    "variables.tf",
    "account.tf",
    "locals.tf",
    "network.tf",
    "security_group.tf",
    "vpc_endpoints.tf",
    "encryption.tf",
    "parameters.tf",
    "logs.tf",
    "source.tf",
    "cluster.tf",
    "secret.tf",
    "sign_in.tf",
    "instances.tf",
    "proxy.tf",
    "services.tf",
    "activity_stream.tf",
    "endpoints.tf",
    "dns.tf",
    "autoscaling.tf",
    "monitoring.tf",
    "alarms.tf",
    "notifications.tf",
    "global.tf",
    "outputs.tf",
)
PARTS = ("identity.tf",)
"""What other templates include."""
NEXT_PARAMETERS = "next_parameters.tf"
_OF_THE_ROOT = frozenset({"backend.tf", "provider.tf"})

_LIFECYCLE = {
    None: None,
    True: "open-source-rds-extended-support",
    False: "open-source-rds-extended-support-disabled",
}


def render_stack(spec: ClusterSpec, options: RenderOptions = RenderOptions()) -> dict[str, str]:  # noqa: B008
    """The Terraform files of one cluster.

    Args:
        spec: a resolved spec: engine version, port, user and instance classes are filled in.
        options: what is no part of the spec; the default is a new, protected cluster.

    Returns:
        File name -> content, clean for `terraform fmt`, in the order of `FILES`. A file that the spec has no use for is left out.
        Of a global database, each secondary Region is a module in a folder of its own: `eu-central-1/cluster.tf`.

    Raises:
        InvalidInput: the spec breaks a rule on which the Terraform stands, or a text in it cannot be carried by HCL unchanged.
        ValueError: the spec is not resolved.
    """
    source = source_of(spec, options)
    if spec.engine_version is None or spec.port is None or (spec.username is None and not source.inherits):
        raise ValueError("render_stack takes a resolved spec: engine version, user and port are filled in")
    values = _values(spec, source, options)
    files = _folder(values, [n for n in FILES if n != "backend.tf" or options.backend], options)
    for name, region in regions_of(spec).items():
        values = _values_of_region(spec, name, region, options)
        folder = _folder(values, [n for n in FILES if n not in _OF_THE_ROOT], options)
        files |= {f"{name}/{file}": text for file, text in folder.items()}
    return files


def _folder(values: dict[str, Any], names: list[str], options: RenderOptions) -> dict[str, str]:
    header = _comment(options.header)

    def formatted(name: str, values: dict[str, Any]) -> str:
        text = _template(name).render(values)
        return format_hcl(header + text) if text.strip() else ""

    rendered = {name: formatted(name, values) for name in names if name != VERSIONS}
    if values["next_parameters"]:
        rendered[NEXT_PARAMETERS] = formatted("parameters.tf", {**values, "parameters": values["next_parameters"]})
    versions = formatted(VERSIONS, {**values, "provider_floor": provider_floor(rendered.values())})
    return {name: text for name, text in {VERSIONS: versions, **rendered}.items() if text}


def _values_of_region(spec: ClusterSpec, name: str, region: Region, options: RenderOptions) -> dict[str, Any]:
    """The same templates with the Region's own cluster: a module's folder reads as a cluster's does."""
    own = secondary_spec(spec, name)
    keys = dict(options.region_keys).get(name, ())
    takes_snapshot = options.snapshot_region == name
    how = replace(
        options, instance_keys=keys, region_keys=(), created_from=None, source_arn=None, kept_key=None, shared=None
    )
    values = _values(own, Source(None), how, region)
    return values if takes_snapshot else {**values, "skip_final_snapshot": True, "final_snapshot_identifier": None}


@lru_cache(maxsize=len(FILES))
def _template(name: str) -> Template:
    return environment().get_template(name + SUFFIX)


def _values(spec: ClusterSpec, source: Source, options: RenderOptions, region: Region | None = None) -> dict[str, Any]:
    member = member_of(spec, region)
    instances = NO_INSTANCES if region and region.headless else instances_of(spec, options)
    endpoints = endpoints_of(spec, instances.members)
    monitoring = monitoring_of(spec, instances.members)
    encryption = encryption_of(spec, options)
    proxy, services = proxy_of(spec, encryption, source), services_of(spec, encryption)
    sign_in = iam_connect_of(spec, options)
    given = () if region else options.imported
    return {
        "spec": spec,
        "member": member,
        "assume_role": role_of(spec, options.assume_role),
        "account_id": options.account_id,
        "provider_regions": provider_regions_of(spec, options),
        "global_database": global_database_of(spec, options),
        "source": source,
        "base_name": spec.base_name,
        "renamed": spec.base_name != spec.name,
        "tags": {**spec.tags, CLUSTER_TAG: spec.name},
        "backend": arguments_of(spec),
        "engine_version": rendered_version(spec),
        "account": needs_account(monitoring, encryption, proxy, services, sign_in, source),
        "encryption": encryption,
        "imported": imported_of(given),
        "rule_tags": rule_tags_of(given),
        "network": network_of(
            spec, dict(options.offered_zones).get(spec.region, ()), keeps_ipv6=spec.region in options.ipv6_vpcs
        ),
        "parameters": parameter_groups_of(spec, instances.members, given),
        "next_parameters": next_groups_of(spec, instances.members, options.next_version),
        "parameter_suffix": options.parameter_suffix,
        "shared": options.shared,
        "instances": instances,
        "split_instances": options.split_instances,
        "scaling": scaling_of(spec, instances.members),
        "monitoring": monitoring,
        "proxy": proxy,
        "services": services,
        "vpc_endpoints": vpc_endpoints_of(spec),
        "endpoints": endpoints,
        "endpoint_members": any(one["members"] for one in endpoints.values()),
        "endpoint_exclusions": any(one["excluded"] for one in endpoints.values()),
        "scaling_targets": targets_of(spec),
        "schedules": schedules_of(spec),
        "engine_lifecycle_support": _LIFECYCLE[spec.extended_support],
        "sign_in": sign_in,
        "dashboard": dashboard_of(spec, instances.members),
        "cluster_timeout": _duration(spec.maintenance.cluster_timeout),
        "instance_timeout": _duration(spec.maintenance.instance_timeout),
        "log_exports": sorted(set(spec.logs.exports or ())),
        "force_destroy": _promotes(source, options),
        "cluster_needs": _cluster_needs(spec, source, member),
        "log_groups": sorted(set(spec.logs.exports or ())) if spec.logs.own_groups else [],
        **_protection(spec, options),
    }


def _promotes(source: Source, options: RenderOptions) -> bool | None:
    """The last instance of a replica can only go when the replica is promoted, which this argument does."""
    return True if source.kind == "replica_of" and options.teardown else None


def _cluster_needs(spec: ClusterSpec, source: Source, member: Member | None) -> list[Expression]:
    """What must be there before the cluster, and which nothing in it refers to."""
    domain = spec.credentials.domain
    waits = {
        "var.primary": member is not None and member.secondary,
        "aws_cloudwatch_log_group.exports": bool(spec.logs.exports and spec.logs.own_groups),
        "aws_iam_role_policy.s3_import": bool(source.import_role),
        "aws_iam_role_policy_attachment.directory": domain is not None and domain.role is None,
    }
    return [Expression(address) for address, needed in waits.items() if needed]


def _duration(seconds: int | None) -> str | None:
    """As the provider reads it: minutes where they are whole."""
    if seconds is None:
        return None
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"


def _protection(spec: ClusterSpec, options: RenderOptions) -> dict[str, Any]:
    protected = spec.deletion_protection and not options.teardown
    elsewhere = options.snapshot_region not in (None, spec.region)
    skip = options.skip_final_snapshot or elsewhere or not spec.backup.final_snapshot
    return {
        "deletion_protection": protected,
        "prevent_destroy": protected and not options.allow_destroy,
        "skip_final_snapshot": skip,
        "final_snapshot_identifier": None if skip else options.final_snapshot_identifier or f"{spec.name}-final",
        "apply_immediately": spec.maintenance.apply_immediately or options.teardown,
    }


def _comment(text: str | None) -> str:
    if not text:
        return ""
    lines = re.split(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", text.strip())
    return "".join(f"# {line.strip()}".rstrip() + "\n" for line in lines) + "\n"
