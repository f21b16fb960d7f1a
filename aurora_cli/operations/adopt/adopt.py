"""Bring an existing cluster under management, without changing it.

The cluster is read, described by a spec, imported into a draft of its own and compared there. Only when the plan holds nothing
but tags is it shown, approved, and the draft's state made that of a new stack. What is killed before that leaves AWS and the
home as they were; after it, the stack is one like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import encryption_of
from aurora_cli.aws.restore.snapshots import snapshot_exists
from aurora_cli.errors import ClusterNotFound, Declined, InvalidInput, NotAdoptable, PlanNotEmpty, SpecConflict
from aurora_cli.events import Emit, timed
from aurora_cli.operations.adopt.differences import refuse_differences, tagged_by
from aurora_cli.operations.adopt.draft import LOCK_FILE, Draft, drafted
from aurora_cli.operations.adopt.imports import imports_of
from aurora_cli.operations.adopt.members import keys_of
from aurora_cli.operations.adopt.own_parameters import changes_groups, with_own_parameters, without_own_parameters
from aurora_cli.operations.adopt.preconditions import refuse
from aurora_cli.operations.adopt.review import AdoptResult, AdoptReview, ApproveAdoption
from aurora_cli.operations.adopt.state_upload import publish_state, tried_locally
from aurora_cli.operations.adopt.tags import stack_of
from aurora_cli.operations.adopt.unmanaged import unmanaged_of
from aurora_cli.operations.adopt.values import values_of
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.core.specs import is_pristine
from aurora_cli.operations.from_state.handover import HANDOVER_FILE, handover_of
from aurora_cli.operations.from_state.origin import StateOrigin, find_origin
from aurora_cli.operations.from_state.own_network import with_own_network
from aurora_cli.operations.pipeline.apply import apply_spec
from aurora_cli.writing import is_taken, write_atomic, write_output

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.discovery import DiscoveredCluster
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import PlanReview
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

_ONE_TOOL = "Let only one tool manage the cluster: remove it from the state or template that managed it before."


def adopt(
    app: AppContext,
    identifier: str | None,
    *,
    approve: ApproveAdoption,
    emit: Emit,
    from_state: Path | None = None,
    settings: Sequence[tuple[str, Any]] = (),
    to: Path | None = None,
    removed_to: Path | None = None,
    dry_run: bool = False,
) -> AdoptResult:
    """Adopt the cluster of that identifier.

    Args:
        identifier: of the cluster; None if the state has one alone.
        approve: shows the review and asks.
        from_state: the Terraform state that manages the cluster now: a folder or a file.
        settings: (dotted path, value) over what was read, as with `--set`.
        to: file that gets the spec.
        removed_to: file that gets the `removed` blocks for the configuration of that state.
        dry_run: show only; nothing is written.

    Raises:
        ClusterNotFound: AWS has none of that name. SpecConflict: a stack of that name manages one already.
        NotAdoptable: it cannot be adopted without a change; every difference is listed.
        Declined, TerraformFailed, AwsFailed and their kin: nothing was changed.
        PlanNotEmpty: it is adopted, and the next plan is not empty.
    """
    for option, file in (("--to", to), ("--removed-to", removed_to)):
        if file is not None and is_taken(file) and not dry_run:
            raise InvalidInput(
                f"{file} already exists.", hint=f"Specify another file with {option}, or move the existing one."
            )
    if removed_to is not None and from_state is None:
        raise InvalidInput(
            "--removed-to requires --from-state.", hint="Specify the Terraform state that has the cluster."
        )
    name, region, origin = _located(app, identifier, from_state, emit)
    with app.registry.lock(name, "adopt"):
        _refuse_managed(app, name)
        found = _read(app, name, region, origin, emit)
        if origin is not None:
            found = with_own_parameters(with_own_network(app, found, origin, region), origin)
        for attempt in without_own_parameters(found):
            desired = _describe(attempt, region, settings)
            snapshot = _snapshot_name(app, attempt, region)
            with drafted(app, attempt, tried_locally(desired.spec), snapshot, emit) as draft:
                plan = draft.try_out()
                if attempt.own_parameters and changes_groups(plan):
                    continue
                refuse_differences(name, plan)
                review = _review(app, attempt, desired, origin, tagged_by(plan))
                if dry_run:
                    return AdoptResult(review, None, dry_run=True)
                if not approve(review):
                    raise Declined("Nothing was changed: the adoption was not approved.")
                stack = _publish(app, draft, desired, review, emit)
            break
        try:
            report = _tag(app, stack, desired, emit)
        except PlanNotEmpty:  # it is adopted nevertheless
            _write_files(stack, review, to, removed_to)
            raise
    _write_files(stack, review, to, removed_to)
    kept = str(removed_to or stack.folder / HANDOVER_FILE) if review.handover else None
    return AdoptResult(review, report, dry_run=False, file=str(to) if to else None, removed_file=kept)


def _write_files(stack: Stack, review: AdoptReview, to: Path | None, removed_to: Path | None) -> None:
    if to is not None:
        write_output(to, review.spec)
        stack.update_record(spec_file=str(to.absolute()))
    if removed_to is not None and review.handover:
        write_output(removed_to, review.handover.text)


def _located(
    app: AppContext, identifier: str | None, from_state: Path | None, emit: Emit
) -> tuple[str, str, StateOrigin | None]:
    """The cluster, its Region, and where another state has it."""
    if from_state is None:
        if identifier is None:
            raise InvalidInput("Which cluster?", hint="Specify its identifier, or a Terraform state with --from-state.")
        region = _region(app)
        app.begin(emit)
        return identifier, region, None
    origin = find_origin(app, from_state, identifier, emit)
    app.begin(emit)
    return origin.name, origin.region or _region(app), origin


def _region(app: AppContext) -> str:
    fallback = app.fallback_region()
    region = app.region or (fallback[0] if fallback else None)
    if region is None:
        raise InvalidInput("In which Region is the cluster?", hint="Name it with --region, or set AWS_REGION.")
    return region


def _refuse_managed(app: AppContext, name: str) -> None:
    """A stack without anything made for it, left by a crash, gives way."""
    stack = app.registry.find(name)
    if stack is None:
        return
    if is_pristine(stack):
        app.registry.remove(stack)
        return
    raise SpecConflict(
        f"{name} is already managed here.",
        hint=f"Apply its spec with `aurora-cli apply {name}`, or check with `aurora-cli drift {name}`.{_blocks_of(stack)}",
    )


def _blocks_of(stack: Stack) -> str:
    kept = stack.folder / HANDOVER_FILE
    return f" The `removed` blocks for the configuration that had it: {kept}" if kept.exists() else ""


def _read(app: AppContext, identifier: str, region: str, origin: StateOrigin | None, emit: Emit) -> DiscoveredCluster:
    from aurora_cli.aws.cluster.discovery import read_cluster, read_surroundings

    with timed(emit, "read", "Reading the cluster and its related resources"):
        try:
            found = read_cluster(app.aws(region), identifier)
        except ClusterNotFound as error:
            if origin:
                raise ClusterNotFound(
                    f"{origin.address} in the Terraform state is the cluster {identifier}, which does not exist in {region}.",
                    hint="It was deleted or renamed since. If it has another name now: aurora-cli adopt CLUSTER",
                ) from error
            raise ClusterNotFound(
                f"AWS has no cluster named {identifier} in {region}.",
                hint="Name its Region with --region, and the account with --profile.",
            ) from error
        refuse(found)
        return read_surroundings(app.aws(region), found)


def _describe(found: DiscoveredCluster, region: str, settings: Sequence[tuple[str, Any]]) -> Resolved:
    """The spec. What a rule says against a cluster that exists is a warning."""
    from aurora_cli.spec.layers.flags import layer_from_pairs
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.resolve.resolve import resolve
    from aurora_cli.spec.rules.all import check_names

    read = Layer(values_of(found, region), f"cluster {found.identifier}")
    above = layer_from_pairs((path, value, "--set") for path, value in settings)
    desired = resolve([read, *above], skip_checks=check_names())
    if any(warning.check == "database-reserved" for warning in desired.warnings):
        # The name counts at the creation alone: a file without it is one that every command takes.
        read = replace(read, values={**read.values, "database": None})
        desired = resolve([read, *above], skip_checks=check_names())
    if desired.spec.name != found.identifier or desired.spec.region != region:
        raise InvalidInput("An adopted cluster keeps its name and its Region.", hint="Leave `name` and `region` out.")
    return desired


def _snapshot_name(app: AppContext, found: DiscoveredCluster, region: str) -> str:
    """A name that no snapshot has."""
    rds = app.aws(region).client("rds")
    stem = f"{found.identifier}-final-{app.clock.now():%Y%m%d%H%M%S}"
    name, number = stem, 1
    while snapshot_exists(rds, name):
        number += 1
        name = f"{stem}-{number}"
    return name


def _review(
    app: AppContext,
    found: DiscoveredCluster,
    desired: Resolved,
    origin: StateOrigin | None,
    tags: dict[str, dict[str, str]],
) -> AdoptReview:
    from aurora_cli.spec.resolve.minimal import dump_minimal

    spec = desired.spec
    imports = imports_of(found, spec)
    handover = handover_of(origin, found, imports) if origin else None
    return AdoptReview(
        name=spec.name,
        region=spec.region,
        target=app.target,
        spec=dump_minimal(spec),
        imports=imports,
        tags=tags,
        unmanaged=unmanaged_of(found, spec),
        advice=(*_advice(found, desired), *(handover.advice() if handover else (_ONE_TOOL,))),
        warnings=desired.warnings,
        handover=handover,
    )


_NO_KMS_KEY = {
    "none": "Storage is not encrypted: the cluster is from before 2026-02-18, when AWS began to encrypt every new one. Only a "
    "copy can be: restore a snapshot into a new cluster with `encryption.kms_key`.",
    "sse-rds": "Storage is encrypted with an AWS owned key, not with a KMS key: that is `encryption.enabled: false` in the spec.",
}


def _advice(found: DiscoveredCluster, desired: Resolved) -> list[str]:
    spec, advice = desired.spec, []
    if not spec.deletion_protection:
        advice.append("Deletion protection is off. Turn it on: set `deletion_protection: true` and apply.")
    if spec.credentials.kept:
        advice.append(
            "The master password is not managed by AWS. With `credentials.password: managed` AWS would create a new one."
        )
    if encryption_of(found.cluster) in _NO_KMS_KEY:
        advice.append(_NO_KMS_KEY[encryption_of(found.cluster)])
    owner = stack_of(found)
    if owner:
        advice.append(
            f"The CloudFormation stack {owner} still manages the cluster. Set DeletionPolicy: Retain there and remove the "
            "cluster from the template; otherwise an update of that stack can change or delete it."
        )
    pending = [found.cluster, *found.managed]
    if any(v not in (None, {}, []) for item in pending for v in (item.get("PendingModifiedValues") or {}).values()):
        advice.append(
            "Changes are pending until the maintenance window; the next apply that changes anything applies them."
        )
    return advice


def _publish(app: AppContext, draft: Draft, desired: Resolved, review: AdoptReview, emit: Emit) -> Stack:
    """The draft as a stack. Until its state is there, it is one without anything made, which the next run clears away."""
    from aurora_cli.spec.text.dump import dump_spec

    spec, keys = desired.spec, tuple(keys_of(draft.found))
    stack = app.registry.create(
        spec.name,
        region=spec.region,
        target=app.target,
        spec=dump_spec(spec),
        instance_keys=keys,
        origins=desired.origins,
    )
    stack.update_record(final_snapshot_identifier=draft.snapshot)
    write_atomic(stack.folder / "imports.tf", draft.imports_text())
    if review.handover:
        write_atomic(stack.folder / HANDOVER_FILE, review.handover.text)
    if draft.lock_file.exists():
        write_atomic(stack.terraform_dir / LOCK_FILE, draft.lock_file.read_text(encoding="utf-8"))
    publish_state(app, stack, spec, draft.state_file.read_text(encoding="utf-8"), emit)
    stack.update_record(status="changing")
    return stack


def _tag(app: AppContext, stack: Stack, desired: Resolved, emit: Emit) -> Any:
    """The one change of an adoption: the tags that were shown. Planned anew, and looked at again before it is applied."""

    def harmless(review: PlanReview) -> bool:
        refuse_differences(review.name, review.plan)
        return True

    try:
        return apply_spec(app, stack, desired, RunOptions("adopt", harmless, emit)).report
    except NotAdoptable:  # changed since it was shown: nothing was done yet, so nothing stays
        app.registry.remove(stack)
        raise
