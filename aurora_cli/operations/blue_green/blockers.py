"""What stands in the way of a blue/green deployment, each with its way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aurora_cli.errors import InvalidInput

LOGICAL = {"aurora-mysql": ("binlog_format", "ROW"), "aurora-postgresql": ("rds.logical_replication", "1")}
"""Parameter that makes a cluster write what the green one follows, and the value to give it (Aurora User Guide)."""
_OFF = frozenset({"", "0", "off", "false"})
_ON = frozenset({"1", "on", "true"})


@dataclass(frozen=True)
class Situation:
    """What is looked at.

    Attributes:
        logical: value of the parameter in `LOGICAL` in the group `cluster_group`; None for the engine's default, which is off.
        waiting: instances at which cluster parameters wait for a restart.
        managed_password: AWS keeps the master password in Secrets Manager.
        proxies, integrations: names of RDS proxies and zero-ETL integrations.
        event_scheduler: its value for the green cluster, MySQL only.
        own_groups: keys of instances with a DB parameter group of their own, which the green ones would have to change.
        old_group: fields of the spec that name a parameter group of the old family.
        deployment: identifier of a deployment that the cluster is part of.
    """

    name: str
    engine: str
    status: str = "available"
    engine_mode: str = "provisioned"
    logical: str | None = None
    cluster_group: str = ""
    waiting: tuple[str, ...] = ()
    managed_password: bool = False
    proxies: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    global_cluster: str | None = None
    replicates_from: str | None = None
    replicas: tuple[str, ...] = ()
    activity_stream: bool = False
    event_scheduler: str | None = None
    own_groups: tuple[str, ...] = ()
    old_group: tuple[str, ...] = ()
    deployment: str | None = None


@dataclass(frozen=True)
class Blocker:
    """One thing in the way: a stable name, what it is, and the way out."""

    code: str
    text: str
    way_out: str


def blockers(now: Situation) -> tuple[Blocker, ...]:
    """Everything in the way, in the order in which it is best dealt with.

    Sources: Aurora User Guide, "Limitations and considerations for Amazon Aurora blue/green deployments"; RDS API.
    """
    return (*_of_state(now), *_of_replication(now), *_of_features(now), *_of_parameters(now))


def refuse(name: str, found: Sequence[Blocker], what: str = "a blue/green deployment") -> None:
    """Raise InvalidInput with every blocker of `what`; nothing if there is none."""
    if not found:
        return
    count = "1 blocker was found" if len(found) == 1 else f"{len(found)} blockers were found"
    lines = [f"{number}. {one.text}" for number, one in enumerate(found, start=1)]
    ways = [f"{number}. {one.way_out}" for number, one in enumerate(found, start=1)]
    raise InvalidInput(
        "\n".join([f"Nothing was changed. For {what} of {name}, {count}:", *lines]),
        hint="\n".join(ways) if len(found) > 1 else found[0].way_out,
        details={"blockers": [vars(one) for one in found]},
    )


def _of_state(now: Situation) -> Iterator[Blocker]:
    if now.engine_mode == "serverless":
        yield Blocker(
            "serverless-v1",
            "It is Serverless v1, which does not support blue/green deployments.",
            "Migrate it to Serverless v2 first.",
        )
    if now.status in ("stopped", "stopping"):
        yield Blocker("stopped", f"It is {now.status}.", f"aurora-cli start {now.name}")
    if now.deployment:
        yield Blocker(
            "deployment",
            f"It is already part of the deployment {now.deployment}.",
            f"aurora-cli blue-green status {now.name}; delete that one with: aurora-cli blue-green cleanup {now.name}",
        )


def _of_replication(now: Situation) -> Iterator[Blocker]:
    parameter, value = LOGICAL[now.engine]
    if (now.logical or "").lower() in _OFF:
        yield Blocker(
            "logical-replication",
            f"{parameter} is off in its cluster parameter group {now.cluster_group}, and replication to the green "
            "cluster needs it.",
            f"aurora-cli apply {now.name} --set parameters.cluster.{parameter}={value}, then restart the instances, one at a "
            f"time: aurora-cli reboot {now.name} --rolling",
        )
    elif now.waiting:
        yield Blocker(
            "pending-reboot",
            f"Cluster parameters are pending a reboot of {', '.join(now.waiting)}.",
            f"aurora-cli reboot {now.name} --rolling",
        )
    if now.global_cluster:
        yield Blocker(
            "global-database",
            f"It is a member of the global database {now.global_cluster}.",
            "Upgrade the global database in place, or remove the other Regions first: "
            f"aurora-cli global remove-region {now.name} REGION",
        )
    elif now.replicates_from:
        yield Blocker(
            "replica",
            f"It replicates from {now.replicates_from}.",
            "Promote it first, or use its source cluster.",
        )
    elif now.replicas:
        yield Blocker(
            "replicated",
            f"Its replicas are {', '.join(now.replicas)}.",
            "Destroy or promote the replica first, and recreate it afterwards.",
        )


def _of_features(now: Situation) -> Iterator[Blocker]:
    if now.managed_password:
        yield Blocker(
            "managed-password",
            "Its master password is managed in Secrets Manager, which blue/green deployments do not support.",
            f"Set your own until the cleanup, in AURORA_MASTER_PASSWORD: aurora-cli apply {now.name} "
            "--set credentials.password=given",
        )
    if now.proxies:
        yield Blocker(
            "proxy",
            f"The RDS proxy {', '.join(now.proxies)} targets it, and would still target the old cluster after the switchover.",
            f"Remove it until the switchover: aurora-cli apply {now.name} --set proxy=null",
        )
    if now.integrations:
        yield Blocker(
            "zero-etl",
            f"The zero-ETL integration {', '.join(now.integrations)} reads from it.",
            "Delete the integration, and recreate it after the switchover.",
        )
    if now.activity_stream:
        yield Blocker(
            "activity-stream",
            "It has a database activity stream, which would stay with the old cluster.",
            f"Stop it until the switchover: aurora-cli apply {now.name} --set activity_stream=null",
        )


def _of_parameters(now: Situation) -> Iterator[Blocker]:
    if (now.event_scheduler or "").lower() in _ON:
        yield Blocker(
            "event-scheduler",
            "event_scheduler would be on in the green cluster, and change its data.",
            "Add --set parameters.cluster.event_scheduler=OFF, and turn it on again after the switchover.",
        )
    if now.own_groups:
        yield Blocker(
            "own-parameters",
            f"Instances have separate parameter groups ({', '.join(now.own_groups)}); AWS uses one group for all "
            "green instances.",
            f"Remove instances.overrides.*.parameters until the switchover: aurora-cli apply {now.name}",
        )
    if now.old_group:
        yield Blocker(
            "old-family",
            f"{', '.join(now.old_group)} names a parameter group of the old family.",
            f"Specify one of the new family, e.g. --set {now.old_group[0]}=GROUP, or null to have one created.",
        )
