"""`aurora-cli sandbox`: the local AWS of this machine."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.shared.approval import require_approver
from aurora_cli.commands.shared.options import Duration, output_option, yes_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import Declined, InvalidInput, SandboxFailed

if TYPE_CHECKING:
    from aurora_cli.sandbox.manager import SandboxInfo

FAULT_KINDS = ("throttle", "error5xx", "slow", "lost_reply", "access_denied", "expired_token", "refused", "replica_lag")
FAULT_COLUMNS = ("Id", "Kind", "Service", "Action", "Count", "Share", "Delay s", "After", "Cluster")


@click.group(name="sandbox", cls=HelpfulGroup)
@pass_session
def command(session: Session) -> None:
    """Manage the local AWS, and run any Terraform on it.

    One emulator per home, on a loopback address, with random credentials that it alone accepts. Commands with --sandbox
    start it themselves; it runs until it is stopped.

    \b
    Examples:
      aurora-cli sandbox start
      aurora-cli sandbox status -o json
      aurora-cli sandbox stop
    """
    session.use_sandbox()


@command.command(name="start")
@output_option()
@pass_session
def start(session: Session, output: str) -> None:
    """Start the emulator, or find the one that runs.

    \b
    Examples:
      aurora-cli sandbox start
      aurora-cli sandbox start -o json
    """
    _show(session, session.app.sandbox_manager.start(), output)


@command.command(name="stop")
@pass_session
def stop(session: Session) -> None:
    """Stop the emulator.

    The next start brings the contents of the local AWS back, also after a kill or a reboot; faults and settings end with
    the emulator. `sandbox reset` deletes the contents.

    \b
    Examples:
      aurora-cli sandbox stop
    """
    manager = session.app.sandbox_manager
    session.say("The sandbox is stopped." if manager.stop() else "The sandbox was not running.", err=True)
    lost, kept = (
        sorted(name.partition("/")[2] for name in one) for one in (manager.lost_clusters(), manager.kept_clusters())
    )
    if kept:
        session.say(f"It keeps {', '.join(kept)} for the next start. To delete it: aurora-cli sandbox reset", err=True)
    if lost:
        text = f"Its contents are lost: {', '.join(lost)}. To clear the list of clusters: aurora-cli sandbox reset"
        session.say(text, err=True)


@command.command(name="status")
@output_option()
@pass_session
def status(session: Session, output: str) -> None:
    """Show whether the emulator runs, how to reach it, and the database servers behind its endpoints.

    Any AWS SDK, and the AWS CLI, can look inside with this endpoint and these credentials.

    \b
    Examples:
      aurora-cli sandbox status
      aurora-cli sandbox status -o json
    """
    manager = session.app.sandbox_manager
    info = manager.status()
    databases = None
    if info.running:
        with suppress(SandboxFailed):  # an earlier version of this program may have started it
            databases = manager.databases()
    _show(session, info, output, databases)


@command.command(name="reset")
@yes_option
@pass_session
def reset(session: Session, yes: bool) -> None:
    """Empty the local AWS, and forget the clusters of the sandbox.

    Real clusters are not touched.

    \b
    Examples:
      aurora-cli sandbox reset --yes
    """
    require_approver(session, yes=yes, dry_run=False)
    from aurora_cli.operations.build import reset_sandbox
    from aurora_cli.ui import prompts

    if not yes and not prompts.confirm(session.consoles, "Empty the sandbox and forget its clusters?"):
        raise Declined("The sandbox was left as it is.")
    forgotten = reset_sandbox.reset(session.app)
    session.say(f"The sandbox is empty; {len(forgotten)} cluster(s) forgotten.", err=True)


_MIRROR = click.option(
    "--provider-mirror",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Other providers than hashicorp/aws, as `terraform providers mirror DIR` writes them.",
)


@command.command(
    name="terraform",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=True,
)
@_MIRROR
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[--] [TERRAFORM_ARGS]...")
@pass_session
def terraform(session: Session, provider_mirror: Path | None, arguments: tuple[str, ...]) -> None:
    """Run Terraform of any folder against the local AWS.

    Starts the emulator, and gives Terraform the sandbox's hashicorp/aws, its endpoint and its credentials; profiles and
    credentials of this machine are hidden from it. The configuration, .terraform and the dependency lock file of the folder stay
    as they are: the sandbox has its own in .terraform/aurora-sandbox. The state is where the configuration keeps it. The
    exit status is Terraform's.

    \b
    Examples:
      aurora-cli sandbox terraform -- init
      aurora-cli sandbox terraform -- apply -var-file=dev.tfvars
      aurora-cli sandbox terraform -- -chdir=examples/complete plan
    """
    from aurora_cli.sandbox.any_terraform import run

    env, _ = _terraform_environment(session, provider_mirror)
    status = run(session.app.binary.argv0, arguments, env, Path.cwd())
    raise click.exceptions.Exit(status)


@command.command(name="env")
@_MIRROR
@click.option(
    "-o", "--output", type=click.Choice(("shell", "json", "yaml")), default="shell", show_default=True, help="Format."
)
@pass_session
def env_(session: Session, provider_mirror: Path | None, output: str) -> None:
    """Print the environment in which Terraform and AWS tools reach the local AWS.

    The lines are for a POSIX shell, by eval "$(...)": what to export, and which variables of this shell to unset. Starts the
    emulator.

    \b
    Examples:
      aurora-cli sandbox env
      aurora-cli sandbox env -o json
    """
    from aurora_cli.sandbox.any_terraform import changes

    set_, unset = changes(*_terraform_environment(session, provider_mirror))
    if output != "shell":
        print_data(session, {"schema_version": SCHEMA_VERSION, "set": set_, "unset": unset}, output)
        return
    session.write("\n".join([f"export {name}={shlex.quote(value)}" for name, value in set_.items()]))
    if unset:
        session.write(f"unset {' '.join(unset)}")


def _terraform_environment(session: Session, mirror: Path | None) -> tuple[dict[str, str], Mapping[str, str]]:
    from aurora_cli.commands.shared.progress import progress

    if mirror is not None and not mirror.is_dir():
        raise InvalidInput(f"{mirror} is not a folder.", hint=f"Create it: terraform providers mirror {mirror}")
    with progress(session) as emit:
        session.app.begin(emit)
    return session.app.terraform_environment(mirror)


@command.group(name="faults", cls=HelpfulGroup)
def faults() -> None:
    """Make calls of the local AWS fail on request.

    To see how a pipeline takes throttling, an outage or a lost reply before AWS shows it, and an application readers that
    are behind.

    \b
    Examples:
      aurora-cli sandbox faults add throttle --service rds --count 3
      aurora-cli sandbox faults list
      aurora-cli sandbox faults clear
    """


@faults.command(name="list")
@output_option()
@pass_session
def faults_list(session: Session, output: str) -> None:
    """List the faults that are set.

    \b
    Examples:
      aurora-cli sandbox faults list
      aurora-cli sandbox faults list -o json
    """
    rules = session.app.sandbox_manager.faults()
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, "faults": rules}, output)
    elif rules:
        keys = ("id", "kind", "service", "action", "count", "probability", "delay_s", "after_n", "cluster")
        print_rows(
            session,
            "Faults",
            FAULT_COLUMNS,
            [[rule[key] for key in keys] for rule in rules],
            spare=("After", "Cluster", "Delay s", "Share"),
        )
    else:
        session.say("No faults are set.", err=True)


@faults.command(name="add")
@click.argument("kind", type=click.Choice(FAULT_KINDS))
@click.option("--service", metavar="NAME", default="*", show_default=True, help="Service, e.g. rds or ec2.")
@click.option("--action", metavar="NAME", default="*", show_default=True, help="API action, e.g. CreateDBCluster.")
@click.option("--count", metavar="N", type=int, help="Calls that fail; default: all.")
@click.option(
    "--probability", metavar="P", type=float, default=1.0, show_default=True, help="Share of calls that fail."
)
@click.option(
    "--delay",
    "delay_s",
    metavar="TIME",
    type=Duration(),
    default=0.0,
    help="Delay of each answer, or of readers, e.g. 6s.",
)
@click.option("--after", "after_n", metavar="N", type=int, default=0, help="Calls that succeed first.")
@click.option("--seed", metavar="N", type=int, default=0, help="Random seed for --probability.")
@click.option("--code", metavar="CODE", default="", help="Error code of a refused call.")
@click.option("--message", metavar="TEXT", default="", help="Error message of a refused call.")
@click.option("--cluster", metavar="NAME", default="*", show_default=True, help="Cluster whose readers are behind.")
@output_option()
@pass_session
def faults_add(session: Session, /, output: str, **values: Any) -> None:
    """Add a fault.

    Kinds: throttle, error5xx (the service answers with an error), slow (needs --delay), lost_reply (the call is
    done and the answer never arrives), access_denied, expired_token, refused (needs --code: AWS answers with that error),
    replica_lag (needs --delay: the database servers of readers apply each change that much later).

    After a lost reply the sandbox's provider looks for the resource before it repeats the call. With
    AURORA_SANDBOX_LOST_RESPONSES=fail in the environment it fails and keeps nothing, as hashicorp/aws does.

    \b
    Examples:
      aurora-cli sandbox faults add throttle --service rds --action CreateDBInstance --count 2
      aurora-cli sandbox faults add slow --delay 5s
      aurora-cli sandbox faults add replica_lag --delay 30s --cluster demo
    """
    if values["kind"] in ("slow", "replica_lag") and not values["delay_s"]:
        what = "A slow answer" if values["kind"] == "slow" else "A replica lag"
        raise click.UsageError(f"{what} needs --delay TIME.")
    if values["kind"] == "refused" and not values["code"]:
        raise click.UsageError("A refused call needs --code CODE.")
    from aurora_cli.sandbox.faults import FaultRule

    rule = session.app.sandbox_manager.add_fault(FaultRule(**values))
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, "fault": rule.to_dict()}, output)
    else:
        session.say(f"Added fault {rule.id}.", err=True)


@faults.command(name="clear")
@click.argument("fault", required=False)
@pass_session
def faults_clear(session: Session, fault: str | None) -> None:
    """Remove one fault by its id, or all.

    \b
    Examples:
      aurora-cli sandbox faults clear
      aurora-cli sandbox faults clear fault-1
    """
    removed = session.app.sandbox_manager.clear_faults(fault)
    if fault and not removed:
        raise InvalidInput(f"No fault '{fault}' is set.", hint="List them: aurora-cli sandbox faults list")
    session.say(f"Removed {removed} fault(s).", err=True)


def _show(session: Session, info: SandboxInfo, output: str, databases: dict[str, Any] | None = None) -> None:
    if output != "table":
        shown_too = {"databases": databases} if databases is not None else {}
        print_data(session, {"schema_version": SCHEMA_VERSION, **info.to_dict(), **shown_too}, output)
        return
    shown = ("running", "endpoint", "region", "access_key_id", "secret_access_key", "pid", "log_file")
    values = {**info.to_dict(), "running": _state(info)}
    rows = [(key.replace("_", " "), values[key]) for key in shown]
    print_rows(session, "Sandbox", ("Field", "Value"), rows)
    if databases is not None:
        _show_databases(session, databases)


def _show_databases(session: Session, databases: dict[str, Any]) -> None:
    if databases["reason"]:
        without = "" if databases["running"] else "It has no database servers. "
        session.say(f"{without}{databases['reason']}", err=True)
    for one in databases["engines"]:
        if one["reason"]:
            session.say(f"{one['engine']} clusters have no database servers. {one['reason']}", err=True)
    for why in databases["ports"].values():
        session.say(why, err=True)
    if databases["servers"]:
        columns = ("Cluster", "Instance", "Role", "Server", "Pid", "Disk MB", "Memory MB")
        rows = [
            [
                *(one[key] for key in ("cluster", "instance", "role")),
                f"{one['product']} {one['version']}" if one["version"] else None,
                one["pid"],
                *(round(one[key] / 1024**2) for key in ("disk_bytes", "memory_bytes")),
            ]
            for one in databases["servers"]
        ]
        print_rows(session, "Database servers", columns, rows, spare=("Pid", "Memory MB", "Disk MB"))
    if databases["endpoints"]:
        print_rows(
            session,
            "Endpoints",
            ("Address", "Port", "Name in AWS"),
            [[one[key] for key in ("host", "port", "name")] for one in databases["endpoints"]],
        )
    for one in databases["servers"]:
        if one["problem"]:
            session.say(f"{one['instance']}: {one['problem']}", err=True)


def _state(info: SandboxInfo) -> str:
    if info.hung:
        return "hung (it does not answer; stop it)"
    lost = "; its contents are lost" if info.state_lost else ""
    return f"{'yes' if info.running else 'no'}{lost}"
