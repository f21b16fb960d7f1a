"""What an upgrade would trip over: refused before anything begins, or told beside the steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.waiters import busy_members
from aurora_cli.aws.engine.engine_upgrade import integrations_of, known_parameters, waiting_maintenance
from aurora_cli.aws.engine.orderable import read_offers
from aurora_cli.errors import AccessDenied, InvalidInput, SpecInvalid
from aurora_cli.events import Note
from aurora_cli.operations.blue_green.active import refuse_in_deployment
from aurora_cli.operations.day_two.failover import require_available
from aurora_cli.operations.preflight.orderable import CHECK, breaches
from aurora_cli.problem import Problem
from aurora_cli.spec.derived.regions import secondary_spec
from aurora_cli.spec.facts.versions import major_version, parameter_family

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.preflight.target_version import Target
    from aurora_cli.operations.upgrade.clusters import UpgradeUnit
    from aurora_cli.spec.model.cluster import ClusterSpec

_POSTGRES = (
    "Aurora PostgreSQL refuses a major upgrade while logical replication slots or prepared transactions are open: drop the "
    "slots (pg_replication_slots) and end the transactions (pg_prepared_xacts) first. Afterwards run ANALYZE, and ALTER "
    "EXTENSION ... UPDATE for the extensions; some of them (PostGIS, pgRouting) must be updated before."
)
_MYSQL = (
    "Aurora MySQL runs prechecks before a major upgrade and cancels it if one fails; the reasons are in the log "
    "upgrade-prechecks.log. "
    "The upgrade does not wait for open XA transactions. To test it: aurora-cli clone {name} {name}-try, then "
    "aurora-cli upgrade {name}-try --to {version}"
)


def refuse_unready(place: UpgradeUnit, topology: Topology) -> None:
    """Raise InvalidInput for a cluster that AWS would not upgrade as it is now."""
    require_available(topology)
    busy = busy_members(topology)
    ill = [(m.id, m.status) for m in topology.members if m.status not in ("available", "deleting")]
    if topology.status != "available" or busy or ill:
        told = dict([*busy, *ill, *([(place.cluster, topology.status)] if topology.status != "available" else [])])
        words = ", ".join(f"{name} is {status}" for name, status in told.items())
        raise InvalidInput(
            f"To be upgraded, a cluster and all its instances must be available: {words}.",
            hint=f"Wait for it: aurora-cli wait {place.context.spec.name} --for available",
        )
    refuse_in_deployment(place.rds, place.cluster, "the other cluster would not be upgraded")


def refuse_unoffered(place: UpgradeUnit, spec: ClusterSpec, target: Target) -> None:
    """Ask AWS whether the new version goes with the classes, the capacity, the storage and the features of the spec.

    Raises:
        SpecInvalid: with every breach.
    """
    home = place.context.spec
    own = spec if place.region == home.region else secondary_spec(spec, place.region)
    exact = own.model_copy(update={"engine_version": target.version})
    try:
        offers = read_offers(place.rds, spec.engine, target.version)
    except AccessDenied as denied:
        told = f"Whether {target.version} supports the classes of the spec could not be checked. {denied.message}"
        place.context.emit(Note(told, level="warning", hint=denied.hint))
        return
    where = "" if place.region == home.region else f"global.regions.{place.region}."
    problems = [
        Problem(f"{where}{path}", message, hint=hint, check=CHECK, source="the RDS API")
        for path, message, hint in breaches(exact, offers)
    ]
    if problems:
        raise SpecInvalid(
            f"{spec.engine} {target.version} does not support the spec",
            problems=problems,
            hint=f"Change that first, then upgrade: aurora-cli upgrade {home.name} --to {target.version}",
        )


def refuse_unknown_parameters(place: UpgradeUnit, spec: ClusterSpec, target: Target) -> None:
    """Refuse parameters that the new family no longer has: AWS would refuse the new groups.

    Raises:
        SpecInvalid: with each of them.
    """
    now = known_parameters(place.rds, parameter_family(spec.engine, target.running))
    then = known_parameters(place.rds, target.family)
    if now is None or then is None:
        return
    given = dict(_parameters(spec))
    problems = [
        Problem(path, f"{target.family} has no parameter {name}", hint="remove it", check="parameters")
        for path, name in given.items()
        if name in now - then
    ]
    if problems:
        paths = " ".join(f"--set {problem.path}=null" for problem in problems)
        raise SpecInvalid(
            f"{target.version} does not have parameters that the spec sets",
            problems=problems,
            hint=f"Remove them first: aurora-cli apply {spec.name} {paths}",
        )


def _parameters(spec: ClusterSpec) -> Iterator[tuple[str, str]]:
    """(path, name) of every parameter that the spec sets."""
    for scope in ("cluster", "instance"):
        for name in getattr(spec.parameters, scope):
            yield f"parameters.{scope}.{name}", name
    for key, own in spec.instances.overrides.items():
        for name in own.parameters:
            yield f"instances.overrides.{key}.parameters.{name}", name


def remarks_of(place: UpgradeUnit, topology: Topology, target: Target) -> Iterator[str]:
    """Sentences on what the upgrade means for things that nobody here can look into."""
    name, spec = place.context.spec.name, place.context.spec
    waiting = waiting_maintenance(place.rds, [topology.arn, *(_instance_arn(topology, m.id) for m in topology.members)])
    if waiting:
        yield f"Maintenance is pending as well, and AWS may apply it at the same time: {', '.join(waiting)}."
    pending = {key: value for key, value in topology.pending.items() if value != target.version}
    if pending:
        yield f"Changes pending until the maintenance window are applied with it: {', '.join(sorted(pending))}."
    integrations = integrations_of(place.rds, topology.arn)
    if integrations:
        yield f"Zero-ETL integrations read from {place.cluster} ({', '.join(integrations)}): they pause, and may need a resync."
    if target.major and topology.replicas and spec.global_ is None:
        yield f"Clusters replicate from {place.cluster}: upgrade them first, or replication stops."
    if target.major:
        yield _POSTGRES if spec.engine == "aurora-postgresql" else _MYSQL.format(name=name, version=target.version)
        yield f"Aurora does not support downgrades: to undo {major_version(spec.engine, target.version)}, restore the snapshot."


def _instance_arn(topology: Topology, identifier: str) -> str:
    return f"{topology.arn.rpartition(':cluster:')[0]}:db:{identifier}"
