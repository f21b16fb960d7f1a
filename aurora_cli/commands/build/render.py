"""`aurora-cli render`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aurora_cli.commands.shared.options import file_option, name_argument, output_option, skip_check_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_request


@click.command(name="render", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@skip_check_option
@click.option("--to", metavar="DIR", type=click.Path(file_okay=False), required=True, help="Folder to write to.")
@click.option("--force", is_flag=True, help="Overwrite files of the same names in the folder.")
@output_option()
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """Write the Terraform of a cluster to a folder.

    Plain HCL that does not need aurora-cli: run `terraform init` and `terraform plan` there. Works for a cluster
    that exists and for a spec, without an account, a network or Terraform.

    \b
    Examples:
      aurora-cli render -f orders.yaml --to ./terraform
      aurora-cli --region eu-west-1 render orders --engine postgres --to ./terraform --force
    """
    request = spec_request(session, ctx)
    from aurora_cli.operations.build import render

    folder = Path(options["to"])
    paths = render.render(session.app, request, to=folder, force=options["force"])
    if options["output"] != "table":
        document = {"schema_version": SCHEMA_VERSION, "directory": str(folder), "files": [p.name for p in paths]}
        print_data(session, document, options["output"])
        return
    for path in paths:
        session.write(str(path))
