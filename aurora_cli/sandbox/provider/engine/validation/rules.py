"""The validators of the packaged facts, with the error messages of the genuine provider.

A rule is one or more validators, joined by `; ` if all count and by `; or ` if one is enough. `each` is said of the elements
of a list or set. Every packaged rule has a validator here.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

from aurora_cli.sandbox.provider.engine.validation.text_rules import PATTERNS, first_problem, quoted

_LAYOUT = "2006-01-02T15:04:05Z07:00"
_PARTS = (
    ("2006", r"\d{4}"),
    ("-", "-"),
    ("01", "0[1-9]|1[0-2]"),
    ("-", "-"),
    ("02", r"0[1-9]|[12]\d|3[01]"),
    ("T", "T"),
    ("15", r"[01]\d|2[0-3]"),
    (":", ":"),
    ("04", r"[0-5]\d"),
    (":", ":"),
    ("05", r"[0-5]\d(\.\d+)?"),
    ("Z07:00", r"Z|[+-]\d\d:\d\d"),
)


def broken_rule(rule: str, value: Any, path: str) -> str | None:
    """The error message for a value, with its detail in a second line if it has one; None if the value is valid.

    Args:
        rule: the fact, e.g. `0..255 chars`, `RDS identifier`, `7..30; or one of 0`.
        path: the attribute in the message.

    Raises:
        ValueError: the rule has no validator.
    """
    problems = [_first_broken(part.split("; "), value, path) for part in rule.split("; or ")]
    return problems[0] if all(problems) else None


def _first_broken(rules: list[str], value: Any, path: str) -> str | None:
    return next((problem for one in rules if (problem := _broken(one.removeprefix("each "), value, path))), None)


def _broken(rule: str, value: Any, path: str) -> str | None:
    if rule in PATTERNS:
        return first_problem(PATTERNS[rule], str(value), path)
    for pattern, check in _CHECKS:
        match = re.fullmatch(pattern, rule)
        if match:
            return check(match, value, path)
    raise ValueError(f'no validator for the rule "{rule}"')


def _in_range(match: re.Match[str], value: Any, path: str) -> str | None:
    low, high = int(match[1]), int(match[2])
    if match[3] == " chars":
        fine = low <= len(str(value)) <= high
        return None if fine else f"expected length of {path} to be in the range ({low} - {high}), got {value}"
    if match[3] is None and value != int(value):
        return _not_whole(value)
    shown = [f"{one:f}" if match[3] else one for one in (low, high, value)]
    return (
        None
        if low <= value <= high
        else f"expected {path} to be in the range ({shown[0]} - {shown[1]}), got {shown[2]}"
    )


def _not_whole(value: Any) -> str:
    return f"Attribute must be a whole number, got {value}"


def _limit(match: re.Match[str], value: Any, path: str) -> str | None:
    number = int(match[2])
    if value != int(value):
        return _not_whole(value)
    fine = value >= number if match[1] == "least" else value <= number
    return None if fine else f"expected {path} to be at {match[1]} ({number}), got {value}"


def _choice(match: re.Match[str], value: Any, path: str) -> str | None:
    choices = ["" if choice == "(empty)" else choice for choice in match[1].split(", ")]
    text, known = str(value), choices
    if match[2]:
        text, known = text.lower(), [choice.lower() for choice in choices]
    return None if text in known else f"expected {path} to be one of [{_quoted(choices)}], got {value}"


def _number_choice(match: re.Match[str], value: Any, path: str) -> str | None:
    if value != int(value):
        return _not_whole(value)
    return None if str(value) in match[1].split() else f"expected {path} to be one of [{match[1]}], got {value}"


def _enum(match: re.Match[str], value: Any, path: str) -> str | None:
    """The provider's own validator of enumerations, which names the last step of the path."""
    choices = match[1].split(", ")
    name = next(step for step in reversed(path.split(".")) if not step.isdigit())
    return None if str(value) in choices else f"expected {name} to be one of [{_quoted(choices)}], got {value}"


def _quoted(choices: list[str]) -> str:
    return " ".join(f'"{choice}"' for choice in choices)


def _multiple(match: re.Match[str], value: Any, path: str) -> str | None:
    number = int(match[1])
    return None if value % number == 0 else f"expected {path} to be divisible by {number}, got: {value}"


def _not_zero(match: re.Match[str], value: Any, path: str) -> str | None:
    if value != int(value):
        return _not_whole(value)
    return f"{path} must not be zero, got {value}" if value == 0 else None


def _arn(match: re.Match[str], value: Any, path: str) -> str | None:
    problem = _arn_problem(str(value)) if value else None
    return f'"{path}" ({value}) is an invalid ARN: {problem}' if problem else None


def _arn_problem(text: str) -> str | None:
    parts = text.split(":", 5)
    if parts[0] != "arn":
        return "arn: invalid prefix"
    if len(parts) < 6:
        return "arn: not enough sections"
    _, partition, _, region, account, resource = parts
    for name, part, pattern in (
        ("partition", partition, r"^aws(-[a-z]+)*$"),
        ("region", region, r"^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$"),
        ("account ID", account, r"^(aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})$"),
    ):
        if not part and name == "partition":
            return "missing partition value"
        if part and not re.search(pattern, part, re.ASCII):
            return f"invalid {name} value (expecting to match regular expression: {pattern})"
    return None if resource else "missing resource value"


def _json(match: re.Match[str], value: Any, path: str) -> str | None:
    problem = _json_problem(str(value)) if value else None
    return f'"{path}" contains an invalid JSON: {problem}' if problem else None


