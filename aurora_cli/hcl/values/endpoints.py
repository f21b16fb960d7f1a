"""Custom endpoints as the templates need them."""

from __future__ import annotations

from typing import Any

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.values.instances import Instance
from aurora_cli.spec.model.cluster import ClusterSpec


def endpoints_of(spec: ClusterSpec, instances: tuple[Instance, ...]) -> dict[str, dict[str, Any]]:
    """Name -> type, and the members or the excluded ones as references to their identifiers.

    A member whose instance is gone is left out.

    Raises:
        InvalidInput: none of the members is there any more, so the endpoint would lead to every instance.
    """
    identifiers = {instance.key: _identifier(instance.key) for instance in instances}
    endpoints: dict[str, dict[str, Any]] = {}
    for name, given in spec.endpoints.items():
        members = [identifiers[key] for key in dict.fromkeys(given.members) if key in identifiers]
        if given.members and not members:
            raise InvalidInput(
                f"The endpoint {name} has no members left.", hint=f"Change endpoints.{name}.members, or remove it."
            )
        excluded = [identifiers[key] for key in dict.fromkeys(given.excluded) if key in identifiers]
        endpoints[name] = {"type": given.type.upper(), "members": members or None, "excluded": excluded or None}
    return endpoints


def _identifier(key: str) -> Expression:
    return Expression(f'aws_rds_cluster_instance.this["{key}"].identifier')
