"""The root command and its global options."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

from aurora_cli import __version__
from aurora_cli.commands.group import LazyGroup
from aurora_cli.commands.root_names import PROGRAM
from aurora_cli.commands.session import Session, Settings

CONTEXT_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(name=PROGRAM, cls=LazyGroup, context_settings=CONTEXT_SETTINGS, no_args_is_help=False)
@click.option(
    "--home",
    envvar="AURORA_HOME",
    show_envvar=True,
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder that holds the clusters; default: the platform's data folder.",
)
@click.option(
    "--sandbox",
    envvar="AURORA_SANDBOX",
    show_envvar=True,
    is_flag=True,
    help="Use the local AWS on this machine; no account is touched.",
)
@click.option(
    "--provider",
    envvar="AURORA_PROVIDER",
    show_envvar=True,
    type=click.Choice(["sandbox", "genuine"]),
    help="Terraform provider in the sandbox: its own (default), or hashicorp/aws.",
)
@click.option(
    "--profile", envvar="AURORA_PROFILE", show_envvar=True, metavar="NAME", help="AWS profile; default: AWS_PROFILE."
)
@click.option(
    "--region",
    envvar="AURORA_REGION",
    show_envvar=True,
    metavar="REGION",
    help="AWS Region of the cluster; default: AWS_REGION, AWS_DEFAULT_REGION.",
)
@click.option(
    "--terraform-bin",
    envvar="AURORA_TERRAFORM_BIN",
    show_envvar=True,
    metavar="PATH",
    help="Terraform or OpenTofu to run; default: the one on PATH, else the embedded one.",
)
@click.option("--debug", envvar="AURORA_DEBUG", show_envvar=True, is_flag=True, help="Show causes and tracebacks.")
@click.option(
    "--color",
    envvar="AURORA_COLOR",
    show_envvar=True,
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour; auto honours NO_COLOR and FORCE_COLOR.",
)
@click.option(
    "--no-input",
    envvar="AURORA_NO_INPUT",
    show_envvar=True,
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

    Global options come before the command.
    """
    typed = [name for name in options if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    ctx.obj = Session.adopt(ctx.obj, Settings(**options, typed=tuple(typed)))
