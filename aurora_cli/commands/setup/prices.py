"""`aurora-cli prices`: the table of AWS's list prices."""

from __future__ import annotations

from pathlib import Path

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.group(name="prices", cls=HelpfulGroup)
def command() -> None:
    """Show and update the price table of `cost` and of plans.

    \b
    Examples:
      aurora-cli prices show us-east-1
      aurora-cli prices update eu-west-1
    """


def _of_the_region(session: Session, regions: tuple[str, ...]) -> tuple[str, ...]:
    """The Regions that were named, or the one of --region where that was typed."""
    typed = session.settings.region if "region" in session.settings.typed else None
    return regions or ((typed,) if typed else ())


@command.command(name="show")
@click.argument("regions", metavar="[REGION]...", nargs=-1)
@output_option()
@pass_session
def show(session: Session, regions: tuple[str, ...], output: str) -> None:
    """List the known prices with their dates, of these Regions or of all.

    A price is `packaged` with this version, or `updated` by `prices update`. JSON and YAML name the sources too. What is
    not in the list is "unknown" in an estimate.

    \b
    Examples:
      aurora-cli prices show
      aurora-cli prices show us-east-1 -o json
    """
    from aurora_cli.operations.cost.prices import price_rows

    rows = price_rows(session.app, _of_the_region(session, regions))
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, "currency": "USD", "prices": rows}, output)
        return
    columns = ("region", "item", "usd", "unit", "price_of", "table")
    headings = ("Region", "Item", "USD", "Unit", "Price of", "Table")
    print_rows(session, "", headings, [[row[column] for column in columns] for row in rows], spare=("Table",))


@command.command(name="update")
@click.argument("regions", metavar="[REGION]...", nargs=-1)
@click.option(
    "--from",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A service price list file of AWS in JSON, instead of the Pricing API; can be repeated.",
)
@output_option()
@pass_session
def update(session: Session, regions: tuple[str, ...], files: tuple[Path, ...], output: str) -> None:
    """Read prices from AWS into the home.

    Asks the Pricing API for the Regions that are named (permission pricing:GetProducts), or reads files of the bulk price
    list, which need no account: index.json of AmazonRDS, AmazonCloudWatch, AmazonVPC, awskms and AWSSecretsManager, in
    all Regions or in one. New prices take the place of those with the same name; the others stay.

    \b
    Examples:
      aurora-cli prices update eu-west-1 eu-central-1
      aurora-cli prices update --from AmazonRDS-eu-west-1.json
    """
    from aurora_cli.operations.cost.prices import update_prices

    with progress(session) as emit:
        found = update_prices(session.app, _of_the_region(session, regions), files, emit)
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, **found.to_dict()}, output)
        return
    for region, number in found.regions.items():
        session.say(f"{region}: {number} price{'s' * (number != 1)}.")
    if found.ambiguous:
        session.say(f"Left out, since AWS lists several prices: {', '.join(found.ambiguous)}.")
    session.say(f"Kept in {found.file}.")
