"""Names that the plan would create and that others have: refused before anything is made, instead of half-way through."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from aurora_cli.aws.existing.find import tags_of_named
from aurora_cli.errors import AccessDenied, InvalidInput
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.terraform.state.addresses import region_of

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import Plan

_WORDS = {
    "aws_rds_cluster_parameter_group": (
        "DB cluster parameter group",
        "rds delete-db-cluster-parameter-group --db-cluster-parameter-group-name",
    ),
    "aws_db_parameter_group": ("DB parameter group", "rds delete-db-parameter-group --db-parameter-group-name"),
    "aws_db_subnet_group": ("DB subnet group", "rds delete-db-subnet-group --db-subnet-group-name"),
    "aws_iam_role": ("IAM role", "iam delete-role --role-name"),
    "aws_kms_alias": ("KMS alias", "kms delete-alias --alias-name"),
    "aws_cloudwatch_log_group": ("log group", "logs delete-log-group --log-group-name"),
}
_AT_ONCE = 8
_Named = tuple[str, str, str]
"""Resource type, name and Region."""
_KEEP = {"aws_cloudwatch_log_group": " keep it as it is (`logs.own_groups: false`),"}


class NamesTaken(Concern):
    """The names of what is created, looked up. What an interrupted run has left was imported before the plan, so that also what
    carries the tag of this cluster is in the way here, e.g. the log group of a cluster that had its name."""

    def review(self, plan: Plan) -> Shown:
        """Refuse the first that is somebody else's."""
        taken = self._taken(plan)
        if taken:
            kind, name, region = taken[0]
            what, delete = _WORDS[kind]
            more = "".join(f", the {_WORDS[one][0]} {other}" for one, other, _ in taken[1:])
            raise InvalidInput(
                f"The plan would create the {what} {name}{more}: it already exists, and this stack does not manage it.",
                hint=f"Choose another `name` or `resource_name`,{_KEEP.get(kind, '')} or delete it if nothing uses it: "
                f"aws {delete} {name} --region {region}",
                details={"taken": [{"type": one, "name": other, "region": where} for one, other, where in taken]},
            )
        return Shown()

    def _taken(self, plan: Plan) -> list[_Named]:
        named = [
            (change.type, name, region_of(change.address) or self.spec.region)
            for change in plan.resource_changes
            if change.action == "create" and change.type in _WORDS and isinstance(name := change.after.get("name"), str)
        ]
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            return [one for one, taken in zip(named, pool.map(self._is_taken, named), strict=True) if taken]

    def _is_taken(self, named: _Named) -> bool:
        kind, name, region = named
        try:
            return tags_of_named(self.app.aws(region).client, kind, name) is not None
        except AccessDenied:
            return False
