"""Loads moto in the background while the server already listens.

moto imports a service when its first request comes: 1.4 s for EC2 (and RDS, which needs it) on a small machine, most of it
the parsing of botocore's service models. A command has other work to do in that time, so it is spent before that request.
"""

from __future__ import annotations

import gc
import os
import threading
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.aws import Aws

SETTINGS = {
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
}


class Loader:
    """moto, as soon as it is there.

    Args:
        region: the Region to warm up.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._done = threading.Event()
        self._aws: Aws | None = None
        self._warm = False

    def start(self) -> None:
        """Begin to load."""
        threading.Thread(target=self._load, name="load-moto", daemon=True).start()

    @property
    def ready(self) -> bool:
        """True when the first call will not have to wait."""
        return self._warm

    def wait(self) -> Aws:
        """moto; waits until it is loaded.

        Raises:
            RuntimeError: it could not be loaded; the log file says why.
        """
        self._done.wait()
        if self._aws is None:
            raise RuntimeError("moto could not be loaded")
        return self._aws

    def _load(self) -> None:
        gc.disable()
        try:
            self._aws = load_aws()
            self._done.set()
            self._aws.warm_up(self._region)
            self._warm = True
        except Exception:  # reported by `wait`, which every call goes through
            traceback.print_exc()
        finally:
            self._done.set()
            gc.freeze()
            gc.enable()


def load_aws() -> Aws:
    """Import moto, the quick way."""
    from aurora_cli.sandbox.emulator import moto_startup

    os.environ.update(SETTINGS)
    moto_startup.share_models()
    with moto_startup.no_instance_types():
        from aurora_cli.sandbox.emulator.aws import Aws

        return Aws()
