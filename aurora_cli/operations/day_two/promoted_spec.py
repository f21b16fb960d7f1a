"""The spec of a replica once it stands on its own: without `source`, and with the master user that came with the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.specs import stored_layer, stored_spec

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

ORIGIN = "promote"


def promoted(stack: Stack, topology: Topology) -> Resolved:
    """The stored spec as it is after the promotion.

    Args:
        topology: the live cluster, for the user and the database that came from the source.

    Raises:
        SpecInvalid: the result breaks a rule that cannot be left out. StackDamaged.
    """
    from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    before, layer = stored_spec(stack), stored_layer(stack)
    values = {key: value for key, value in layer.values.items() if key != "source"}
    taken = Layer(_taken(topology), ORIGIN)
    resolved = resolve([Layer(values, layer.source), taken], skip_checks=check_names())
    origins = {
        path: source if source == ORIGIN else before.origins.get(path, source)
        for path, source in resolved.origins.items()
    }
    return Resolved(resolved.spec, origins, ())


def _taken(topology: Topology) -> dict[str, Any]:
    found = {"username": topology.username, "database": topology.database}
    return {"credentials": {"password": "kept"}, **{key: value for key, value in found.items() if value}}
