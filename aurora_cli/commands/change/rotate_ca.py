"""`aurora-cli rotate-ca`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import approved_option, name_argument, write_option
from aurora_cli.commands.shared.run_operation import operate, operation_options
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="rotate-ca")
@name_argument()
@click.option("--to", metavar="CA", help="Certificate authority, e.g. rds-ca-ecc384-g1; default: the account's.")
@write_option
@approved_option("rotate-ca --dry-run")
@operation_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Change the certificate authority, one instance at a time.

    Readers first, the writer last. Most engine versions take a new certificate without a restart; where one is
    needed, the cluster fails over to a reader before its writer restarts. `status` shows which authority is used.

    \b
    Examples:
      aurora-cli rotate-ca orders --dry-run
      aurora-cli rotate-ca orders --to rds-ca-ecc384-g1 --yes
    """
    from aurora_cli.operations.day_two import rotate_ca

    operate(
        session,
        "rotate-ca",
        options,
        lambda app, how: rotate_ca.rotate_ca(app, name, to=options["to"], options=how),
    )
