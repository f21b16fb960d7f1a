"""`restore --replace`: the data of a snapshot or of a moment in the place of a running cluster. The old one is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import encryption_of, find_cluster
from aurora_cli.errors import InvalidInput, SourceUnfit
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.operations.restore_in_place.name_swap import Exchange, exchange_steps
from aurora_cli.operations.restore_in_place.reconcile import reconcile_step
from aurora_cli.operations.restore_in_place.refusals import refuse_bound
from aurora_cli.operations.restore_in_place.replacement import twin_steps
from aurora_cli.operations.restore_in_place.retained_cluster import RetainedCluster, beside, refuse_aside
from aurora_cli.operations.source.checks import check_origin
from aurora_cli.operations.source.lookup import find_origin

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.aws.restore.restore_sources import Origin
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.model.source import Source


@dataclass(frozen=True)
class Replace(Operation):
    """The operation.

    Attributes:
        cluster: the stack's name.
        snapshot: identifier or ARN; or
        time: `latest`, or a time in UTC that the cluster's own backups hold.
    """

    cluster: str
    snapshot: str | None = None
    time: str | None = None
    name = "restore"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"replace": True, "snapshot": self.snapshot, "time": self.time}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        source = {"from_snapshot": self.snapshot} if self.snapshot else {"to_time": self.time}
        return typed("restore", self.cluster, replace=True, **source, confirm=self.cluster)

    def decide(self, context: OperationContext) -> Decision:
        """Names, and where the data comes from."""
        topology = context.live()
        refuse_bound(context, topology, "replaced")
        refuse_aside(context.stack, "to replace")
        live = find_cluster(context.rds, self.cluster) or {}
        found = self._origin(context, live)
        members = _managed(context, topology)
        now = context.app.clock.now()
        replacement = beside(self.cluster, "new", now)
        coming = {beside(one, "new", now): one for one in members}
        exchange = Exchange(
            live=self.cluster,
            outgoing=live["DbClusterResourceId"],
            aside=beside(self.cluster, "old", now),
            incoming=replacement,
            leaving={one: beside(one, "old", now) for one in members},
            coming=coming,
        )
        facts = {"exchange": exchange.to_facts(), "source": self._source(found), "born": self._spec_source().kind}
        return Decision({**facts, "like": members}, remarks=_remarks(exchange, topology, context, self.time))

    def priced(self, context: OperationContext, decision: Decision) -> Sequence[ClusterSpec]:
        """The new one, and the old one until it is discarded."""
        return [context.spec, context.spec]

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The new one beside the old one; the exchange of names; then Terraform."""
        exchange, created_from = Exchange(**decision.facts["exchange"]), decision.facts["born"]
        context.names = (exchange.live, exchange.incoming, exchange.aside)

        def keep_restored() -> None:
            RetainedCluster(exchange.incoming, "restored", _now(context), exchange.coming).keep(context.stack)

        def keep_old() -> None:
            RetainedCluster(exchange.aside, "old", _now(context), exchange.leaving).keep(context.stack)

        return [
            *twin_steps(context, exchange, decision.facts["source"], keep_restored),
            *exchange_steps(context, exchange, keep_old),
            reconcile_step(context, created_from),
        ]

    def _spec_source(self) -> Source:
        from aurora_cli.spec.model.source import Source

        if self.snapshot:
            return Source.model_validate({"snapshot": self.snapshot})
        return Source.model_validate({"point_in_time": {"cluster": self.cluster, "time": self.time}})

    def _origin(self, context: OperationContext, live: dict[str, Any]) -> Origin:
        source = self._spec_source()
        check_origin(context.app, context.spec.model_copy(update={"source": source}))
        found = find_origin(context.app, source, context.spec.region)
        if found.by_kms_key and encryption_of(live) != "sse-kms":
            raise SourceUnfit(
                f"{found.name} is encrypted with a KMS key and {self.cluster} is not, so the data would come with another key.",
                hint=f"Restore it into a new cluster: aurora-cli restore NEW --from-snapshot {found.name}",
            )
        _refuse_newer(context, found, live)
        return found

    def _source(self, found: Origin) -> dict[str, Any]:
        if self.snapshot:
            return {"snapshot": found.arn if found.kind == "snapshot" else found.name}
        return {"cluster": self.cluster, "time": self.time}


def _refuse_newer(context: OperationContext, found: Origin, live: dict[str, Any]) -> None:
    """The new cluster has the very version of the old one, so that nothing but the data differs."""
    from aurora_cli.aws.restore.restore_sources import upgrade_targets

    version = str(live.get("EngineVersion"))
    if found.version == version or version in upgrade_targets(context.rds, found.engine, found.version):
        return
    raise SourceUnfit(
        f"{found.name} has version {found.version}, and AWS does not restore it as {version}, which {context.spec.name} runs.",
        hint=f"Restore it into a new cluster: aurora-cli restore NEW --from-snapshot {found.name}",
    )


def _managed(context: OperationContext, topology: Topology) -> list[str]:
    """Identifiers of the stack's own instances, the writer first: it is made first, and so is the writer again."""
    own = set(identifiers(context.stack.record.instance_keys, context.spec).values())
    members = sorted((m for m in topology.members if m.id in own), key=lambda m: (m.role != "writer", m.id))
    if not members:
        raise InvalidInput(
            f"{context.spec.name} has no instance managed here.",
            hint=f"Apply its spec first: aurora-cli apply {context.spec.name}",
        )
    return [m.id for m in members]


def _remarks(exchange: Exchange, topology: Topology, context: OperationContext, time: str | None) -> tuple[str, ...]:
    live, aside = exchange.live, exchange.aside
    remarks = [
        f"What was written to {live} after the restored moment, and what is written until the names change, is in {aside} only.",
        f"{live} keeps its host names, since AWS derives them from the identifier. Connections end; clients reconnect.",
        f"{aside} is kept with its data, and is billed, until `aurora-cli restore {live} --discard-old`.",
        f"To go back to it: aurora-cli restore {live} --undo",
        "Automated backups start again: later point-in-time restores reach back only to now.",
    ]
    if topology.secret_arn:
        remarks.append(
            "AWS creates a new master password in a new secret: clients must read the new secret (its ARN changes)."
        )
    else:
        remarks.append("The master password is the one of the restored time.")
    unexpected = [m.id for m in topology.members if m.id not in exchange.leaving]
    if unexpected:
        remarks.append(f"Not managed here, and left with the old cluster: {', '.join(unexpected)}.")
    return tuple(remarks)


def _now(context: OperationContext) -> str:
    return context.app.clock.now().isoformat(timespec="seconds")
