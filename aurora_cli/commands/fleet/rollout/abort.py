"""`aurora-cli fleet abort`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="abort")
@click.argument("run", metavar="[RUN]", required=False)
@pass_session
def abort(session: Session, /, run: str | None) -> None:
    """End a `fleet apply`, or another run in waves, safely, from another terminal.

    RUN is a run that `fleet runs` lists; without one, it is the newest in waves that has not ended. Its controller starts no
    more clusters, and ends when those that run have ended. A second call interrupts these as Ctrl-C does: Terraform finishes
    what it is doing and saves its state. `fleet resume` takes the run up again.

    \b
    Examples:
      aurora-cli fleet abort
      aurora-cli fleet abort 20261130T190000-apply-0a1b2c
    """
    from aurora_cli.operations.fleet.rollout import start
    from aurora_cli.operations.fleet.rollout.record import holders

    found = start.find_run(session.app, run or start.running(session.app))
    holder = found.locked_by()
    if holder is None:
        session.say(f"The run {found.id} has no controller: nothing is started any more.")
        for name, by in holders(session.app.registry, found.applying).items():
            session.say(f"The command of {name} still runs (process {by.pid} on {by.host}), and ends when it is done.")
        return
    asked = found.ask_to_end()
    what = "no more clusters are started" if asked == 1 else "the clusters that are being changed are interrupted"
    session.say(f"The run {found.id} was asked to end: {what} (process {holder.pid} on {holder.host}).")
