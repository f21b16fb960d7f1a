"""Validators of the packaged facts that are regular expressions: each with its error message, of which the first counts.

`{path}` is the argument; `{value}`,
`{lower}` and `{quoted}` are the value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

Pattern = tuple[str, bool, str]
"""A regular expression, whether a valid value matches it, and the error message."""


def first_problem(patterns: tuple[Pattern, ...], value: str, path: str) -> str | None:
    """The message of the first pattern that the value breaks; None if it is valid."""
    for pattern, wanted, message in patterns:
        if bool(re.search(pattern, value, re.ASCII)) != wanted:
            return message.format(path=path, value=value, lower=value.lower(), quoted=quoted(value))
    return None


def quoted(value: str) -> str:
    """A text as Go's %q shows it."""
    return json.dumps(value, ensure_ascii=False)


def _invalid(reason: str) -> str:
    return f"invalid value for {{path}} ({reason})"


def _longest(length: int, message: str) -> Pattern:
    return rf"(?s)^.{{0,{length}}}\Z", True, message.replace("LENGTH", str(length))


def _length(low: int, high: int) -> Pattern:
    return (
        rf"(?s)^.{{{low},{high}}}\Z",
        True,
        f"expected length of {{path}} to be in the range ({low} - {high}), got {{value}}",
    )


def _characters(allowed: str) -> str:
    return f"only {allowed} allowed in"


_NO_DOUBLE_HYPHEN: Pattern = (r"--", False, '"{path}" cannot contain two consecutive hyphens')
_GROUP = 'parameter group "{path}"'
_IDENTIFIER: tuple[Pattern, ...] = (
    (r"^[0-9a-z-]+$", True, f'{_characters("lowercase alphanumeric characters and hyphens")} "{{path}}"'),
    (r"^[a-z]", True, 'first character of "{path}" must be a letter'),
    _NO_DOUBLE_HYPHEN,
)
_ENDS: Pattern = (r"-$", False, '"{path}" cannot end with a hyphen')
_GROUP_TAIL: tuple[Pattern, ...] = (
    (r"^[a-z]", True, f"first character of {_GROUP} must be a letter"),
    (r"--", False, f"{_GROUP} cannot contain two consecutive hyphens"),
)
_SUBNET_GROUP: Pattern = (
    r"^[ .0-9a-z_-]+$",
    True,
    f'{_characters("lowercase alphanumeric characters, hyphens, underscores, periods, and spaces")} "{{path}}"',
)
_IAM: Pattern = (r"^[\w+=,.@-]*$", True, _invalid(r"must match [\w+=,.@-]"))
_LOG_GROUP: Pattern = (
    r"^[.\-_/#A-Za-z0-9]+$",
    True,
    (
        '"{path}" isn\'t a valid log group name '
        "(alphanumeric characters, underscores, hyphens, slashes, hash signs and dots are allowed): {quoted}"
    ),
)
_SECRET: Pattern = (
    r"^[0-9A-Za-z/_+=.@-]+$",
    True,
    'only alphanumeric characters and /_+=.@- special characters are allowed in "{path}"',
)
_SUBSCRIPTION: tuple[Pattern, ...] = (
    (
        r"^[A-Za-z][0-9A-Za-z-]*$",
        True,
        'only ASCII letters, digits, and hyphens allowed in "{path}", and it must begin with a letter',
    ),
    _NO_DOUBLE_HYPHEN,
)
_TOO_LONG = '"{path}" cannot be longer than LENGTH characters'
_TOO_LONG_VALUE = f"{_TOO_LONG}: {{quoted}}"
_DESCRIPTION = r"^[0-9A-Za-z_ .:/()#,@\[\]+=&;{}!$*-]*$"
_SECURITY_GROUP: Pattern = (r"^sg-", False, _invalid("cannot begin with sg-"))
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "(sun|mon|tue|wed|thu|fri|sat)"
_HYPHENS_INSIDE: tuple[Pattern, ...] = (
    (r"--", False, _invalid("cannot contain two consecutive hyphens")),
    (r"-$", False, _invalid("cannot end in a hyphen")),
)

