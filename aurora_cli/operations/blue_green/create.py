"""Make a blue/green deployment: parameter groups for the green cluster, then the green cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.aws.engine.blue_green import READY, Deployment, create_deployment, deployment_named
from aurora_cli.aws.engine.engine_versions import read_engine_versions
from aurora_cli.aws.engine.parameter_groups import Group, is_made, make_group
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.operations.blue_green.blockers import blockers, refuse
from aurora_cli.operations.blue_green.groups import (
    CLUSTER_GROUP,
    INSTANCE_GROUP,
    NewGroups,
    groups_in,
    refuse_other_differences,
)
from aurora_cli.operations.blue_green.inputs import situation_of
from aurora_cli.operations.blue_green.target import (
    Values,
    new_key,
    parameters_differ,
    refuse_other_changes,
    target_of,
)
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.operations.preflight.target_version import choose_target
from aurora_cli.stacks.blue_green import BlueGreenRecord, from_dict, read_blue_green, to_dict, write_blue_green

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec

PROVISIONING_TIMEOUT_S = 24 * 3600.0
"""A large cluster with a major upgrade takes hours."""
CLUSTER_TAG = "aurora-cli:cluster"


def create(
    app: AppContext,
    cluster: str,
    *,
    to: str | None,
    values: Values = (),
    words: Sequence[str] = (),
    options: RunOptions,
) -> ChangeResult:
    """Make a green cluster, and wait until it is available.

    Args:
        to: engine version of the green cluster; None for the present one.
        values: further values of its spec, of `parameters` and `encryption` only.
        words: the options that said so, for the command that goes on.

    Raises:
        InvalidInput: something stands in the way; every blocker is listed. SpecInvalid. What `run_operation` raises.
    """
    return run_operation(
        app, cluster, Create(cluster, to, tuple(values), tuple(words), tuple(options.skip_checks)), options
    )


@dataclass(frozen=True)
class Create(Operation):
    """The operation."""

    cluster: str
    to: str | None
    values: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    words: tuple[str, ...] = ()
    skip_checks: tuple[str, ...] = ()
    name = "blue-green create"
    target = "version"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"to": self.to, "values": [[source, dict(tree)] for source, tree in self.values]}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return (*typed("blue-green", "create", self.cluster, to=self.to), *self.words)

    def decide(self, context: OperationContext) -> Decision:
        """Refuse what stands in the way, and read from Terraform's plan which parameter groups are needed."""
        topology = context.live()
        version = self._version(context, topology) if self.to else topology.engine_version
        if self.to and not self.values:
            if version == topology.engine_version:
                raise _same(self.cluster, version)
            ready = _ready(context, version)
            if ready is not None:
                return ready
        changes = [*([("--to", {"engine_version": version})] if self.to else []), *self.values]
        after = target_of(context.stack, changes, self.skip_checks).spec
        refuse_other_changes(context.spec, after)
        major = _major(after) != _major(context.spec, topology.engine_version)
        refuse(self.cluster, blockers(situation_of(context, topology, after, major=major)))
        key = new_key(context.spec, after, _stack_key(context))
        if version == topology.engine_version and not parameters_differ(context.spec, after) and key is None:
            raise _same(self.cluster, version)
        suffix = self._suffix(context, major=major)
        groups = self._groups(context, after, suffix)
        record = BlueGreenRecord(
            name=_deployment_name(self.cluster, f"{context.app.clock.now():%Y%m%d%H%M%S}"),
            version=version,
            values=tuple(changes),
            groups_suffix=suffix if groups.made else context.stack.record.parameter_suffix,
            new_groups=tuple((address, group.kind, group.name) for address, group in groups.made),
            old_groups=groups.replaced,
        )
        facts = {
            "record": to_dict(record),
            "groups": [group.to_facts() for _, group in groups.made],
            "version": version,
            "arn": topology.arn,
            "tags": {**context.spec.tags, CLUSTER_TAG: self.cluster},
            "target": {
                **_target(context.spec, after, groups, version if version != topology.engine_version else None),
                "TargetResourceConfigurations": [{"SourceArn": topology.arn, "TargetKmsKeyId": key}] if key else None,
            },
        }
        return Decision(facts, remarks=_remarks(self.cluster, topology))

    def priced(self, context: OperationContext, decision: Decision) -> Sequence[ClusterSpec]:
        """The blue cluster, and the green one until it is deleted; nothing where the green one is there already."""
        record = decision.facts.get("record")
        if record is None:
            return []
        return [context.spec, target_of(context.stack, record["values"], self.skip_checks).spec]

    def _version(self, context: OperationContext, topology: Topology) -> str:
        """The version that is wanted, in full. Raises InvalidInput: AWS has no way to it."""
        listed = read_engine_versions(context.rds, topology.engine)
        return choose_target(topology.engine, topology.engine_version, listed, self.to, name=self.cluster).version

    def _suffix(self, context: OperationContext, *, major: bool) -> str | None:
        """Groups of another family have other names anyway; within a family new ones need an ending."""
        if major:
            return None
        old = re.fullmatch(r"b(\d+)", context.stack.record.parameter_suffix or "b1")
        return f"b{int(old[1]) + 1}" if old else "b2"

    def _groups(self, context: OperationContext, after: ClusterSpec, suffix: str | None) -> NewGroups:
        keys = context.stack.record.instance_keys
        if after.parameters == context.spec.parameters and suffix is not None:
            suffix = context.stack.record.parameter_suffix
        try:
            # The key comes with the green cluster: in a plan it would replace the blue one, and tell nothing of the groups.
            planned = after.model_copy(update={"encryption": context.spec.encryption})
            plan = context.plan(planned, keys, parameter_suffix=suffix)
            context.terraform.plan_file.unlink(missing_ok=True)
        finally:
            write_rendered(context.stack, context.spec)
        refuse_other_differences(self.cluster, plan)
        return groups_in(plan)

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """Groups, deployment, and the wait for the green cluster."""
        facts = decision.facts
        if "ready" in facts:
            return []
        groups = [_group_step(context, Group.from_facts(one)) for one in facts["groups"]]
        return [*groups, _deployment_step(context, facts), _green_step(context, facts["record"]["name"])]


