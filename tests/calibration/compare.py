"""What two walks of an example differ in, after everything that is random or a time has been named alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.calibration.walk import Step

_RANDOM = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?"
    r"|\b[a-z]+-(?=[0-9a-f]*\d)[0-9a-f]{8,17}\b(?!-)"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?:cluster|db|proxy|cluster-endpoint)-[A-Z0-9]{20,}\b"
    r"|\b2400:6500:[0-9a-f:]+|\bZ[A-Z0-9]{12,}(?![A-Za-z0-9])"
    r"|\b(?:A[A-Z0-9]{20}|prx-(?:[a-z]+-)?[a-z0-9]{15,}|(?=[0-9A-F]*\d)[0-9A-F]{13})\b"
    r"|(?<=scalable-target/)[a-z0-9]+"
    r"|(?<=>-)[0-9a-f]{8}(?=\.)"
    r"|\b10\.\d+\.\d+\.\d+\b(?!/)"
    r"|\b\d{18}[0-9a-f]{8}\b"
    r"|(?<=-)[A-Za-z0-9]{6}(?=\\*\"|$)"
    r"|http://127\.0\.0\.1:\d+"
)


_NUMBERED = re.compile(r"([\w.]+?)\.(\d+)(?:\.(.*))?")


@dataclass(frozen=True)
class Difference:
    """A value that the two walks differ in; `place` is `example/step/kind/path`."""

    place: str
    genuine: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.place}\n    genuine: {_shown(self.genuine)}\n    ours:    {_shown(self.ours)}"


@dataclass(frozen=True)
class Known:
    """A difference that stays, with its reason; `place` is a pattern of places."""

    place: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether it is this one."""
        return fnmatchcase(difference.place, self.place)


def known_differences(file: Path) -> list[Known]:
    """The differences that stay, from their file."""
    return [Known(**one) for one in json.loads(file.read_text("utf-8"))]


def differences(example: str, genuine: Mapping[str, Step], ours: Mapping[str, Step]) -> list[Difference]:
    """Where two walks of an example differ."""
    one, other = _named_alike(genuine), _named_alike(ours)
    for step in (*one.values(), *other.values()):
        step["calls"] = _in_order(_protocols_alike(step["calls"]))
    _only_common_arguments(one, other)
    found = _differing((), one, other)
    return [Difference("/".join((example, *path)), *values) for path, values in found if _matters(path, *values)]


def _only_common_arguments(one: Any, other: Any) -> None:
    """Leave out of what plans change the arguments that only one of the two versions has."""
    for step in set(one) & set(other):
        for kind in ("plan", "left"):
            for address in set(one[step][kind]) & set(other[step][kind]):
                left, right = (side[step]["state"].get(address) for side in (one, other))
                if left is not None and right is not None:
                    for side in (one, other):
                        change = side[step][kind][address]
                        change["changes"] = [name for name in change["changes"] if name in left and name in right]


def unexplained(found: Sequence[Difference], known: Sequence[Known]) -> list[Difference]:
    """The differences for which there is no reason."""
    return [one for one in found if not any(reason.covers(one) for reason in known)]


def _named_alike(walk: Mapping[str, Step]) -> Any:
    """The steps of a walk, with the address of its resource for each id, and the kind of every other random text."""
    text = json.dumps({name: asdict(step) for name, step in walk.items()})
    ids = {
        str(values["id"]): "<" + address.replace('"', "'") + ">"
        for step in walk.values()
        for address, values in step.state.items()
        if _RANDOM.search(str(values.get("id")))
    }
    for id_ in sorted(ids, key=len, reverse=True):
        text = text.replace(id_, ids[id_])
    text = re.sub(r"(?<=: )1\d{12}\b", "0", text)  # milliseconds since 1970
    return _in_order(json.loads(_RANDOM.sub("<random>", text)))


def _in_order(value: Any) -> Any:
    """The value with its lists in an order of their own: sets have none, and tags go out in that of a provider."""
    if isinstance(value, dict):
        return {name: _in_order(inner) for name, inner in _with_lists(value).items()}
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            return _in_order(json.loads(value))
    if isinstance(value, list):
        return sorted((_in_order(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def _protocols_alike(value: Any) -> Any:
    """Parameters as the query protocol has them, which one of the two may use where the other sends JSON."""
    if isinstance(value, dict):
        return {_MEMBER.sub("", name): _protocols_alike(inner) for name, inner in value.items()}
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            return _protocols_alike(json.loads(value))
    if isinstance(value, list):
        return [_protocols_alike(one) for one in value]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.removesuffix(".0") if _NUMBER.fullmatch(text) else text


_MEMBER = re.compile(r"\.member$")
_NUMBER = re.compile(r"-?\d+\.0")


def _with_lists(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the query protocol with lists of what is numbered in them: `Tags.Tag.1.Key`."""
    found: dict[str, Any] = {}
    for name, inner in parameters.items():
        numbered = _NUMBERED.fullmatch(name)
        if numbered:
            elements = found.setdefault(numbered[1], {})
            elements.setdefault(numbered[2], {})[numbered[3] or ""] = inner
        else:
            found[name] = inner
    lists = {one[1] for one in map(_NUMBERED.fullmatch, parameters) if one}
    return {
        name: [_element(one) for one in inner.values()] if name in lists else inner for name, inner in found.items()
    }


def _element(members: dict[str, Any]) -> Any:
    return members[""] if set(members) == {""} else _with_lists(members)


_MISSING = "(nothing)"


def _matters(path: tuple[str, ...], one: Any, other: Any) -> bool:
    """Not where the versions of the two have different arguments."""
    in_a_resource = len(path) > 3 and path[1] == "state"
    return not (in_a_resource and _MISSING in (one, other))


def _differing(path: tuple[str, ...], one: Any, other: Any) -> Iterator[tuple[tuple[str, ...], tuple[Any, Any]]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from _differing((*path, name), one.get(name, _MISSING), other.get(name, _MISSING))
    elif isinstance(one, list) and isinstance(other, list) and one != other:
        alone, others = [value for value in one if value not in other], [value for value in other if value not in one]
        if len(alone) != len(others) or not alone:
            yield path, (alone, others) if alone or others else (one, other)
            return
        for index, pair in enumerate(zip(alone, others, strict=True)):
            yield from _differing((*path, str(index)), *pair)
    elif one != other:
        yield path, (one, other)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 300 else f"{text[:300]}..."
