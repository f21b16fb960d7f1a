"""`aurora-cli diagram`."""

from __future__ import annotations

from pathlib import Path

import click

from aurora_cli.commands.shared.options import file_option, name_argument
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import spec_request

_FORMS = (".svg", ".mmd", ".dot")


@click.command(name="diagram")
@name_argument(required=False)
@file_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="File to write: .svg, .mmd (Mermaid) or .dot (Graphviz); - prints a tree.  [default: -]",
)
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str | None, file: str | None, output: str) -> None:
    """Draw a cluster: Regions, network, instances, endpoints.

    Also who may connect, keys and copies. With a NAME: instances, roles and endpoints as AWS reports them now. With -f:
    what the spec asks for, without a call to AWS. An SVG file needs nothing else and fits light and dark pages.

    \b
    Examples:
      aurora-cli diagram orders
      aurora-cli diagram orders -o orders.svg
      aurora-cli diagram -f orders.yaml -o orders.mmd
    """
    if bool(name) == bool(file):
        raise click.UsageError("Specify the NAME of a cluster, or a spec with -f FILE.", ctx)
    form = Path(output).suffix.lower()
    if output != "-" and form not in _FORMS:
        raise click.BadParameter(f"{output} must end in .svg, .mmd or .dot.", ctx, param_hint="'-o' / '--output'")
    from aurora_cli.operations.inspect import diagram

    if file:
        found = diagram.diagram_of_spec(session.app, spec_request(session, ctx))
    else:
        with progress(session) as emit:
            found = diagram.diagram_of_cluster(session.app, str(name), emit)
    if output == "-":
        from aurora_cli.ui.diagram import tree

        tree.print_tree(session.consoles, found)
        return
    from aurora_cli.ui.diagram import dot, mermaid, svg
    from aurora_cli.writing import write_output

    forms = {".svg": svg.svg, ".mmd": mermaid.mermaid, ".dot": dot.dot}
    write_output(Path(output), forms[form](found))