def _same(cluster: str, version: str) -> InvalidInput:
    return InvalidInput(
        f"{cluster} already runs {version}, and neither parameters nor key change: green would be the same as blue.",
        hint="Specify a version with --to, parameters with --set parameters.cluster.NAME=VALUE, or a KMS key with "
        "--set encryption.kms_key=KEY.",
        details={"runs": version},
    )


def _ready(context: OperationContext, version: str) -> Decision | None:
    """Nothing to do, where the green cluster of that version was created here and waits for its switchover; else None."""
    record = read_blue_green(context.stack.folder)
    found = deployment_named(context.rds, record.name) if record and record.version == version else None
    if found is None or found.switched or found.status not in READY or _unready(context.rds, found) is not None:
        return None
    return Decision({"ready": found.id, "version": version})


def _stack_key(context: OperationContext) -> str | None:
    found = next((r for r in context.terraform.state_resources() if r.address == "aws_kms_key.this"), None)
    return str(found.attributes["arn"]) if found else None


def _group_step(context: OperationContext, group: Group) -> Step:
    def run() -> str | None:
        make_group(context.rds, group)
        return None

    kind = "cluster" if group.kind == "cluster" else "DB"
    text = f"Create the {kind} parameter group {group.name} ({group.family})"
    return Step(f"group {group.kind} {group.name}", text, lambda: is_made(context.rds, group), run)


