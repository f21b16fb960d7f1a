"""The root group: imports a command's module when the command is used, and suggests the nearest name when none fits."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from aurora_cli.commands.global_options import with_global_options
from aurora_cli.commands.table import ALIASES, COMMANDS, SECTIONS, SUMMARIES


class HelpfulGroup(click.Group):
    """A group that names its subcommands when none is given, and answers an unknown one with the nearest known."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Alone it is incomplete, as in a script that lost a word. Raises UsageError."""
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            raise click.UsageError(f"Specify a command: {', '.join(self.list_commands(ctx))}.", ctx)
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, which takes the global options too; None if there is none."""
        command = self.find(ctx, cmd_name)
        return None if command is None else with_global_options(command, ctx.find_root().command)

    def find(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command as it was declared."""
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand named by `args[0]`. Raises UsageError with a suggestion."""
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing and not name.startswith("-"):
            raise click.UsageError(f"There is no command '{name}'.{_did_you_mean(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(HelpfulGroup):
    """The root group, whose commands are listed in `table.py` and imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the help page; aliases are hidden."""
        return list(SUMMARIES)

    def find(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name or alias, or None. Imports its module."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in SUMMARIES:
            return None
        command: Any = import_module(COMMANDS[name].module).command
        return command if isinstance(command, click.Command) else None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands before the options: they are what a reader looks for."""
        self.format_commands(ctx, formatter)
        with formatter.section("Global options"):
            formatter.write_dl([record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, from the static table alone."""
        width = max(map(len, SUMMARIES))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                rows = [(entry.name.ljust(width), entry.summary) for entry in entries]
                lines = [f"{' ' * formatter.current_indent}{name}  {summary}\n" for name, summary in rows]
                if max(map(len, lines)) <= formatter.width:
                    formatter.write("".join(lines))  # click would look for a place to wrap each
                else:
                    formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """Command names from the static table, then options."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=text) for name, text in SUMMARIES.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def _did_you_mean(name: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=2)
    return f" Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
