"""What becomes of an exception: the exit status, the sentence, the document."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import aurora_cli
from aurora_cli import __version__, errors
from aurora_cli.operations.inspect import clusters, doctor
from aurora_cli.ui import errors_view
from aurora_cli.ui.report import lists
from tests.unit.conftest import Run


def _fails(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def raise_it(app: Any) -> None:
        raise error

    monkeypatch.setattr(clusters, "list_clusters", raise_it)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.OperationFailed("It failed."), 1),
        (errors.ApprovalRequired("Nobody to ask."), 2),
        (errors.AccessDenied("Not allowed."), 3),
        (errors.ClusterNotFound("Not there."), 4),
        (errors.PlanStale("Stale."), 5),
        (errors.WaitTimeout("Too slow."), 6),
        (errors.Declined("No."), 8),
        (errors.GuardRefused("Data."), 9),
        (errors.Interrupted("Stopped."), 130),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141),
        (OSError(errno.ENOSPC, "No space left on device"), 1),
    ],
)
def test_an_exception_becomes_its_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    _fails(monkeypatch, error)
    done = run("list")
    assert done.status == status
    assert done.out == ""


@pytest.mark.parametrize("fails", [False, True])
def test_an_interrupt_while_the_result_is_told_changes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    where, name = (errors_view, "print_error") if fails else (lists, "print_checks")
    told = getattr(where, name)

    def interrupted(*args: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        told(*args)

    monkeypatch.setattr(doctor, "doctor", lambda *args, **options: [])
    monkeypatch.setattr(where, name, interrupted)
    assert run("doctor", "--wrong" if fails else "--sandbox").status == (2 if fails else 0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "who called us in this process has it back"


def test_a_failure_is_a_sentence_and_a_hint_on_stderr(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _fails(monkeypatch, errors.ClusterNotFound("There is no cluster 'x'.", hint="aurora-cli list"))
    assert run("list").err == "error: There is no cluster 'x'.\nhint: aurora-cli list\n"


@pytest.mark.parametrize("words", [("-o", "json"), ("-ojson",), ("--output", "json"), ("--output=json",)])
def test_a_failure_with_json_is_a_document_on_stdout(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    _fails(monkeypatch, errors.StackLocked("Held.", details={"pid": 7}))
    done = run("list", *words)
    assert done.document == {
        "schema_version": 1,
        "error": {"code": "locked", "message": "Held.", "hint": None, "details": {"pid": 7}},
    }
    assert done.err.startswith("error: Held.")


def test_a_wrong_flag_with_json_is_a_document_too(run: Run) -> None:
    done = run("list", "--wrong", "-o", "json")
    assert done.status == 2
    assert done.document["error"]["code"] == "invalid-input"


def test_the_variable_for_the_output_counts_for_failures(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_OUTPUT", "json")
    assert run("endpoints").document["error"]["code"] == "invalid-input"


def test_an_unknown_command_gets_the_nearest_one(run: Run) -> None:
    done = run("hisotry")
    assert done.status == 2
    assert "Did you mean 'history'?" in done.err


def test_an_unknown_subcommand_gets_the_nearest_one(run: Run) -> None:
    assert "Did you mean 'start' or 'status'?" in run("sandbox", "strat").err


def test_an_unknown_option_gets_the_nearest_one(run: Run) -> None:
    done = run("create", "demo", "--reader", "2")
    assert done.status == 2
    assert "--readers" in done.err


def test_no_arguments_is_help_and_success(run: Run) -> None:
    done = run()
    assert done.status == 0
    assert done.out.startswith("Usage: aurora-cli")


def test_a_group_alone_is_incomplete(run: Run) -> None:
    done = run("sandbox")
    assert done.status == 2
    assert done.out == ""
    assert done.err == (
        "error: Specify a command: env, faults, reset, start, status, stop, terraform.\nhint: Help: aurora-cli sandbox --help\n"
    )


def test_version_needs_no_command(run: Run) -> None:
    assert run("--version").out == f"aurora-cli {__version__}\n"


def test_a_defect_is_one_sentence_and_a_private_log(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fails(monkeypatch, ValueError("unforeseen"))
    done = run("list", "-o", "json")
    (log,) = (tmp_path / "home" / "logs").iterdir()
    assert done.status == 1
    assert "Traceback" not in done.err
    assert "ValueError: unforeseen" in done.err
    assert done.document["error"]["details"] == {"log": str(log)}
    assert "raise_it" in log.read_text(encoding="utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_debug_shows_the_traceback_and_writes_no_log(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fails(monkeypatch, ValueError("unforeseen"))
    done = run("--debug", "list")
    assert done.status == 1
    assert "Traceback" in done.err
    assert "raise_it" in done.err
    assert not (tmp_path / "home" / "logs").exists()


@pytest.mark.parametrize("text", ["1", "true", "Yes", " on "])
def test_booleans_in_variables_are_read_leniently(run: Run, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AURORA_DEBUG", text)
    _fails(monkeypatch, ValueError("unforeseen"))
    assert "Traceback" in run("list").err


@pytest.mark.parametrize("text", ["0", "false", "No", "off", ""])
def test_a_false_variable_is_false(run: Run, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AURORA_DEBUG", text)
    _fails(monkeypatch, ValueError("unforeseen"))
    assert "Traceback" not in run("list").err


def test_an_option_without_its_argument_leads_to_the_help_of_its_command(run: Run) -> None:
    done = run("create", "demo", "--engine")
    assert done.status == 2
    assert "hint: Help: aurora-cli create --help\n" in done.err


def test_a_hint_is_typed_with_the_global_options_of_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    hint = "Look: aurora-cli status x. Or begin anew: aurora-cli sandbox reset"
    _fails(monkeypatch, errors.ClusterNotFound("There is no cluster 'x'.", hint=hint))
    assert f"hint: {hint}\n" in run("list").err
    typed = (
        "Look: aurora-cli --home 'my home' --sandbox status x. Or begin anew: aurora-cli --home 'my home' sandbox reset"
    )
    assert f"hint: {typed}" in " ".join(run("--home", "my home", "--sandbox", "list").err.split())
    assert run("--home", "my home", "--sandbox", "list", "-o", "json").document["error"]["hint"] == typed


def test_ctrl_c_while_modules_are_loaded_ends_with_its_status(tmp_path: Path) -> None:
    """In a process: it is the process's end that counts, and `python -m` is where CPython ends by the signal."""
    (tmp_path / "program.py").write_text(
        "import sys, aurora_cli.main as main\n"
        "main._invoke = lambda words, session: exec('raise KeyboardInterrupt')\n"
        "main.main(['list'])  # loads what an error needs\n"
        "sys.exit(main.main(['list']))\n"
    )
    command = [sys.executable, "-m", "program"]
    environ = {**os.environ, "PYTHONPATH": str(Path(aurora_cli.__file__).parents[1])}
    ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "error: Interrupted.\n" * 2)


def test_the_end_of_the_process_hears_no_interrupt() -> None:
    code = (
        "import atexit, os, signal\n"
        "atexit.register(lambda: [os.kill(os.getpid(), signal.SIGINT) for _ in range(3)])\n"
        "from aurora_cli.main import main\n"
        "raise SystemExit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
