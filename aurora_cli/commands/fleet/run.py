"""`aurora-cli fleet run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.fleet.rollout.rolling_out import parallel_option
from aurora_cli.commands.fleet.selecting import (
    selected_members,
    selection_options,
    workers,
)
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.table import COMMANDS, LOOKING
from aurora_cli.errors import InvalidInput, OperationFailed

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.each import Answer

_COMMAND = f"{__name__}.command"
_NAME = "{name}"
_EXAMPLE = f"aurora-cli fleet run -- endpoints {_NAME}"


class _BeforeACommand(click.Command):
    """A command whose arguments end at `--`: what follows is a command line of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Command`."""
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """See `click.Command`."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


@click.command(name="run", cls=_BeforeACommand)
@selection_options
@parallel_option("Clusters")
@output_option()
@pass_session
@click.pass_context
def run(ctx: click.Context, session: Session, /, parallel: int | None, output: str, **options: Any) -> None:
    """Run a command that only looks on each cluster of a folder.

    COMMAND is one of list, status, endpoints, history, metrics, events, drift, cost, engines, wait and connection, with
    its arguments; {name} in them is the name of the cluster. Each output has the name before it; with -o json they are the
    values of one object. What fails is reported and stops no other; the status is 1 then.

    \b
    Examples:
      aurora-cli fleet run -d clusters -- endpoints {name}
      aurora-cli fleet run 'orders-*' -d clusters -o json -- status {name}
      aurora-cli fleet run -d clusters --where engine=postgres -- connection {name} --format pgpass
    """
    from aurora_cli.operations.fleet.each import Work, ask_each

    command = _checked(ctx.meta[_COMMAND])
    if output != "table" and not {"-o", "--output", "--format"} & set(command):
        command = [*command, "--format" if command[0] == "connection" else "-o", "json"]
    members = selected_members(session, options)
    with progress(session) as emit:
        words, executor = workers(session, parallel, members, emit)
        title = f"Running {command[0]} on {len(members)} cluster{'s' * (len(members) != 1)}"
        work = Work(
            "run",
            lambda member: (*words, *(word.replace(_NAME, str(member.name)) for word in command)),
            title,
            "clusters",
        )
        name, answers = ask_each(session.app, members, work, executor, emit)
    problems = {_key(one): one.problem if output != "table" else one.error for one in answers}
    errors = {key: problem for key, problem in problems.items() if problem}
    if output != "table":
        clusters = {_key(one): one.document for one in answers if _key(one) not in errors}
        document = {"schema_version": SCHEMA_VERSION, "run": name, "clusters": clusters, "errors": errors}
        print_data(session, document, output)
    else:
        for one in answers:
            if _key(one) not in errors:
                session.write(f"# {_key(one)}\n{one.text.rstrip()}\n\n")
    for key, problem in errors.items():
        session.say(f"{key}: {problem['message']}", err=True)
    if errors:
        text = f"'{command[0]}' failed on {len(errors)} of {len(answers)} clusters: {', '.join(errors)}."
        session.say(text, err=True)
        ctx.exit(OperationFailed.exit_status)


def _checked(command: list[str]) -> list[str]:
    """The command, if it only looks. Raises InvalidInput."""
    if not command:
        raise InvalidInput("Specify the command after --.", hint=_EXAMPLE)
    first = command[0]
    known = f"Commands that look: {', '.join(LOOKING)}."
    if first.startswith("-"):
        raise InvalidInput(f"A command must follow --, not '{first}'.", hint="Write global options before `fleet`.")
    if first not in COMMANDS:
        raise InvalidInput(f"There is no command '{first}'.", hint=known)
    if first not in LOOKING:
        raise InvalidInput(f"fleet run runs only commands that look, and '{first}' is none of them.", hint=known)
    if not any(_NAME in word for word in command):
        raise InvalidInput(f"'{' '.join(command)}' does not say where the name goes.", hint=f"For example: {_EXAMPLE}")
    return command


def _key(answer: Answer) -> str:
    """The name; the file of a spec that names no cluster."""
    return str(answer.member.name) if answer.out else answer.member.file
