"""The provider: its configuration, and the engine call for each request, in Python values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.sandbox.isolation import ACCOUNT
from aurora_cli.sandbox.provider import data_sources, resources
from aurora_cli.sandbox.provider.api.errors import AwsError, NotFound
from aurora_cli.sandbox.provider.api.retry import StopSignal
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.schema import ProviderSchema, Schema, load_provider_schema
from aurora_cli.spec.facts.partitions import partition_of

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.api.client import Client, PollPolicy, ProviderRuntime
    from aurora_cli.sandbox.provider.api.settings import Settings
    from aurora_cli.sandbox.provider.engine.model import Resource, Task
    from aurora_cli.sandbox.provider.engine.planning import Change
    from aurora_cli.sandbox.provider.protocol.diagnostics import Diagnostic


class Provider:
    """A provider process.

    Args:
        cache_dir: folder for service models; None: no cache.
        environ: source of endpoints, credentials and Region that the provider block does not set.
    """

    def __init__(self, cache_dir: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._cache_dir = cache_dir
        self._environ = os.environ if environ is None else environ
        self._runtime: ProviderRuntime | None = None
        self.stop = StopSignal()

    @cached_property
    def schema(self) -> ProviderSchema:
        """The schemas of all supported types."""
        return _schema()

    def entry(self, resource_type: str) -> Resource:
        """The definition of a resource type.

        Raises:
            ProviderError: the sandbox does not support the type, or has its schema only.
        """
        self.resource_schema(resource_type)
        if resource_type not in resources.MODULES:
            raise _schema_only("resource type", resource_type)
        return resources.entry_of(resource_type)

    def resource_schema(self, resource_type: str) -> Schema:
        """The schema of a resource type."""
        try:
            return self.schema.resources[resource_type]
        except KeyError as error:
            raise ProviderError(f"The sandbox has no resource type {resource_type}") from error

    def configure(self, config: Mapping[str, Any]) -> None:
        """Apply the provider block, and call GetCallerIdentity of STS.

        Raises:
            ProviderError: an endpoint, the credentials or the Region is missing, STS returns an error, or the account is not one
                of `allowed_account_ids`.
        """
        from aurora_cli.sandbox.provider.api.client import Client, ProviderRuntime
        from aurora_cli.sandbox.provider.api.models import Models
        from aurora_cli.sandbox.provider.api.settings import read_settings

        settings = read_settings(config, self._environ, resources.SERVICES)
        client = Client(settings, Models(self._cache_dir), self.stop)
        if settings.role:
            client = Client(_in_role(client), client.models, self.stop)
        partition = partition_of(settings.region).name
        account = _account(client)
        if settings.accounts and account not in settings.accounts:
            raise ProviderError(f"AWS account ID not allowed: {account}")
        self._runtime = ProviderRuntime(client, self.stop, _polling(self._environ), account, partition)

    @property
    def runtime(self) -> ProviderRuntime:
        """The runtime that tasks share.

        Raises:
            ProviderError: the provider was not configured.
        """
        if self._runtime is None:
            raise ProviderError("Provider was not configured")
        return self._runtime

    def task(self, resource_type: str, values: Mapping[str, Any] | None, **more: Any) -> Task:
        """A task for a resource with these values, which include its id and Region."""
        from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
        from aurora_cli.sandbox.provider.engine.task import ResourceTask

        known = dict(values or {})
        return ResourceTask(
            entry=self.entry(resource_type),
            schema=self.resource_schema(resource_type),
            behaviour=behaviour_of(resource_type),
            runtime=self.runtime,
            values=known,
            region=known.get("region") or self.runtime.client.settings.region,
            **more,
        )

    def validate(self, resource_type: str, config: Mapping[str, Any]) -> list[Diagnostic]:
        """Diagnostics for a configuration."""
        from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
        from aurora_cli.sandbox.provider.engine.validation.configuration import validate

        return validate(self.resource_schema(resource_type).block, behaviour_of(resource_type), config)

    def plan(self, resource_type: str, prior: Mapping[str, Any] | None, config: Mapping[str, Any]) -> Change:
        """The planned change from `prior` to `config`."""
        from aurora_cli.sandbox.provider.engine.planning import Planner
        from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of

        settings = self.runtime.client.settings
        planner = Planner(
            entry=self.entry(resource_type),
            schema=self.resource_schema(resource_type),
            behaviour=behaviour_of(resource_type),
            region=settings.region,
            default_tags=settings.default_tags,
        )
        return planner.plan(prior, config)

    def apply(
        self,
        resource_type: str,
        prior: Mapping[str, Any] | None,
        planned: Mapping[str, Any] | None,
        config: Mapping[str, Any] | None,
    ) -> dict[str, Any] | None:
        """Apply a planned change and return the new state; None after a deletion.

        Raises:
            ProviderError: it failed, and the state is unchanged.
            Unfinished: the resource is partially created.
        """
        from aurora_cli.sandbox.provider.engine import lifecycle

        if planned is None:
            lifecycle.delete(self.task(resource_type, prior, id=_id(prior)))
            return None
        if prior is None:
            return lifecycle.create(self.task(resource_type, planned, config=config or {}))
        task = self.task(resource_type, planned, prior=prior, config=config or {}, id=_id(prior))
        return lifecycle.update(task)

    def read(self, resource_type: str, state: Mapping[str, Any]) -> dict[str, Any] | None:
        """The current state; None if the resource no longer exists.

        Raises:
            ProviderError: the read failed.
        """
        from aurora_cli.sandbox.provider.engine.reading import read_state

        task = self.task(resource_type, state, id=_id(state))
        try:
            return read_state(task)
        except NotFound:
            return None
        except AwsError as error:
            raise ProviderError(f"reading {task.entry.label} ({task.id}): {error}") from error

    def import_state(self, resource_type: str, resource_id: str) -> dict[str, Any]:
        """The initial state of an imported resource."""
        from aurora_cli.sandbox.provider.engine import lifecycle

        return lifecycle.import_state(self.task(resource_type, {}, id=resource_id))

    def read_source(self, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a data source.

        Raises:
            ProviderError: no match, several matches, or an AWS error.
        """
        if name not in data_sources.SOURCES:
            raise _schema_only("data source", name)
        return data_sources.read(name, self.schema.data_sources[name], config, self.runtime)

    def open_ephemeral(self, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """The result of an ephemeral resource.

        Raises:
            ProviderError: AWS does not have it, or an AWS error.
        """
        return data_sources.read(name, self.schema.ephemeral[name], config, self.runtime)


@cache
def _schema() -> ProviderSchema:
    return load_provider_schema(
        (*resources.MODULES, *resources.SCHEMA_ONLY), (*data_sources.SOURCES, *data_sources.SCHEMA_ONLY)
    )


def _schema_only(kind: str, name: str) -> ProviderError:
    return ProviderError(
        f"The sandbox does not support the {kind} {name}",
        "It has only its schema, so that configurations validate, and plans work where there is none of it (count = 0). "
        f"Turn off what uses {name} in the module's variables, or leave it out.",
    )


def _id(values: Mapping[str, Any] | None) -> str | None:
    return (values or {}).get("id")


def _in_role(client: Client) -> Settings:
    """The settings with the credentials of the role that the provider block names."""
    try:
        given = client.call("sts", "AssumeRole", client.settings.role)["Credentials"]
    except AwsError as error:
        raise ProviderError(f"Cannot assume IAM Role: {error}") from error
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return replace(client.settings, **dict(zip(("access_key", "secret_key", "token"), keys, strict=True)))


def _account(client: Client) -> str:
    if not client.settings.validate_credentials:
        return ACCOUNT
    try:
        answer = client.call("sts", "GetCallerIdentity", {})
    except AwsError as error:
        raise ProviderError(
            "Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: "
            f"{error}"
        ) from error
    return str(answer["Account"])


def _polling(environ: Mapping[str, str]) -> PollPolicy:
    from aurora_cli.sandbox.provider.api.client import PollPolicy

    longest = environ.get("AURORA_SANDBOX_POLL_SECONDS")
    if not longest:
        return PollPolicy()
    try:
        seconds = max(0.01, float(longest))
    except ValueError as error:
        raise ProviderError(f"AURORA_SANDBOX_POLL_SECONDS={longest} is not a number of seconds") from error
    return PollPolicy(first=min(PollPolicy.first, seconds), longest=seconds)
