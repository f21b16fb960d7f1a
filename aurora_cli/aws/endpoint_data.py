"""The part of botocore's table of endpoints that is used: all of it, 300 services, takes longer to read than an answer of AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from aurora_cli.json_input import json_object
from aurora_cli.kept import keep, kept

SERVICES = frozenset(
    {
        *(
            "application-autoscaling",
            "ec2",
            "iam",
            "kms",
            "logs",
            "monitoring",
            "rds",
            "rds-data",
            "s3",
            "secretsmanager",
        ),
        *("sts", "portal.sso", "oidc"),  # of sign-in
    }
)
"""By their names in the table."""
_FILE = "endpoints.json"


def keep_small(loader: Any, cache: Path) -> None:
    """Let botocore's loader read the table from `cache`, which is made once for each version of botocore.

    A table of the user's own (`AWS_DATA_PATH`, `~/.aws/models`) counts as before. A cache that cannot be read is made anew.
    """
    from botocore import __version__

    builtin = Path(loader.BUILTIN_DATA_PATH)
    whole = partial(type(loader).load_data_with_path, loader)

    def load(name: str) -> tuple[Mapping[str, Any], str]:
        own = any((Path(path) / _FILE).exists() for path in loader.search_paths if Path(path) != builtin)
        if name != "endpoints" or own:
            found: tuple[Mapping[str, Any], str] = whole(name)
            return found
        table = kept(cache, __version__, json_object)
        if table is None:
            table = _of_our_services(whole(name)[0])
            keep(cache, __version__, json.dumps(table))
        return table, str(builtin / _FILE)

    loader.load_data_with_path = load


def _of_our_services(table: Mapping[str, Any]) -> dict[str, Any]:
    def small(partition: Mapping[str, Any]) -> dict[str, Any]:
        return {**partition, "services": {name: s for name, s in partition["services"].items() if name in SERVICES}}

    return {**table, "partitions": [small(partition) for partition in table["partitions"]]}
