"""Imports moto in the background while the server already listens.

moto imports a service on its first request. EC2, and RDS which requires it, take 1.4 s on a small machine, mostly to parse
botocore's service models. A command has other work to do in that time.
"""

from __future__ import annotations

import gc
import os
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.aws import Aws

SETTINGS = {
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
}


class Loader:
    """moto, once it is loaded.

    Args:
        region: the Region to preload.
        loaded: takes moto before its first call.
    """

    def __init__(self, region: str, loaded: Callable[[Aws], None]) -> None:
        self._region, self._loaded = region, loaded
        self._done = threading.Event()
        self._aws: Aws | None = None
        self._warm = False

    def start(self) -> None:
        """Start to load."""
        threading.Thread(target=self._load, name="load-moto", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether moto is loaded."""
        return self._warm

    def wait(self) -> Aws:
        """Wait until moto is loaded, and return it.

        Raises:
            RuntimeError: moto could not be loaded; the log file has the cause.
        """
        self._done.wait()
        if self._aws is None:
            raise RuntimeError("moto could not be loaded")
        return self._aws

    def _load(self) -> None:
        gc.disable()
        try:
            aws = load_aws()
            self._loaded(aws)
            self._aws = aws
            self._done.set()
            self._aws.warm_up(self._region)
            self._warm = True
        except Exception:  # `wait` reports it, which every call uses
            traceback.print_exc()
        finally:
            self._done.set()
            gc.freeze()
            gc.enable()


def load_aws() -> Aws:
    """Import moto without its slow tables, and with caches."""
    from aurora_cli.sandbox.emulator import moto_startup

    os.environ.update(SETTINGS)
    moto_startup.share_models()
    with moto_startup.no_instance_types():
        from aurora_cli.sandbox.emulator import moto_caches
        from aurora_cli.sandbox.emulator.aws import Aws

        moto_caches.install()
        return Aws()
