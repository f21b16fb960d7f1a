"""Performance Insights (`pi`), which moto does not have: the metrics of an instance that does nothing.

Source: Performance Insights API reference (2018-02-27). Periods are 1, 60, 300, 3600 or 86400 seconds, and start and end are
aligned to them; an instance that does not exist, or does not have Performance Insights, is answered NotAuthorizedException.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.validate import ParamValidator
from moto.core.utils import get_service_model
from moto.rds.models import rds_backends

from aurora_cli.sandbox.emulator.calls import identify, scope
from aurora_cli.sandbox.emulator.server import Environ
from aurora_cli.sandbox.emulator.wire_errors import Answer, refusal

SERVICE = "pi"
PERIODS = (1, 60, 300, 3600, 86400)
METRICS = {
    "db.load.avg": ("The average number of active sessions", "Average Active Sessions"),
    "db.sampledload.avg": ("The sampled average number of active sessions", "Average Active Sessions"),
    "os.cpuUtilization.total.avg": ("The total percentage of the CPU in use", "Percent"),
    "os.memory.free.avg": ("The amount of unassigned memory", "Kilobytes"),
}
DIMENSIONS = ("db", "db.host", "db.sql", "db.sql_tokenized", "db.user", "db.wait_event")
_MOST_POINTS = 5000
_JSON = [("Content-Type", "application/x-amz-json-1.1")]


class _Refused(Exception):
    """A request that is refused, with an error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def answer(environ: Environ, account: str) -> Answer:
    """Serve a request.

    Raises:
        NotImplementedError: the action is not supported.
    """
    body = environ["wsgi.input"].read()
    protocol, action, _ = identify(environ, body, SERVICE)
    act = _ACTIONS.get(action)
    if act is None:
        raise NotImplementedError(action)
    params = json.loads(body or b"{}")
    wrong = ParamValidator().validate(params, get_service_model(SERVICE).operation_model(action).input_shape)
    try:
        if wrong.has_errors():
            raise _Refused("InvalidArgumentException", wrong.generate_report())
        _check_instance(account, scope(environ)[1], params)
        return 200, _JSON, json.dumps(act(params)).encode()
    except _Refused as refused:
        return refusal(refused.code, refused.message, protocol)


def _check_instance(account: str, region: str, params: Mapping[str, Any]) -> None:
    known = rds_backends[account][region].databases.values()
    insights = (one for one in known if getattr(one, "performance_insights_enabled", False))
    if params["Identifier"] not in {one.dbi_resource_id for one in insights}:
        raise _Refused("NotAuthorizedException", "The user is not authorized to perform this request.")


def _times(params: Mapping[str, Any]) -> list[int]:
    """The aligned start, and each period until the end."""
    start, end = int(params["StartTime"]), int(params["EndTime"])
    period = params.get("PeriodInSeconds") or next(
        one for one in PERIODS if (end - start) / one <= _MOST_POINTS or one == PERIODS[-1]
    )
    if period not in PERIODS:
        raise _Refused("InvalidArgumentException", f"PeriodInSeconds must be one of {', '.join(map(str, PERIODS))}.")
    if start >= end:
        raise _Refused("InvalidArgumentException", "StartTime must be before EndTime.")
    return list(range(start - start % period, end - end % period + period, period))


def _aligned(params: Mapping[str, Any]) -> dict[str, Any]:
    times = _times(params)
    return {"Identifier": params["Identifier"], "AlignedStartTime": times[0], "AlignedEndTime": times[-1]}


def _metrics(params: Mapping[str, Any]) -> dict[str, Any]:
    points = [{"Timestamp": time, "Value": 0.0} for time in _times(params)[1:]]
    found = []
    for query in params["MetricQueries"]:
        if not str(query.get("Metric", "")).startswith(("db.", "os.")):
            raise _Refused("InvalidArgumentException", f"Unknown metric: {query.get('Metric')}")
        found.append({"Key": {"Metric": query["Metric"]}, "DataPoints": points})
    return {**_aligned(params), "MetricList": found}


def _dimension_keys(params: Mapping[str, Any]) -> dict[str, Any]:
    group = params["GroupBy"].get("Group")
    if group not in DIMENSIONS:
        raise _Refused("InvalidArgumentException", f"Unknown dimension group: {group}")
    times = _aligned(params)
    return {"AlignedStartTime": times["AlignedStartTime"], "AlignedEndTime": times["AlignedEndTime"], "Keys": []}


def _metadata(params: Mapping[str, Any]) -> dict[str, Any]:
    names = ("SQL_DIGEST_STATISTICS", "SQL_STATISTICS", "COUNTER_METRICS")
    return {"Identifier": params["Identifier"], "Features": {name: {"Status": "ENABLED"} for name in names}}


def _available_metrics(params: Mapping[str, Any]) -> dict[str, Any]:
    shown = ((name, *words) for name, words in METRICS.items())
    return {"Metrics": [{"Metric": name, "Description": text, "Unit": unit} for name, text, unit in shown]}


def _available_dimensions(params: Mapping[str, Any]) -> dict[str, Any]:
    groups = [{"Group": group, "Dimensions": []} for group in DIMENSIONS]
    return {"MetricDimensions": [{"Metric": metric, "Groups": groups} for metric in params["Metrics"]]}


_ACTIONS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "GetResourceMetrics": _metrics,
    "DescribeDimensionKeys": _dimension_keys,
    "GetResourceMetadata": _metadata,
    "ListAvailableResourceMetrics": _available_metrics,
    "ListAvailableResourceDimensions": _available_dimensions,
}
