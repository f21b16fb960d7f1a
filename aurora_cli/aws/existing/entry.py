"""How a resource of one type is found: the call that lists it, what must match, and the id for `terraform import`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed, ClusterNotFound

Item = dict[str, Any]
Values = Mapping[str, Any]
Client = Callable[[str], Any]
"""Service -> botocore client of the Region that the resource is in."""

_ABSENT = ("NotFound", "NoSuchEntity", "NoSuchHostedZone")


class _UnknownError(KeyError):
    """A planned value that depends on what is not there yet."""


class _Planned(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        raise _UnknownError(name)


@dataclass(frozen=True)
class Existing:
    """A resource that AWS has.

    Attributes:
        id: for `terraform import`.
        status: AWS's, where the type has one; else None.
    """

    id: str
    status: str | None = None


@dataclass(frozen=True)
class Entry:
    """How resources of one type are found. Texts with `{attribute}` are filled in with the planned values.

    Attributes:
        service, call: of botocore, e.g. `ec2` and `describe_vpcs`.
        items: key of the response that holds the resources, or the one resource.
        id: for `terraform import`, from the planned values and the item's own keys (`{VpcId}`). Source: section Import of the
            provider's documentation.
        ask: parameters of the call.
        match: further conditions on an item.
        tags: how its tags are read; None for what takes no tags, which is found through a parent that is the stack's own.
        status: key of the item's status.
    """

    service: str
    call: str
    items: str
    id: str
    ask: Mapping[str, Any] = field(default_factory=dict)
    match: Callable[[Item, Values], bool] = lambda item, values: True
    tags: Callable[[Any, Item], Mapping[str, str]] | None = None
    status: str | None = None

    def find(self, client: Client, values: Values, tags: Mapping[str, str]) -> list[Existing]:
        """The resources that match; several only where AWS gives the ids.

        Args:
            values: planned attributes, as far as they are known.
            tags: that a resource of this stack carries.

        Raises:
            CredentialsError, AccessDenied, AwsFailed.
        """
        found = self.listed(client, values)
        ours = [item for item, carried in found if self.tags is None or tags.items() <= carried.items()]
        return [
            Existing(self.id.format_map({**values, **i}), str(i[self.status]) if self.status else None) for i in ours
        ]

    def listed(self, client: Client, values: Values) -> Iterator[tuple[Item, Mapping[str, str]]]:
        """What matches, whoever's it is, with its tags. Raises as `find`."""
        with suppress(_UnknownError):  # a parent that is not there yet: then this cannot be there either
            params = _filled(self.ask, _Planned((k, v) for k, v in values.items() if v is not None))
            yield from self._listed(client(self.service), params, _Planned(values))

    def _listed(
        self, of_service: Any, params: Mapping[str, Any], values: Values
    ) -> Iterator[tuple[Item, Mapping[str, str]]]:
        for item in self._items(of_service, params):
            if self.match(item, values):
                with aws_errors(f"reading the tags of what exists ({self.call})"):
                    carried = self.tags(of_service, item) if self.tags else {}
                yield item, carried

    def _items(self, client: Any, params: Mapping[str, Any]) -> Iterator[Item]:
        try:
            with aws_errors(f"looking for what exists ({self.call})"):
                paginated = client.can_paginate(self.call)
                pages = (
                    client.get_paginator(self.call).paginate(**params) if paginated else [self._once(client, params)]
                )
                for page in pages:
                    found = page.get(self.items) or []
                    yield from found if isinstance(found, list) else [found]
        except ClusterNotFound:
            return
        except AwsFailed as error:
            if not any(word in str(error.details.get("aws_code")) for word in _ABSENT):
                raise

    def _once(self, client: Any, params: Mapping[str, Any]) -> Item:
        answer: Item = getattr(client, self.call)(**params)
        return answer


def _filled(ask: Any, values: Values) -> Any:
    """Raises _UnknownError."""
    if isinstance(ask, Mapping):
        return {key: _filled(value, values) for key, value in ask.items()}
    if isinstance(ask, list):
        return [_filled(value, values) for value in ask]
    return ask.format_map(values) if isinstance(ask, str) else ask


def pairs(tags: Any) -> dict[str, str]:
    """Tags as AWS's services write them, as a dict."""
    if isinstance(tags, Mapping):
        return {str(k): str(v) for k, v in tags.items()}
    return {str(t.get("Key", t.get("TagKey"))): str(t.get("Value", t.get("TagValue"))) for t in tags or ()}
