"""`aurora-cli backtrack`."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.approval import require_confirmation
from aurora_cli.commands.shared.options import dry_run_option, name_argument, output_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session

if TYPE_CHECKING:
    from aurora_cli.operations.day_two.backtrack import BacktrackReview

LONGEST_S = 72 * 3600
"""The longest window that AWS keeps (RDS API, BacktrackWindow)."""


@click.command(name="backtrack")
@name_argument()
@click.option("--to", metavar="TIME", help="Time to backtrack to, RFC 3339; UTC if it has no offset.")
@click.option("--by", metavar="DURATION", help="How far to rewind, e.g. 10m or 1h30m.")
@click.option("--confirm", metavar="NAME", help="Cluster name, as confirmation for scripts.")
@dry_run_option
@output_option()
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str, **options: Any) -> None:
    """Rewind (backtrack) an Aurora MySQL cluster in place.

    Undoes all writes after the given time, in all databases of the cluster. All connections are dropped during the
    backtrack, which takes minutes. Requires a backtrack window (backup.backtrack), set when the cluster was created. To
    undo a backtrack, backtrack to a later time.

    \b
    Examples:
      aurora-cli backtrack tickets --by 10m
      aurora-cli backtrack tickets --to 2030-01-31T07:00:00Z --confirm tickets
    """
    if (options["to"] is None) == (options["by"] is None):
        raise click.UsageError("Specify --to TIME or --by DURATION.", ctx)
    to, by = _moment(options["to"], ctx), _seconds(options["by"], ctx)
    require_confirmation(
        session, name, confirm=options["confirm"], yes=False, dry_run=options["dry_run"], doing="Backtracking"
    )
    from aurora_cli.operations.day_two import backtrack

    with progress(session) as emit:
        result = backtrack.backtrack(
            session.app,
            name,
            to=to,
            by_s=by,
            confirm=lambda review: _confirmed(session, review, options["confirm"]),
            emit=emit,
            dry_run=options["dry_run"],
        )
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
    elif result.dry_run:
        session.say(*_lines(result.review), "Dry run: nothing was changed.")
    else:
        session.say(f"{name} is rewound to {_shown(result.review.to)}, after {result.elapsed_s} s.")


def _confirmed(session: Session, review: BacktrackReview, confirm: str | None) -> bool:
    for line in _lines(review):
        session.say(line, err=True)
    if confirm is not None:
        return confirm == review.name
    from aurora_cli.ui import prompts

    return prompts.type_name(session.consoles, review.name)


def _lines(review: BacktrackReview) -> list[str]:
    return [
        (
            f"{review.name} is rewound to {_shown(review.to)}, by {review.undone_s} s. "
            f"The earliest possible time is {_shown(review.earliest)}."
        ),
        "Everything written since then is undone, in all databases of the cluster.",
        f"All connections are dropped, for minutes: {', '.join(review.instances)}.",
    ]


def _shown(when: datetime) -> str | None:
    from aurora_cli.ui.text import moment

    return moment(when.astimezone(timezone.utc).isoformat(timespec="seconds"), exact=True)


def _moment(text: str | None, ctx: click.Context) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        raise click.UsageError(f"--to {text} is not a valid time; write it like 2030-01-31T07:00:00Z.", ctx) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _seconds(text: str | None, ctx: click.Context) -> int | None:
    if text is None:
        return None
    from aurora_cli.spec.values.quantities import parse_seconds

    try:
        seconds = int(parse_seconds(text))
    except ValueError as error:
        raise click.UsageError(f"--by {text}: {error}.", ctx) from None
    if seconds <= 0:
        raise click.UsageError("--by must be greater than zero.", ctx)
    if seconds > LONGEST_S:
        raise click.UsageError("--by is at most 72h, the longest backtrack window.", ctx)
    return seconds
