"""`aurora-cli fleet snapshot`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.rollout.campaigning import again, campaign_options, carry_out
from aurora_cli.commands.shared.options import parse_tags, tag_option
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="snapshot")
@click.option(
    "--id-prefix", metavar="TEXT", help="What their identifiers begin with: TEXT-NAME-TIME; default NAME-TIME."
)
@tag_option
@campaign_options
@pass_session
@click.pass_context
def snapshot(
    ctx: click.Context, session: Session, /, id_prefix: str | None, tags: tuple[str, ...], **options: Any
) -> None:
    """Take snapshots of the clusters of a folder, in waves.

    Each is taken as `aurora-cli snapshot create NAME` does. The time in the identifiers is that of the run: `fleet resume`
    takes none twice. Blockers, waves and the exit statuses are as for `fleet upgrade`.

    \b
    Examples:
      aurora-cli fleet snapshot -d clusters --id-prefix before-migration --tag ticket=DB-17
      aurora-cli fleet snapshot -d clusters --where preset=production --yes -o json
    """
    from aurora_cli.operations.fleet.rollout.campaign import Campaign

    parse_tags(tags)
    moment = f"{session.app.clock.now():%Y%m%d%H%M%S}"
    given = {"id": "-".join(filter(None, (id_prefix, "{name}", moment))), "tag": tags}
    more = [*(["--id-prefix", id_prefix] if id_prefix else []), *(word for tag in tags for word in ("--tag", tag))]
    campaign = Campaign("snapshot", ("snapshot", "create"), given, again(options, "snapshot", *more))
    carry_out(ctx, session, campaign, "take snapshots of", lambda one: None, options)
