"""From Serverless v1 to v2: a snapshot of the old cluster, restored as a provisioned cluster of ours with a serverless instance.

AWS can also convert the old cluster itself (ModifyDBCluster with EngineMode). That cannot be undone and takes the database away
meanwhile; a copy leaves the old cluster as it is until somebody has looked at the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.restore.restore_sources import Origin, read_cluster, upgrade_targets
from aurora_cli.aws.restore.snapshots import SnapshotInfo, list_snapshots
from aurora_cli.errors import ClusterNotFound, Declined, SourceUnfit, SpecConflict
from aurora_cli.events import Emit, Note
from aurora_cli.operations.build import clone_restore
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import stored_layer
from aurora_cli.operations.day_two.snapshots import create_snapshot
from aurora_cli.operations.migrate.serverless_v1_spec import equivalent_values
from aurora_cli.spec.values.quantities import format_acu

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Layer

FRESH = timedelta(hours=1)
"""How old a snapshot of an earlier, interrupted run may be to be taken: what was written since is not in it."""


@dataclass(frozen=True)
class MoveRequest:
    """What is wanted.

    Attributes:
        source: identifier or ARN of the Serverless v1 cluster.
        name: of the new cluster.
        layers: what the user says of its spec, lowest precedence first.
    """

    source: str
    name: str
    layers: tuple[Layer, ...] = ()
    skip_checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
    """What is about to happen.

    Attributes:
        source, region: the Serverless v1 cluster.
        name: the new cluster.
        runs, version: engine version of the old cluster and of the new one.
        acu: capacity of the new one, e.g. `0-16`.
        notes: what differs in the new one.
        snapshot: identifier and time of one that is there already; None when one is taken.
        values: the new cluster's spec, as far as the old one gives it.
    """

    source: str
    region: str
    name: str
    runs: str
    version: str
    acu: str
    notes: tuple[str, ...]
    snapshot: str | None
    values: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The key `migration` of the JSON form."""
        shown = {key: value for key, value in vars(self).items() if key not in ("name", "region", "values")}
        return {**shown, "notes": list(self.notes), "steps": list(self.steps())}

    def steps(self) -> tuple[str, ...]:
        """In words."""
        first = f"Take a snapshot of {self.source}, which keeps running."
        return (
            f"Use the snapshot {self.snapshot} of an earlier run." if self.snapshot else first,
            f"Restore it into {self.name}: provisioned, {self.version} (from {self.runs}), db.serverless with {self.acu} ACU.",
            f"Leave {self.source} as it is, for you to delete.",
        )


def look(app: AppContext, request: MoveRequest, emit: Emit) -> Move:
    """What the migration would do, from the live cluster. Makes nothing.

    Raises:
        ClusterNotFound; SourceUnfit: it is not Serverless v1, or not available. InvalidInput: no Region.
        SpecInvalid: there is no Serverless v2 cluster that could take its place. AwsFailed and its kin.
    """
    app.begin(emit)
    region = clone_restore.region_of_copy(app, request.source, request.layers)
    rds = app.aws(region).client("rds")
    found = _old(rds, request.source, region, request.name)
    version = _said_version(request.layers) or version_for(found, upgrade_targets(rds, found.engine, found.version))
    values, notes = equivalent_values(found.raw, region, version)
    values = _as_said(values, request.layers)
    acu = _checked(found, region, values, request).instances.acu
    return Move(
        source=found.name,
        region=region,
        name=request.name,
        runs=found.version,
        version=version,
        acu=format_acu(acu.min, acu.max) if acu else "no",
        notes=notes,
        snapshot=_snapshot_there(app, rds, request.name, found.name),
        values=values,
    )


def migrate(
    app: AppContext,
    request: MoveRequest,
    move: Move,
    options: RunOptions,
    agree: Callable[[Move], bool],
) -> ChangeResult:
    """Take the snapshot and restore it. The same words again go on with what there is.

    Args:
        move: from `look`.
        options: how the new cluster is created.
        agree: shows the move and asks, before the snapshot.

    Raises:
        Declined. What `create_snapshot` and `copying.copy` raise.
    """
    emit = options.emit
    if not move.snapshot and not agree(move):
        raise Declined("Nothing was created: the snapshot was not approved.")
    snapshot = move.snapshot
    if snapshot is None:
        name = f"{prefix(request.name, move.source)}{app.clock.now():%Y%m%d%H%M%S}"
        snapshot = create_snapshot(app, move.source, name, region=move.region, emit=emit).snapshot.id
    else:
        emit(Note(f"Resuming with the snapshot {snapshot}."))
        create_snapshot(app, move.source, snapshot, region=move.region, emit=emit)
    made = clone_restore.copy(app, _copy(app, request, move, snapshot), options)
    emit(Note(f"Writes to {move.source} after the snapshot are not in {request.name}."))
    return made


