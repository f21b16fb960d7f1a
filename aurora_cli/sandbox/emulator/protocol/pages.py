"""MaxRecords and Marker: a page of a list, for each action that botocore has a paginator for."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from moto.core.utils import get_pagination_model, get_value, set_value

from aurora_cli.sandbox.emulator.protocol.constraints import Refusal

FEWEST, MOST = 20, 100
_SIZE = "MaxRecords"


class BadPage(Exception):
    """A page that does not exist.

    Args:
        refusal: what the caller is answered.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def cut(service: str, action: str, result: Any, params: Mapping[str, Any], *, most: int = MOST) -> None:
    """Leave one page of a result in place, with the marker of the next.

    Args:
        service: botocore's name of the service.
        result: what the action returns.
        params: parameters of the request.
        most: largest page, and the size of one that the request does not limit.

    Raises:
        BadPage: the page size is out of range, or the marker is not one of this action.
    """
    pages = get_pagination_model(service).get(action)
    if pages is None or pages.get("limit_key") != _SIZE:
        return
    key = pages["result_key"]
    items = list(get_value(result, key, default=None) or ())
    size = params.get(_SIZE, most)
    if not FEWEST <= size <= most:
        raise BadPage(
            Refusal(
                "InvalidParameterValue", f"Invalid value {size} for MaxRecords. Must be between {FEWEST} and {most}"
            )
        )
    start = _start(action, params.get("Marker"))
    set_value(result, key, items[start : start + size])
    set_value(result, pages["output_token"], _marker(action, start + size) if start + size < len(items) else None)


def _marker(action: str, start: int) -> str:
    return base64.urlsafe_b64encode(f"{action} {start}".encode()).decode()


def _start(action: str, marker: str | None) -> int:
    if not marker:
        return 0
    try:
        name, number = base64.urlsafe_b64decode(marker.encode()).decode().split(" ")
        if name == action:
            return int(number)
    except ValueError:
        pass
    raise BadPage(Refusal("InvalidParameterValue", "Invalid marker."))
