"""The query of a data source, and helpers of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.provider.api.client import ProviderRuntime
from aurora_cli.sandbox.provider.engine.response_mapping import matched_attributes, search, shape_at, to_type
from aurora_cli.sandbox.provider.engine.tags import tag_map
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.schema import Schema


@dataclass(frozen=True)
class Query:
    """A data source's configuration, and the means to query AWS."""

    schema: Schema
    config: Mapping[str, Any]
    runtime: ProviderRuntime

    @property
    def region(self) -> str:
        """The Region of the configuration, else the provider's."""
        return self.config.get("region") or self.runtime.client.settings.region

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Make an API call; the operation includes its service: `ec2:DescribeVpcs`."""
        service, _, name = operation.partition(":")
        return self.runtime.client.call(service, name, params, region=self.region)

    def attributes(
        self, operation: str, path: str, item: Mapping[str, Any], aliases: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Attributes that match members of an item by name."""
        service, _, name = operation.partition(":")
        shape = shape_at(self.runtime.client.models.operation(service, name).output_shape, path)
        return matched_attributes(item, shape, self.schema.block, aliases or {})

    def typed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the schema defines, in its types."""
        types = self.schema.block.type.attributes
        return {name: to_type(value, types[name]) for name, value in values.items() if name in types}


@dataclass(frozen=True)
class Finder:
    """How to find an EC2 object by filters.

    Attributes:
        operation, items: the describe call and the list in its response.
        ids: request member for the `id` attribute.
        filters: attribute -> EC2 filter name.
        label: its name in errors.
        fields: attribute -> JMESPath in the item.
        aliases: member -> attribute.
    """

    operation: str
    items: str
    ids: str
    filters: Mapping[str, str]
    label: str
    fields: Mapping[str, str]
    aliases: Mapping[str, str]

    def find(self, query: Query) -> list[dict[str, Any]]:
        """All objects that match the configuration."""
        params: dict[str, Any] = {}
        filters = self._filters(query.config)
        if filters:
            params["Filters"] = filters
        if self.ids and query.config.get("id"):
            params[self.ids] = [query.config["id"]]
        found: list[dict[str, Any]] = query.call(self.operation, **params)[self.items]
        return found

    def one(self, query: Query) -> tuple[dict[str, Any], dict[str, Any]]:
        """The only object that matches the configuration, and its attributes.

        Raises:
            ProviderError: there is none, or more than one.
        """
        item = only(self.find(query), self.label)
        found = query.attributes(self.operation, f"{self.items}[0]", item, self.aliases)
        found |= {name: search(path, item) for name, path in self.fields.items()}
        return item, {**found, "tags": tag_map(item.get("Tags"))}

    def _filters(self, config: Mapping[str, Any]) -> list[dict[str, Any]]:
        by_attribute = [
            {"Name": name, "Values": [_text(config[attribute])]}
            for attribute, name in self.filters.items()
            if config.get(attribute) not in (None, "")
        ]
        by_tag = [{"Name": f"tag:{key}", "Values": [value]} for key, value in (config.get("tags") or {}).items()]
        return [*by_attribute, *by_tag, *filters_of(config)]


def filters_of(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `filter` blocks of a configuration as filters of EC2."""
    return [{"Name": one["name"], "Values": list(one["values"])} for one in config.get("filter") or ()]


def only(items: Sequence[Any], label: str) -> Any:
    """The only item.

    Raises:
        ProviderError: there is none, or more than one.
    """
    if not items:
        raise ProviderError(f"no matching {label} found")
    if len(items) > 1:
        raise ProviderError(
            f"multiple {label}s matched; use additional constraints to reduce matches to a single {label}"
        )
    return items[0]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
