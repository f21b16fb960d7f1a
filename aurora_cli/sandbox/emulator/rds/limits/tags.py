"""Tags, whose limits are those of every resource (RDS API reference, Tag; RDS User Guide, tagging)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from aurora_cli.sandbox.emulator.rds.errors import bad_value
from aurora_cli.spec.facts.tables import table

_LONGEST_KEY, _LONGEST_VALUE = 128, 256
CLOUDFORMATION = "cloudformation.amazonaws.com"
"""The User-Agent header of its calls."""
_RESERVED = ("aws:", "rds:")
_OTHER = re.compile(r"[^\w\s.:/=+@-]")


def check(tags: Iterable[Any], present: Iterable[Any] = (), agent: str = "") -> None:
    """Reject tags that are not valid, or too many with those that a resource has.

    Args:
        agent: the User-Agent header of the call: CloudFormation's calls give the reserved keys.

    Raises:
        RDSClientError: a key or value is not valid, a key is given twice, or there are more than 50.
    """
    given = list(tags)
    keys = [str(one.get("Key") or "") for one in given]
    for key, one in zip(keys, given, strict=True):
        if agent != CLOUDFORMATION or not key.startswith("aws:cloudformation:"):
            _check_text("key", key, 1, _LONGEST_KEY)
        _check_text("value", str(one.get("Value") or ""), 0, _LONGEST_VALUE)
        if keys.count(key) > 1:
            raise bad_value(f"Duplicate tag keys found: {key}. Please note that tag keys are case sensitive.")
    most = table("limits")["tags_per_resource"]
    if len({*keys, *(one["Key"] for one in present)}) > most:
        raise bad_value(f"The number of tags exceeds the limit of {most} for a resource.")


def _check_text(what: str, text: str, least: int, longest: int) -> None:
    if text.lower().startswith(_RESERVED):
        raise bad_value(
            f"Invalid tag {what}: {text}. Tag {what}s must not begin with {text[:4].lower()}, which is reserved."
        )
    if not least <= len(text) <= longest or _OTHER.search(text):
        raise bad_value(
            f"Invalid tag {what}: {text[:_LONGEST_KEY]}. It has {least} to {longest} letters, digits, spaces and _ . : / = + - @."
        )
