"""What the commands in waves share: carrying out a run, and saying what came of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aurora_cli.commands.fleet.selecting import executor_for, folders_option, scheduler_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.plan import MemberPlan
    from aurora_cli.operations.fleet.rollout.record import RolloutRun
    from aurora_cli.operations.fleet.rollout.spec_files import Behind

COLUMNS = ("Wave", "State", "Clusters", "Done", "Stale", "Failed", "Waiting")


def parallel_option(what: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """--parallel N, and --scheduler: of every command that runs commands on clusters."""
    parallel = click.option(
        "--parallel",
        metavar="N",
        type=click.IntRange(1, 64),
        help=f"{what} at a time; default: one for each processor, or thread of the scheduler's workers.",
    )
    return lambda decorated: parallel(scheduler_option(decorated))


def failures_option(decorated: click.decorators.FC) -> click.decorators.FC:
    """--max-failures N."""
    return click.option(
        "--max-failures",
        metavar="N",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Clusters that may fail before no more are started.",
    )(decorated)


def moved_option(decorated: click.decorators.FC) -> click.decorators.FC:
    """-d DIR: where the specs of a run are now."""
    text = "Where the specs of the run are now, if they have moved; one for each folder that was given then."
    return folders_option(text)(decorated)


def freeze_option(decorated: click.decorators.FC) -> click.decorators.FC:
    """--during-freeze."""
    return click.option("--during-freeze", is_flag=True, help="Do it in spite of a freeze in fleet.yaml.")(decorated)


def print_plans(
    session: Session, plans: Sequence[MemberPlan], waves: Sequence[tuple[str, int]] = (), *, every: bool = False
) -> None:
    """Show plans before they are approved, on standard error: how many of each risk, and what is more than a plain change.

    Args:
        waves: names, and how many clusters they have.
        every: show plain changes, too.
    """
    from collections import Counter

    from aurora_cli.operations.fleet import view
    from aurora_cli.operations.fleet.plan import RISKS

    found = Counter(one.risk for one in plans)
    session.say(f"Plans: {', '.join(f'{found[risk]} {risk}' for risk in RISKS if found[risk])}.", err=True)
    for one in plans:
        if every or one.risk not in ("unchanged", "created", "changed"):
            session.say(f"{one.member.name} ({one.risk}): {view.said_of(one)}", err=True)
    if waves:
        session.say(f"Waves: {', '.join(f'{name} ({number})' for name, number in waves)}.", err=True)


def roll_out(
    ctx: click.Context,
    session: Session,
    run: RolloutRun,
    *,
    parallel: int | None,
    output: str,
    max_failures: int,
    during_freeze: bool,
) -> None:
    """Carry out a run and print what came of it; ends with its status."""
    from aurora_cli.operations.fleet.rollout import controller, start, waves
    from aurora_cli.ui import prompts

    app, consoles = session.app, session.consoles

    def ask_again(plans: Sequence[MemberPlan]) -> bool:
        session.say("These plans are not the ones that were approved; they are now:", err=True)
        print_plans(session, plans, every=True)
        return prompts.confirm(consoles, "Apply these?")

    how = controller.RolloutOptions(
        ("--home", str(app.root), *session.settings.passed_on()),
        start.members_of(run),
        max_failures,
        lambda members: None if during_freeze else waves.frozen(members, app.clock.now()),
        ask_again if consoles.interactive and run.command == "apply" else None,
    )
    with progress(session) as emit:
        executor = executor_for(session, parallel, list(how.members.values()), emit)
        controller.roll_out(app, run, how, executor, emit)
    print_outcome(ctx, session, run, output)


def print_outcome(ctx: click.Context, session: Session, run: RolloutRun, output: str) -> None:
    """What a run has come to; ends with its status."""
    from aurora_cli.operations.fleet.rollout import outcome, spec_files
    from aurora_cli.operations.fleet.rollout.record import DONE, STALE

    states, progress_ = run.states(), run.progress
    files, problems = spec_files.files_behind(session.app, run)
    if output == "junit":
        session.write(outcome.as_junit(run))
    elif output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, **outcome.to_dict(run, files)}, output)
    else:
        rows = []
        for wave, reached in zip(run.plan.waves, progress_.waves or ["waiting"] * len(run.plan.waves), strict=True):
            found = [states[name].state for name in wave.clusters]
            numbers = (
                sum(one in kinds for one in found) for kinds in (DONE, (STALE,), ("failed", "unknown"), ("waiting",))
            )
            rows.append([wave.name, reached, len(found), *numbers])
        print_rows(session, "", COLUMNS, rows)
    for name, state in states.items():
        if state.error:
            session.say(f"{name} ({state.state}): {state.error['message']}", err=True)
    told = [state.error["message"] for state in states.values() if state.error]
    for reason in (one for one in progress_.reasons if one not in told):
        session.say(reason, err=True)
    typed = shlex.join(["aurora-cli", *session.settings.typed_words()])
    _say_files(session, files, problems, f"{typed} {shlex.join(run.plan.again)} --write")
    if any(states[name].state != STALE for name in run.left):
        session.say("Resume:", f"  {typed} fleet resume {run.id}", err=True)
    stale = [run.plan.clusters[name].file for name, state in states.items() if state.state == STALE]
    if stale:
        _say_stale(session, run, stale, typed)
    ctx.exit(outcome.exit_status(run))


def _say_files(session: Session, files: Sequence[Behind], problems: Sequence[str], command: str) -> None:
    """Which lines of spec files are to be edited, or were written; `command` writes them."""
    written, left = [one for one in files if one.written], [one for one in files if not one.written]
    if written:
        session.say("Spec files that were written; commit them:", *(f"  {one.text}" for one in written), err=True)
    if left:
        told = "Spec files that say what the clusters had before; a plan of them is refused, or undoes the campaign:"
        session.say(told, *(f"  {one.text}" for one in left), err=True)
    for problem in problems:
        session.say(problem, err=True)
    if left and not problems:
        session.say("Edit them, or have them written:", f"  {command}", err=True)


def _say_stale(session: Session, run: RolloutRun, files: Sequence[str], typed: str) -> None:
    """How what is stale is planned again."""
    if run.command != "apply":
        session.say("Begin again, for the stale ones:", f"  {typed} {shlex.join(run.plan.again)}", err=True)
        return
    where = shlex.join(word for folder in dict.fromkeys(map(_folder_of, files)) for word in ("-d", folder))
    session.say(
        "Plan the stale ones again, and apply these plans:",
        f"  {typed} fleet plan {where}",
        f"  {typed} fleet apply",
        err=True,
    )


def _folder_of(file: str) -> str:
    """The folder to plan again for a spec file, as people write it."""
    from aurora_cli.errors import AuroraError
    from aurora_cli.fleet.inherited import fleet_of
    from aurora_cli.spec.text.load import shown_path

    folder = Path(file).parent
    with suppress(AuroraError):  # its fleet.yaml may be broken, which the plan says
        folder = fleet_of(folder).folder
    return shown_path(str(folder))
