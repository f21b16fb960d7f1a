"""`aurora-cli create`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import change_options, file_option, name_argument, skip_check_option
from aurora_cli.commands.shared.passwords import password_option, read_password
from aurora_cli.commands.shared.run_operation import operate
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_request


@click.command(name="create", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@password_option
@skip_check_option
@click.option("--print-spec", is_flag=True, help="Print the whole resolved spec as YAML, and stop.")
@change_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """Create a cluster and print its endpoints.

    The spec comes from flags, from a YAML file with -f, or from both; a flag wins. The plan is shown and confirmed,
    then applied. A cluster that already matches is left unchanged. A partially created cluster is resumed. A cluster
    with another spec is refused: use `apply` to change it.

    \b
    Examples:
      aurora-cli --sandbox create demo --engine postgres --readers 2 --yes
      aurora-cli --region eu-west-1 create orders --engine mysql --class db.r7g.large --readers 1 --dry-run
      aurora-cli create orders -f orders.yaml --set backup.retention=14d
      aurora-cli --region eu-west-1 create orders --engine postgres --acu 0.5-16 --print-spec
    """
    request = spec_request(session, ctx)
    if options["print_spec"]:
        from aurora_cli.operations.core.specs import desired_spec
        from aurora_cli.spec.text.load import dump_spec

        session.write(dump_spec(desired_spec(session.app, request).spec))
        return
    from aurora_cli.operations.build import create

    password = read_password(ctx)
    operate(session, "create", options, lambda app, how: create.create(app, request, how), password)
