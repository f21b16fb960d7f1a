"""`aurora-cli upgrade`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import approved_option, change_options, name_argument, write_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.run_operation import operate, usage
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="upgrade")
@name_argument()
@click.option("--to", metavar="VERSION", help="A version (17.5), or a major one (17) for the newest of it.")
@click.option("--list", "list_", is_flag=True, help="Only list the upgrade targets.")
@click.option("--no-snapshot", is_flag=True, help="Skip the snapshot before the upgrade.")
@click.option("--in-window", is_flag=True, help="Leave a minor upgrade to the maintenance window.")
@click.option("--blue-green", is_flag=True, help="Use a blue/green deployment: like `blue-green create`.")
@click.option("--cluster-group", metavar="NAME", help="Existing cluster parameter group of the new family.")
@click.option("--instance-group", metavar="NAME", help="Existing DB parameter group of the new family.")
@write_option
@approved_option("upgrade --dry-run")
@change_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Upgrade the engine to a newer minor or major version.

    Without --to: the newest minor version of the running major version. A snapshot is taken first, and kept. A major
    upgrade first creates parameter groups of the new family, and deletes the old ones at the end. The Regions of a
    global database are upgraded one after another, the primary last; a major upgrade takes all of them at once. Aurora
    does not support downgrades. The expected interruption is shown before it starts. If interrupted, run it again to
    resume.

    With --blue-green nothing is interrupted yet: a green cluster of the version is created, and `blue-green switchover`
    switches over to it.

    If AWS has upgraded the cluster automatically, `--to` that version updates the spec: nothing is interrupted.

    \b
    Examples:
      aurora-cli upgrade orders --list
      aurora-cli upgrade orders --dry-run
      aurora-cli upgrade orders --to 17 --yes
      aurora-cli upgrade orders --to 17.5 --no-snapshot --yes
      aurora-cli upgrade orders --to 17 --blue-green
    """
    if options["list_"]:
        _list(session, name, options["output"])
        return
    usage(options["in_window"] and options["no_snapshot"], "--in-window takes no snapshot anyway.")
    if options["blue_green"]:
        _blue_green(session, name, options)
        return
    from aurora_cli.operations.upgrade import upgrade

    request = upgrade.UpgradeRequest(
        to=options["to"],
        snapshot=not options["no_snapshot"],
        in_window=options["in_window"],
        cluster_group=options["cluster_group"],
        instance_group=options["instance_group"],
    )
    operate(session, "upgrade", options, lambda app, how: upgrade.upgrade(app, name, request, options=how))


def _blue_green(session: Session, name: str, options: dict[str, Any]) -> None:
    others = ("no_snapshot", "in_window", "cluster_group", "instance_group", "write")
    given = [f"--{other.replace('_', '-')}" for other in others if options[other]]
    usage(options["to"] is None, "--blue-green needs --to.")
    usage(bool(given), f"--blue-green cannot be combined with {', '.join(given)}.")
    from aurora_cli.commands.change.blue_green import make_green

    make_green(session, name, {**options, "assignments": (), "skip_check": ()})


def _list(session: Session, name: str, output: str) -> None:
    from aurora_cli.operations.upgrade.upgrade import targets

    with progress(session) as emit:
        found = targets(session.app, name, emit=emit)
    if output != "table":
        print_data(session, found.to_dict(), output)
        return
    from aurora_cli.ui.report import lists

    lists.print_targets(session.consoles, found)
