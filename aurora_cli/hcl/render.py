"""A spec as Terraform files.

    render_stack(spec) -> {"versions.tf": "...", "provider.tf": "...", ...}

The same spec and options give the same bytes. The templates hold the Terraform, the views beside this file hold the
decisions, and `layout.py` the form. Addresses and names of what is rendered are relied on elsewhere (the plan guard,
scaling) and by state that exists: a change of one is a migration.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jinja2 import Template

from aurora_cli.hcl.autoscaling import schedules_of, targets_of
from aurora_cli.hcl.backends import arguments_of
from aurora_cli.hcl.dashboard import dashboard_of
from aurora_cli.hcl.encryption import encryption_of
from aurora_cli.hcl.endpoints import endpoints_of
from aurora_cli.hcl.environment import SUFFIX, environment
from aurora_cli.hcl.instances import instances_of, scaling_of
from aurora_cli.hcl.layout import lay_out
from aurora_cli.hcl.monitoring import monitoring_of
from aurora_cli.hcl.network import network_of
from aurora_cli.hcl.options import RenderOptions
from aurora_cli.hcl.parameters import parameter_groups_of
from aurora_cli.spec.model import ClusterSpec
from aurora_cli.spec.versions import rendered_version

CLUSTER_TAG = "aurora-cli:cluster"
FILES = (
    "versions.tf",
    "backend.tf",
    "provider.tf",
    "account.tf",
    "locals.tf",
    "network.tf",
    "security_group.tf",
    "encryption.tf",
    "parameters.tf",
    "logs.tf",
    "cluster.tf",
    "secret.tf",
    "instances.tf",
    "endpoints.tf",
    "dns.tf",
    "autoscaling.tf",
    "monitoring.tf",
    "alarms.tf",
    "notifications.tf",
    "outputs.tf",
)

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

    Raises:
        InvalidInput: the spec breaks a rule on which the Terraform stands, or a text in it cannot be carried by HCL unchanged.
        ValueError: the spec is not resolved.
    """
    if spec.engine_version is None or spec.username is None or spec.port is None:
        raise ValueError("render_stack takes a resolved spec: engine version, user and port are filled in")
    values = _values(spec, options)
    header = _comment(options.header)
    rendered = {name: _template(name).render(values) for name in FILES if name != "backend.tf" or options.backend}
    return {name: lay_out(header + text) for name, text in rendered.items() if text.strip()}


@lru_cache(maxsize=len(FILES))
def _template(name: str) -> Template:
    return environment().get_template(name + SUFFIX)


def _values(spec: ClusterSpec, options: RenderOptions) -> dict[str, Any]:
    instances = instances_of(spec, options)
    endpoints = endpoints_of(spec, instances.members)
    return {
        "spec": spec,
        "tags": {**spec.tags, CLUSTER_TAG: spec.name},
        "backend": arguments_of(spec),
        "engine_version": rendered_version(spec),
        "encryption": encryption_of(spec),
        "network": network_of(spec),
        "parameters": parameter_groups_of(spec, instances.members),
        "instances": instances,
        "scaling": scaling_of(spec, instances.members),
        "monitoring": monitoring_of(spec, instances.members),
        "endpoints": endpoints,
        "endpoint_members": any(one["members"] for one in endpoints.values()),
        "endpoint_exclusions": any(one["excluded"] for one in endpoints.values()),
        "scaling_targets": targets_of(spec),
        "schedules": schedules_of(spec),
        "engine_lifecycle_support": _LIFECYCLE[spec.extended_support],
        "rotation_duration": _rotation_duration(spec),
        "dashboard": dashboard_of(spec, instances.members),
        "log_exports": sorted(set(spec.logs.exports or ())),
        "log_groups": sorted(set(spec.logs.exports or ())) if spec.logs.own_groups else [],
        **_protection(spec, options),
    }


def _rotation_duration(spec: ClusterSpec) -> str | None:
    rotation = spec.credentials.rotation
    return f"{rotation.duration // 3600}h" if rotation and rotation.duration else None


def _protection(spec: ClusterSpec, options: RenderOptions) -> dict[str, Any]:
    protected = spec.deletion_protection and not options.teardown
    skip = options.skip_final_snapshot or not spec.backup.final_snapshot
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
