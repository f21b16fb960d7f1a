"""A defect of ours: one sentence for the user, the traceback in a private file for the report."""

from __future__ import annotations

import os
import traceback
from datetime import datetime, timezone
from pathlib import Path

from aurora_cli.errors import AuroraError, OperationFailed
from aurora_cli.redact import known_secrets, redact_text
from aurora_cli.writing import make_folder, write_atomic


def as_error(defect: Exception, folder: Path | None, *, debug: bool) -> AuroraError:
    """The failure to show for an unexpected exception, with the traceback's file as the hint.

    Args:
        folder: the home; None when it is not known, then nothing is written.
        debug: the traceback is shown already, so nothing is written.
    """
    message = f"Internal error in aurora-cli: {type(defect).__name__}: {defect}"
    error = OperationFailed(message, hint="Run the command again with --debug to see the traceback.")
    error.__cause__ = defect
    path = None if debug or folder is None else write_log(defect, folder)
    if path is not None:
        error.hint = f"The traceback is in {path}; please send it with your report."
        error.details["log"] = str(path)
    return error


def write_log(defect: Exception, folder: Path) -> Path | None:
    """Write the traceback without secrets, readable by its owner only, to `<folder>/logs`; None if that is impossible."""
    now = datetime.now(timezone.utc)
    text = redact_text("".join(traceback.format_exception(defect)), known_secrets(os.environ))
    path = folder / "logs" / f"defect-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    try:
        make_folder(path.parent)
        write_atomic(path, text.encode("utf-8", "backslashreplace"))
    except OSError:
        return None  # the failure itself is shown all the same
    return path
