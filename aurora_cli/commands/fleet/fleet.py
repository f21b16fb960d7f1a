"""`aurora-cli fleet`: many clusters, one spec file each."""

from __future__ import annotations

import click

from aurora_cli.commands.fleet.drift import drift
from aurora_cli.commands.fleet.list import list_
from aurora_cli.commands.fleet.plan import plan
from aurora_cli.commands.fleet.report import report
from aurora_cli.commands.fleet.rollout.abort import abort
from aurora_cli.commands.fleet.rollout.apply import apply
from aurora_cli.commands.fleet.rollout.reboot import reboot
from aurora_cli.commands.fleet.rollout.resume import resume
from aurora_cli.commands.fleet.rollout.rotate_ca import rotate_ca
from aurora_cli.commands.fleet.rollout.runs import runs
from aurora_cli.commands.fleet.rollout.snapshot import snapshot
from aurora_cli.commands.fleet.rollout.upgrade import upgrade
from aurora_cli.commands.fleet.run import run
from aurora_cli.commands.fleet.status import status
from aurora_cli.commands.fleet.validate import validate
from aurora_cli.commands.group import HelpfulGroup


@click.group(name="fleet", cls=HelpfulGroup)
def command() -> None:
    """Work on a folder of specs, one cluster each.

    `fleet.yaml` in the folder, or in one above it in the same Git repository, has what the specs inherit: defaults,
    labels, the account, the backend. Every command that takes a spec with -f reads it, so that both see the same spec.

    \b
    Examples:
      aurora-cli fleet list
      aurora-cli fleet validate --changed-since origin/main
      aurora-cli fleet plan -d clusters
      aurora-cli fleet apply
      aurora-cli fleet upgrade -d clusters --to 16.6 --dry-run
      aurora-cli fleet status -d clusters --sort support_ends
    """


EVERY = (
    *(list_, validate, plan, apply, resume, abort, runs),
    *(upgrade, rotate_ca, reboot, snapshot),
    *(status, drift, run, report),
)
for one in EVERY:
    command.add_command(one)
