"""`aurora-cli global`: the Regions of a global database."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.shared.approval import require_approver, require_confirmation
from aurora_cli.commands.shared.completions import complete_classes
from aurora_cli.commands.shared.options import (
    change_options,
    look_options,
    name_argument,
    output_option,
    skip_check_option,
    write_option,
    yes_option,
)
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.run_operation import operate
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import InvalidInput

if TYPE_CHECKING:
    from aurora_cli.operations.day_two.global_regions import HandOver, HandOverPlan


@click.group(name="global", cls=HelpfulGroup)
def command() -> None:
    """Manage the Regions of a global database.

    \b
    Examples:
      aurora-cli global status orders
      aurora-cli global switchover orders --to eu-central-1
      aurora-cli global add-region orders us-east-1 --readers 1
    """


@command.command(name="status")
@look_options
def status(session: Session, name: str, output: str) -> None:
    """Show each Region with its role, its lag and the global writer endpoint.

    \b
    Examples:
      aurora-cli global status orders
      aurora-cli global status orders -o json
    """
    from aurora_cli.operations.inspect import status as operation

    with progress(session) as emit:
        report = operation.status(session.app, name, emit=emit)
    if report.global_database is None:
        raise InvalidInput(
            f"{name} is not a global database.", hint=f"Add a Region: aurora-cli global add-region {name} REGION"
        )
    if output != "table":
        print_data(session, {"schema_version": 1, "name": name, **report.global_database.to_dict()}, output)
        return
    from aurora_cli.ui.report import report_view

    report_view.print_parts(session.consoles, report, "status", ("regions", "endpoints"))


@command.command(name="switchover")
@name_argument()
@click.option("--to", "region", metavar="REGION", required=True, help="Secondary Region that becomes the primary.")
@yes_option
@output_option()
@pass_session
def switchover(session: Session, /, name: str, region: str, *, yes: bool, output: str) -> None:
    """Switch over to another primary Region, without data loss.

    AWS stops writes, waits until the Region has caught up, and swaps the roles. The global writer endpoint follows. The
    spec's `region` stays unchanged, and a later plan does not revert the switchover.

    \b
    Examples:
      aurora-cli global switchover orders --to eu-central-1
    """
    require_approver(session, yes=yes, dry_run=False)
    _move(session, name, region, lambda plan: yes or _agreed(session, plan), output, allow_data_loss=False)


@command.command(name="failover")
@name_argument()
@click.option("--to", "region", metavar="REGION", required=True, help="Secondary Region that becomes the primary.")
@click.option("--allow-data-loss", is_flag=True, help="Accept that writes not yet replicated may be lost.")
@click.option("--confirm", metavar="NAME", help="Cluster name, as confirmation for scripts.")
@output_option()
@pass_session
def failover(session: Session, /, name: str, region: str, **options: Any) -> None:
    """Fail over to another Region when the primary is lost.

    Writes that were not yet replicated to the other Region are lost. While the primary Region works, use `switchover`.

    \b
    Examples:
      aurora-cli global failover orders --to eu-central-1 --allow-data-loss --confirm orders
    """
    if not options["allow_data_loss"]:
        raise InvalidInput(
            "A failover may lose the newest writes, and --allow-data-loss was not given.",
            hint=f"If the primary Region works: aurora-cli global switchover {name} --to {region}",
        )
    require_confirmation(session, name, confirm=options["confirm"], yes=False, dry_run=False)
    confirmed = options["confirm"] == name
    _move(
        session, name, region, lambda plan: confirmed or _named(session, plan), options["output"], allow_data_loss=True
    )


@command.command(name="add-region")
@name_argument()
@click.argument("region")
@click.option(
    "--readers",
    metavar="N",
    type=click.IntRange(0, 15),
    help="Number of readers, not counting the first instance, 0 to 15.",
)
@click.option("--class", "class_", metavar="CLASS", shell_complete=complete_classes, help="Instance class there.")
@click.option("--acu", metavar="MIN-MAX", help="Serverless v2 capacity there, e.g. 0.5-16.")
@click.option("--headless", is_flag=True, help="Storage only, without an instance.")
@click.option("--write-forwarding", is_flag=True, help="Accept writes there and forward them to the primary.")
@skip_check_option
@write_option
@change_options
@pass_session
def add_region(session: Session, /, name: str, region: str, **options: Any) -> None:
    """Add a secondary Region with a copy of the data.

    Edits the stored spec (`global.regions`) and applies it. Network and KMS key of the Region can only be set in the
    spec: use `apply -f` for them.

    \b
    Examples:
      aurora-cli global add-region orders us-east-1 --readers 1
      aurora-cli global add-region orders eu-central-1 --headless --dry-run
    """
    instances = {k: options[v] for k, v in (("readers", "readers"), ("class", "class_"), ("acu", "acu"))}
    given = {key: value for key, value in instances.items() if value is not None}
    values = {"headless": options["headless"], "write_forwarding": options["write_forwarding"]}
    region_values = {**values, **({"instances": given} if given else {})}
    _change(session, name, "add-region", options, add={region: region_values})


@command.command(name="remove-region")
@name_argument()
@click.argument("region")
@write_option
@change_options
@pass_session
def remove_region(session: Session, /, name: str, region: str, **options: Any) -> None:
    """Remove a secondary Region and its copy of the data.

    Refused unless --allow names the Terraform address of the Region's cluster.

    \b
    Examples:
      aurora-cli global remove-region orders us-east-1 --allow module.us_east_1.aws_rds_cluster.this
    """
    _change(session, name, "remove-region", options, remove=(region,))


def _change(session: Session, name: str, operation: str, options: dict[str, Any], **change: Any) -> None:
    from aurora_cli.operations.day_two import global_regions

    operate(session, operation, options, lambda app, how: global_regions.change_regions(app, name, how, **change))


def _move(
    session: Session,
    name: str,
    region: str,
    confirm: Callable[[HandOverPlan], bool],
    output: str,
    *,
    allow_data_loss: bool,
) -> None:
    from aurora_cli.operations.day_two import global_regions

    with progress(session) as emit:
        done = global_regions.move_primary(
            session.app, name, region, confirm=confirm, emit=emit, allow_data_loss=allow_data_loss
        )
    if output != "table":
        print_data(session, done.to_dict(), output)
    else:
        session.say(_told(done))


def _agreed(session: Session, plan: HandOverPlan) -> bool:
    from aurora_cli.ui import prompts

    lag = "" if plan.lag_ms is None else f" ({plan.lag_ms:.0f} ms behind)"
    session.say(f"Writes stop while {plan.target}{lag} catches up and takes over from {plan.source}.", err=True)
    return prompts.confirm(session.consoles, "Proceed?")


def _named(session: Session, plan: HandOverPlan) -> bool:
    from aurora_cli.ui import prompts

    lag = "how much is not known" if plan.lag_ms is None else f"about {plan.lag_ms:.0f} ms of writes"
    session.say(f"{plan.target} takes over from {plan.source}; writes not yet replicated are lost: {lag}.", err=True)
    return prompts.type_name(session.consoles, plan.name)


def _told(done: HandOver) -> str:
    if not done.changed:
        return f"{done.primary} is already the primary Region of {done.name}: nothing was changed."
    endpoint = f" The global writer endpoint {done.endpoint} leads there." if done.endpoint else ""
    return f"{done.primary} is the primary Region of {done.name} now, after {done.seconds:.1f} s.{endpoint}"
