"""`aurora-cli completion`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.table import COMPLETE_VARIABLE, PROGRAM
from aurora_cli.errors import InvalidInput


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, shell: str) -> None:
    """Print the completion script of a shell.

    Completes commands, options, clusters of the local home, engines, presets, classes and check names, without the
    network. Zsh and fish show vCPUs, memory and price beside each class.

    \b
    Examples:
      aurora-cli completion bash
      aurora-cli completion zsh
      aurora-cli completion fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise InvalidInput(f"The installed Click cannot complete in {shell}.", hint="Upgrade it: pip install -U click")
    session.write(found(ctx.find_root().command, {}, PROGRAM, COMPLETE_VARIABLE).source())
