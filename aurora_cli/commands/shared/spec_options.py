"""The flags that set fields of the spec, and the layers made of them.

Each flag has an environment variable (`--engine-version`: `AURORA_ENGINE_VERSION`); one that takes several values
reads them from its variable separated by commas. Precedence, lowest first: AWS_REGION, file, AURORA_* variable,
`--set`, flag; presets and defaults are below all of them (see `aurora_cli.spec.resolve.resolve`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from aurora_cli.commands.shared.completions import complete_classes, complete_engines, complete_presets
from aurora_cli.commands.shared.layer_filter import without_sources
from aurora_cli.commands.shared.options import Int
from aurora_cli.commands.shared.passwords import OPTION as PASSWORD_OPTION
from aurora_cli.commands.shared.passwords import PARAMETER as PASSWORD_PARAMETER
from aurora_cli.commands.shared.session import Session

if TYPE_CHECKING:
    from aurora_cli.operations.core.specs import SpecRequest
    from aurora_cli.problem import Problem
    from aurora_cli.spec.resolve.resolve import Layer
    from aurora_cli.stacks.stack import Stack

SECTIONS = ("Cluster", "Instances", "Storage and monitoring", "Network", "Access")
VARIABLES = (
    "The options below set fields of the spec. For a new cluster a variable AURORA_<OPTION> sets them too: "
    "AURORA_ENGINE_VERSION is --engine-version. Several values are separated by commas there."
)

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Pair = tuple[str, Any, str]
"""Dotted path in the spec, value, and where it came from."""


class CommaList(click.types.StringParamType):
    """Text; as an environment variable, several texts between commas."""

    name = "text"

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """`"a, b"` gives `["a", "b"]`."""
        return [part.strip() for part in rv.split(",") if part.strip()]


class SpecOption(click.Option):
    """An option of the spec, listed under a heading of its own."""

    def __init__(self, *declarations: Any, section: str, **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.section = section


class SpecCommand(click.Command):
    """A command with options of the spec: its own come first, then those of the spec by what they are about."""

    about = VARIABLES

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write them section by section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                section = param.section if isinstance(param, SpecOption) else "Options"
                sections.setdefault(section, []).append(record)
        for title in ("Options", *SECTIONS):
            with formatter.section(title):
                formatter.write_dl(sections[title])
            if title == "Options":
                formatter.write_paragraph()
                formatter.write_text(self.about)


class CopyCommand(SpecCommand):
    """A command whose spec begins with another cluster's: no variable changes that."""

    about = "The options below set fields of the spec, in place of the source's."


