"""`aurora-cli fleet rotate-ca`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.rollout.campaigning import again, campaign_options, carry_out
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="rotate-ca")
@click.option("--to", metavar="CA", help="Certificate authority, e.g. rds-ca-ecc384-g1; default: the account's.")
@click.option("--write", is_flag=True, help="Write the certificate authority into the spec files; keeps comments.")
@campaign_options
@pass_session
@click.pass_context
def rotate_ca(ctx: click.Context, session: Session, /, to: str | None, write: bool, **options: Any) -> None:
    """Change the certificate authority of the clusters of a folder, in waves.

    Each cluster is changed as `aurora-cli rotate-ca NAME` does, one instance at a time; where an engine version needs a
    restart for that, it is shown. Blockers, waves, `fleet resume` and the exit statuses are as for `fleet upgrade`.

    \b
    Examples:
      aurora-cli fleet rotate-ca -d clusters --dry-run
      aurora-cli fleet rotate-ca -d clusters --to rds-ca-ecc384-g1 --where preset=production
    """
    from aurora_cli.operations.fleet.rollout.campaign import Campaign

    words = ["rotate-ca", *(["--to", to] if to else [])]
    campaign = Campaign("rotate-ca", ("rotate-ca",), {"to": to}, again(options, *words), write)
    carry_out(ctx, session, campaign, "rotate", lambda one: ", ".join(one.authorities) or None, options)
