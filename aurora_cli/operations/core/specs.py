"""The spec that the user asked for, and the one that a stack was last brought to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli import __version__
from aurora_cli.context import ClusterIdentity
from aurora_cli.errors import ClusterNotFound, InvalidInput, StackDamaged
from aurora_cli.kept import keep, kept
from aurora_cli.terraform.run.run_folder import unreconciled_runs
from aurora_cli.terraform.state.state import ERRORED_STATE, STATE_FILE

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.problem import Problem
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolved import Resolved
    from aurora_cli.stacks.stack import Stack

_RESOLVED = "resolved.json"


@dataclass(frozen=True)
class SpecRequest:
    """A spec in layers.

    Attributes:
        name: the cluster's name from the command line, or None when the file gives it.
        layers: lowest precedence first, without preset and defaults; empty means "the spec that the stack has".
        skip_checks: names of checks whose errors become warnings.
        stored_origins: where the values of the lowest layer came from, when that layer is the stack's own spec.
        file: absolute path of the file that is among the layers, `-` for standard input; None for none.
        warnings: about the place of the file.
    """

    name: str | None = None
    layers: tuple[Layer, ...] = ()
    skip_checks: tuple[str, ...] = ()
    stored_origins: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def cluster_name(self) -> str | None:
        """The name that counts: that of the highest layer that has one, else the command line's."""
        names = [self.name, *(layer.values.get("name") for layer in self.layers)]
        return next((str(one) for one in reversed(names) if one), None)

    def resolve(self) -> Resolved:
        """The complete spec. Raises SpecInvalid with every problem."""
        from aurora_cli.errors import SpecInvalid
        from aurora_cli.spec.resolve.resolve import resolve

        try:
            resolved = resolve(self.layers, skip_checks=self.skip_checks)
        except SpecInvalid as error:
            found = (*error.problems, *self.warnings)  # what is missing may be in the file that does not count
            raise SpecInvalid(error.message, problems=found, hint=error.hint, equivalent=error.equivalent) from None
        resolved = replace(resolved, warnings=(*self.warnings, *resolved.warnings))
        if not self.stored_origins:
            return resolved
        stored = self.layers[0].source
        origins = {p: self.stored_origins.get(p, s) if s == stored else s for p, s in resolved.origins.items()}
        return replace(resolved, origins=origins)


def existing_stack(app: AppContext, name: str) -> Stack:
    """The stack of that name. Raises ClusterNotFound, which says so when the other target has it."""
    stack = app.registry.find(name)
    if stack is not None:
        act_for(app, stack)
        return stack
    if app.other_registry().find(name) is not None:
        where, way = ("on a real account", "Omit --sandbox") if app.sandbox else ("in the sandbox", "Add --sandbox")
        raise ClusterNotFound(f"No cluster named {name} here, but there is one {where}.", hint=f"{way} to work on it.")
    return app.registry.get(name)


def act_for(app: AppContext, stack: Stack, spec: ClusterSpec | None = None) -> None:
    """Make the calls from now on those of a stack: in the role and with the profile of its spec, and refused in another account.

    Args:
        spec: to be reached; None for the one that the stack was last brought to.
    """

    def identity() -> ClusterIdentity:
        from aurora_cli.hcl.values.account import role_of

        known = spec or last_spec(stack)
        role, profile = (role_of(known) or None, known.profile) if known else (None, None)
        intended = app.intended_account if spec else None
        return ClusterIdentity(stack.name, stack.record.account_id, role, profile, intended)

    app.act_for(identity)


def stored_spec(stack: Stack) -> Resolved:
    """The spec that the stack was last brought to, with the origins of its values.

    Raises:
        StackDamaged: the file is missing or no longer a spec.
    """
    from aurora_cli.errors import SpecInvalid
    from aurora_cli.spec.resolve.resolved import Resolved

    try:
        resolved = _resolved(stack.folder, stack.read_spec())
    except SpecInvalid as error:
        raise StackDamaged(
            f"The stored spec of {stack.name} cannot be read: {error.message}",
            hint=f"Restore it with `aurora-cli apply -f FILE`; the file is {stack.spec_file}.",
        ) from error
    return Resolved(resolved.spec, {**resolved.origins, **stack.record.origins}, ())


