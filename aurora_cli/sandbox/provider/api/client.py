"""The AWS client of a provider process, with the error messages of the genuine provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, create_request_object, prepare_request_dict
from botocore.credentials import Credentials
from botocore.exceptions import EndpointConnectionError, HTTPClientError, ParamValidationError
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from aurora_cli.sandbox.provider.api.connections import Connections
from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.api.models import Models
from aurora_cli.sandbox.provider.api.retry import StopSignal, with_retries
from aurora_cli.sandbox.provider.api.settings import Settings
from aurora_cli.spec.facts.partitions import partition_of

_TIMEOUT_S = 60
_parser, _serializer = cache(create_parser), cache(create_serializer)

_GLOBAL_SERVICES = ("iam", "route53")


class Client:
    """Calls to any service. Thread-safe.

    Args:
        settings: endpoints, credentials and maximum attempts.
        models: service models.
        stop: set when Terraform stops the provider; ends the delay between attempts.
    """

    def __init__(self, settings: Settings, models: Models, stop: StopSignal) -> None:
        self.settings, self.models, self._stop = settings, models, stop
        self._credentials = Credentials(settings.access_key, settings.secret_key, settings.token)
        self._http = Connections(_TIMEOUT_S)

    def call(
        self, service: str, operation: str, params: Mapping[str, Any], *, region: str = "", repeat_lost: bool = True
    ) -> dict[str, Any]:
        """The parsed response of an API call.

        Args:
            service: botocore's name, e.g. `ec2`.
            operation: e.g. `CreateVpc`.
            params: as botocore takes them.
            region: Region to sign for; empty: the provider's.
            repeat_lost: False if a retry is not safe after a lost response, e.g. of a create without a client token.

        Raises:
            AwsError: AWS returned an error, or could not be reached in the maximum attempts.
        """
        model = self.models.operation(service, operation)
        filled = dict(params)
        for member in model.idempotent_members:
            filled.setdefault(member, str(uuid.uuid4()))
        return with_retries(
            lambda: self._once(model, filled, region),
            max_attempts=self.settings.max_attempts,
            stop=self._stop,
            repeat_lost=repeat_lost,
        )

    def _once(self, model: OperationModel, params: Mapping[str, Any], region: str) -> dict[str, Any]:
        service = model.service_model
        request = self._prepare(model, params, region or self.settings.region)
        try:
            answer = self._http.send(request)
        except EndpointConnectionError as error:
            raise _unsent(model, request, error, lost=False) from error
        except HTTPClientError as error:
            raise _unsent(model, request, error, lost=True) from error
        parsed: dict[str, Any] = _parser(service.resolved_protocol).parse(
            {
                "headers": answer.headers,
                "status_code": answer.status,
                "body": answer.body,
                "context": {"operation_name": model.name},
            },
            # An operation without output has no shape; the parser accepts None, unlike its type.
            cast("Shape", model.output_shape),
        )
        if answer.status >= 300:
            raise _refused(model, answer.status, parsed)
        return parsed

    def _prepare(self, model: OperationModel, params: Mapping[str, Any], region: str) -> AWSPreparedRequest:
        service = model.service_model
        try:
            raw = _serializer(service.resolved_protocol).serialize_to_request(dict(params), model)
        except ParamValidationError as error:
            raise AwsError(service.service_id, model.name, "ValidationError", str(error), status=400) from error
        prepare_request_dict(raw, endpoint_url=self.settings.endpoint(service.service_name), context={})
        request = create_request_object(raw)
        scope = partition_of(region).global_region if service.service_name in _GLOBAL_SERVICES else region
        SigV4Auth(self._credentials, service.signing_name, scope).add_auth(request)
        prepared: AWSPreparedRequest = request.prepare()
        return prepared


def _unsent(model: OperationModel, request: AWSPreparedRequest, error: Exception, *, lost: bool) -> AwsError:
    what = f'Post "{request.url}": {error}'
    return AwsError(model.service_model.service_id, model.name, "", what, lost=lost)


def _refused(model: OperationModel, status: int, parsed: Mapping[str, Any]) -> AwsError:
    error, metadata = parsed.get("Error", {}), parsed.get("ResponseMetadata", {})
    code = str(error.get("Code") or status)
    known = {str(getattr(shape, "error_code", "")) for shape in model.service_model.error_shapes}
    return AwsError(
        model.service_model.service_id,
        model.name,
        code,
        str(error.get("Message") or ""),
        status=status,
        request_id=str(metadata.get("RequestId") or ""),
        modelled=code in known,
        lost=status >= 500,
    )


@dataclass(frozen=True)
class PollPolicy:
    """How often a status is polled.

    Attributes:
        first: seconds before the second poll; each further delay is 50 % longer.
        longest: maximum delay in seconds.
        patience: seconds for which a rejected call ("still in use") is retried.
    """

    first: float = 0.05
    longest: float = 0.5
    patience: float = 30.0


@dataclass(frozen=True)
class ProviderRuntime:
    """The runtime of a provider process."""

    client: Client
    stop: StopSignal
    polling: PollPolicy
    account: str
    partition: str
    claimed: set[str] = field(default_factory=set)
