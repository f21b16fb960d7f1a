"""What `clone` and `restore` share: a new cluster from the data of another one, changed by any option of the spec."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import Decorated, change_options, skip_check_option
from aurora_cli.commands.shared.run_operation import operate
from aurora_cli.commands.shared.session import Session
from aurora_cli.commands.shared.spec_options import spec_options, typed_layers


def copy_options(decorated: Decorated) -> Decorated:
    """The spec of the new cluster, and how it is approved and shown."""
    for decorate in (change_options, skip_check_option, spec_options):
        decorated = decorate(decorated)
    return decorated


def make_copy(
    ctx: click.Context, session: Session, operation: str, name: str, source: dict[str, Any], options: dict[str, Any]
) -> None:
    """Make the cluster `name` from `source` (that section of a spec), and print it."""
    from aurora_cli.operations.build import clone_restore

    request = clone_restore.CopyRequest(name, source, typed_layers(ctx), tuple(options["skip_check"]), operation)
    operate(session, "create", options, lambda app, how: clone_restore.copy(app, request, how))