@lru_cache(maxsize=16)
def _resolved(folder: Path, text: str) -> Resolved:
    """What the text of a stored spec comes to. It is kept: reading YAML with line numbers, and every rule, is slow."""
    from aurora_cli.spec.resolve.resolved import Resolved

    cache, made_from = folder / _RESOLVED, f"{__version__}\n{text}"
    resolved = kept(cache, made_from, Resolved.load)
    if resolved is None:
        from aurora_cli.spec.resolve.resolve import resolve
        from aurora_cli.spec.rules.all import check_names
        from aurora_cli.spec.text.load import load_yaml

        # What was accepted once stays readable, also after a check was skipped by name or a rule became stricter.
        resolved = resolve([load_yaml(text, source=_source(folder.name))], skip_checks=check_names())
        keep(cache, made_from, resolved.dump())
    return resolved


def last_spec(stack: Stack) -> ClusterSpec | None:
    """The spec that the stack was last brought to; None if there is none that can be read."""
    try:
        return stored_spec(stack).spec if stack.has_spec() else None
    except StackDamaged:
        return None


def stored_layer(stack: Stack) -> Layer:
    """The stored spec as the lowest layer of a new one."""
    from aurora_cli.spec.text.load import load_yaml

    return load_yaml(stack.read_spec(), source=_source(stack.name))


def edited(stack: Stack, values: dict[str, Any], skip_checks: Collection[str] = ()) -> Resolved:
    """The stored spec with edited values; what it was let through with before is neither refused nor told again.

    Args:
        values: all of them, as in `stored_layer`.

    Raises:
        SpecInvalid: the result breaks a rule that the stored spec does not break. StackDamaged.
    """
    from aurora_cli.spec.resolve.resolve import resolve
    from aurora_cli.spec.rules.all import check_names

    layer, origins = stored_layer(stack), stored_spec(stack).origins
    accepted = {w.check for w in resolve([layer], skip_checks=check_names()).warnings} & set(check_names())
    resolved = resolve([replace(layer, values=values)], skip_checks={*accepted, *skip_checks})
    return replace(resolved, origins={path: origins.get(path, source) for path, source in resolved.origins.items()})


def _source(name: str) -> str:
    return f"stack {name}"


def is_pristine(stack: Stack, addresses: Collection[str] = ()) -> bool:
    """True when nothing was ever made for this stack, so that it can be given up without a trace.

    Args:
        stack: the stack.
        addresses: what Terraform's state is known to hold, for a state that is kept elsewhere.
    """
    left = any((stack.terraform_dir / name).exists() for name in (STATE_FILE, ERRORED_STATE))
    return stack.record.status == "creating" and not addresses and not left and not unreconciled_runs(stack.runs_dir)


def named(name: str | None) -> str:
    """The name, which must be there. Raises InvalidInput."""
    if not name:
        raise InvalidInput(
            "The name of the cluster is missing.", hint="Specify it as the first argument, or as `name:` in the file."
        )
    return name


def desired_spec(app: AppContext, request: SpecRequest) -> Resolved:
    """The request's complete spec with its warnings; the stored one of `request.name` when the request has no layers.

    What a rule says against values that the cluster has already (it was adopted, or a rule became stricter) is a warning.

    Raises:
        SpecInvalid: with every problem. ClusterNotFound: no layers and no such cluster.
    """
    from aurora_cli.errors import SpecInvalid

    if not request.layers:
        return stored_spec(existing_stack(app, named(request.name)))
    try:
        return request.resolve()
    except SpecInvalid as error:
        checks = _accepted(app, request, {p for p in error.problems if p.severity == "error"})
        if not checks:
            raise
    return replace(request, skip_checks=(*request.skip_checks, *checks)).resolve()


def _accepted(app: AppContext, request: SpecRequest, problems: Collection[Problem]) -> set[str]:
    """The checks of the problems, if the stored spec has each of them in the same words; else none."""
    from aurora_cli.spec.resolve.resolve import resolve
    from aurora_cli.spec.rules.all import check_names

    try:
        stack = app.registry.find(request.cluster_name) if request.cluster_name else None
        if stack is None or not stack.has_spec():
            return set()
        stored = resolve([stored_layer(stack)], skip_checks=check_names()).warnings
    except InvalidInput:
        return set()
    known = {(p.check, p.path, p.message) for p in stored}
    told = {(p.check, p.path, p.message) for p in problems}
    return {p.check for p in problems} if told <= known else set()