@dataclass(frozen=True)
class SpecFlag:
    """One flag that sets one field.

    Attributes:
        flag: as typed, e.g. `--engine-version`.
        path: dotted path in the spec.
        metavar, help: for the help page.
        type: type of one value.
        multiple: True when the flag may be repeated and the field is a list.
        switch: True for a flag without a value.
        section: where the help page lists it.
        complete: completion function, or None.
    """

    flag: str
    path: str
    metavar: str
    help: str
    type: Any = str
    multiple: bool = False
    switch: bool = False
    section: str = "Cluster"
    complete: Any = None

    @property
    def parameter(self) -> str:
        """Name of the parameter in Click's context."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"AURORA_{self.parameter.upper()}"

    def option(self) -> Callable[[Decorated], Decorated]:
        """The Click decorator."""
        values = {
            "metavar": self.metavar,
            "type": CommaList() if self.multiple else self.type,
            "multiple": self.multiple,
        }
        return click.option(
            self.flag,
            self.parameter,
            cls=SpecOption,
            section=self.section,
            envvar=self.variable,
            shell_complete=self.complete,
            help=self.help,
            **({"is_flag": True} if self.switch else values),
        )


SPEC_FLAGS = (
    SpecFlag("--engine", "engine", "ENGINE", "postgres or mysql (or AWS's own name).", complete=complete_engines),
    SpecFlag("--engine-version", "engine_version", "VERSION", "Engine version, e.g. 16.8; default: the packaged one."),
    SpecFlag("--preset", "preset", "PRESET", "development, staging or production.", complete=complete_presets),
    SpecFlag("--database", "database", "NAME", "Initial database name."),
    SpecFlag("--tag", "tags", "KEY=VALUE", "Tag on every resource; can be repeated.", multiple=True),
    SpecFlag(
        "--class",
        "instances.class",
        "CLASS",
        "Instance class, e.g. db.r7g.large.",
        complete=complete_classes,
        section="Instances",
    ),
    SpecFlag("--acu", "instances.acu", "MIN-MAX", "Serverless v2 capacity in ACUs, e.g. 0.5-16.", section="Instances"),
    SpecFlag(
        "--pause-after",
        "instances.pause_after",
        "DURATION",
        "Idle time before a cluster with a minimum of 0 ACU pauses, e.g. 10m.",
        section="Instances",
    ),
    SpecFlag(
        "--readers",
        "instances.readers",
        "N",
        "Number of readers, not counting the writer, 0 to 15.",
        type=Int(),
        section="Instances",
    ),
    SpecFlag(
        "--ha",
        "high_availability",
        "",
        "At least one reader in another zone, as failover target.",
        switch=True,
        section="Instances",
    ),
    SpecFlag(
        "--autoscale",
        "autoscaling",
        "MIN-MAX",
        "Autoscale readers, e.g. 1-5 (default target 70 % CPU).",
        section="Instances",
    ),
    SpecFlag(
        "--storage", "storage", "TYPE", "aurora, or aurora-iopt1 for I/O-Optimized.", section="Storage and monitoring"
    ),
    SpecFlag(
        "--insights",
        "monitoring.insights.mode",
        "MODE",
        "Database Insights: standard or advanced.",
        section="Storage and monitoring",
    ),
    SpecFlag("--cidr", "network.cidr", "CIDR", "CIDR block of the new VPC.", section="Network"),
    SpecFlag(
        "--zones", "network.zones", "N", "Availability Zones of the new VPC, 2 or 3.", type=int, section="Network"
    ),
    SpecFlag("--vpc-id", "network.vpc_id", "ID", "Existing VPC to use instead.", section="Network"),
    SpecFlag(
        "--subnet-id", "network.subnet_ids", "ID", "Existing subnet; can be repeated.", multiple=True, section="Network"
    ),
    SpecFlag("--subnet-group", "network.subnet_group", "NAME", "Existing DB subnet group.", section="Network"),
    SpecFlag(
        "--security-group-id",
        "network.security_group_ids",
        "ID",
        "Existing security group to attach; can be repeated.",
        multiple=True,
        section="Network",
    ),
    SpecFlag(
        "--allow-cidr",
        "network.allow",
        "CIDR",
        "Source that may connect; can be repeated, and adds to those of an existing cluster.",
        multiple=True,
        section="Network",
    ),
    SpecFlag(
        "--username", "username", "NAME", "Master user name; its password is in AWS Secrets Manager.", section="Access"
    ),
    SpecFlag(
        "--iam-user",
        "credentials.iam_users",
        "NAME",
        "Database user that may connect through the stack's IAM policy; can be repeated.",
        multiple=True,
        section="Access",
    ),
    SpecFlag("--data-api", "data_api", "", "Enable the RDS Data API (SQL over HTTPS).", switch=True, section="Access"),
)


def spec_options(decorated: Decorated) -> Decorated:
    """All flags of `SPEC_FLAGS`, then --set."""
    decorated = click.option(
        "--set",
        "assignments",
        cls=SpecOption,
        section="Cluster",
        metavar="PATH=VALUE",
        multiple=True,
        help="Any field by its path, e.g. backup.retention=14d; can be repeated.",
    )(decorated)
    for flag in reversed(SPEC_FLAGS):
        decorated = flag.option()(decorated)
    return decorated


def spec_request(session: Session, ctx: click.Context) -> SpecRequest:
    """What the user asked for with NAME, --file, AURORA_*, --set and the spec flags of this command.

    Without a file, a cluster that exists is described by its own spec: alone with a NAME, changed by the flags that
    are typed. A NAME without an engine can only mean such a cluster; the request has no layers when there is none.

    Raises:
        UsageError: neither NAME nor --file.
        InvalidInput, SpecInvalid: a file or an assignment cannot be read.
    """
    from aurora_cli.operations.core.specs import SpecRequest

    params = ctx.params
    if not params.get("name") and not params.get("file"):
        raise click.UsageError("Specify the NAME of a cluster, or a spec with -f FILE.", ctx)
    skip_checks = tuple(params.get("skip_check") or ())
    stack = _stored(session, ctx)
    if stack is None:
        layers = () if _only_named(ctx) else tuple(_layers(session, ctx))
        file = _absolute(params.get("file"))
        return SpecRequest(params.get("name"), layers, skip_checks, file=file, warnings=_warnings_of(file))
    return SpecRequest(params["name"], _on_stored(stack, ctx), skip_checks, stack.record.origins)


def _absolute(file: str | None) -> str | None:
    return file if file in (None, "", "-") else str(Path(str(file)).absolute())


def _warnings_of(file: str | None) -> tuple[Problem, ...]:
    if file in (None, "", "-"):
        return ()
    from aurora_cli.fleet.fleet_check import ignored_above

    return tuple(ignored_above(Path(str(file)).parent))


def _stored(session: Session, ctx: click.Context) -> Stack | None:
    """The cluster whose own spec is the start, if there is one; `create` always says it all itself."""
    if ctx.info_name == "create" or ctx.params.get("file"):
        return None
    stack = session.app.registry.find(ctx.params["name"])
    return stack if stack is not None and stack.has_spec() else None


def _only_named(ctx: click.Context) -> bool:
    """Whether the words name a cluster that should be there, and describe none: nothing says its engine."""
    if ctx.info_name == "create" or ctx.params.get("file"):
        return False
    return not any(path == "engine" for path, _, _ in (*_variables(ctx), *_typed(ctx)))


def _on_stored(stack: Stack, ctx: click.Context) -> tuple[Layer, ...]:
    """The stored spec and what is typed; nothing when nothing is typed but the Region that it is in.

    Variables do not count here: AURORA_READERS in a profile is a default for new clusters, and must not change one
    that is there. A typed preset replaces what the stored one gave; a flag that can be repeated adds to the list.
    """
    typed = [pair for pair in _typed(ctx) if pair[0] != "name" and pair[:2] != ("region", stack.record.region)]
    if not typed:
        return ()
    from aurora_cli.operations.core.specs import stored_layer
    from aurora_cli.spec.layers.flags import autoscaling_target, layer_from_pairs

    layer = stored_layer(stack)
    if any(path == "preset" for path, _, _ in typed):
        layer = replace(layer, values=without_sources(layer.values, stack.record.origins, ("preset ",)))
    above = layer_from_pairs(_added(layer, typed))
    return (*autoscaling_target([layer, *above]), layer, *above)


def _added(stored: Layer, typed: Sequence[Pair]) -> Iterator[Pair]:
    """What is typed, where flags of lists add to what is stored or was set before them."""
    lists = {flag.flag: flag.path for flag in SPEC_FLAGS if flag.multiple and flag.path != "tags"}
    before: dict[str, Any] = {}
    for path, value, source in typed:
        if lists.get(source) == path:
            section, _, name = path.partition(".")
            listed = before.get(path) or (stored.values.get(section) or {}).get(name) or []
            known = [one.get("source") if isinstance(one, dict) else one for one in listed]
            value = [*listed, *(one for one in value if one not in known)]
        before[path] = value
        yield path, value, source


def typed_layers(ctx: click.Context) -> tuple[Layer, ...]:
    """What is typed with --set and the spec flags, for a command whose spec begins with another cluster's."""
    from aurora_cli.spec.layers.flags import layer_from_pairs

    return tuple(layer_from_pairs(pair for pair in _typed(ctx) if pair[0] != "name"))


