"""`aurora-cli promote`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.approval import require_confirmation
from aurora_cli.commands.shared.options import (
    dry_run_option,
    max_lag_option,
    name_argument,
    output_option,
    write_option,
)
from aurora_cli.commands.shared.output import print_change
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session

if TYPE_CHECKING:
    from aurora_cli.operations.core.review import PlanReview


@click.command(name="promote")
@name_argument()
@max_lag_option("Refuse while the replica lag is larger.")
@click.option("--accept-lag", is_flag=True, help="Promote whatever the lag is; writes not yet replicated are lost.")
@click.option("--confirm", metavar="NAME", help="Cluster name, as confirmation for scripts.")
@write_option
@dry_run_option
@output_option()
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Promote a replica to a standalone cluster.

    NAME is a cluster with `source.replica_of`: of an Aurora cluster in another Region, or of an RDS instance. Its lag
    is shown first. The cluster stops replicating, accepts writes, and `source` is removed from its spec. A promotion
    cannot be undone. If interrupted, run it again to resume.

    \b
    Examples:
      aurora-cli promote shop-aurora --dry-run
      aurora-cli promote shop-aurora
      aurora-cli promote shop-aurora --confirm shop-aurora --max-lag 0
    """
    require_confirmation(
        session, name, confirm=options["confirm"], yes=False, dry_run=options["dry_run"], doing="Promoting"
    )
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.operations.day_two import promote

    with progress(session) as emit:
        approve = named(session, name, options["confirm"])
        how = RunOptions("promote", approve, emit, dry_run=options["dry_run"], write=options["write"])
        result = promote.promote(
            session.app, name, options=how, max_lag_s=options["max_lag"], accept_lag=options["accept_lag"]
        )
    print_change(session, result, "promote", options["output"])


def named(session: Session, name: str, confirm: str | None) -> Callable[[PlanReview], bool]:
    """A callback that shows the steps, and has the cluster's name typed unless `confirm` holds it."""

    def approve(review: PlanReview) -> bool:
        from aurora_cli.ui import prompts
        from aurora_cli.ui.plan import plan_view

        plan_view.print_review(session.consoles, review)
        return confirm == name or prompts.type_name(session.consoles, name)

    return approve
