"""The functions of the provider: `provider::aws::arn_parse` and its neighbours.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/functions/arn_parse
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_PARTS = ("partition", "service", "region", "account_id", "resource")


def call(name: str, arguments: list[Any]) -> Any:
    """The result of a function.

    Raises:
        ValueError: an argument is not valid; the text is the genuine provider's.
        KeyError: there is no function of that name.
    """
    return _FUNCTIONS[name](*arguments)


def _arn_build(*parts: str) -> str:
    return ":".join(("arn", *parts))


def _arn_parse(arn: str) -> dict[str, str]:
    prefix, *parts = arn.split(":", 5)
    if prefix != "arn":
        raise ValueError("arn: invalid prefix")
    if len(parts) != len(_PARTS):
        raise ValueError("arn: not enough sections")
    return dict(zip(_PARTS, parts, strict=True))


def _trim_iam_role_path(arn: str) -> str:
    parts = _arn_parse(arn)
    if parts["service"] != "iam":
        raise ValueError('service must be "iam"')
    if parts["region"]:
        raise ValueError("region must be empty")
    if not parts["resource"].startswith("role/"):
        raise ValueError('resource must begin with "role/"')
    name = parts["resource"].rpartition("/")[2]
    return _arn_build(*{**parts, "resource": f"role/{name}"}.values())


def _user_agent(name: str, version: str, comment: str) -> str:
    if not name:
        raise ValueError("product_name must be set")
    return name + (f"/{version}" if version else "") + (f" ({comment})" if comment else "")


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "arn_build": _arn_build,
    "arn_parse": _arn_parse,
    "trim_iam_role_path": _trim_iam_role_path,
    "user_agent": _user_agent,
}