def _json_problem(text: str) -> str | None:
    """Why a text is no JSON, in the words of Go for its first character."""
    try:
        json.loads(text)
    except ValueError as error:
        first = text.strip()[:1]
        if first in ("", "{", "[", '"'):
            return "unexpected end of JSON input" if len(text.strip()) < 2 else str(error)
        return f"invalid character '{first}' looking for beginning of value"
    return None


def _policy(match: re.Match[str], value: Any, path: str) -> str | None:
    text = str(value).strip()
    if not text:
        return f'"{path}" is an empty string, which is not a valid JSON value'
    kinds = {
        "[": "contains a JSON array, not a JSON object",
        '"': "contains a JSON-encoded string, not a JSON-encoded object",
    }
    problem = kinds.get(text[0]) or (None if text[0] == "{" else "not a JSON object")
    if problem is None and (problem := _json_problem(text)):
        problem += f", at byte offset {len(text.encode())}"
    return f'"{path}" contains an invalid JSON policy: {problem}' if problem else None


def _network(match: re.Match[str], value: Any, path: str) -> str | None:
    """An address range of one version, written as its network address."""
    version, network = int(match[1]), _parsed(value)
    if network is None:
        return f"{quoted(str(value))} is not a valid CIDR block: invalid CIDR address: {value}"
    if network.version != version:
        return f'"{value}" is not a valid IPv{version} CIDR block'
    without_host = ipaddress.ip_interface(str(value)).ip == network.network_address
    return None if without_host else f'"{value}" is not a valid IPv{version} CIDR block; did you mean "{network}"?'


def _rule_network(match: re.Match[str], value: Any, path: str) -> str | None:
    must = f"a valid IPv{match[1]} CIDR that represents a network address"
    return _invalid_attribute(must, value, path) if _network(match, value, path) else None


def _rule_range(match: re.Match[str], value: Any, path: str) -> str | None:
    low, high = int(match[1]), int(match[2])
    if value != int(value):
        return _not_whole(value)
    return None if low <= value <= high else _invalid_attribute(f"between {low} and {high}", value, path)


def _invalid_attribute(must: str, value: Any, path: str) -> str:
    """Summary and detail of the plugin framework's validators."""
    return f"Invalid Attribute Value\nAttribute {path} value must be {must}, got: {value}"


def _sized_network(match: re.Match[str], value: Any, path: str) -> str | None:
    low, high, network = int(match[1]), int(match[2] or match[1]), _parsed(value)
    if network is None:
        return f"expected {path} to contain a valid Value, got: {value} with err: invalid CIDR address: {value}"
    if str(value).lower() != str(network):
        return f"expected {path} to contain a valid network Value, expected {network}, got {value}"
    size = network.prefixlen
    expected = f'expected "{path}" to contain a network Value with between {low} and {high} significant bits'
    return None if low <= size <= high else f"{expected}, got: {size}"


def _parsed(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(str(value), strict=False) if "/" in str(value) else None
    except ValueError:
        return None


def _address(match: re.Match[str], value: Any, path: str) -> str | None:
    try:
        ipaddress.IPv4Address(str(value))
    except ValueError:
        return f"expected {path} to contain a valid IPv4 address, got: {value}"
    return None


def _timestamp(match: re.Match[str], value: Any, path: str) -> str | None:
    problem = _time_problem(str(value))
    if problem is None:
        return None
    if match[1]:
        return f'must be in RFC3339 time format "{_LAYOUT}". Example: {problem}'
    return f'expected "{path}" to be a valid RFC3339 date, got "{value}": {problem}'


def _time_problem(text: str) -> str | None:
    """Why Go does not read it as a time: the first part that it cannot parse."""
    rest = text
    for layout, pattern in _PARTS:
        found = re.match(pattern, rest, re.ASCII)
        if found is None:
            return f'parsing time "{text}" as "{_LAYOUT}": cannot parse "{rest}" as "{layout}"'
        rest = rest[found.end() :]
    return f'parsing time "{text}": extra text: "{rest}"' if rest else None


def _whole_number(match: re.Match[str], value: Any, path: str) -> str | None:
    if not value:
        return None
    if not re.fullmatch(r"[+-]?\d+", str(value), re.ASCII):
        return f"{path}: cannot parse '{value}' as int: strconv.ParseInt: parsing \"{value}\": invalid syntax"
    number = int(value)
    return f"expected {path} to be at least (0), got {number}" if number < 0 else None


def _number(match: re.Match[str], value: Any, path: str) -> str | None:
    try:
        float(value or 0)
    except ValueError:
        return f"{path}: cannot parse '{value}' as float: strconv.ParseFloat: parsing \"{value}\": invalid syntax"
    return None


Check = Callable[["re.Match[str]", Any, str], "str | None"]

_CHECKS: tuple[tuple[str, Check], ...] = (
    (r"(-?\d+)\.\.(\d+)( chars| \(float\))?", _in_range),
    (r"at (least|most) (\d+)", _limit),
    (r"one of ((?:\d+ )*\d+)", _number_choice),
    (r"one of (.+?)( \(in any case\))?", _choice),
    (r"enum \w+ \((.+)\)", _enum),
    (r"multiple of (\d+)", _multiple),
    (r"not zero", _not_zero),
    (r"ARN", _arn),
    (r"JSON", _json),
    (r"IAM policy", _policy),
    (r"IPv([46]) network", _network),
    (r"IPv([46]) network of a rule", _rule_network),
    (r"(-?\d+)\.\.(\d+) of a rule", _rule_range),
    (r"network of /(\d+)(?:\.\./(\d+))?", _sized_network),
    (r"IPv4 address", _address),
    (r"RFC3339( in UTC)?", _timestamp),
    (r"empty or a whole number", _whole_number),
    (r"number in text", _number),
)
