"""`python -m aurora_cli.sandbox.provider`: the provider process that Terraform starts."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path


def main() -> int:
    """Serve the provider; AURORA_SANDBOX_PROVIDER_CACHE names the folder for models and certificate."""
    # Ctrl-C reaches the whole process group; Terraform decides when we stop, as with every provider.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from aurora_cli.sandbox.provider.core import Provider
    from aurora_cli.sandbox.provider.serve import serve

    folder = os.environ.get("AURORA_SANDBOX_PROVIDER_CACHE")
    cache_dir = Path(folder) if folder else None
    return serve(Provider(cache_dir), cache_dir)


if __name__ == "__main__":
    sys.exit(main())
