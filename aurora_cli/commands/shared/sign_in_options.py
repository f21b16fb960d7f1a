"""Options of the commands that connect to a database: which endpoint, as whom, checked against which certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.options import Decorated
from aurora_cli.commands.shared.run_operation import usage

if TYPE_CHECKING:
    from aurora_cli.operations.sql.sign_in import Request

_OPTIONS = (
    click.option("--reader", is_flag=True, help="Connect to the reader endpoint."),
    click.option(
        "--instance", metavar="ID", help="Connect to an instance, by key or identifier, or to a custom endpoint."
    ),
    click.option("--user", metavar="NAME", help="Database user; default: the master user."),
    click.option("--database", metavar="NAME", help="Database; default: the initial database."),
    click.option("--iam", is_flag=True, help="Sign in with an IAM token; users of `iam_users` always do."),
    click.option("--secret", metavar="ARN", help="Secret with the user name and password; default: the master user's."),
    click.option(
        "--ca-file",
        metavar="FILE",
        envvar="AURORA_CA_FILE",
        show_envvar=True,
        help="RDS certificate bundle; default: a copy in the home, downloaded from AWS.",
    ),
)


def sign_in_options(decorated: Decorated) -> Decorated:
    """The options; `request_of` takes their values."""
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def request_of(name: str, *, reader: bool, instance: str | None, **values: Any) -> Request:
    """What the options ask for. Raises UsageError."""
    from aurora_cli.operations.sql.sign_in import Request

    usage(reader and instance is not None, "--reader and --instance exclude each other.")
    usage(values["iam"] and values["secret"] is not None, "--iam and --secret exclude each other.")
    return Request(name, role="reader" if reader else instance or "writer", **values)
