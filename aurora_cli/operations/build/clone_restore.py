"""A new cluster from the data of another one: its spec is that of the source, as far as a second cluster can have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput, SpecConflict
from aurora_cli.operations.build.create import create
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import SpecRequest, act_for, stored_layer
from aurora_cli.operations.source.lookup import find_origin, region_of
from aurora_cli.stacks.archive import archived_spec
from aurora_cli.stacks.names import is_name

if TYPE_CHECKING:
    from aurora_cli.aws.restore.restore_sources import Origin
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve.resolve import Layer
    from aurora_cli.stacks.stack import Stack

_OF_ONE_CLUSTER = ("name", "resource_name", "source", "username", "database", "dns", "engine_version")
_OWN_STATE = {"s3": ("key",), "pg": ("schema_name",)}


@dataclass(frozen=True)
class CopyRequest:
    """What is to be made.

    Attributes:
        name: of the new cluster.
        source: the `source` section of its spec.
        layers: what the user says beside it, lowest precedence first.
        skip_checks: names of checks whose errors become warnings.
        operation: clone or restore; for messages.
    """

    name: str
    source: dict[str, Any]
    layers: tuple[Layer, ...] = ()
    skip_checks: tuple[str, ...] = ()
    operation: str = "clone"


def copy(app: AppContext, request: CopyRequest, options: RunOptions) -> ChangeResult:
    """Make the new cluster; the same words again go on with one that is half made.

    Raises:
        ClusterNotFound, SourceUnfit: the source. SpecConflict: there is a cluster of that name with another source.
        And what `create` raises.
    """
    app.begin(options.emit)
    there = app.registry.find(request.name)
    base = _base_of_existing(there, request) if there and there.has_spec() else _base(app, request)
    whole = SpecRequest(request.name, (*base, *request.layers), request.skip_checks)
    return create(app, whole, options)


def _base_of_existing(stack: Stack, request: CopyRequest) -> tuple[Layer, ...]:
    layer = stored_layer(stack)
    if layer.values.get("source") != _as_stored(request.source):
        raise SpecConflict(
            f"A cluster {request.name} already exists, and its data comes from elsewhere.",
            hint="Choose another name.",
        )
    return (layer,)


def _as_stored(source: dict[str, Any]) -> Any:
    from aurora_cli.spec.model.source import Source

    return Source.model_validate(source).model_dump(exclude_none=True)


def _base(app: AppContext, request: CopyRequest) -> tuple[Layer, ...]:
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.model.source import Source

    source = Source.model_validate(request.source)
    region = region_of_copy(app, str(source.name), request.layers, snapshot=source.snapshot is not None)
    found = find_origin(app, source, region)
    known = _known(app, found, region)
    values = _of_spec(known, request) if known else _of_api(app, found, region)
    fixed = {"name": request.name, "region": region, "engine": _engine(found), "source": request.source}
    version = {} if found.kind == "snapshot" else {"engine_version": found.version}
    said = known.source if known else f"AWS ({found.name})"
    return Layer(values, said), Layer({**fixed, **version}, f"{request.operation} of {source.name}")


def region_of_copy(app: AppContext, source: str, layers: tuple[Layer, ...], *, snapshot: bool = False) -> str:
    """Where the new cluster goes: as said, else where its source is. Raises InvalidInput when nobody says.

    A source that is managed here is looked at as its own spec says, in its role and account.

    Args:
        source: name or ARN of a cluster, an instance or (with `snapshot`) a snapshot.
    """
    stack = app.registry.find(source) if is_name(source) else None
    if stack is not None:
        act_for(app, stack)
    said = [str(layer.values["region"]) for layer in layers if layer.values.get("region")]
    known = region_of(app, source, said[-1] if said else "")
    fallback = app.fallback_region()
    default = app.region or (fallback[0] if fallback else "")
    chosen = said[-1] if said else known or default
    if snapshot and not (said or known or app.region):
        chosen = _region_with_snapshot(app, source, default) or default
    if not chosen:
        raise InvalidInput("No Region is set.", hint="Specify --region, or specify the source by its ARN.")
    return chosen


def _region_with_snapshot(app: AppContext, name: str, default: str) -> str | None:
    """The first Region that has it: the usual one, then those of the clusters that are managed here."""
    from aurora_cli.aws.restore.restore_sources import read_snapshot

    regions = dict.fromkeys([default, *(stack.record.region for stack in app.registry.list())])
    return next((one for one in regions if one and read_snapshot(app.aws(one).client("rds"), name)), None)


def _engine(found: Origin) -> str:
    return {"postgres": "aurora-postgresql", "mysql": "aurora-mysql"}.get(found.engine, found.engine)


def _known(app: AppContext, found: Origin, region: str) -> Layer | None:
    """The spec of the cluster that the data is of, if it is managed here, or was until it was destroyed."""
    from aurora_cli.spec.text.load import load_yaml

    name = found.cluster or found.name
    if found.kind == "db" or not is_name(name):  # an instance of RDS has no spec here, whatever has its name
        return None
    stack = app.registry.find(name)
    text = None if stack else archived_spec(app.home, name)
    layer = load_yaml(text, source=f"the destroyed {name}") if text else None
    if stack is not None and stack.has_spec():
        layer = stored_layer(stack)
    return layer if layer is not None and layer.values.get("region") == region else None


def _of_spec(layer: Layer, request: CopyRequest) -> dict[str, Any]:
    """The spec of the source without what only one cluster can have."""
    values = {key: value for key, value in layer.values.items() if key not in _OF_ONE_CLUSTER}
    if (values.get("credentials") or {}).get("password") == "kept":  # only the source has the one that it keeps
        values["credentials"] = {k: v for k, v in values["credentials"].items() if k != "password"}
    values["backend"] = _own_state(dict(values.get("backend") or {}), request)
    overrides = (values.get("instances") or {}).get("overrides") or {}
    own = {key: {k: v for k, v in one.items() if k != "identifier"} for key, one in overrides.items()}
    if own:
        values["instances"] = {**values["instances"], "overrides": {key: one for key, one in own.items() if one}}
    return values


def _own_state(backend: dict[str, Any], request: CopyRequest) -> dict[str, Any]:
    """The state of the new cluster beside that of the source, never over it."""
    kind = backend.get("type", "local")
    told = any((layer.values.get("backend") or {}) for layer in request.layers)
    if kind in ("http", "cloud") and not told:
        what = {"http": "backend.address", "cloud": "backend.workspace"}[kind]
        raise InvalidInput(
            f"The backend of the source holds the state of one cluster ({kind}), and {request.name} needs a separate one.",
            hint=f"Add --set {what}=...",
        )
    return {key: value for key, value in backend.items() if key not in _OWN_STATE.get(str(kind), ())}


def _of_api(app: AppContext, found: Origin, region: str) -> dict[str, Any]:
    """What the API says of a source that is not managed here: port and storage, and of a cluster its class and network."""
    raw = found.raw
    values: dict[str, Any] = {"port": raw.get("Port")} if raw.get("Port") else {}
    if raw.get("StorageType") == "aurora-iopt1":
        values["storage"] = "aurora-iopt1"
    if found.kind != "cluster":
        return values
    return {**values, "instances": _instances(app, found, region), "network": _network(app, raw, region)}


def _instances(app: AppContext, found: Origin, region: str) -> dict[str, Any]:
    from aurora_cli.aws.cluster.topology import read_topology

    topology = read_topology(app.aws(region).client("rds"), found.name)
    writer = topology.writer if topology else None
    values: dict[str, Any] = {"class": writer.class_} if writer else {}
    if topology and topology.acu and writer and writer.class_ == "db.serverless":
        values["acu"] = {"min": topology.acu["min"], "max": topology.acu["max"]}
    return values


def _network(app: AppContext, raw: dict[str, Any], region: str) -> dict[str, Any]:
    groups = [g["VpcSecurityGroupId"] for g in raw.get("VpcSecurityGroups", ())]
    return {"subnet_group": raw["DBSubnetGroup"], "security_group_ids": groups} if raw.get("DBSubnetGroup") else {}
