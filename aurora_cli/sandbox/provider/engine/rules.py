"""The validators of the packaged facts, with the error messages of the genuine provider.

A rule without a validator accepts every value; the emulator validates it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

_RANGE = re.compile(r"^(-?\d+)\.\.(\d+)( chars)?\b")
_CHOICES = re.compile(r"^(?:(?:enum(?: \w+)?|one of [a-z ]+) \(([^)]*)\)|one of ((?:[\w-]+(?:, | |$))+)$)")


def broken_rule(rule: str, value: Any, path: str) -> str | None:
    """The error message for a value; None if it is valid.

    Args:
        rule: the fact, e.g. `0..255 chars`, `RDS identifier rule`, `at most 35`.
        path: the attribute in the message.
    """
    for pattern, check in _CHECKS:
        match = pattern.match(rule)
        if match:
            return check(match, value, path)
    return None


def _in_range(match: re.Match[str], value: Any, path: str) -> str | None:
    low, high = int(match[1]), int(match[2])
    if match[3]:
        size = len(str(value))
        return (
            None
            if low <= size <= high
            else f"expected length of {path} to be in the range ({low} - {high}), got {value}"
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if low <= value <= high else f"expected {path} to be in the range ({low} - {high}), got {value}"


def _at_most(match: re.Match[str], value: Any, path: str) -> str | None:
    limit = int(match[1])
    fine = not isinstance(value, int | float) or value <= limit
    return None if fine else f"expected {path} to be at most ({limit}), got {value}"


def _choice(match: re.Match[str], value: Any, path: str) -> str | None:
    choices = [choice for choice in re.split(r"[, ]+", match[1] or match[2]) if choice]
    if str(value) in choices or value == "":
        return None
    listed = " ".join(f'"{choice}"' for choice in choices)
    return f"expected {path} to be one of [{listed}], got {value}"


def _rds_name(match: re.Match[str], value: Any, path: str) -> str | None:
    text, prefix = str(value), "prefix" in match[0]
    if not re.fullmatch(r"[0-9a-z-]+", text):
        return f'only lowercase alphanumeric characters and hyphens allowed in "{path}"'
    return _letters_and_hyphens(text, path, prefix=prefix)


def _group_name(match: re.Match[str], value: Any, path: str) -> str | None:
    text = str(value)
    if not re.fullmatch(r"[0-9a-z.-]+", text):
        return f'only lowercase alphanumeric characters, periods, and hyphens allowed in "{path}"'
    too_long = f'"{path}" cannot be greater than 255 characters' if len(text) > 255 else None
    return _letters_and_hyphens(text, path) or too_long


def _letters_and_hyphens(text: str, path: str, *, prefix: bool = False) -> str | None:
    if not text[0].isalpha():
        return f'first character of "{path}" must be a letter'
    if "--" in text:
        return f'"{path}" cannot contain two consecutive hyphens'
    return f'"{path}" cannot end with a hyphen' if text.endswith("-") and not prefix else None


def _subnet_group_name(match: re.Match[str], value: Any, path: str) -> str | None:
    text = str(value)
    if not re.fullmatch(r"[ .0-9a-z_-]+", text):
        return f'only lowercase alphanumeric characters, hyphens, underscores, periods, and spaces allowed in "{path}"'
    if len(text) > 255:
        return f'"{path}" cannot be longer than 255 characters'
    return f'"{path}" is not allowed as "default"' if text == "default" else None


def _snapshot_name(match: re.Match[str], value: Any, path: str) -> str | None:
    text = str(value)
    if not re.fullmatch(r"[0-9A-Za-z-]+", text):
        return f'only alphanumeric characters and hyphens allowed in "{path}"'
    if "--" in text:
        return f'"{path}" cannot contain two consecutive hyphens'
    return f'"{path}" cannot end in a hyphen' if text.endswith("-") else None


def _arn(match: re.Match[str], value: Any, path: str) -> str | None:
    text = str(value)
    fine = not text or re.match(r"^arn:[\w-]+:[\w-]+:[\w-]*:[\w-]*:.+$", text)
    return None if fine else f'"{path}" ({text}) is an invalid ARN: arn: invalid prefix'


def _json(match: re.Match[str], value: Any, path: str) -> str | None:
    try:
        json.loads(str(value) or "{}")
    except ValueError as error:
        return f'"{path}" contains an invalid JSON: {error}'
    return None


def _cidr(match: re.Match[str], value: Any, path: str) -> str | None:
    version = int(match[1])
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return f'"{value}" is not a valid CIDR block: invalid CIDR address: {value}'
    if network.version != version:
        return f'"{value}" is not a valid IPv{version} CIDR block'
    if str(value).lower() != str(network) and version == 4:
        return f'"{value}" is not a valid IPv4 CIDR block; did you mean "{network}"?'
    return None


def _backup_window(match: re.Match[str], value: Any, path: str) -> str | None:
    time = r"([01][0-9]|2[0-3]):[0-5][0-9]"
    fine = re.fullmatch(f"{time}-{time}", str(value))
    return None if fine else f'"{path}" must satisfy the format of "hh24:mi-hh24:mi"'


def _maintenance_window(match: re.Match[str], value: Any, path: str) -> str | None:
    moment = r"(sun|mon|tue|wed|thu|fri|sat):([01][0-9]|2[0-3]):[0-5][0-9]"
    fine = re.fullmatch(f"{moment}-{moment}", str(value).lower())
    return None if fine else f'"{path}" must satisfy the format of "ddd:hh24:mi-ddd:hh24:mi"'


Check = Callable[["re.Match[str]", Any, str], "str | None"]

_CHECKS: tuple[tuple[re.Pattern[str], Check], ...] = (
    (_RANGE, _in_range),
    (re.compile(r"^at most (\d+)$"), _at_most),
    (_CHOICES, _choice),
    (re.compile(r"^RDS identifier (?:prefix )?rule"), _rds_name),
    (re.compile(r"^parameter group name rule"), _group_name),
    (re.compile(r"^subnet group name rule"), _subnet_group_name),
    (re.compile(r"^letters, digits, hyphens; no double hyphen; does not end"), _snapshot_name),
    (re.compile(r"^(?:each )?(?:an )?ARN$"), _arn),
    (re.compile(r"^JSON$|^IAM policy(?: document)? JSON"), _json),
    (re.compile(r"^(?:each an )?IPv([46]) (?:CIDR|network address)"), _cidr),
    (re.compile(r"^hh24:mi"), _backup_window),
    (re.compile(r"^ddd:hh24:mi"), _maintenance_window),
)
