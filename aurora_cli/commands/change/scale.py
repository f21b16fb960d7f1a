"""`aurora-cli scale`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.completions import complete_classes
from aurora_cli.commands.shared.options import (
    IntRange,
    change_options,
    in_place_option,
    name_argument,
    skip_check_option,
    write_option,
)
from aurora_cli.commands.shared.run_operation import operate, usage
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="scale")
@name_argument()
@click.option(
    "--readers",
    metavar="N",
    type=IntRange(0, 15),
    help="Number of readers, not counting the writer, 0 to 15; +1 for one more, -1 for one less.",
)
@click.option(
    "--class", "class_", metavar="CLASS", shell_complete=complete_classes, help="Instance class of every instance."
)
@click.option("--acu", metavar="MIN-MAX", help="Serverless v2 capacity in ACUs, e.g. 0.5-16.")
@click.option("--instance", metavar="KEY", help="With --class: only this instance, by key or identifier.")
@in_place_option
@skip_check_option
@write_option
@change_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Change the number of readers, the class or the capacity.

    A class is changed one instance at a time: readers first, each available again before the next, then a failover to
    one of them, then the old writer; --parallel changes several readers at a time. The current writer is never
    removed: another instance is. The expected interruption is shown before it starts. If interrupted, run it again to resume.

    \b
    Examples:
      aurora-cli scale orders --readers 3
      aurora-cli scale orders --readers +1
      aurora-cli scale orders --class db.r7g.2xlarge --dry-run
      aurora-cli scale orders --class db.serverless --acu 0.5-16 --yes
      aurora-cli scale orders --instance 2 --class db.r7g.4xlarge --yes
      aurora-cli scale orders --readers 3 --write --yes
    """
    usage(
        options["readers"] is None and options["class_"] is None and options["acu"] is None,
        "Specify --readers, --class or --acu.",
    )
    usage(options["in_place"] and options["parallel"] > 1, "--in-place changes every instance; leave out --parallel.")
    usage(options["instance"] is not None and options["class_"] is None, "--instance needs --class.")
    from aurora_cli.operations.scale import scale

    readers = options["readers"]
    request = scale.ScaleRequest(
        readers=None if readers is None else int(readers),
        relative=isinstance(readers, str),
        class_=options["class_"],
        acu=options["acu"],
        instance=options["instance"],
        in_place=options["in_place"],
        skip_checks=tuple(options["skip_check"]),
    )
    operate(session, "scale", options, lambda app, how: scale.scale(app, name, request, options=how))