PATTERNS: Mapping[str, tuple[Pattern, ...]] = {
    "RDS identifier": (*_IDENTIFIER, _ENDS),
    "RDS identifier prefix": _IDENTIFIER,
    "parameter group name": (
        (r"^[0-9a-z.-]+$", True, f"{_characters('lowercase alphanumeric characters, periods, and hyphens')} {_GROUP}"),
        *_GROUP_TAIL,
        (r"-$", False, f"{_GROUP} cannot end with a hyphen"),
        _longest(255, f"{_GROUP} cannot be greater than LENGTH characters"),
    ),
    "parameter group name prefix": (
        (r"^[0-9a-z-]+$", True, f"{_characters('lowercase alphanumeric characters and hyphens')} {_GROUP}"),
        *_GROUP_TAIL,
        _longest(226, f"{_GROUP} cannot be greater than LENGTH characters"),
    ),
    "subnet group name": (
        _SUBNET_GROUP,
        _longest(255, _TOO_LONG),
        (r"(?i)^default$", False, '"Default" is not allowed as "{path}"'),
    ),
    "subnet group name prefix": (_SUBNET_GROUP, _longest(229, _TOO_LONG)),
    "cluster snapshot identifier": (
        _length(1, 63),
        (r"^[0-9a-z-]+$", True, _invalid("must contain only lowercase alphanumeric characters and hyphens")),
        (r"^[a-z]", True, _invalid("must begin with a lowercase letter")),
        (r"--", False, _invalid("cannot contain two consecutive hyphens")),
        (r"-$", False, _invalid("cannot end with a hyphen")),
    ),
    "final snapshot identifier of a cluster": (
        (r"^[0-9A-Za-z-]+$", True, f'{_characters("alphanumeric characters and hyphens")} "{{path}}"'),
        _NO_DOUBLE_HYPHEN,
        (r"-$", False, '"{path}" cannot end in a hyphen'),
    ),
    "final snapshot identifier of an instance": (
        (r"^[A-Za-z]", True, _invalid("must begin with alphabetic character")),
        (r"^[0-9A-Za-z-]+$", True, _invalid("must only contain alphanumeric characters and hyphens")),
        *_HYPHENS_INSIDE,
    ),
    "event subscription name": (*_SUBSCRIPTION, _ENDS, _longest(255, _TOO_LONG)),
    "event subscription name prefix": (*_SUBSCRIPTION, _longest(229, _TOO_LONG)),
    "cluster engine": ((r"^custom-", True, _invalid("must begin with custom-")),),
    "custom instance profile": ((r"^AWSRDSCustom.*$", True, _invalid("must begin with AWSRDSCustom")),),
    "IAM name of 128": (_length(1, 128), _IAM),
    "IAM name of 102": (_length(1, 102), _IAM),
    "IAM name of 64": (_length(1, 64), _IAM),
    "IAM name of 38": (_length(1, 38), _IAM),
    "inline policy name": (
        (r"(?s).", True, 'expected "{path}" to not be an empty string, got {value}'),
        _length(1, 128),
        _IAM,
    ),
    "role of a policy": (
        _length(1, 128),
        (r"^arn:[^:]+:", False, '"{path}" must be the role\'s name not its ARN'),
        (r"[\w+=,.@-]+", True, 'expected value of {path} to match regular expression "[\\\\w+=,.@-]+", got {value}'),
    ),
    "KMS key": (
        (r"(?s).", True, '"{path}" cannot be shorter than 1 character'),
        _longest(2048, _TOO_LONG),
    ),
    "alias name": (
        (r"^alias/aws/", False, "\"{path}\" cannot begin with reserved AWS CMK prefix 'alias/aws/'"),
        (
            r"^alias/[0-9A-Za-z_/-]+$",
            True,
            "\"{path}\" must begin with 'alias/' and be comprised of only [0-9A-Za-z_/-]",
        ),
    ),
    "log group name": (_longest(512, _TOO_LONG_VALUE), _LOG_GROUP),
    "log group name prefix": (_longest(483, _TOO_LONG_VALUE), _LOG_GROUP),
    "secret name": (_SECRET, _longest(512, '"{path}" cannot be greater than LENGTH characters')),
    "secret name prefix": (_SECRET, _longest(486, '"{path}" cannot be greater than LENGTH characters')),
    "dashboard name": (
        _longest(255, _TOO_LONG_VALUE),
        (r"^[0-9A-Za-z_-]+$", True, '"{path}" doesn\'t comply with restrictions ("^[0-9A-Za-z_-]+$"): {quoted}'),
    ),
    "rule description": (
        _longest(255, _TOO_LONG_VALUE),
        (
            _DESCRIPTION,
            True,
            '"{path}" doesn\'t comply with restrictions ("'
            + _DESCRIPTION.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}")
            + '"): {quoted}',
        ),
    ),
    "security group name": (_length(0, 255), _SECURITY_GROUP),
    "security group name prefix": (_length(0, 229), _SECURITY_GROUP),
    "more than a colon": ((r"[^:].*", True, _invalid("must not contain colon characters")),),
    "extended statistic": (
        (
            r"^((p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|(IQM|PR|TM|TC|TS|WM)(\(.*\))?)$",
            True,
            _invalid(
                "invalid statistic, see: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/"
                "Statistics-definitions.html"
            ),
        ),
    ),
    "schedule expression": (
        (
            r"[0-9A-Za-z\(\)#\?\*\-\/, ]+",
            True,
            'expected value of {path} to match regular expression "[0-9A-Za-z\\\\(\\\\)#\\\\?\\\\*\\\\-\\\\/, ]+", got {value}',
        ),
    ),
    "digits or h": ((r"[0-9h]+", True, 'expected value of {path} to match regular expression "[0-9h]+", got {value}'),),
    "not empty": ((r"(?s).", True, "{path} must not be empty, got {value}"),),
    "base64": (
        (
            r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
            True,
            '"{path}" ({quoted}) must be base64-encoded',
        ),
    ),
    "backup window": (
        (
            rf"^({_TIME}-{_TIME})?$",
            True,
            '({value}) must satisfy the format of "hh24:mi-hh24:mi"',
        ),
    ),
    "maintenance window": (
        (
            rf"(?i)^({_DAY}:{_TIME}-{_DAY}:{_TIME})?$",
            True,
            '({lower}) must satisfy the format of "ddd:hh24:mi-ddd:hh24:mi"',
        ),
    ),
}
