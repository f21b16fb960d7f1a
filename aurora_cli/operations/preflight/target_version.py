"""Choose the version that an upgrade leads to, out of what AWS lists; pure, and the same for every way of upgrading.

target = choose_target("aurora-postgresql", "16.8", versions, "17", name="orders")
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.spec.facts.versions import is_exact, major_version, parameter_family, sort_key, well_formed

if TYPE_CHECKING:
    from aurora_cli.aws.engine.engine_versions import EngineVersion


@dataclass(frozen=True)
class Target:
    """Where an upgrade leads.

    Attributes:
        running: the version now, in full.
        version: the version at the end, in full; `running` when there is nothing to do.
        family: family of the parameter groups at the end.
        major: whether the major version changes.
    """

    running: str
    version: str
    family: str
    major: bool

    @property
    def stays(self) -> bool:
        """Whether the cluster is where it should be."""
        return self.version == self.running


def choose_target(engine: str, running: str, versions: Sequence[EngineVersion], to: str | None, *, name: str) -> Target:
    """The version to upgrade to.

    Args:
        engine: `aurora-postgresql` or `aurora-mysql`.
        running: the full version that the cluster runs.
        versions: what AWS lists of the engine (`aws.engine_versions.read_engine_versions`), `running` among it.
        to: a full version, or a major one for the newest of it that is allowed; None for the newest minor version.
        name: of the cluster, for hints.

    Raises:
        InvalidInput: it is no version, it is older, or AWS has no direct way; the hint says what can be had.
    """
    own = next((one for one in versions if one.version == running), None)
    minor, major = (own.minor, own.major) if own else ((), ())
    if to is None or to == running:
        return _target(engine, running, running if to else _newest((running, *minor)))
    if not well_formed(engine, to):
        raise InvalidInput(
            f'"{to}" is not a valid version of {engine}.', hint=offered(engine, running, minor, major, name)
        )
    _refuse_older(engine, running, to, name)
    allowed = [version for version in (running, *minor, *major) if _is_of(engine, version, to)]
    if not allowed:
        raise InvalidInput(
            f"AWS has no direct upgrade of {engine} {running} to {to}.",
            hint=_detour(engine, running, versions, to, name) or offered(engine, running, minor, major, name),
        )
    return _target(engine, running, _newest(allowed))


def offered(engine: str, running: str, minor: Iterable[str], major: Iterable[str], name: str) -> str:
    """One sentence: where a version can go. Of each major version the newest is named."""
    by_major: dict[str, str] = {}
    for version in sorted(major, key=sort_key):
        by_major[major_version(engine, version)] = version
    same, newer = ", ".join(minor), ", ".join(by_major.values())
    if not same and not newer:
        return f"{running} is the newest version: AWS lists no upgrade target."
    words = [f"minor {same}" if same else "", f"major (newest of each) {newer}" if newer else ""]
    return f"Upgrade targets of {running}: {'; '.join(w for w in words if w)}. All: aurora-cli upgrade {name} --list"


def stored_version(engine: str, stored: str, target: str, *, aws_owns_minor: bool) -> str:
    """What the spec says afterwards: a major version stays one, and a minor one is written where the spec owns it."""
    if not is_exact(engine, stored):
        return major_version(engine, target)
    same_line = major_version(engine, stored) == major_version(engine, target)
    return stored if aws_owns_minor and same_line else target


def _target(engine: str, running: str, version: str) -> Target:
    major = major_version(engine, running) != major_version(engine, version)
    return Target(running, version, parameter_family(engine, version), major)


def _newest(versions: Iterable[str]) -> str:
    return max(versions, key=sort_key)


def _is_of(engine: str, version: str, wanted: str) -> bool:
    return version == wanted if is_exact(engine, wanted) else major_version(engine, version) == wanted


def _refuse_older(engine: str, running: str, to: str, name: str) -> None:
    now = running if is_exact(engine, to) else major_version(engine, running)
    if sort_key(to) < sort_key(now):
        raise InvalidInput(
            f"{name} runs {running}, and Aurora does not support downgrades ({to}).",
            hint="A snapshot from before an upgrade can be restored into a new cluster; list them: aurora-cli snapshot "
            f"list {name}",
        )


def _detour(engine: str, running: str, versions: Sequence[EngineVersion], to: str, name: str) -> str | None:
    """Which version comes first, where the way takes several upgrades: the shortest way, the newest versions on it."""
    ways = {one.version: sorted((*one.minor, *one.major), key=sort_key, reverse=True) for one in versions}
    seen, waiting = {running}, deque([(running, "")])
    while waiting:
        version, first = waiting.popleft()
        for following in ways.get(version, ()):
            if _is_of(engine, following, to):
                return (
                    f"It takes more than one upgrade. First: aurora-cli upgrade {name} --to {first}" if first else None
                )
            if following not in seen:
                seen.add(following)
                waiting.append((following, first or following))
    return None
