"""Skips the parts of moto's startup that the sandbox does not use, which are most of it.

Measured with moto 5.2: botocore's EC2 model is parsed three times to list Regions (0.5 s), and unused tables of EC2
instance types take 0.25 s and 100 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.loaders import JSONFileLoader


def share_models() -> None:
    """Parse each of botocore's model files once per process."""
    load_file, parsed = JSONFileLoader.load_file, {}

    def load_once(loader: JSONFileLoader, path: str) -> Any:
        if path not in parsed:
            parsed[path] = load_file(loader, path)
        return parsed[path]

    JSONFileLoader.load_file = load_once  # type: ignore[method-assign,assignment]


@contextmanager
def no_instance_types() -> Iterator[None]:
    """Within this context, moto's tables of EC2 instance types are empty."""
    from moto.utilities import utils

    load_resource = utils.load_resource

    def load(resource: str) -> Any:
        if "instance_type_offerings" in resource:
            return []
        return {} if "instance_types" in resource else load_resource(resource)

    utils.load_resource = load
    try:
        yield
    finally:
        utils.load_resource = load_resource