def _layers(session: Session, ctx: click.Context) -> Iterator[Layer]:
    from aurora_cli.spec.layers.flags import autoscaling_target, layer_from_pairs

    above = [layer for pairs in (_variables(ctx), _typed(ctx)) for layer in layer_from_pairs(pairs)]
    file = list(_file_layers(session, ctx.params["file"])) if ctx.params.get("file") else []
    if not any("region" in layer.values for layer in [*file, *above]):
        yield from layer_from_pairs(_fallback_region(session))
    yield from autoscaling_target([*file, *above])
    yield from [*file, *above]


def _file_layers(session: Session, file: str) -> Iterator[Layer]:
    from aurora_cli.fleet.inherited import inherited_by
    from aurora_cli.spec.text.load import load_file

    layer = load_file(file, sys.stdin)
    if file != "-":
        inherited = inherited_by(Path(file), layer)
        session.app.intended_account = inherited.intended
        yield from inherited.layers
    yield layer


def spec_region(session: Session) -> str | None:
    """The Region that a new spec gets when nothing else names one; None if there is none."""
    fallback = _fallback_region(session)
    return session.app.region or (str(fallback[0][1]) if fallback else None)


def _fallback_region(session: Session) -> list[Pair]:
    """AWS's own variables, below the file: they say where to work when nobody else does."""
    fallback = session.app.fallback_region()
    return [("region", *fallback)] if fallback else []


