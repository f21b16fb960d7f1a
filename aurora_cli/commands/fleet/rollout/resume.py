"""`aurora-cli fleet resume`."""

from __future__ import annotations

import click

from aurora_cli.commands.fleet.rollout.rolling_out import freeze_option, parallel_option, roll_out
from aurora_cli.commands.fleet.selecting import formats_option
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import GuardRefused


@click.command(name="resume")
@click.argument("run", metavar="[RUN]", required=False)
@click.option(
    "--max-failures", metavar="N", type=click.IntRange(0), help="As for `fleet apply`; default: the number given there."
)
@parallel_option("Clusters")
@freeze_option
@formats_option("junit")
@pass_session
@click.pass_context
def resume(
    ctx: click.Context,
    session: Session,
    /,
    run: str | None,
    max_failures: int | None,
    parallel: int | None,
    during_freeze: bool,
    output: str,
) -> None:
    """Resume a `fleet apply` that stopped, failed or was killed.

    RUN is a run of `fleet apply`; without one, it is the newest. Clusters that are done are left alone. A command that still
    runs is waited for. What was started is started again with the plan that was approved: it finds that applied, or applies
    what is left of it. Clusters that failed are tried again, and waves that were not healthy are looked at again. The exit
    statuses are those of `fleet apply`.

    \b
    Examples:
      aurora-cli fleet resume
      aurora-cli fleet resume 20261130T190000-apply-0a1b2c --max-failures 3
    """
    from aurora_cli.operations.fleet.rollout import outcome, start

    found = start.apply_run(session.app, run)
    todo = [member for name, member in start.members_of(found).items() if name in outcome.left(found)]
    reason = None if during_freeze else start.frozen(todo, session.app.clock.now())
    if reason:
        raise GuardRefused(f"Nothing was changed: {reason}", hint="Resume later, or with --during-freeze.")
    failures = found.plan.max_failures if max_failures is None else max_failures
    roll_out(ctx, session, found, parallel=parallel, output=output, max_failures=failures, during_freeze=during_freeze)
