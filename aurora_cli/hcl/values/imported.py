"""What another configuration made and the stack has taken over keeps its names: groups, tags of rules, turns of parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

Given = tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]
"""As a record has it: (type, name, description, tags). A rule has its key for a name; of a parameter group there are also
(`TYPE.family`, family) and, for each parameter, (`TYPE.parameter`, name, moment of its change)."""


@dataclass(frozen=True)
class Imported:
    """A group that another configuration made: what it is called, and its own tags."""

    name: str
    description: str
    tags: tuple[tuple[str, str], ...]

    @property
    def tag_map(self) -> dict[str, str]:
        """The tags as an argument."""
        return dict(self.tags)


def imported_of(given: Given) -> dict[str, Imported | None]:
    """Resource type -> what was imported of it; None for what the stack names itself."""
    none: dict[str, Imported | None] = dict.fromkeys(("aws_security_group", "aws_db_subnet_group"))
    return {**none, **{one[0]: Imported(*one[1:]) for one in given if one[0] in none}}


def rule_tags_of(given: Given) -> dict[str, dict[str, dict[str, str]]]:
    """Type of a rule -> its key -> tags of its own, of those that were imported."""
    found: dict[str, dict[str, dict[str, str]]] = {
        "aws_vpc_security_group_ingress_rule": {},
        "aws_vpc_security_group_egress_rule": {},
    }
    for kind, key, _, tags in given:
        if kind in found:
            found[kind][key] = dict(tags)
    return found


@dataclass(frozen=True)
class ImportedGroup(Imported):
    """A parameter group; `methods` has the moment of change of each parameter that it sets."""

    methods: dict[str, str] = field(default_factory=dict)


def imported_group(given: Given, kind: str, family: str) -> ImportedGroup | None:
    """The parameter group of a type that was imported; None if the stack made it, or it is of another family by now."""
    if (f"{kind}.family", family) not in {one[:2] for one in given}:
        return None
    methods = {name: method for part, name, method, _ in given if part == f"{kind}.parameter"}
    return next((ImportedGroup(*one[1:], methods) for one in given if one[0] == kind), None)
