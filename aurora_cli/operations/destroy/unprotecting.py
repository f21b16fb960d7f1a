"""What AWS and the state must say before a cluster may go: no protection, and the right final snapshot.

The protection is lifted by the API. Terraform destroys with the values in its *state* (hashicorp/terraform#15530), so where the
state wants another snapshot than the user (none, or one whose name is taken), a small apply of these clusters sets it. It trusts
the state: what was changed outside is not put right before it goes, which AWS may refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.replication.global_database import lift_global_protection, lift_protection
from aurora_cli.events import timed
from aurora_cli.operations.core.final_snapshot import carried
from aurora_cli.operations.destroy.context import INSTANCE, DestroyContext
from aurora_cli.operations.destroy.partial import GLOBAL_PREFIX
from aurora_cli.operations.passwords.generated import is_made_here, made_password, variables_of
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS, GLOBAL_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology


def unprotect(work: DestroyContext) -> None:
    """Lift the protection of the clusters that are ours, in every Region, and see to it that they leave the right snapshot."""
    clusters = {address: one for address, one in work.clusters().items() if one.status != "deleting"}
    if not clusters and not _protected_database(work):
        return
    with timed(work.emit, "unprotect", "Disabling deletion protection and setting the final snapshot identifier"):
        _set_in_state(work, clusters)
        for address, one in clusters.items():
            if one.deletion_protection:
                _remember(work, one.arn)
                lift_protection(work.client(address), one.identifier)
        database = _protected_database(work)
        if database:
            _remember(work, f"{GLOBAL_PREFIX}{database}")
            lift_global_protection(work.rds, database)


def _remember(work: DestroyContext, what: str) -> None:
    """Written down before it is lifted, so that it can be set back whatever happens next."""
    work.stack.update_record(unprotected=tuple(dict.fromkeys((*work.stack.record.unprotected, what))))


def _protected_database(work: DestroyContext) -> str | None:
    """Identifier of the global cluster, if it is Terraform's to take down and AWS protects it."""
    database = work.live.database
    ours = work.plan.change(GLOBAL_ADDRESS) is not None
    return database.identifier if ours and database is not None and database.deletion_protection else None


def _set_in_state(work: DestroyContext, clusters: dict[str, Topology]) -> None:
    """The small apply. It is left out where Terraform would do more than change values: for a tainted cluster.

    The instances of a replica are told to promote it: its last one would not go otherwise.
    """
    targets = [address for address in clusters if _carries_wrong_snapshot(work, address)]
    if CLUSTER_ADDRESS in clusters and _is_replica(work):
        targets = [*dict.fromkeys((*targets, CLUSTER_ADDRESS)), f"{INSTANCE}.this"]
    if not targets:
        return
    work.render()
    if is_made_here(work.spec):
        work.terraform.provide(variables_of(work.app, work.spec, made_password(work.resources)))
    plan = work.terraform.plan(targets=tuple(targets), refresh=False)
    if not plan.empty and all(c.action == "update" for c in plan.changes):
        work.terraform.apply()
    work.terraform.plan_file.unlink(missing_ok=True)


def _carries_wrong_snapshot(work: DestroyContext, address: str) -> bool:
    """One cluster leaves a snapshot; those of the other Regions hold the same data, and leave none."""
    now = carried(work.plan, address)
    skip = work.skip or address != work.snapshot_address()
    if bool(now.get("skip_final_snapshot")) != skip:
        return True
    return not skip and now.get("final_snapshot_identifier") != work.snapshot


def _is_replica(work: DestroyContext) -> bool:
    return (work.stack.record.created_from or (work.spec.source and work.spec.source.kind)) == "replica_of"
