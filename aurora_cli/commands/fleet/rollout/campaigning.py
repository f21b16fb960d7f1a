"""What `fleet upgrade`, `rotate-ca`, `reboot` and `snapshot` share: options, what is shown and asked before, and the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aurora_cli.commands.fleet.rollout.rolling_out import failures_option, freeze_option, parallel_option, roll_out
from aurora_cli.commands.fleet.selecting import folders_of, selected_members, selection_options, workers
from aurora_cli.commands.shared.approval import require_approver
from aurora_cli.commands.shared.options import dry_run_option, output_option, yes_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session
from aurora_cli.errors import Declined, GuardRefused, SpecInvalid
from aurora_cli.signals import heed_interrupt

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.rollout.campaign import Campaign
    from aurora_cli.operations.fleet.rollout.outlook import Outlook

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
COLUMNS = ("Cluster", "Risk", "From", "To", "Readers", "Pending", "Certificate ends", "Interruption")
SPARE = ("Certificate ends", "Pending", "Readers")
_ON_WORDS = ("where", "account", "changed_since", "skip_blocked")


def campaign_options(decorated: Decorated) -> Decorated:
    """Which clusters, how many at a time, who approves it, and how it is said."""
    skip = click.option(
        "--skip-blocked", is_flag=True, help="Leave out clusters with a blocker; they count as failed (status 1)."
    )
    for decorate in (
        output_option("junit"),
        dry_run_option,
        yes_option,
        freeze_option,
        parallel_option("Clusters"),
        failures_option,
        skip,
        selection_options,
    ):
        decorated = decorate(decorated)
    return decorated


def again(options: dict[str, Any], *words: str) -> tuple[str, ...]:
    """The words that begin a campaign again, after the global options, without the folders.

    Args:
        words: of the command, with its own options.
    """
    from aurora_cli.operations.pipeline.step import typed

    return typed("fleet", *words, *options["names"], **{key: options[key] for key in _ON_WORDS})


def carry_out(
    ctx: click.Context,
    session: Session,
    campaign: Campaign,
    doing: str,
    source: Callable[[Outlook], str | None],
    options: dict[str, Any],
) -> None:
    """Ask every cluster, show it, ask once, and carry it out in waves; ends with the status of the run.

    Args:
        doing: in the question, e.g. `upgrade`.
        source: what a cluster has now of what the campaign changes.
    """
    from aurora_cli.fleet.report import all_problems, said_of
    from aurora_cli.operations.fleet.places import Places
    from aurora_cli.operations.fleet.rollout import campaign as fleet
    from aurora_cli.operations.fleet.rollout import start

    app, output, dry_run = session.app, options["output"], options["dry_run"]
    require_approver(session, yes=options["yes"], dry_run=dry_run)
    members = selected_members(session, options)
    if not all(member.valid for member in members):
        raise SpecInvalid(said_of(members), problems=all_problems(members, warnings=False))
    with progress(session) as emit:
        words, executor = workers(session, options["parallel"], members, emit)
        run, found = fleet.look(app, campaign, members, words, executor, emit)
    places = Places.of(folders_of(options))
    if dry_run:
        _print(session, run, campaign, found, source, output)
        if output != "table" and any(one.blocker for one in found):
            ctx.exit(GuardRefused.exit_status)  # the document has them
    else:
        _say(session, [one for one in found if options["skip_blocked"] or not one.blocker], source)
    if dry_run or not options["skip_blocked"]:
        fleet.refuse_blocked(campaign, found)
    if dry_run:
        return
    failures, freeze = options["max_failures"], options["during_freeze"]
    record = fleet.campaign_record(campaign, run, found, places, app.clock.now(), failures, during_freeze=freeze)
    todo = [one for one in found if one.todo]
    if record.waves:
        waves = ", ".join(f"{wave.name} ({len(wave.clusters)})" for wave in record.waves)
        session.say(f"Waves: {waves}.", err=True)
    if not todo:
        session.say("Nothing is left to do.", err=True)
    elif not options["yes"]:
        _ask(session, doing, todo)
    begun = start.begin_rollout(app, campaign.command, record, fleet.first_states(found))
    roll_out(
        ctx,
        session,
        begun,
        parallel=options["parallel"],
        output=output,
        max_failures=failures,
        during_freeze=freeze,
    )


def _ask(session: Session, doing: str, todo: Sequence[Outlook]) -> None:
    """What interrupts a database is approved by a phrase; the rest by yes. Raises Declined."""
    from aurora_cli.ui import prompts

    heed_interrupt()  # the look is over, and the work is not
    count = f"{len(todo)} cluster{'s' * (len(todo) != 1)}"
    if any(one.interruptions for one in todo):
        approved = prompts.type_phrase(session.consoles, f"{doing} {count}")
    else:
        approved = prompts.confirm(session.consoles, f"{doing.capitalize()} {count}?")
    if not approved:
        raise Declined("Nothing was changed: it was not approved.")


def _rows(found: Sequence[Outlook], source: Callable[[Outlook], str | None]) -> list[list[Any]]:
    return [
        [
            one.name,
            "blocked" if one.blocker else one.risk,
            source(one),
            one.to,
            one.readers,
            ", ".join(one.pending) or None,
            (one.certificate_ends or "")[:10] or None,
            one.blocker["message"] if one.blocker else " ".join(one.interruptions) or "none",
        ]
        for one in found
    ]


def _say(session: Session, found: Sequence[Outlook], source: Callable[[Outlook], str | None]) -> None:
    """What would be done, on standard error."""
    for one, row in zip(found, _rows(found, source), strict=True):
        name, risk, now, to, readers, pending, ends, interruption = row
        facts = [f"{now or '-'} -> {to}" if to else None]
        if one.todo:
            facts += [
                None if interruption == "none" else interruption.rstrip("."),
                None if readers is None else f"{readers} reader{'s' * (readers != 1)}",
                f"certificate ends {ends}" if ends else None,
            ]
        facts += [f"pending: {pending}" if pending else None, one.blocker["message"] if one.blocker else None]
        session.say(f"{name} ({risk}): {'; '.join(filter(None, facts)) or 'nothing to do'}", err=True)


def _print(
    session: Session,
    run: str,
    campaign: Campaign,
    found: Sequence[Outlook],
    source: Callable[[Outlook], str | None],
    output: str,
) -> None:
    """What would be done, on standard output."""
    if output == "junit":
        from aurora_cli.fleet.report import Case, junit

        cases = [
            Case(one.name, one.member.file, [str(one.blocker["message"])] if one.blocker else (), [one.risk])
            for one in found
        ]
        session.write(junit(" ".join(("aurora-cli", "fleet", campaign.command, "--dry-run")), cases))
    elif output != "table":
        rows = [one.to_dict() for one in found]
        document = {"run": run, "operation": campaign.command, "dry_run": True, "members": rows}
        print_data(session, {"schema_version": SCHEMA_VERSION, **document}, output)
    else:
        print_rows(session, "", COLUMNS, _rows(found, source), spare=SPARE)
