"""Options and types that several commands share: one meaning everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from aurora_cli.commands.shared.completions import complete_checks, complete_clusters
from aurora_cli.commands.shared.session import pass_session
from aurora_cli.errors import InvalidInput

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]

FORMATS = ("table", "json", "yaml")

CHANGES_STATUS = 7
"""Exit status of `--exit-code` when there are changes."""


def name_argument(*, required: bool = True) -> Callable[[Decorated], Decorated]:
    """NAME: a cluster, completed from the local home."""
    return click.argument("name", required=required, shell_complete=complete_clusters)


def output_option(*more: str, default: str = "table") -> Callable[[Decorated], Decorated]:
    """-o/--output: how data is written to standard output.

    Args:
        more: formats beside those that every command has.
    """
    return click.option(
        "-o",
        "--output",
        envvar="AURORA_OUTPUT",
        show_envvar=True,
        type=click.Choice([*FORMATS, *more]),
        default=default,
        show_default=True,
        help="Format of the data on standard output.",
    )


def file_option(decorated: Decorated) -> Decorated:
    """-f/--file: a spec file, `-` for standard input."""
    return click.option(
        "-f", "--file", metavar="FILE", type=click.Path(), help="Spec in YAML; - reads standard input."
    )(decorated)


def yes_option(decorated: Decorated) -> Decorated:
    """-y/--yes: the approval that a script gives beforehand."""
    return click.option("-y", "--yes", is_flag=True, help="Apply the plan without asking.")(decorated)


def dry_run_option(decorated: Decorated) -> Decorated:
    """--dry-run: the real plan, and nothing after it."""
    return click.option("--dry-run", is_flag=True, help="Stop after showing the plan; needs no --yes.")(decorated)


def exit_code_option(decorated: Decorated) -> Decorated:
    """--exit-code: tell a script by the status whether there are changes."""
    return click.option(
        "--exit-code", is_flag=True, help=f"Exit with status {CHANGES_STATUS} if the plan has changes."
    )(decorated)


def approved_option(source: str) -> Callable[[Decorated], Decorated]:
    """--approved: the plan that was approved beforehand.

    Args:
        source: the command line whose JSON has its digest, after the name of the program.
    """
    return click.option(
        "--approved",
        metavar="DIGEST",
        help=f"Apply only the plan with this `digest` of `{source} -o json`, or what an interruption left of it, without "
        "asking; another one is not applied (status 5).",
    )


def allow_option(decorated: Decorated) -> Decorated:
    """--allow: the Terraform addresses whose loss the user accepts."""
    return click.option(
        "--allow",
        metavar="ADDRESS",
        multiple=True,
        help="Terraform address that the plan may delete or replace; can be repeated.",
    )(decorated)


def skip_check_option(decorated: Decorated) -> Decorated:
    """--skip-check: rules of the spec that do not apply this time."""
    return click.option(
        "--skip-check",
        metavar="CHECK",
        multiple=True,
        shell_complete=complete_checks,
        help="Name of a check to skip; can be repeated.",
    )(decorated)


def in_place_option(decorated: Decorated) -> Decorated:
    """--in-place, --parallel: all instances at the same time, or several readers, instead of one after another."""
    text = "Change every instance at the same time: shorter, and with an outage."
    decorated = click.option(
        "--parallel",
        metavar="N",
        type=click.IntRange(1, 15),
        default=1,
        help="Readers whose class changes at the same time; one at least keeps serving.",
    )(decorated)
    return click.option("--in-place", is_flag=True, help=text)(decorated)


def write_option(decorated: Decorated) -> Decorated:
    """--write: the spec file follows what the command has changed."""
    return click.option(
        "--write",
        is_flag=True,
        help="Write what the cluster has into the spec file that was applied last; keeps comments.",
    )(decorated)


def tag_option(decorated: Decorated) -> Decorated:
    """--tag: of what is made, beside the spec; `parse_tags` reads it."""
    text = "Tag of the snapshot; can be repeated."
    return click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help=text)(decorated)


def parse_tags(texts: Sequence[str]) -> dict[str, str]:
    """What --tag says. Raises InvalidInput."""
    from aurora_cli.spec.layers.flags import parse_tag

    return dict(map(parse_tag, texts))


def in_region_option(decorated: Decorated) -> Decorated:
    """--in: the secondary Region that a change is about."""
    return click.option(
        "--in",
        "in_region",
        metavar="REGION",
        help="Secondary Region of a global database; default: the cluster itself.",
    )(decorated)


def change_options(decorated: Decorated) -> Decorated:
    """The options of a command that changes a cluster: approval, dry run, allowed losses, output."""
    for decorate in (output_option(), exit_code_option, dry_run_option, yes_option, allow_option):
        decorated = decorate(decorated)
    return decorated


def look_options(decorated: Callable[..., Any]) -> Callable[..., Any]:
    """The name, output and session of a command that looks at one cluster."""
    return name_argument()(output_option()(pass_session(decorated)))


class Int(click.types.IntParamType):
    """A number; one with a plus is refused, where it could be taken for one more than now."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`3` gives 3."""
        if str(value).strip().startswith("+"):
            self.fail(f"'{value}' is relative: aurora-cli scale NAME --readers {value}", param, ctx)
        return super().convert(value, param, ctx)


class IntRange(click.IntRange):
    """A number in a range, or one with a sign: more or fewer than now. It stays text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`3` gives 3, `+1` gives `+1`."""
        text = str(value).strip()
        return text if re.fullmatch(r"[+-]\d{1,2}", text, re.ASCII) else super().convert(value, param, ctx)


class FloatRange(click.FloatRange):
    """A number in a range; `nan`, which is neither below nor above its ends, is not in it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`0.5` gives 0.5."""
        found = super().convert(value, param, ctx)
        return self.fail(f"'{value}' is not a number.", param, ctx) if found != found else found


def max_lag_option(text: str) -> Callable[[Decorated], Decorated]:
    """--max-lag: seconds that a replica may be behind."""
    kind = FloatRange(min=0)
    return click.option("--max-lag", metavar="SECONDS", type=kind, default=5.0, show_default=True, help=text)


class Duration(click.types.FloatParamType):
    """Seconds: `6s`, `10m`, or a bare number of them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """See `click.ParamType`."""
        try:
            return float(value)
        except ValueError:
            return seconds_of(str(value), param.opts[0] if param else "The value")


def seconds_of(text: str, option: str) -> float:
    """Seconds of `90s`, `10m` or `1h`. Raises InvalidInput naming the option."""
    from aurora_cli.spec.values.quantities import parse_seconds

    try:
        return float(parse_seconds(text))
    except ValueError as problem:
        raise InvalidInput(
            f"{option} must be a duration, not '{text}'.", hint="For example 90s, 10m or 1h."
        ) from problem
