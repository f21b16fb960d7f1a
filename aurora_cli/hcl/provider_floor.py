"""The least version of hashicorp/aws that has what rendered files use.

Origin: `BASE` is the last release of major version 5, whose schema (`terraform providers schema -json` of the genuine 5.100.0,
in tests/contract/provider_5_100.json) has every resource type and argument that is rendered, but for those below. Their
versions are those of the provider's changelog (hashicorp/terraform-provider-aws, .changes/6.x), with the change's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aurora_cli.spec.facts.versions import sort_key

BASE = "5.100"
SINCE = {
    "aws_db_proxy.default_auth_scheme": "6.15",  # 44309
    "aws_db_proxy.endpoint_network_type": "6.28",  # 45634
    "aws_db_proxy.target_connection_network_type": "6.28",  # 45634
}
"""Argument -> the version that brought it."""
OPTIONAL_SINCE = {
    "aws_db_proxy.auth": "6.15",  # 44309
    "aws_rds_cluster_role_association.feature_name": "6.13",  # 44143
}
"""Argument -> the version from which on it may be left out."""

_BLOCK = re.compile(r'^(?:resource|data) "(?P<type>\w+)" "\w+" \{\n(?P<body>.*?)^\}$', re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r"^  (\w+)(?: +=| \{)", re.MULTILINE)


def provider_floor(files: Iterable[str]) -> str:
    """The version for `required_providers`, as `5.100`.

    Args:
        files: rendered and formatted files of one folder.
    """
    needed = (version for text in files for version in _needed(text))
    return max((BASE, *needed), key=sort_key)


def _needed(text: str) -> Iterator[str]:
    for block in _BLOCK.finditer(text):
        used = {f"{block['type']}.{name}" for name in _ARGUMENT.findall(block["body"])}
        yield from (version for argument, version in SINCE.items() if argument in used)
        yield from (
            version
            for argument, version in OPTIONAL_SINCE.items()
            if argument.startswith(f"{block['type']}.") and argument not in used
        )
