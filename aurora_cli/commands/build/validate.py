"""`aurora-cli validate`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import file_option, name_argument, output_option, skip_check_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_request


@click.command(name="validate", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@skip_check_option
@output_option()
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """Check a spec against the rules of AWS, offline.

    Every problem is reported at once, with its path and line. No account, network or Terraform is needed. Status 0:
    the spec holds, warnings are shown. Status 2: it does not.

    \b
    Examples:
      aurora-cli validate -f orders.yaml
      aurora-cli --region eu-west-1 validate orders --engine mysql --class db.r7g.large
      aurora-cli validate -f orders.yaml -o json
    """
    request = spec_request(session, ctx)
    from aurora_cli.operations.core.specs import desired_spec

    resolved = desired_spec(session.app, request)
    if options["output"] != "table":
        warnings = [{k: v for k, v in vars(p).items() if v is not None} for p in resolved.warnings]
        document = {"schema_version": SCHEMA_VERSION, "valid": True, "name": resolved.spec.name, "warnings": warnings}
        print_data(session, document, options["output"])
        return
    from aurora_cli.ui import errors_view

    errors_view.print_problems(session.consoles.err, resolved.warnings)
    session.say(f"The spec of '{resolved.spec.name}' is valid.")
