"""`aurora-cli apply`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import (
    approved_option,
    change_options,
    file_option,
    in_place_option,
    name_argument,
    skip_check_option,
    write_option,
)
from aurora_cli.commands.shared.passwords import password_option, read_password
from aurora_cli.commands.shared.run_operation import operate
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_request


@click.command(name="apply", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@password_option
@skip_check_option
@click.option("--allow-revert", is_flag=True, help="Let the file undo what a later operation changed.")
@in_place_option
@write_option
@approved_option("plan")
@change_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """Create or update a cluster from a YAML file.

    Creates the cluster if it does not exist, changes it if it differs from the file, and does nothing if it matches.
    The plan is shown and confirmed first. A change that would delete or replace resources that hold data stops with
    status 9, unless --allow names the Terraform address.

    The class of instances is changed one instance at a time, the writer last, as `scale` does. If interrupted, run it
    again to resume.

    The file counts for what it names. The engine version, and a value that another command has changed since, stay as
    they are when the file does not name them. A file that names the value from before such a change stops with status
    9, unless --allow-revert is given; --write brings the file up to date instead.

    \b
    Examples:
      aurora-cli apply -f orders.yaml
      aurora-cli apply -f orders.yaml --yes -o json
      aurora-cli apply -f orders.yaml --dry-run --exit-code
      aurora-cli apply orders --write
      aurora-cli apply -f orders.yaml --approved DIGEST
    """
    request = spec_request(session, ctx)
    from aurora_cli.operations.build import apply

    password = read_password(ctx)
    allow_revert = options["allow_revert"]
    operate(
        session,
        "apply",
        options,
        lambda app, how: apply.apply(app, request, how, allow_revert=allow_revert),
        password,
    )
