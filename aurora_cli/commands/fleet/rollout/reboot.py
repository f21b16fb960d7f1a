"""`aurora-cli fleet reboot`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.rollout.campaigning import again, campaign_options, carry_out
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="reboot")
@click.option("--pending", is_flag=True, required=True, help="The instances with parameters pending a reboot.")
@campaign_options
@pass_session
@click.pass_context
def reboot(ctx: click.Context, session: Session, /, pending: bool, **options: Any) -> None:
    """Reboot the instances of a folder's clusters that are pending a reboot, in waves.

    Each cluster is rebooted as `aurora-cli reboot NAME --rolling` does: readers first, then a failover, the old writer
    last. Clusters with nothing pending are left alone. Blockers, waves, `fleet resume` and the exit statuses are as for
    `fleet upgrade`.

    \b
    Examples:
      aurora-cli fleet reboot -d clusters --pending --dry-run
      aurora-cli fleet reboot -d clusters --pending --where label.team=payments
    """
    from aurora_cli.operations.fleet.rollout.campaign import Campaign

    campaign = Campaign("reboot", ("reboot",), {"rolling": True}, again(options, "reboot", "--pending"))
    carry_out(ctx, session, campaign, "reboot", lambda one: None, options)
