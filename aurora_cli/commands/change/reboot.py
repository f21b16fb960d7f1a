"""`aurora-cli reboot`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import approved_option, name_argument
from aurora_cli.commands.shared.run_operation import operate, operation_options, usage
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="reboot")
@name_argument()
@click.option("--instance", metavar="KEY", help="The instance to restart, by key or identifier.")
@click.option(
    "--rolling", is_flag=True, help="Every instance with parameters pending a reboot, one at a time, writer last."
)
@click.option("--all", "every", is_flag=True, help="With --rolling: also instances with nothing pending.")
@approved_option("reboot --dry-run")
@operation_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Reboot an instance, or all instances pending a reboot.

    Static parameters take effect when an instance restarts. With --rolling the readers restart first, each
    available again before the next; then the cluster fails over to one of them, and the old writer restarts last.

    \b
    Examples:
      aurora-cli reboot orders --instance 2
      aurora-cli reboot orders --rolling --dry-run
      aurora-cli reboot orders --rolling --all --yes
    """
    usage(bool(options["instance"]) and options["rolling"], "--instance and --rolling are mutually exclusive.")
    usage(options["every"] and not options["rolling"], "--all needs --rolling.")
    from aurora_cli.operations.day_two import reboot

    operate(
        session,
        "reboot",
        options,
        lambda app, how: reboot.reboot(
            app,
            name,
            instance=options["instance"],
            rolling=options["rolling"],
            every=options["every"],
            options=how,
        ),
    )
