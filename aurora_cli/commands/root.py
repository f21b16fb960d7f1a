"""The root command and its global options."""

from __future__ import annotations

from functools import partial
from typing import Any

import click
from click.core import ParameterSource

from aurora_cli import __version__
from aurora_cli.commands.global_options import GlobalOption
from aurora_cli.commands.group import LazyGroup
from aurora_cli.commands.shared.session import Session, Settings
from aurora_cli.commands.table import PROGRAM

global_option = partial(click.option, cls=GlobalOption)

CONTEXT_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(name=PROGRAM, cls=LazyGroup, context_settings=CONTEXT_SETTINGS, no_args_is_help=False)
@global_option(
    "--home",
    envvar="AURORA_HOME",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder that holds the clusters; default: the platform's data folder.",
)
@global_option(
    "--sandbox",
    envvar="AURORA_SANDBOX",
    is_flag=True,
    help="Use the local AWS on this machine; no account is touched.",
)
@global_option(
    "--no-database",
    envvar="AURORA_NO_DATABASE",
    is_flag=True,
    help="Start the sandbox without database servers: endpoints lead nowhere.",
)
@global_option(
    "--provider",
    envvar="AURORA_PROVIDER",
    type=click.Choice(["sandbox", "genuine"]),
    help="Terraform provider in the sandbox: its own (default), or hashicorp/aws.",
)
@global_option("--profile", envvar="AURORA_PROFILE", metavar="NAME", help="AWS profile; default: AWS_PROFILE.")
@global_option("--role-arn", envvar="AURORA_ROLE_ARN", metavar="ARN", help="IAM role to assume; default: the spec's.")
@global_option("--external-id", envvar="AURORA_EXTERNAL_ID", metavar="ID", help="External ID for --role-arn.")
@global_option(
    "--role-session-name",
    envvar="AURORA_ROLE_SESSION_NAME",
    metavar="NAME",
    help="Session name for --role-arn, as CloudTrail shows it.",
)
@global_option(
    "--region",
    envvar="AURORA_REGION",
    metavar="REGION",
    help="AWS Region of the cluster; default: AWS_REGION, AWS_DEFAULT_REGION, the profile's.",
)
@global_option(
    "--terraform-bin",
    envvar="AURORA_TERRAFORM_BIN",
    metavar="PATH",
    help="Terraform or OpenTofu to run, or `embedded`; default: the one on PATH, in the sandbox else the embedded one.",
)
@global_option(
    "--verify/--no-verify",
    envvar="AURORA_VERIFY",
    default=None,
    help="Plan once more after each apply, and end with status 7 if it is not empty; default: in the sandbox.",
)
@global_option("--debug", envvar="AURORA_DEBUG", is_flag=True, help="Show causes and tracebacks.")
@global_option(
    "--color",
    envvar="AURORA_COLOR",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour; auto honours NO_COLOR and FORCE_COLOR.",
)
@global_option(
    "--no-input",
    envvar="AURORA_NO_INPUT",
    is_flag=True,
    help="Never prompt; a missing answer is an error.",
)
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> None:
    """Amazon Aurora clusters with endpoints that work, on plain Terraform.

    \b
    Start here, without an AWS account:
      aurora-cli --sandbox create demo --engine postgres --readers 2 --yes

    Global options stand before the command or after it; the last one counts. A variable can set each of them:
    AURORA_HOME is --home.
    """
    typed = [name for name in options if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    ctx.obj = Session.adopt(ctx.obj, Settings(**options, typed=tuple(typed)))
