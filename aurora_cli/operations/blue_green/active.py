"""A deployment that a cluster is part of, and what it keeps other commands from."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.engine.blue_green import Deployment, deployment_of
from aurora_cli.errors import AccessDenied, AwsFailed, SpecConflict


def deployment_under_way(rds: Any, cluster: str) -> Deployment | None:
    """The deployment; None without one, and where it cannot be read: no command fails for want of that permission."""
    try:
        return deployment_of(rds, cluster)
    except (AccessDenied, AwsFailed):
        return None


def refuse_in_deployment(rds: Any, cluster: str, why: str, *, until_cleanup: bool = False) -> None:
    """Refuse a command while the cluster is part of a blue/green deployment.

    Args:
        why: the rest of the sentence, e.g. "AWS cannot stop its clusters".
        until_cleanup: also after the switchover, as long as the deployment has not been cleaned up.

    Raises:
        SpecConflict: it is.
    """
    found = deployment_under_way(rds, cluster)
    if found is None or found.status == "DELETING" or (found.switched and not until_cleanup):
        return
    ways = f"Delete it: aurora-cli blue-green cleanup {cluster}."
    if not found.switched:
        ways += f" Or complete it first: aurora-cli blue-green switchover {cluster}"
    raise SpecConflict(
        f"{cluster} is part of the blue/green deployment {found.id} ({found.status}): {why}.",
        hint=ways,
        details={"deployment": found.id, "status": found.status},
    )
