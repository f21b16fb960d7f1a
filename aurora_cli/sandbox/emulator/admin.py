"""The admin API of the emulator. Each request but the first has the key in the header X-Aurora-Key.

GET    /_aurora/health              the token of this emulator, and whether moto is loaded
GET    /_aurora/calls               the log; ?since=N&service=rds&action=CreateDBCluster
DELETE /_aurora/calls               delete the log
GET    /_aurora/faults              active rules
POST   /_aurora/faults              add one (JSON)
DELETE /_aurora/faults              clear; ?id=fault-1 for one
GET, POST /_aurora/settings         {"latency_s": seconds that a resource takes to become available}
GET, POST /_aurora/lag              {"region", "cluster", "seconds"}: replica lag in CloudWatch; null: no datapoints
POST   /_aurora/serverless-v1       {"region", ...}: create a cluster that the API no longer creates
GET    /_aurora/databases           the database servers, and where they listen
POST   /_aurora/reset               delete every resource, call and fault
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aurora_cli.errors import InvalidInput
from aurora_cli.sandbox.emulator.calls import CallLog
from aurora_cli.sandbox.emulator.inventory import SavedInventory
from aurora_cli.sandbox.emulator.latency import LATENCY
from aurora_cli.sandbox.emulator.loading import Loader
from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.server import Environ
from aurora_cli.sandbox.emulator.services.cloudwatch import LAGS
from aurora_cli.sandbox.emulator.wire_errors import Answer
from aurora_cli.sandbox.faults import REPLICA_LAG, FaultBook, parse_rule

MAX_LATENCY_S = 3600.0
Query = dict[str, str]


@dataclass
class Admin:
    """What the admin API shows and changes."""

    token: str
    loader: Loader
    inventory: SavedInventory
    calls: CallLog
    faults: FaultBook

    def answer(self, environ: Environ, body: bytes) -> Answer:
        """Handle a request under /_aurora/."""
        name = environ["PATH_INFO"].removeprefix("/_aurora/")
        page: Callable[[str, Query, Any], Any] | None = {
            "health": self._health,
            "calls": self._calls,
            "faults": self._faults,
            "settings": self._settings,
            "lag": self._lag,
            "serverless-v1": self._serverless_v1,
            "databases": self._databases,
            "reset": self._reset,
        }.get(name)
        if page is None:
            return _json(404, {"error": "not found"})
        try:
            data = json.loads(body or b"{}")
            result = page(environ["REQUEST_METHOD"], dict(parse_qsl(environ["QUERY_STRING"])), data)
        except InvalidInput as error:
            return _json(400, {"error": error.message, "hint": error.hint})
        except (ValueError, TypeError, KeyError) as error:
            return _json(400, {"error": f"bad request: {error}"})
        return _json(200, result) if result is not None else _json(405, {"error": "method not allowed"})

    def _health(self, method: str, query: Query, data: Any) -> Any:
        return {"token": self.token, "pid": os.getpid(), "ready": self.loader.ready}

    def _calls(self, method: str, query: Query, data: Any) -> Any:
        if method == "DELETE":
            self.calls.clear()
        since = int(query.get("since", 0))
        return {"calls": self.calls.list(since=since, service=query.get("service"), action=query.get("action"))}

    def _faults(self, method: str, query: Query, data: Any) -> Any:
        if method == "POST":
            rule = parse_rule(data)
            if rule.kind == REPLICA_LAG:
                self.loader.wait()
                hooks.check_serves()
            answer: dict[str, Any] = {"fault": self.faults.add(rule).to_dict()}
        elif method == "DELETE":
            answer = {"cleared": self.faults.clear(query.get("id"))}
        else:
            return {"faults": self.faults.list()}
        if self.loader.ready:
            with self.loader.wait().one_at_a_time:
                hooks.sync()
        return answer

    def _settings(self, method: str, query: Query, data: Any) -> Any:
        if method == "POST":
            latency = float(data["latency_s"])
            if not 0.0 <= latency <= MAX_LATENCY_S:
                raise InvalidInput("latency_s must be between 0 and 3600 seconds.")
            LATENCY.seconds = latency
        return {"latency_s": LATENCY.seconds}

    def _lag(self, method: str, query: Query, data: Any) -> Any:
        if method == "POST":
            seconds = data["seconds"]
            LAGS[data["region"], data["cluster"]] = None if seconds is None else float(seconds)
        return {"lag": [{"region": region, "cluster": name, "seconds": s} for (region, name), s in LAGS.items()]}

    def _serverless_v1(self, method: str, query: Query, data: Any) -> Any:
        if method != "POST":
            return None
        aws = self.loader.wait()
        with aws.one_at_a_time:
            return {"arn": aws.place_serverless_v1(data.pop("region"), data)}

    def _databases(self, method: str, query: Query, data: Any) -> Any:
        self.loader.wait()
        return hooks.report()

    def _reset(self, method: str, query: Query, data: Any) -> Any:
        if method != "POST":
            return None
        aws = self.loader.wait()
        with aws.one_at_a_time:
            aws.reset()
            self.inventory.clear()
            hooks.sync()
        hooks.settle()
        LAGS.clear()
        self.faults.clear()
        self.calls.clear()
        LATENCY.seconds = 0.0
        return {"reset": True}


def _json(status: int, value: Any) -> Answer:
    return status, [("Content-Type", "application/json")], json.dumps(value).encode()
