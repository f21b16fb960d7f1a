"""`aurora-cli fleet resume`."""

from __future__ import annotations

import click

from aurora_cli.commands.fleet.rollout.rolling_out import freeze_option, moved_option, parallel_option, roll_out
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="resume")
@click.argument("run", metavar="[RUN]", required=False)
@click.option(
    "--max-failures", metavar="N", type=click.IntRange(0), help="As it was given; default: the number given then."
)
@moved_option
@parallel_option("Clusters")
@freeze_option
@output_option("junit")
@pass_session
@click.pass_context
def resume(
    ctx: click.Context,
    session: Session,
    /,
    run: str | None,
    max_failures: int | None,
    folders: tuple[str, ...],
    parallel: int | None,
    during_freeze: bool,
    output: str,
) -> None:
    """Resume a `fleet apply`, or another run in waves, that stopped, failed or was killed.

    RUN is a run that `fleet runs` lists; without one, it is the newest in waves. Clusters that are done are left alone. A
    command that still runs is waited for. What was started is started again with the plan that was approved: it finds that
    applied, or applies what is left of it. Clusters that failed are tried again, and waves that were not healthy are looked at
    again. The exit statuses are those of `fleet apply`.

    In another checkout, e.g. that of another job of a pipeline, specify with -d where the specs are; at the same path from the
    current folder they are found without.

    \b
    Examples:
      aurora-cli fleet resume
      aurora-cli fleet resume 20261130T190000-apply-0a1b2c --max-failures 3
    """
    from pathlib import Path

    from aurora_cli.operations.fleet.rollout import start, waves

    found = start.rollout_run(session.app, run, [Path(folder) for folder in folders])
    left = found.left
    todo = {name: member for name, member in start.members_of(found).items() if name in left}
    if not during_freeze:
        waves.refuse_frozen(todo, session.app.clock.now(), "Resume later, or with --during-freeze.")
    failures = found.plan.max_failures if max_failures is None else max_failures
    roll_out(ctx, session, found, parallel=parallel, output=output, max_failures=failures, during_freeze=during_freeze)