def _copy(app: AppContext, request: MoveRequest, move: Move, snapshot: str) -> clone_restore.CopyRequest:
    from aurora_cli.spec.layers.layers import Layer

    stack = app.registry.find(request.name)
    there = stack is not None and stack.has_spec()
    own = () if there else (Layer(move.values, f"Serverless v1 ({move.source})"),)
    region = Layer({"region": move.region}, "the Serverless v1 cluster")
    return clone_restore.CopyRequest(
        request.name, {"snapshot": snapshot}, (*own, region, *request.layers), request.skip_checks, "migrate"
    )


def _old(rds: Any, source: str, region: str, into: str) -> Origin:
    found = read_cluster(rds, source)
    if found is None:
        raise ClusterNotFound(f"{region} has no cluster {source}.", hint="Check the name and the Region.")
    if found.raw.get("EngineMode") != "serverless":
        raise SourceUnfit(
            f"{found.name} is not Serverless v1, but {found.raw.get('EngineMode') or 'provisioned'}.",
            hint=f"A cluster that is managed here: aurora-cli migrate to-serverless {found.name} --acu MIN-MAX. "
            f"For a copy: aurora-cli clone {found.name} {into}",
        )
    if found.status != "available":
        raise SourceUnfit(f"{found.name} is {found.status}.", hint="Wait until it is available.")
    return found


def _as_said(values: dict[str, Any], layers: tuple[Layer, ...]) -> dict[str, Any]:
    """A pause goes with the capacity of before, and with no other."""
    if not any("acu" in (one.values.get("instances") or {}) for one in layers):
        return values
    instances = {key: value for key, value in values["instances"].items() if key != "pause_after"}
    return {**values, "instances": instances}


def _checked(found: Origin, region: str, values: dict[str, Any], request: MoveRequest) -> ClusterSpec:
    """The spec of the copy, whatever its snapshot will be called: refused before that is taken."""
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.resolve.resolve import resolve

    fixed = {"name": request.name, "region": region, "engine": found.engine, "source": {"snapshot": request.name}}
    layers = [Layer(fixed, "NAME"), Layer(values, f"Serverless v1 ({found.name})"), *request.layers]
    return resolve(layers, skip_checks=request.skip_checks).spec


def _said_version(layers: tuple[Layer, ...]) -> str | None:
    said = [str(one.values["engine_version"]) for one in layers if one.values.get("engine_version")]
    return said[-1] if said else None


def version_for(found: Origin, targets: list[str]) -> str:
    """The newest version with Serverless v2 that a snapshot is restored as: of the same major if there is one, else of the next.

    A newer major may break an application, so it is not taken without need.

    Raises:
        SourceUnfit: there is none.
    """
    from aurora_cli.spec.facts.versions import below_floor, creatable, is_exact, major_version, sort_key

    engine = found.engine
    known = [found.version] if found.version in creatable(engine) else []
    fitting = [v for v in (*known, *targets) if is_exact(engine, v) and not below_floor(engine, "any", v)]
    if not fitting:
        raise SourceUnfit(
            f"{found.name} runs {found.version}, and no version that AWS upgrades it to has Serverless v2.",
            hint="Upgrade it within Serverless v1 first: aws rds modify-db-cluster --engine-version ...",
        )
    lowest = min((major_version(engine, v) for v in fitting), key=sort_key)
    return max((v for v in fitting if major_version(engine, v) == lowest), key=sort_key)


# --- the snapshot ---


def prefix(name: str, source: str) -> str:
    """How the identifiers of the snapshots begin that are taken for this move."""
    return f"{name}-from-{source}-"


def _snapshot_there(app: AppContext, rds: Any, name: str, source: str) -> str | None:
    """The snapshot of an earlier run: the one that the new cluster is made of, else one that is fresh."""
    stack = app.registry.find(name)
    if stack is not None and stack.has_spec():
        taken = str((stored_layer(stack).values.get("source") or {}).get("snapshot"))
        if not taken.startswith(prefix(name, source)):
            raise SpecConflict(
                f"A cluster {name} already exists, and its data does not come from {source}.",
                hint="Choose another name.",
            )
        return taken
    mine = (one for one in list_snapshots(rds, source) if one.id.startswith(prefix(name, source)))
    return next((one.id for one in mine if _fresh(one, app.clock.now())), None)


def _fresh(snapshot: SnapshotInfo, now: datetime) -> bool:
    if snapshot.status == "creating" or snapshot.created_at is None:
        return snapshot.status == "creating"
    taken = datetime.fromisoformat(snapshot.created_at.replace("Z", "+00:00"))
    return snapshot.status == "available" and now.astimezone(timezone.utc) - taken < FRESH