def _variables(ctx: click.Context) -> list[Pair]:
    pairs = [pair for flag in SPEC_FLAGS for pair in _pairs(ctx, flag, ParameterSource.ENVIRONMENT)]
    return [*_region(ctx, ParameterSource.ENVIRONMENT), *pairs]


def _typed(ctx: click.Context) -> list[Pair]:
    name = ctx.params.get("name")
    return [
        *_assigned(ctx.params.get("assignments") or ()),
        *([("name", name, "NAME")] if name else []),
        *_region(ctx, ParameterSource.COMMANDLINE),
        *([("credentials.password", "given", PASSWORD_OPTION)] if ctx.params.get(PASSWORD_PARAMETER) else []),
        *(pair for flag in SPEC_FLAGS for pair in _pairs(ctx, flag, ParameterSource.COMMANDLINE)),
    ]


def _assigned(texts: Sequence[str]) -> Iterator[Pair]:
    if texts:
        from aurora_cli.spec.layers.flags import parse_set

        yield from ((*parse_set(text), "--set") for text in texts)


def _region(ctx: click.Context, source: ParameterSource) -> list[Pair]:
    root = ctx.find_root()
    if not root.params.get("region") or root.get_parameter_source("region") is not source:
        return []
    label = "--region" if source is ParameterSource.COMMANDLINE else "AURORA_REGION"
    return [("region", root.params["region"], label)]


def _pairs(ctx: click.Context, flag: SpecFlag, source: ParameterSource) -> list[Pair]:
    if flag.parameter not in ctx.params or ctx.get_parameter_source(flag.parameter) is not source:
        return []
    label = flag.flag if source is ParameterSource.COMMANDLINE else flag.variable
    value = ctx.params[flag.parameter]
    if flag.path == "tags":
        from aurora_cli.spec.layers.flags import parse_tag

        return [("tags", dict(parse_tag(text) for text in value), label)]
    if flag.path == "autoscaling":
        from aurora_cli.spec.layers.flags import parse_readers

        return [("autoscaling", parse_readers(value, label), label)]
    return [(flag.path, list(value) if flag.multiple else value, label)]
