"""The steps that make a cluster with other data beside the one that serves, with the same settings and as many instances."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.waiters import is_transitional
from aurora_cli.aws.describe import find_cluster, find_instance
from aurora_cli.aws.modify.rename import instance_unrest
from aurora_cli.aws.restore.restore_settings import make_like, manage_password, restore_like
from aurora_cli.errors import OperationFailed
from aurora_cli.operations.pipeline.step import Step
from aurora_cli.operations.restore_in_place.name_swap import await_instance

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.operations.restore_in_place.name_swap import Exchange

RESTORE_TIMEOUT_S = 12 * 3600.0
"""A restore copies the volume: hours for a large one."""
_FIXED = ("Engine", "DBSubnetGroup", "StorageEncrypted", "KmsKeyId", "Port")


def twin_steps(
    context: OperationContext, exchange: Exchange, source: dict[str, Any], keep: Callable[[], None]
) -> list[Step]:
    """The steps; `keep` notes the new cluster in the stack's record before it is made."""
    replacement = exchange.incoming

    def restore() -> str | None:
        if find_cluster(context.rds, replacement) is None:
            keep()
            restore_like(context.rds, _live(context, exchange), replacement, source)
        _wait(context, replacement, timeout_s=RESTORE_TIMEOUT_S)
        return None

    steps = [
        Step(
            f"restore {replacement}",
            f"Restore the data into {replacement}",
            lambda: _rests(context, replacement),
            restore,
        ),
        Step(
            f"instances of {replacement}",
            f"Create {', '.join(exchange.coming)}",
            lambda: all(instance_unrest(context.rds, one) is None for one in exchange.coming),
            lambda: _make_instances(context, exchange),
        ),
    ]
    if (_live(context, exchange).get("MasterUserSecret") or {}).get("SecretArn"):
        steps.append(_password_step(context, exchange))
    check = Step(
        f"check {replacement}", f"Check that {replacement} matches", lambda: False, lambda: _check(context, exchange)
    )
    return [*steps, check]


def _live(context: OperationContext, exchange: Exchange) -> dict[str, Any]:
    """The cluster that is to be replaced, under whichever name it has by now."""
    for name in (exchange.live, exchange.aside):
        found = find_cluster(context.rds, name)
        if found is not None and found["DbClusterResourceId"] == exchange.outgoing:
            return found
    raise OperationFailed(
        f"The cluster to replace is neither at {exchange.live} nor at {exchange.aside}.",
        hint=f"Nothing more was changed. Check in AWS; to abandon: aurora-cli abandon {exchange.live}",
    )


def _rests(context: OperationContext, name: str) -> bool:
    found = find_cluster(context.rds, name)
    return found is not None and not is_transitional(str(found.get("Status")))


def _wait(context: OperationContext, name: str, **options: Any) -> None:
    def look() -> tuple[None, str | None]:
        found = find_cluster(context.rds, name)
        status = str(found.get("Status")) if found else "creating"
        return None, status if is_transitional(status) else None

    context.wait(look, f"{name} to be available", **options)


def _make_instances(context: OperationContext, exchange: Exchange) -> str | None:
    """The writer's first and alone, so that it is the writer; then the others together."""
    first, *others = exchange.coming
    for batch in ([first], others):
        for name in batch:
            if find_instance(context.rds, name) is None:
                like = find_instance(context.rds, exchange.coming[name]) or {}
                make_like(context.rds, like, name, exchange.incoming)
        for name in batch:
            await_instance(context, name)
    return None


def _password_step(context: OperationContext, exchange: Exchange) -> Step:
    replacement = exchange.incoming

    def done() -> bool:
        found = find_cluster(context.rds, replacement) or {}
        return bool((found.get("MasterUserSecret") or {}).get("SecretArn"))

    def run() -> str | None:
        manage_password(context.rds, replacement, _live(context, exchange)["MasterUserSecret"].get("KmsKeyId"))
        context.wait(lambda: (None, None if done() else "modifying"), f"the secret of {replacement}")
        _wait(context, replacement)
        return None

    return Step(f"password of {replacement}", f"Create a new managed master password for {replacement}", done, run)


def _check(context: OperationContext, exchange: Exchange) -> str | None:
    """What Terraform could only mend by making the cluster anew must be equal, before anything is interrupted."""
    old, new = _live(context, exchange), find_cluster(context.rds, exchange.incoming) or {}
    differing = [f"{name} is {new.get(name)}, not {old.get(name)}" for name in _FIXED if old.get(name) != new.get(name)]
    if differing:
        raise OperationFailed(
            f"{exchange.incoming} does not match {exchange.live}: {'; '.join(differing)}.",
            hint=f"Nothing was interrupted. Abandon with `aurora-cli abandon {exchange.live}`, then delete it with "
            f"`aurora-cli restore {exchange.live} --discard-old`.",
        )
    return None
