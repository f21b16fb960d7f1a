"""`aurora-cli cost`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from aurora_cli.commands.shared.options import FloatRange, file_option, name_argument, output_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import spec_request

_AMOUNT = FloatRange(min=0, max=1e9)
_PERCENT = FloatRange(min=0, max=100)


@click.command(name="cost")
@name_argument(required=False)
@file_option
@click.option("--volume", metavar="GIB", type=_AMOUNT, help="Expected size of the cluster volume.")
@click.option("--io", metavar="MILLIONS", type=_AMOUNT, help="Expected I/O requests a month, in millions.")
@click.option("--backup", metavar="GIB", type=_AMOUNT, help="Expected backups and snapshots beyond the free part.")
@click.option("--reserved", metavar="PERCENT", type=_PERCENT, default=0, help="Your discount of reserved DB instances.")
@click.option(
    "--savings-plan", metavar="PERCENT", type=_PERCENT, default=0, help="Your discount of a Database Savings Plan."
)
@click.option("--advise", is_flag=True, help="Also say in which class or capacity the load of 14 days would fit.")
@output_option()
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str | None, file: str | None, **options: Any) -> None:
    """Estimate what a cluster costs, part by part.

    With a NAME: the instances that AWS reports, and storage, I/O and backups as CloudWatch has measured them in 14 days.
    With -f: what the spec asks for, without a call to AWS. On-demand list prices in US dollars, a month of 730 hours; each
    figure has the date of its price. What is not known is "unknown", and the sum is then "at least". Also: which of
    Aurora Standard and I/O-Optimized is cheaper, or the I/O at which they cost the same.

    --advise takes processor, memory, connections and ACUs of the last 14 days from CloudWatch, and says in which class or
    range of ACUs they would fit, at what price and why. It is an estimate by rules, and no promise.

    \b
    Examples:
      aurora-cli cost orders
      aurora-cli cost orders --advise
      aurora-cli cost -f orders.yaml --volume 200 --io 500
      aurora-cli cost orders --reserved 34 -o json
    """
    if bool(name) == bool(file):
        raise click.UsageError("Specify the NAME of a cluster, or a spec with -f FILE.", ctx)
    if file and options["advise"]:
        raise click.UsageError("--advise needs the NAME of a cluster that runs: a spec has no load.", ctx)
    from aurora_cli.operations.inspect import cost
    from aurora_cli.prices.estimate import Discounts
    from aurora_cli.prices.shape import Usage

    expected = Usage(_decimal(options["volume"]), _decimal(options["io"]), _decimal(options["backup"]))
    discounts = Discounts(Decimal(str(options["reserved"])), Decimal(str(options["savings_plan"])))
    if file:
        found = cost.cost_of_spec(session.app, spec_request(session, ctx), expected, discounts)
    else:
        with progress(session) as emit:
            found = cost.cost_of_cluster(session.app, str(name), expected, discounts, emit, advise=options["advise"])
    if options["output"] != "table":
        print_data(session, found.to_dict(), options["output"])
        return
    from aurora_cli.ui.report import cost_view

    cost_view.print_cost(session.consoles, found)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
