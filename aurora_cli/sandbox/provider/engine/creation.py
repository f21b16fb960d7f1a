"""Creation that neither duplicates nor loses a resource if the response of AWS is lost.

After a lost response the engine searches for the resource before it retries the call. It accepts a resource that has the
requested name (or is new in the listing), tags and immutable attributes, and that is not older than the call.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError, NotFound
from aurora_cli.sandbox.provider.engine.model import Call, Task
from aurora_cli.sandbox.provider.engine.reading import find_item, read_attributes
from aurora_cli.sandbox.provider.engine.response_mapping import search
from aurora_cli.sandbox.provider.engine.tags import creation_tags
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical

_CLOCK_SKEW = dt.timedelta(seconds=2)
_FIRST_PAUSE = 0.1

_type_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def create_once(task: Task) -> None:
    """Send the create call and set the task's id.

    Raises:
        AwsError: AWS returned an error, or no response in the maximum attempts.
    """
    chosen = task.entry.create
    call = chosen if isinstance(chosen, Call) else chosen(task)
    listing = task.entry.listing
    with _one_at_a_time(task):
        before = _listed(task) if listing is not None and listing.before else set()
        answer = _send_until_answered(task, call, before)
        if answer is not None:
            task.id = _id_from(task, answer)
        task.runtime.claimed.add(f"{task.entry.type}/{task.id}")


@contextmanager
def _one_at_a_time(task: Task) -> Iterator[None]:
    """A listing cannot distinguish two equal resources that are created at the same time."""
    if task.entry.listing is None or not task.entry.listing.before:
        yield
        return
    with _type_locks[task.entry.type]:
        yield


def _send_until_answered(task: Task, call: Call, before: set[str]) -> dict[str, Any] | None:
    """The response; None if the resource was found after a lost response (the task then has its id)."""
    extra = creation_tags(task, task.entry.tagging, call)
    lost = 0
    while True:
        try:
            return task.send(call, extra=extra, repeat_lost=False)
        except AwsError as error:
            taken = error.code in task.entry.exists
            if not task.runtime.client.settings.find_lost or (not error.lost and not (lost and taken)):
                raise
            if _find_ours(task, before):
                return None
            lost += 1
            error.attempts = lost
            exhausted = lost >= task.runtime.client.settings.max_attempts
            if taken or exhausted or task.runtime.stop.pause(min(1.0, _FIRST_PAUSE * lost)):
                raise


def _id_from(task: Task, answer: dict[str, Any]) -> str:
    source = task.entry.id
    if source is None:
        return str(task.get(task.entry.naming.attribute)) if task.entry.naming else ""
    return str(source(task) if callable(source) else search(source, answer))


def _listed(task: Task) -> set[str]:
    listing = task.entry.listing
    return set(search(listing.ids, task.send(listing.call)) or ()) if listing is not None else set()


def _find_ours(task: Task, before: set[str]) -> bool:
    for candidate in _candidates(task, before):
        task.id = candidate
        if _is_ours(task):
            return True
    task.id = None
    return False


def _candidates(task: Task, before: set[str]) -> list[str]:
    if task.entry.listing is not None:
        found = _listed(task) - before
        return sorted(name for name in found if f"{task.entry.type}/{name}" not in task.runtime.claimed)
    if task.entry.id is None or callable(task.entry.id):
        return [_id_from(task, {})]
    return []


def _is_ours(task: Task) -> bool:
    try:
        item = find_item(task)
        found = read_attributes(task, item)
    except NotFound:
        return False
    created_at = search(task.entry.created_at, item) if task.entry.created_at else None
    if isinstance(created_at, dt.datetime) and created_at < task.started - _CLOCK_SKEW:
        return False
    types = task.schema.block.type.attributes
    identifying = [
        name
        for name in (*task.behaviour.force_new, *task.entry.identifying, "tags_all")
        if name in types and name in found
    ]
    return all(
        canonical(found[name], types[name]) == canonical(task.values[name], types[name])
        for name in identifying
        if task.values.get(name) is not UNKNOWN and task.values.get(name) is not None
    )
