"""Options of the root that every command takes too: typed before the command or after it, the last one counts.

A command's own option of the same name keeps its meaning. A command gets them when its group hands it out, see `HelpfulGroup`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from aurora_cli.commands.shared.session import Session
from aurora_cli.commands.table import PROGRAM

WHERE = f"Global options: {PROGRAM} --help"


class GlobalOption(click.Option):
    """One of them.

    Attributes:
        setting: below the root, the name of the setting that it gives; None at the root itself.
    """

    setting: str | None = None

    def below(self) -> GlobalOption:
        """The same option for a command. Its variable was read at the root, and its parameter must not meet the command's own."""
        other = copy.copy(self)
        other.setting, other.name, other.envvar, other.expose_value = self.name, f"global_{self.name}", None, False
        return other

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The help page of the root lists it, and no other."""
        return super().get_help_record(ctx) if self.setting is None else None

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Below the root, what was typed replaces what the root has."""
        value, args = super().handle_parse_result(ctx, opts, args)
        typed = ctx.get_parameter_source(self.name or "") is ParameterSource.COMMANDLINE
        if self.setting is not None and typed and isinstance(value, (str, bool)):
            root = ctx.find_root()
            root.params[self.setting] = value
            root.set_parameter_source(self.setting, ParameterSource.COMMANDLINE)
            if isinstance(root.obj, Session):
                root.obj.learn(self.setting, value)
        return value, args


def with_global_options(command: click.Command, root: click.Command) -> click.Command:
    """The command, which takes the global options from now on as far as it has none of the same name itself."""
    if any(isinstance(param, GlobalOption) for param in command.params):
        return command
    own = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    offered = [param for param in root.params if isinstance(param, GlobalOption) and own.isdisjoint(param.opts)]
    command.params = [*command.params, *(option.below() for option in offered)]
    command.epilog = command.epilog or WHERE
    return command
