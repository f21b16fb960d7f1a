"""Import what a plan would create and AWS has already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.waiters import is_transitional, wait_until
from aurora_cli.aws.existing.find import REPEATABLE, find_existing
from aurora_cli.aws.existing.network import revoke_default_egress
from aurora_cli.errors import StateAtRisk, TerraformFailed
from aurora_cli.events import waiting
from aurora_cli.hcl.adoption import IMPORTS_FILE, OVERRIDE_FILE, Import, import_blocks, unchanged_resources
from aurora_cli.hcl.names import CLUSTER_TAG
from aurora_cli.operations.recovery.imported_arguments import begin_imports, finish_imports
from aurora_cli.operations.recovery.untaint import keep_survivors, live_resource
from aurora_cli.terraform.state.addresses import inner, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.existing.entry import Existing
    from aurora_cli.operations.core.concern import StackContext
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange

_ROUNDS = 8
_RESOURCE = re.compile(r'^resource "(\w+)" "(\w+)"', re.MULTILINE)
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
_LAST_CALL = timedelta(seconds=10)
"""How long a call that was under way when Terraform was killed may take to be seen."""


@dataclass(frozen=True)
class UnfinishedCreations:
    """What was interrupted.

    Attributes:
        begun: addresses whose creation was begun and not completed.
        in_flight: those among them whose call was under way when Terraform was killed.
        at: when that was.
    """

    begun: frozenset[str] = frozenset()
    in_flight: frozenset[str] = frozenset()
    at: datetime = _LONG_AGO


def import_existing(context: StackContext, files: Mapping[str, str], unfinished: UnfinishedCreations) -> list[Import]:
    """Plan, import what exists of what would be created, and again: what hangs on a resource is found once that is known.

    Args:
        context: the stack, initialised.
        files: that were applied last.
        unfinished: what was not completed.

    Raises:
        StateAtRisk: several fit, or it cannot be imported. WaitTimeout; TerraformFailed, AwsFailed and their kin.
    """
    terraform, clock = context.terraform, context.app.clock
    look = partial(live_resource, context)
    finish_imports(context)
    keep_survivors(terraform, terraform.state_resources(), look, clock=clock, emit=context.emit)
    unchanged = {**files, **_overrides(files)}
    context.stack.write_files(unchanged)
    try:
        return _import_in_rounds(context, unchanged, unfinished)
    finally:
        context.stack.write_files(files)


def _import_in_rounds(context: StackContext, files: Mapping[str, str], unfinished: UnfinishedCreations) -> list[Import]:
    imported: list[Import] = []
    for _ in range(_ROUNDS):
        missing = _creations(context)
        found = _wait_for(context, missing, unfinished)
        taken = [Import(address, one.id) for address, one in found.items() if _is_completed(context, missing[address])]
        if not taken:
            break
        _close_groups(context, taken, unfinished)
        begin_imports(context, [missing[one.address] for one in taken])
        _import(context, files, taken)
        finish_imports(context)
        imported += taken
    return imported


def without_existing(context: StackContext, plan: Plan) -> Plan:
    """The plan as it will be once what exists of its creations was imported. Raises as `import_existing`; changes nothing."""
    return plan.without(_find(context, _creations_of(plan)).keys())


def _creations(context: StackContext) -> dict[str, ResourceChange]:
    plan = context.terraform.plan(refresh=False)
    context.terraform.plan_file.unlink(missing_ok=True)
    return _creations_of(plan)


def _creations_of(plan: Plan) -> dict[str, ResourceChange]:
    return {change.address: change for change in plan.changes if change.action == "create"}


def _wait_for(
    context: StackContext, missing: Mapping[str, ResourceChange], unfinished: UnfinishedCreations
) -> dict[str, Existing]:
    """What exists of what is missing; waits a moment for what AWS was told to create last."""

    def look() -> tuple[dict[str, Existing], str | None]:
        found = _find(context, missing)
        awaited = unfinished.in_flight & (missing.keys() - found.keys())
        is_over = context.app.clock.now() >= unfinished.at + _LAST_CALL
        return found, None if is_over or not awaited else "not visible yet"

    what = "AWS to show what it was told to create last"
    return wait_until(look, what=what, clock=context.app.clock, waiting=waiting(context.emit), slowest_s=2.0)


def _find(context: StackContext, missing: Mapping[str, ResourceChange]) -> dict[str, Existing]:
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = pool.map(lambda change: _existing(context, change), missing.values())
        return {address: one for address, one in zip(missing, found, strict=True) if one is not None}


def _existing(context: StackContext, change: ResourceChange) -> Existing | None:
    client = context.app.aws(region_of(change.address) or context.spec.region).client
    found = find_existing(client, change.type, change.after, CLUSTER_TAG)
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise StateAtRisk(
            f"AWS has {len(found)} resources that can be {change.address}: {ids}.",
            hint="Delete those that nothing uses, then run the same command again.",
            details={"address": change.address, "ids": [one.id for one in found]},
        )
    return found[0] if found else None


def _is_completed(context: StackContext, change: ResourceChange) -> bool:
    """Wait until AWS has ended creating it, or deleting it; whether it is there then."""

    def look() -> tuple[bool, str | None]:
        one = _existing(context, change)
        return one is not None, one.status if one and one.status and is_transitional(one.status.lower()) else None

    what = f"AWS to complete {change.address}"
    return wait_until(look, what=what, clock=context.app.clock, waiting=waiting(context.emit))


def _import(context: StackContext, files: Mapping[str, str], imports: list[Import]) -> None:
    """By `import` blocks: `terraform import` cannot evaluate a `for_each` over resources that are still to be created.

    Nothing of what is imported is changed; the plan that follows shows what differs.
    """
    terraform = context.app.terraform(context.stack, lambda event: None)  # what -target warns of is checked here
    addresses = [one.address for one in imports]
    context.stack.write_files({**files, IMPORTS_FILE: import_blocks(imports)})
    try:
        plan = terraform.plan(refresh=False, targets=addresses)
        other = sorted(c.address for c in plan.changes if c.type not in REPEATABLE)
        if other:
            raise TerraformFailed(f"the import would also change {', '.join(other)}.")
        terraform.apply()
    except TerraformFailed as error:
        terraform.plan_file.unlink(missing_ok=True)
        named = ", ".join(f"{one.address} ({one.id})" for one in imports)
        raise StateAtRisk(
            f"An interrupted run created {named}, which cannot be imported: {error.message}",
            hint="Delete what nothing uses, then run the same command again.",
            details=error.details,
        ) from error
    finally:
        context.stack.write_files(files)


def _close_groups(context: StackContext, imports: list[Import], unfinished: UnfinishedCreations) -> None:
    """EC2 lets a new security group connect to everywhere, and Terraform takes that back only when it creates the group."""
    for one in imports:
        if inner(one.address).startswith("aws_security_group.") and one.address in unfinished.begun:
            client = context.app.aws(region_of(one.address) or context.spec.region).client("ec2")
            revoke_default_egress(client, one.id)


def _overrides(files: Mapping[str, str]) -> dict[str, str]:
    """File -> content, in the folder of each module."""
    resources: dict[str, set[tuple[str, str]]] = {}
    for file, text in files.items():
        resources.setdefault(str(Path(file).with_name(OVERRIDE_FILE)), set()).update(_RESOURCE.findall(text))
    return {file: unchanged_resources(sorted(found)) for file, found in resources.items()}
