"""The entry point, and the one place where an exception becomes an exit status.

Nothing heavy is imported here: `--help` and `--version` need Click alone.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from aurora_cli.commands.root import cli
from aurora_cli.commands.shared.session import Session
from aurora_cli.commands.table import COMPLETE_VARIABLE, PROGRAM
from aurora_cli.commands.usage import as_invalid_input, wanted_output
from aurora_cli.errors import AuroraError, Interrupted, OperationFailed
from aurora_cli.signals import heed_interrupt, hold_interrupt, ignore_interrupt

_PIPE_BYTES = 1 << 16
_WAYS_OUT = {
    errno.ENOSPC: "Free some space, then run the same command again.",
    errno.EDQUOT: "Free some space, then run the same command again.",
    errno.EROFS: "Choose a home that can be written: --home PATH.",
    errno.EACCES: "Choose a home that can be written: --home PATH.",
}
_OBJECTS_BETWEEN_COLLECTIONS = 100_000
READER_GONE = 141
"""128 + SIGPIPE: what a shell reports for a program whose reader went away, as in `aurora-cli list | head -1`."""


def main(arguments: Sequence[str] | None = None, obj: Session | None = None) -> int:
    """Run one command line.

    Args:
        arguments: the words after the program's name; default those of the process.
        obj: a session made by a test.

    Returns:
        The exit status, as in docs/reference/exit-statuses.md.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    session = obj or Session()
    if arguments is None:
        gc.set_threshold(
            _OBJECTS_BETWEEN_COLLECTIONS
        )  # what is imported stays: looking through it takes 7 % of a command
    _open_streams()
    try:
        try:
            return _run(words or ["--help"], session)
        finally:
            _flush()
    except BrokenPipeError:
        _silence()
        return READER_GONE
    finally:
        if arguments is None:
            ignore_interrupt()
        else:  # the process goes on
            heed_interrupt()


def _run(words: list[str], session: Session) -> int:
    try:
        status = _invoke(words, session)
        hold_interrupt()
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        raise
    except (click.Abort, KeyboardInterrupt):
        # Raised inside exec() of a text, as dataclasses use it while they are imported, it leaves a mark in CPython, by which the
        # process would die of SIGINT at its end instead of giving a status. The next exec() of a text takes the mark away.
        exec("")  # noqa: S102
        return _fail(Interrupted("Interrupted."), words, session)
    except click.ClickException as error:
        return _fail(as_invalid_input(error, words), words, session)
    except AuroraError as error:
        return _fail(error, words, session)
    except OSError as problem:
        return _fail(_of_machine(problem), words, session)
    except Exception as defect:
        from aurora_cli.commands.crash import as_error

        return _fail(as_error(defect, session.home, debug=session.settings.debug), words, session)


def _invoke(words: list[str], session: Session) -> int:
    """Run the command, or answer a shell that asks for completions.

    Not `cli.main`: it ends the process by itself when a pipe breaks, with a status that says nothing.
    """
    asked = os.environ.get(COMPLETE_VARIABLE)
    if asked:
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, PROGRAM, COMPLETE_VARIABLE, asked)
    try:
        with cli.make_context(PROGRAM, words, obj=session) as context:
            cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 0


def _of_machine(problem: OSError) -> AuroraError:
    """A full disk, a folder that may not be written: not a defect, and nothing of AWS or Terraform."""
    where = f" ({problem.filename})" if problem.filename else ""
    hint = _WAYS_OUT.get(problem.errno or 0, "Check the path, then run the same command again.")
    error = OperationFailed(f"The operating system refused: {problem.strerror or problem}{where}.", hint=hint)
    error.__cause__ = problem
    return error


def _fail(error: AuroraError, words: list[str], session: Session) -> int:
    """Show the failure on stderr, as a document on stdout too if one was asked for; gives the exit status."""
    hold_interrupt()
    from aurora_cli.ui import errors_view, serialize

    errors_view.print_error(session.consoles, error, session.settings.debug)
    output = wanted_output(words, os.environ)
    if output is not None:
        serialize.emit_data(session.consoles, serialize.error_document(error), output)
    return error.exit_status


def _open_streams() -> None:
    """Python has None for a stream that was closed before we started, as in `2>&-`; give it one that leads nowhere."""
    if sys.stdout is None or sys.stderr is None:
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as the process
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    own = sys.__stdout__
    if own is not None and sys.stdout is own and not own.isatty():
        sys.stdout = _in_one_write(own)


def _flush() -> None:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        raise
    except OSError:  # a full disk: the error has been told
        _silence()


def _in_one_write(stream: TextIO) -> TextIO:
    """The stream with a buffer of what a pipe holds: a reader that goes after the first line has been sent all of it by then."""
    buffered = io.BufferedWriter(io.FileIO(stream.fileno(), "w", closefd=False), _PIPE_BYTES)
    return io.TextIOWrapper(buffered, encoding=stream.encoding, errors=stream.errors)


def _silence() -> None:
    """Send what is still buffered nowhere, so that Python's own shutdown does not complain about the closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):  # a stream of a test has no descriptor
            continue
