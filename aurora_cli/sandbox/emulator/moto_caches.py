"""Remembers what moto finds out again on each request, which is two thirds of its time.

Measured with moto 5.2: the folders of its package (listed twice a request), the methods of a class, the error codes of a service,
the names of XML elements, the attributes that a member of an answer may come from; and 52 random choices for a request ID.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

import xmltodict
from moto import backends
from moto.core import errors, responses, serialize
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

_few = lru_cache(maxsize=4096)
"""Of names that clients choose."""


def install() -> None:
    """Change moto, once per process."""
    _change(backends, "list_of_moto_modules", lambda found: cache(lambda: tuple(found())))
    _change(DomainDispatcherApplication, "get_backend_for_host", _few)
    _change(responses, "method_names_from_class", cache)
    _change(responses, "camelcase_to_underscores", _few)
    _change(responses, "gen_amzn_requestid_long", lambda _: _request_id)
    _change(errors, "ErrorLookupFactory", cache)
    for picker in (serialize.AttributePicker, serialize.XFormedAttributePicker):
        _change(picker, "get_possible_keys", _by_shape)
    if hasattr(xmltodict, "_validate_name"):  # not in its older versions
        _change(xmltodict, "_validate_name", _few)


def _change(owner: Any, name: str, change: Callable[[Any], Any]) -> None:
    setattr(owner, name, change(getattr(owner, name)))


def _by_shape(find: Callable[[Any, Any], Iterable[str]]) -> Callable[[Any, Any], Iterable[str]]:
    """Cache the attributes by what they depend on: the member, its shape, and the class of the object."""
    known: dict[tuple[object, ...], tuple[str, ...]] = {}

    def get_possible_keys(picker: Any, context: Any) -> Iterable[str]:
        key = (type(picker), *picker.alias_providers, type(context.obj), context.key, context.shape)
        found = known.get(key)
        if found is None:
            found = known[key] = tuple(find(picker, context))
        return found

    return get_possible_keys


def _request_id(headers: dict[str, Any]) -> str:
    """A new request ID, which the headers get too."""
    found = headers["x-amzn-requestid"] = secrets.token_hex(26)
    return found
