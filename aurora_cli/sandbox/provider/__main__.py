"""`python -m aurora_cli.sandbox.provider`: the provider process that Terraform starts."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Serve the provider; AURORA_SANDBOX_PROVIDER_CACHE names the folder for models and certificate."""
    # Ctrl-C reaches the whole process group; Terraform decides when a provider stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = run()
    # The interpreter would wait for every worker thread, even for one that waits for a resource after the end of Terraform.
    os._exit(status)


def run(done: threading.Event | None = None) -> int:
    """Serve until Terraform stops the provider or ends; returns the exit status with all output flushed.

    Args:
        done: see `serve`.
    """
    from aurora_cli.sandbox.provider.core import Provider
    from aurora_cli.sandbox.provider.serve import serve

    folder = os.environ.get("AURORA_SANDBOX_PROVIDER_CACHE")
    cache_dir = Path(folder) if folder else None
    status = serve(Provider(cache_dir), cache_dir, done=done)
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    main()
