"""`aurora-cli wait`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import name_argument, output_option, seconds_of
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="wait")
@name_argument()
@click.option(
    "--for",
    "condition",
    metavar="CONDITION",
    default="available",
    show_default=True,
    help="available, stopped, deleted, in-sync (nothing pending), connectable, healthy[=LAG], writer=KEY or readers=N.",
)
@click.option("--timeout", metavar="TIME", default="30m", show_default=True, help="Timeout, e.g. 90s or 1h.")
@output_option()
@pass_session
def command(session: Session, name: str, condition: str, timeout: str, output: str) -> None:
    """Wait for a condition of a cluster.

    Reads the RDS API and changes nothing. `connectable` connects to the writer endpoint without a password, which
    wakes a paused cluster. `healthy` is available, with replicas at most LAG behind (5s), none of the spec's alarms
    in ALARM, and a writer endpoint that takes connections, where this machine reaches it. Exits with status 0 when
    the condition holds, and with status 6 on timeout.

    \b
    Examples:
      aurora-cli wait orders
      aurora-cli wait orders --for writer=2 --timeout 5m
      aurora-cli wait orders --for connectable --timeout 2m
      aurora-cli wait orders --for healthy=10s
      aurora-cli wait orders --for deleted -o json
    """
    from aurora_cli.operations.inspect import wait

    with progress(session) as emit:
        found = wait.wait_for(session.app, name, condition, timeout_s=seconds_of(timeout, "--timeout"), emit=emit)
    if output != "table":
        print_data(session, found.to_dict(), output)
        return
    from aurora_cli.ui.text import duration

    session.say(*found.notes, err=True)
    session.say(f"{name}: {condition}, after {duration(found.elapsed_s)}.")
