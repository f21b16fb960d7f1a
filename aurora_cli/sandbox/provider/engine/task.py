"""The task of a resource: requests, waits, retries."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Names, Params, Task, Wait
from aurora_cli.sandbox.provider.engine.requests import build_request
from aurora_cli.sandbox.provider.engine.waits import await_status, parse_duration

_DEFAULT_TIMEOUT = 20 * 60.0


class ResourceTask(Task):
    """A task with requests and waits, which depend on `engine.model`."""

    def send(self, call: Call, *, only: Names = None, extra: Params = None, repeat_lost: bool = True) -> Item:
        service, operation = self.split(call.operation)
        params = build_request(call, self, only=only) | dict(extra or {})
        return self.runtime.client.call(service, operation, params, region=self.region, repeat_lost=repeat_lost)

    def await_status(self, wait: Wait, kind: str) -> None:
        await_status(self, wait, kind)

    def timeout(self, kind: str) -> float:
        block = self.values.get("timeouts") or {}
        text = (block.get(kind) if isinstance(block, Mapping) else None) or self.behaviour.timeouts.get(kind)
        return parse_duration(text) if isinstance(text, str) else _DEFAULT_TIMEOUT

    def repeat_while(self, action: Callable[[], Any], busy: Callable[[Exception], bool], kind: str) -> Any:
        polling = self.runtime.polling
        end = time.monotonic() + min(self.timeout(kind), polling.patience)
        pause = polling.first
        while True:
            try:
                return action()
            except Exception as error:
                if not busy(error) or time.monotonic() >= end or self.runtime.stop.pause(pause):
                    raise
            pause = min(pause * 1.5, polling.longest)
