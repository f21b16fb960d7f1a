"""Takes secret values out of Terraform's plan and state data before anything else sees them.

Terraform marks what is sensitive in a tree beside the values (`before_sensitive`, `after_sensitive`): `true` covers everything
below it. A name such as `master_password` is taken as secret even where a provider forgot the mark.
"""

from __future__ import annotations

import re
from typing import Any

SENSITIVE = "(sensitive value)"
"""Stands in place of a secret."""

_SECRET_NAME = re.compile(r"(^|_)(password|secret_string|secret_key|secret_access_key|private_key)(_wo)?$")


def is_secret_name(name: str) -> bool:
    """Whether an attribute of this name holds a secret, e.g. `master_password`; `master_user_secret` (an ARN) does not."""
    return bool(_SECRET_NAME.search(name))


def redact(value: Any, marks: Any) -> Any:
    """A copy of `value` with each secret replaced by `SENSITIVE`; `marks` is Terraform's tree, or None."""
    if marks is True:
        return None if value is None else SENSITIVE
    if isinstance(value, dict):
        below = marks if isinstance(marks, dict) else {}
        return {key: redact(item, _mark(key, item, below.get(key))) for key, item in value.items()}
    if isinstance(value, list):
        below_list = marks if isinstance(marks, list) else []
        return [redact(item, below_list[i] if i < len(below_list) else None) for i, item in enumerate(value)]
    return value


def _mark(key: str, item: Any, mark: Any) -> Any:
    return True if isinstance(item, str) and item and is_secret_name(key) else mark
