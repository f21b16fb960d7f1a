"""`aurora-cli fleet apply`."""

from __future__ import annotations

import click

from aurora_cli.commands.fleet.rollout.rolling_out import (
    failures_option,
    freeze_option,
    moved_option,
    parallel_option,
    print_plans,
    roll_out,
)
from aurora_cli.commands.shared.approval import require_approver
from aurora_cli.commands.shared.options import output_option, yes_option
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import Declined


@click.command(name="apply")
@click.argument("run", metavar="[RUN]", required=False)
@click.option(
    "--allow",
    metavar="CLUSTER=ADDRESS",
    multiple=True,
    help="Terraform address that the plan of a cluster may delete or replace; can be repeated.",
)
@failures_option
@moved_option
@parallel_option("Clusters")
@freeze_option
@yes_option
@output_option("junit")
@pass_session
@click.pass_context
def apply(
    ctx: click.Context,
    session: Session,
    /,
    run: str | None,
    allow: tuple[str, ...],
    max_failures: int,
    folders: tuple[str, ...],
    parallel: int | None,
    during_freeze: bool,
    yes: bool,
    output: str,
) -> None:
    """Apply the plans of `fleet plan`, in waves, and nothing else.

    RUN is a run of `fleet plan`; without one, it is the newest. Each cluster is changed by `aurora-cli apply -f FILE
    --approved DIGEST`: a plan that is not the same by now is stale, and not applied. The waves of fleet.yaml follow each
    other, once all clusters of a wave are healthy and stay so for its bake time.

    A failure, or a wave that is not healthy, stops the run: nothing more is started, what runs ends. `fleet resume` takes
    up what is left, also after a kill. Ctrl-C stops in the same way; a second one interrupts what runs.

    The specs are read from where they were planned. In another checkout, e.g. that of another job of a pipeline, specify with
    -d where they are; at the same path from the current folder they are found without.

    Status 1: a cluster failed, or the run stopped. Status 5: plans were stale, all others are applied. Status 9: something
    would be lost that --allow does not name, or a freeze is on; nothing was changed then. Status 130: interrupted.

    \b
    Examples:
      aurora-cli fleet apply
      aurora-cli fleet apply --yes --max-failures 2 -o json
      aurora-cli fleet apply --allow 'orders=aws_rds_cluster.this'
    """
    from pathlib import Path

    from aurora_cli.operations.fleet.rollout import plans as fleet
    from aurora_cli.spec.text.load import shown_path

    require_approver(session, yes=yes, dry_run=False)
    app = session.app
    found = fleet.planned(fleet.plan_run(app, run), [Path(folder) for folder in folders])
    record = fleet.apply_record(found, app.clock.now(), allow, max_failures, during_freeze=during_freeze)
    number = sum(len(wave.clusters) for wave in record.waves)
    about = [f"by {found.run.record.get('who')}", *map(shown_path, found.places.folders if found.places else ())]
    session.say(f"Run {found.run.id} of fleet plan: {', '.join(about)}.", err=True)
    print_plans(session, found.plans, [(wave.name, len(wave.clusters)) for wave in record.waves])
    if not number:
        session.say("No plan has changes that can be applied.", err=True)
    elif not yes:
        from aurora_cli.ui import prompts

        if not prompts.confirm(session.consoles, f"Change {number} cluster{'s' * (number != 1)}?"):
            raise Declined("Nothing was changed: the plans were not approved.")
    begun = fleet.begin_apply(app, record, found.plans)
    roll_out(
        ctx, session, begun, parallel=parallel, output=output, max_failures=max_failures, during_freeze=during_freeze
    )
