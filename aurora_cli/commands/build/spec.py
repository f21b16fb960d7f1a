"""`aurora-cli spec`: start a spec file, and show where values come from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.shared.completions import complete_engines, complete_presets
from aurora_cli.commands.shared.layer_filter import NOT_CHOSEN, without_sources
from aurora_cli.commands.shared.options import file_option, name_argument, output_option, skip_check_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_region, spec_request
from aurora_cli.errors import InvalidInput
from aurora_cli.writing import is_taken, write_output


@click.group(name="spec", cls=HelpfulGroup)
def command() -> None:
    """Start a spec file, or show where each value comes from.

    A spec is one cluster in YAML; `aurora-cli schema` prints its JSON Schema for editors.

    \b
    Examples:
      aurora-cli spec init orders --engine postgres --to orders.yaml
      aurora-cli spec show -f orders.yaml --resolved
    """


@command.command(name="init")
@click.argument("name")
@click.option(
    "--engine", metavar="ENGINE", default="postgres", show_default=True, shell_complete=complete_engines, help="Engine."
)
@click.option(
    "--preset",
    metavar="PRESET",
    default="development",
    show_default=True,
    shell_complete=complete_presets,
    help="Set of defaults.",
)
@click.option("--to", metavar="FILE", type=click.Path(dir_okay=False), help="File to write; default: standard output.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@pass_session
def init(session: Session, name: str, engine: str, preset: str, to: str | None, force: bool) -> None:
    """Write a commented spec to start from.

    The file is complete and valid as it is; every other field is there as a comment.

    \b
    Examples:
      aurora-cli spec init orders --engine postgres
      aurora-cli --region eu-west-1 spec init orders --engine mysql --preset production --to orders.yaml
    """
    from aurora_cli.spec.resolve.resolve import Layer, resolve
    from aurora_cli.spec.text.load import starter

    values = {"name": name, "region": spec_region(session) or "eu-west-1", "engine": engine, "preset": preset}
    resolve([Layer(values, "the command line")])  # refuses what is in no spec
    text = starter(**values)
    if to is None:
        session.write(text)
        return
    path = Path(to)
    if is_taken(path) and not force:
        raise InvalidInput(f"{path} already exists.", hint="Specify another file, or --force to overwrite it.")
    write_output(path, text)
    session.say(f"Wrote {path}. Next: aurora-cli create -f {path}", err=True)


@command.command(name="from-serverless-v1")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--to", metavar="FILE", type=click.Path(dir_okay=False), help="File to write; default: standard output.")
@pass_session
def from_serverless_v1(session: Session, file: str, to: str | None) -> None:
    """Print the Serverless v2 spec for one of Serverless v1.

    AWS no longer creates Serverless v1 clusters. FILE is a spec with `serverless_v1` in it, the properties of CDK's
    ServerlessCluster; `spec describe` writes one for a cluster that exists. Comments note the differences.

    \b
    Examples:
      aurora-cli spec from-serverless-v1 old.yaml
      aurora-cli spec from-serverless-v1 old.yaml --to new.yaml
    """
    from aurora_cli.operations.migrate import serverless_v1_spec

    text = serverless_v1_spec.equivalent(file, sys.stdin, spec_region(session))
    if to is None:
        session.write(text)
        return
    path = Path(to)
    if is_taken(path):
        raise InvalidInput(f"{path} already exists.", hint="Specify another file.")
    write_output(path, text)
    session.say(f"Wrote {path}. Next: aurora-cli plan -f {path}", err=True)


@command.command(name="describe")
@click.argument("cluster")
@pass_session
def describe(session: Session, cluster: str) -> None:
    """Print the spec of a Serverless v1 cluster in AWS.

    Reads it from the RDS API and changes nothing. The spec describes the cluster; `spec from-serverless-v1` turns it
    into one that can be created, and `migrate serverless-v1` copies the data into one.

    \b
    Examples:
      aurora-cli --region eu-west-1 spec describe old
    """
    from aurora_cli.operations.migrate import serverless_v1_spec

    with progress(session) as emit:
        text = serverless_v1_spec.describe(session.app, cluster, spec_region(session), emit=emit)
    session.write(text)


@command.command(name="show", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@skip_check_option
@click.option("--resolved", is_flag=True, help="Every field, with where its value comes from.")
@output_option()
@pass_session
@click.pass_context
def show(ctx: click.Context, session: Session, /, resolved: bool, output: str, **_: Any) -> None:
    """Show a spec: what was asked for, or every value and its origin.

    Without --resolved: only the values that were set, as YAML. With it: every value, and whether a flag, a variable,
    the file, the preset or a default gave it.

    \b
    Examples:
      aurora-cli spec show orders
      aurora-cli spec show -f orders.yaml --resolved
      aurora-cli spec show -f orders.yaml --resolved -o json
    """
    from aurora_cli.operations.core.specs import desired_spec
    from aurora_cli.ui.report import lists

    found = desired_spec(session.app, spec_request(session, ctx))
    values = found.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    shown = values if resolved else without_sources(values, found.origins, NOT_CHOSEN)
    if output != "table":
        document: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "spec": shown}
        print_data(session, document | ({"origins": dict(found.origins)} if resolved else {}), output)
    elif resolved:
        lists.print_resolved(session.consoles, lists.flattened(values), found.origins)
    else:
        print_data(session, shown, "yaml")
