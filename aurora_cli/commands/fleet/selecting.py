"""The options by which a command of `fleet` is about some of the specs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aurora_cli.commands.shared.session import Session
from aurora_cli.errors import AuroraError, InvalidInput, OperationFailed

if TYPE_CHECKING:
    from aurora_cli.events import Emit
    from aurora_cli.fleet.members import Member
    from aurora_cli.fleet.where import Term
    from aurora_cli.operations.fleet.each import Answer
    from aurora_cli.operations.fleet.executors.executor import Executor

_SCHEDULER = f"{__name__}.scheduler"
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def selection_options(decorated: Decorated) -> Decorated:
    """NAME..., --folder, --where, --account, --changed-since; --region is the global option."""
    for decorate in (
        click.option(
            "--changed-since",
            metavar="REF",
            help="Only specs that differ from this Git revision, themselves or in their fleet.yaml.",
        ),
        click.option("--account", metavar="NUMBER", help="Only specs of this AWS account."),
        click.option(
            "--where",
            metavar="PATH=VALUE,...",
            multiple=True,
            help="Only specs with these values, e.g. engine=postgres,preset=production,label.team=payments. Values may have "
            "* and ?; PATH!=VALUE is the contrary; can be repeated.",
        ),
        folders_option("Folder with the specs; default: the current one; can be repeated."),
        click.argument("names", metavar="[NAME]...", nargs=-1),
    ):
        decorated = decorate(decorated)
    return decorated


def folders_option(text: str) -> Callable[[Decorated], Decorated]:
    """-d DIR, which can be repeated, with its help."""
    return click.option("-d", "--folder", "folders", metavar="DIR", multiple=True, type=click.Path(), help=text)


def scheduler_option(decorated: Decorated) -> Decorated:
    """--scheduler, which `executor_for` reads."""
    return click.option(
        "--scheduler",
        metavar="ADDRESS",
        envvar="AURORA_SCHEDULER",
        show_envvar=True,
        expose_value=False,
        callback=lambda ctx, param, value: ctx.meta.update({_SCHEDULER: value}),
        help="Run the commands on the workers of this Dask scheduler, e.g. tls://10.0.0.7:8786; default: on this machine.",
    )(decorated)


def executor_for(session: Session, parallel: int | None, members: Sequence[Member], emit: Emit) -> Executor:
    """Who runs the commands on these clusters, here or by --scheduler; closed when the command ends.

    Raises:
        As `choice.executor_of`.
    """
    from aurora_cli.operations.fleet.executors.choice import executor_of

    ctx = click.get_current_context()
    found = executor_of(session.app, parallel, ctx.meta.get(_SCHEDULER), members, emit)
    ctx.call_on_close(found.close)
    return found


def workers(
    session: Session, parallel: int | None, members: Sequence[Member], emit: Emit
) -> tuple[tuple[str, ...], Executor]:
    """The global options of the command of each cluster, and who runs it. Raises as `executor_for`."""
    words = ("--home", str(session.app.root), *session.settings.passed_on(), "--no-input")
    return words, executor_for(session, parallel, members, emit)


def end_with_failures(session: Session, failed: Sequence[str], total: int, done: str) -> None:
    """Say which clusters failed, and end the program with the status for it; nothing where none did.

    Args:
        done: what could not be done, e.g. `read`.
    """
    if failed:
        text = f"{len(failed)} of {total} clusters could not be {done}: {', '.join(failed)}."
        session.say(text, err=True)
        raise click.exceptions.Exit(OperationFailed.exit_status)


def say_elsewhere(session: Session, answers: Sequence[Answer]) -> None:
    """Say which clusters are not where their specs say."""
    for one in answers:
        if one.elsewhere:
            session.say(f"warning: {one.elsewhere}", err=True)


def folders_of(options: dict[str, Any]) -> list[Path]:
    """What --folder says."""
    return [Path(folder) for folder in options["folders"] or (".",)]


def where_terms(options: dict[str, Any], later: Collection[str] = ()) -> list[Term]:
    """What --where says; `later` as in `selected_members`. Raises InvalidInput."""
    from aurora_cli.fleet.where import parse_where

    terms: list[Term] = []
    for text in options["where"]:
        try:
            terms += parse_where(text, frozenset(later))
        except ValueError as error:
            raise InvalidInput(f"--where cannot be '{text}'.", hint=str(error)) from None
    return terms


def _refuse_unknown(members: Sequence[Member], names: Sequence[str], terms: Sequence[Term]) -> None:
    """Raises InvalidInput for a name or a label that no spec has."""
    from aurora_cli.fleet.inherited import fleet_of
    from aurora_cli.fleet.known_facts import declared, why_unknown
    from aurora_cli.fleet.paths import LABEL
    from aurora_cli.spec.values.suggestions import did_you_mean

    there = sorted({member.name or member.file for member in members})
    for glob in names:
        if not any(fnmatchcase(name, glob) for name in there):
            hint = did_you_mean(glob, there, f"Clusters there: {', '.join(there[:10])}.")
            raise InvalidInput(f"No spec has the name '{glob}', of {len(members)} in the folder.", hint=hint)
    asked = [term.path for term in terms if term.path.startswith(LABEL)]
    if not asked:
        return
    known = {fact for member in members for fact in member.facts}
    for folder in {member.fleet for member in members}:
        with suppress(AuroraError):  # a broken fleet.yaml, which each member says
            known |= declared(fleet_of(folder).file)
    for path in asked:
        if path not in known:
            message, hint = why_unknown(path, known)
            raise InvalidInput(f"--where cannot be about '{path}': {message}.", hint=hint)


def selected_members(session: Session, options: dict[str, Any], later: Collection[str] = ()) -> list[Member]:
    """What the options select.

    Args:
        later: paths of --where that are no facts of a spec: the caller compares them.

    Raises:
        InvalidInput: a folder, a revision or a term is wrong, or nothing is selected. SpecInvalid: `fleet.yaml` is broken.
    """
    from aurora_cli.fleet.fleet_check import DOUBT
    from aurora_cli.fleet.members import read_members
    from aurora_cli.fleet.selection import Selection, changed_since
    from aurora_cli.fleet.where import Term

    folders = folders_of(options)
    terms = [term for term in where_terms(options, later) if term.path not in later]
    given = {"region": session.settings.region, "account": options["account"]}
    terms += [Term(path, value) for path, value in given.items() if value]
    since = options["changed_since"]
    selection = Selection(options["names"], terms, None if since is None else changed_since(since, folders))
    members = read_members(folders)
    _refuse_unknown(members, options["names"], terms)
    doubts = dict.fromkeys(one for member in members for one in member.problems if one.check == DOUBT)
    if doubts:
        from aurora_cli.ui import errors_view

        errors_view.print_problems(session.consoles.err, list(doubts))
    found = [member for member in members if selection.has(member)]
    if not found and since is None:
        names = ", ".join(sorted({member.name or member.file for member in members})[:10])
        raise InvalidInput(f"No spec matches, of {len(members)} in the folder.", hint=f"Clusters there: {names}.")
    return found
