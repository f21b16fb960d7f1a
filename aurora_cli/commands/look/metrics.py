"""`aurora-cli metrics`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import name_argument, output_option, seconds_of
from aurora_cli.commands.shared.output import print_csv, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="metrics")
@name_argument()
@click.option("--since", metavar="TIME", default="3h", show_default=True, help="How far back to look, from 5m to 63d.")
@output_option("csv")
@pass_session
def command(session: Session, name: str, since: str, output: str) -> None:
    """Plot what CloudWatch has measured of each instance.

    CPU or capacity, connections, commits and queries a second, latency, replica lag, free memory and local storage, I/O,
    deadlocks, storage. The plots have marks where RDS tells of a failover, a restart or a change, and where one of our operations
    began. What CloudWatch has no value of is "no data", never 0. JSON and CSV have the values as CloudWatch has them.

    \b
    Examples:
      aurora-cli metrics orders
      aurora-cli metrics orders --since 14d
      aurora-cli metrics orders --since 24h -o csv
    """
    from aurora_cli.operations.inspect import metrics

    seconds = seconds_of(since, "--since")
    with progress(session) as emit:
        found = metrics.metrics(session.app, name, seconds, emit)
    if output == "csv":
        columns = ("time", "metric", "unit", "statistic", "period_s", "instance", "role", "value")
        documents = [one.to_dict() for one in found.series]
        print_csv(
            session,
            [columns, *([({**one, **v}).get(key) for key in columns] for one in documents for v in one["values"])],
        )
        session.say(*found.notes, err=True)
    elif output != "table":
        print_data(session, found.to_dict(), output)
    else:
        from aurora_cli.ui.report import metrics_view

        metrics_view.print_metrics(session.consoles, found)
