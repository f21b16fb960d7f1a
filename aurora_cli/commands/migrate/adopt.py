"""`aurora-cli adopt`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aurora_cli.commands.shared.approval import require_approver
from aurora_cli.commands.shared.options import dry_run_option, output_option, yes_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="adopt")
@click.argument("cluster", required=False)
@click.option(
    "--from-state",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Terraform state that manages the cluster now: its folder, a state file, or `terraform show -json` output.",
)
@click.option(
    "--removed-to",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the `removed` blocks for the configuration of --from-state to this file.",
)
@click.option(
    "--to", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write the spec to this file."
)
@click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Spec field that overrides the value read from AWS; can be repeated.",
)
@yes_option
@dry_run_option
@output_option()
@pass_session
def command(session: Session, /, cluster: str | None, **options: Any) -> None:
    """Import an existing cluster, without changing it.

    Reads the cluster from AWS however it was created (by hand, a Terraform module, CDK), writes its spec, imports it
    into Terraform state and shows that the plan is empty. Refuses a cluster if a value would change, and names the
    value. Imported resources only get a tag; network, security groups and parameter groups stay unchanged.

    With --from-state, the cluster is found in the Terraform state of another configuration, which is only read. CLUSTER,
    a name or an address in it, chooses from several. Prints the `removed` blocks and the `terraform state rm` commands
    with which that configuration lets go of the cluster.

    \b
    Examples:
      aurora-cli adopt orders --dry-run
      aurora-cli --region eu-west-1 adopt orders --to orders.yaml
      aurora-cli adopt --from-state ../infrastructure --dry-run
      aurora-cli adopt orders --from-state prod.tfstate --removed-to removed.tf
      aurora-cli adopt orders --set backend.type=s3 --set backend.bucket=company-states
    """
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations.adopt import adopt
    from aurora_cli.spec.layers.flags import parse_set
    from aurora_cli.ui.plan import adopt_view

    def approve(review: Any) -> bool:
        return adopt_view.approve(session.consoles, review, yes=options["yes"])

    with progress(session) as emit:
        result = adopt.adopt(
            session.app,
            cluster,
            approve=approve,
            emit=emit,
            from_state=options["from_state"],
            settings=[parse_set(text) for text in options["settings"]],
            to=options["to"],
            removed_to=options["removed_to"],
            dry_run=options["dry_run"],
        )
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    adopt_view.print_result(session.consoles, result, options=session.settings.repeated())
