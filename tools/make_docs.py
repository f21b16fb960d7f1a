"""Write the generated pages of docs/reference: cli.md, the tables of spec.md, features.md and pain-points.md.

python tools/make_docs.py           write it
python tools/make_docs.py --check   exit with status 1 if a page does not fit the code
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the pages beside this one, however it is started

import features_page
import pain_points_page

from aurora_cli.commands.root import cli
from aurora_cli.commands.shared.spec_options import spec_options
from aurora_cli.commands.table import ALIASES, SECTIONS
from aurora_cli.spec.text.reference import page as spec_page

DOCS = Path(__file__).resolve().parent.parent / "docs" / "reference"
TARGET = DOCS / "cli.md"
SPEC = DOCS / "spec.md"
FEATURES = DOCS / "features.md"
PAINS = DOCS / "pain-points.md"

HEAD = """# Commands

<!-- Written by `make docs` from the commands themselves; changes made here are lost. -->

    aurora-cli [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]

Data goes to standard output; plans, progress, questions and errors go to standard error. Exit statuses are in
[exit-statuses.md](exit-statuses.md), the keys of `-o json` in [json.md](json.md).
"""

SPEC_HEAD = """## Options of the spec

Each sets a field of the [spec](spec.md). The commands that take them link here. A command's own options are in its section.
"""


@click.command
@spec_options
def _of_the_spec(**_: object) -> None:
    """What every command that makes or changes a spec takes."""


SPEC_OPTIONS = [option for option in _of_the_spec.params if isinstance(option, click.Option)]
SPEC_NAMES = {option.name for option in SPEC_OPTIONS}

Pages = Iterator[tuple[click.Context, click.Command]]


def main() -> int:
    """Write or check; the exit status."""
    pages = {
        TARGET: reference(),
        SPEC: spec_page(SPEC.read_text(encoding="utf-8")),
        FEATURES: features_page.page(),
        PAINS: pain_points_page.page(),
    }
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" not in sys.argv[1:]:
        for path in stale:
            path.write_text(pages[path], encoding="utf-8")
        return 0
    for path in stale:
        print(f"{path.name} does not fit the code; write it again with: make docs", file=sys.stderr)
    return 1 if stale else 0


def reference() -> str:
    """The whole page."""
    parts = [
        HEAD,
        _contents(),
        "## Global options\n\nThey stand before the command or after it; the last one counts.\n",
        _table(_root(), _shown(cli)),
        _aliases(),
        SPEC_HEAD,
        _table(_root(), SPEC_OPTIONS),
    ]
    for context, command in commands():
        parts += [f"## {context.command_path}\n", *_body(context, command)]
    return "\n".join(part for part in parts if part)


def commands() -> Pages:
    """Every command below the root, parents before children, in the order of the help page."""
    yield from _below(_root(), cli)


def examples(command: click.Command) -> list[str]:
    """The command lines of the Examples block of a command."""
    lines = _help(command).partition("Examples:\n")[2].splitlines()
    return [line.strip() for line in lines if line.strip()]


def _root() -> click.Context:
    return click.Context(cli, info_name="aurora-cli", **cli.context_settings)


def _below(context: click.Context, group: click.Group) -> Pages:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield inner, command
        if isinstance(command, click.Group):
            yield from _below(inner, command)


def _contents() -> str:
    rows = [f"| {section} | {_links(section)} |" for section in SECTIONS]
    return "\n".join(["| | |", "|---|---|", *rows]) + "\n"


def _links(section: str) -> str:
    return " ".join(f"[{entry.name}](#aurora-cli-{entry.name})" for entry in SECTIONS[section])


def _aliases() -> str:
    names = ", ".join(f"`{alias}` for `{name}`" for alias, name in ALIASES.items())
    return f"Hidden second names: {names}.\n"


def _body(context: click.Context, command: click.Command) -> Iterator[str]:
    yield f"    {context.command_path} {' '.join(command.collect_usage_pieces(context))}\n"
    prose = _help(command).partition("\b\nExamples:")[0].strip()
    yield prose + "\n"
    if isinstance(command, click.Group):
        names = command.list_commands(context)
        yield "Subcommands: " + ", ".join(f"[{n}](#{_anchor(context.command_path, n)})" for n in names) + ".\n"
    yield "```sh\n" + "\n".join(examples(command)) + "\n```\n"
    yield _options(context, command)


def _anchor(path: str, name: str) -> str:
    return f"{path} {name}".replace(" ", "-")


def _help(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "")


def _options(context: click.Context, command: click.Command) -> str:
    options = _shown(command)
    if not {option.name for option in options} >= SPEC_NAMES:
        return _table(context, options)
    own = [option for option in options if option.name not in SPEC_NAMES]
    return _table(
        context, own, first=["| [options of the spec](#options-of-the-spec) | Fields of the spec, one by one. |"]
    )


def _shown(command: click.Command) -> list[click.Option]:
    return [
        p for p in command.params if isinstance(p, click.Option) and not p.hidden and not getattr(p, "setting", None)
    ]


def _table(context: click.Context, options: Sequence[click.Option], first: Sequence[str] = ()) -> str:
    rows = [*first, *(f"| {_flag(option, context)} | {_meaning(option)} |" for option in options)]
    return "\n".join(["| Option | Meaning |", "|---|---|", *rows]) + "\n" if rows else ""


def _flag(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    return "`" + ", ".join(option.opts) + value.replace("|", "\\|") + "`"


def _meaning(option: click.Option) -> str:
    text = (option.help or "").replace("|", "\\|")
    if isinstance(option.envvar, str):
        text += f" Variable: `{option.envvar}`."
    if option.show_default and option.default not in (None, False):
        text += f" Default: `{option.default}`."
    return text


if __name__ == "__main__":
    raise SystemExit(main())