def _deployment_step(context: OperationContext, facts: Mapping[str, Any]) -> Step:
    record = from_dict(facts["record"])

    def run() -> str | None:
        write_blue_green(context.stack.folder, record)
        made = create_deployment(context.rds, record.name, facts["arn"], facts["tags"], **facts["target"])
        context.remember(deployment=made.id)
        return made.id

    text = f"Create a green cluster of {context.spec.name} with version {record.version}"
    return Step("deployment", text, lambda: deployment_named(context.rds, record.name) is not None, run)


def _green_step(context: OperationContext, name: str) -> Step:
    def look() -> tuple[Deployment, str | None]:
        found = deployment_named(context.rds, name)
        if found is None or found.status in ("INVALID_CONFIGURATION", "DELETING"):
            raise OperationFailed(
                f"The deployment {name} is {found.status if found else 'deleted'}.",
                hint=f"aurora-cli abandon {context.spec.name}, then: aurora-cli blue-green cleanup {context.spec.name} "
                "--delete-green",
                details={"status_details": found.details if found else None},
            )
        if found.status == "PROVISIONING":
            return found, _progress(found)
        return found, _unready(context.rds, found)

    def done() -> bool:
        found = deployment_named(context.rds, name)
        return found is not None and found.status == "AVAILABLE" and _unready(context.rds, found) is None

    def run() -> str | None:
        found = context.wait(look, "the green cluster to be available", timeout_s=PROVISIONING_TIMEOUT_S)
        return f"{found.target} replicates {context.spec.name}"

    return Step("green", "Wait until the green cluster is available", done, run)


def _progress(found: Deployment) -> str:
    at = next((name for name, status in found.tasks if status != "COMPLETED"), None)
    return f"{found.status} ({at})" if at else found.status


def _unready(rds: Any, found: Deployment) -> str | None:
    """What the green cluster still waits for, None when it is available with its instances."""
    green = read_topology(rds, found.target) if found.target else None
    if green is None:
        return "being created"
    everything = [(green.identifier, green.status), *((m.id, m.status) for m in green.members)]
    return next((f"{name} is {status}" for name, status in everything if status != "available"), None)


def _target(before: ClusterSpec, after: ClusterSpec, groups: NewGroups, version: str | None) -> dict[str, str | None]:
    """What the green cluster differs in; None for what it has of the blue one."""
    own = {
        "TargetDBClusterParameterGroupName": (CLUSTER_GROUP, "cluster_group"),
        "TargetDBParameterGroupName": (INSTANCE_GROUP, "instance_group"),
    }
    names = {}
    for word, (address, field) in own.items():
        given = getattr(after.parameters, field)
        changed = given if given != getattr(before.parameters, field) else None
        names[word] = groups.name_at(address) or changed
    return {"TargetEngineVersion": version, **names}


def _major(spec: ClusterSpec, version: str | None = None) -> str:
    from aurora_cli.spec.facts.versions import default_version, major_version

    return major_version(spec.engine, version or spec.engine_version or default_version(spec.engine))


def _deployment_name(cluster: str, moment: str) -> str:
    """At most 60 letters, digits and single hyphens (RDS API, BlueGreenDeploymentName)."""
    return f"{cluster[:44].rstrip('-')}-{moment}"


def _remarks(cluster: str, topology: Topology) -> tuple[str, ...]:
    count = len(topology.members)
    sized = ", ".join(sorted(m.class_ for m in topology.members))
    remarks = [
        (
            f"{cluster} keeps running without an interruption. The green cluster is billed from its creation to its deletion: "
            f"{count} instances ({sized}), and the storage that differs between the two."
        ),
        (
            "Until the switchover it is read-only. Avoid changes in it that conflict with changes in the blue cluster, and avoid "
            "schema changes in the blue cluster."
        ),
    ]
    autoscaled = [m.id for m in topology.members if m.autoscaled]
    if autoscaled:
        remarks.append(
            f"Readers of autoscaling are copied as well ({', '.join(autoscaled)}); autoscaling itself is not."
        )
    return tuple(remarks)
