"""`aurora-cli fleet upgrade`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.rollout.campaigning import again, campaign_options, carry_out
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="upgrade")
@click.option(
    "--to", metavar="VERSION", required=True, help="A version (17.5), or a major one (17) for the newest of it."
)
@click.option("--blue-green", is_flag=True, help="Create green clusters of the version; nothing is interrupted yet.")
@click.option("--no-snapshot", is_flag=True, help="Skip the snapshots before the upgrades.")
@click.option("--write", is_flag=True, help="Write the new version into the spec files; keeps comments.")
@campaign_options
@pass_session
@click.pass_context
def upgrade(
    ctx: click.Context, session: Session, /, to: str, blue_green: bool, no_snapshot: bool, write: bool, **options: Any
) -> None:
    """Upgrade the engine of the clusters of a folder, in waves.

    Each cluster is upgraded as `aurora-cli upgrade NAME --to VERSION` does. All are asked first what would happen, several
    at a time: what blocks one is said before any is changed (status 9), and --skip-blocked leaves it out. What is shown is
    approved once, and exactly that is done, in the waves of fleet.yaml. A wave ends when its clusters are healthy, and run
    the version. `fleet resume` and `fleet abort` are as for `fleet apply`, and so are the exit statuses.

    A spec file that names an older version must be edited then: the lines are printed, or written by --write.

    With --blue-green, each cluster gets a green one; switch over one by one: `aurora-cli blue-green switchover NAME`.

    \b
    Examples:
      aurora-cli fleet upgrade -d clusters --to 16.6 --dry-run
      aurora-cli fleet upgrade -d clusters --where engine=postgres --to 16.6 --write
      aurora-cli fleet upgrade -d clusters --to 17 --blue-green --yes
    """
    from aurora_cli.operations.fleet.rollout.campaign import Campaign

    given = {"to": to, "blue_green": blue_green, "no_snapshot": no_snapshot}
    if blue_green and (no_snapshot or write):
        raise click.UsageError("--blue-green cannot be combined with --no-snapshot or --write.", ctx)
    words = ["upgrade", "--to", to, *(["--blue-green"] if blue_green else ["--no-snapshot"] if no_snapshot else [])]
    campaign = Campaign("upgrade", ("upgrade",), given, again(options, *words), write)
    doing = "create green clusters of" if blue_green else "upgrade"
    carry_out(ctx, session, campaign, doing, lambda one: one.version, options)
