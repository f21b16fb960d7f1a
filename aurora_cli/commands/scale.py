"""`aurora-cli scale`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.approval import approve_with, require_approver
from aurora_cli.commands.completions import complete_classes
from aurora_cli.commands.options import change_options, name_argument
from aurora_cli.commands.output import exit_on_changes, print_change
from aurora_cli.commands.running import progress
from aurora_cli.commands.session import Session, pass_session


@click.command(name="scale")
@name_argument()
@click.option("--readers", metavar="N", type=click.IntRange(0, 15), help="Readers beside the writer, 0 to 15.")
@click.option(
    "--class", "class_", metavar="CLASS", shell_complete=complete_classes, help="Instance class of every instance."
)
@click.option("--acu", metavar="MIN-MAX", help="Serverless v2 capacity in ACUs, e.g. 0.5-16.")
@change_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str, **options: Any) -> None:
    """Change the number of readers, the class or the capacity.

    Says before it starts what restarts and what fails over. The instance that is the writer now is never removed:
    another one goes, or the cluster fails over first.

    \b
    Examples:
      aurora-cli scale orders --readers 3
      aurora-cli scale orders --class db.r7g.2xlarge --dry-run
      aurora-cli scale orders --acu 0.5-16 --yes
    """
    if options["readers"] is None and options["class_"] is None and options["acu"] is None:
        raise click.UsageError("Say what to change: --readers, --class or --acu.", ctx)
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations import scale

    with progress(session) as emit:
        result = scale.scale(
            session.app,
            name,
            readers=options["readers"],
            class_=options["class_"],
            acu=options["acu"],
            dry_run=options["dry_run"],
            allow=options["allow"],
            approve=approve_with(session, yes=options["yes"]),
            emit=emit,
        )
    print_change(session, result, "scale", options["output"])
    if options["dry_run"] and options["exit_code"]:
        exit_on_changes(result.review)
