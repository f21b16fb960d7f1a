"""Progress: lines in a log, and a list that is redrawn on a terminal."""

from __future__ import annotations

import io
import re
import threading

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.events import Note, StepFinished, StepStarted, TaskEnded, TaskStarted, Waiting
from aurora_cli.terraform.output.events import (
    ChangeSummary,
    Diagnostic,
    DiagnosticEvent,
    InterruptRequested,
    LogLine,
    PlannedChange,
    RefreshComplete,
    RefreshStart,
    Resource,
    ResourceComplete,
    ResourceErrored,
    ResourceProgress,
    ResourceStart,
    Unknown,
    Version,
)
from aurora_cli.ui.console import make_consoles, symbols
from aurora_cli.ui.plan.plan_view import print_review
from aurora_cli.ui.progress.activity import Activity
from aurora_cli.ui.progress.live import LiveArea, LiveDisplay
from aurora_cli.ui.progress.progress import Progress, Ticker
from tests.unit.ui_screens import FakeClock, Screen, Terminal, new_cluster, review, screen

CLUSTER = Resource("aws_rds_cluster.this", "aws_rds_cluster", "this")
APPLY = StepStarted("apply", "Applying the change")


def member(key: int) -> Resource:
    return Resource(f'aws_rds_cluster_instance.this["{key}"]', "aws_rds_cluster_instance", "others", str(key))


def lines_of(shown: Screen) -> list[str]:
    return shown.err.splitlines()


def test_a_log_has_one_line_for_each_cluster_of_a_fleet_and_says_what_takes_long() -> None:
    shown, clock = screen(80), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        for event in (
            StepStarted("wave", "Wave canary: 4 clusters", 4),
            *map(TaskStarted, ("orders", "cards", "wallet", "ledger")),
        ):
            progress.handle(event)
        progress.handle(TaskEnded("orders", 12, failed=False))
        progress.handle(TaskEnded("cards", 3, failed=True))
        progress.handle(TaskEnded("ledger", 4, failed=True, stale=True))
        clock.seconds += 31
        progress.tick()
        progress.handle(StepFinished("wave", 40, "1 applied, 1 stale, 1 failed", failed=True))
    assert lines_of(shown) == [
        "Wave canary: 4 clusters ...",
        "applied  orders  12s",
        "failed   cards  3s",
        "stale    ledger  4s",
        "still applying: wallet (31s); 1 of 4 done, 1 failed, 1 stale",
        "failed   Wave canary: 4 clusters  40s  1 applied, 1 stale, 1 failed",
    ]


def test_a_terminal_keeps_the_slowest_clusters_of_a_wave_and_those_that_failed() -> None:
    shown, clock = screen(60, tty=True), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        progress.handle(StepStarted("wave", "Wave rest: 40 clusters", 40))
        for number in range(14):
            progress.handle(TaskStarted(f"c{number:02}"))
            progress.handle(TaskEnded(f"c{number:02}", number + 1, failed=number in (1, 2), stale=number == 1))
        progress.tick()
        assert "12 of 40 done, 1 failed, 1" in shown.err and "stale" in shown.err
        before = len(shown.err)
        progress.handle(StepFinished("wave", 40, "13 applied, 1 failed", failed=True))
    left = shown.err[before:]
    assert [f"c{number:02}" in left for number in range(14)] == [number in (1, 2) or number > 3 for number in range(14)]
    assert "failed" in left and "2 more done, each in less time" in left
    assert "Wave rest: 40 clusters" in left.rpartition(symbols(shown.consoles.err).failed)[2]


def test_a_log_has_one_line_per_step_and_change() -> None:
    shown, clock = screen(60), FakeClock()
    with Progress(shown.consoles, clock, name="demo") as progress:
        for event in (
            StepStarted("plan", "Planning the change"),
            Version("1.15.5", "1.2"),
            PlannedChange(CLUSTER, "create"),
            ChangeSummary("plan", 1, 0, 0),
            StepFinished("plan", 3.2),
            APPLY,
            ResourceStart(CLUSTER, "create"),
            ResourceProgress(CLUSTER, "create", 10),
            ResourceComplete(CLUSTER, "create", 83, "demo"),
            ResourceStart(member(2), "create"),
            ResourceErrored(member(2), "create", 4),
            LogLine("noise"),
            Unknown("x"),
            StepFinished("apply", 90, "1 made"),
        ):
            progress.handle(event)
    assert shown.out == ""
    assert [line.split(maxsplit=1) for line in lines_of(shown)] == [
        ["Planning", "the change ..."],
        ["done", "Planning the change  3s"],
        ["Applying", "the change ..."],
        ["created", "Aurora cluster demo  1m23s"],
        ["failed", "instance demo-2  4s"],
        ["done", "Applying the change  1m30s  1 made"],
    ]


def test_the_heartbeat_comes_after_30_silent_seconds_and_names_what_runs() -> None:
    shown, clock = screen(), FakeClock()
    with Progress(shown.consoles, clock, name="demo") as progress:
        progress.handle(APPLY)
        for key in range(2, 8):
            progress.handle(ResourceStart(member(key), "create"))
        progress.handle(ResourceStart(member(1), "delete"))
        before = shown.err
        clock.seconds += 29
        progress.tick()
        assert shown.err == before
        clock.seconds += 61
        progress.tick()
        progress.tick()
        named = ", ".join(f"instance demo-{key} (1m30s)" for key in range(2, 6))
        assert lines_of(shown)[1:] == [f"still creating: {named}, and 3 more"]


def test_the_heartbeat_speaks_of_a_wait_and_of_a_quiet_step() -> None:
    shown, clock = screen(), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        progress.handle(StepStarted("init", "Preparing Terraform"))
        clock.seconds += 31
        progress.tick()
        progress.handle(StepFinished("init", 31))
        progress.handle(StepStarted("failover", "Failing over"))
        progress.handle(Waiting("demo-2 to become the writer", "available", 0))
        progress.handle(Waiting("demo-2 to become the writer", "available", 5))
        progress.handle(Waiting("demo-2 to become the writer", "failing-over", 10))
        clock.seconds += 40
        progress.tick()
    words = [" ".join(line.split()) for line in lines_of(shown)]
    assert "still busy: Preparing Terraform (31s)" in words
    assert words[-3:] == [
        "waiting for demo-2 to become the writer (now: available)",
        "waiting for demo-2 to become the writer (now: failing-over)",
        "still waiting for demo-2 to become the writer (now: failing-over) (40s)",
    ]


def test_no_heartbeat_when_nothing_runs() -> None:
    shown, clock = screen(), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        clock.seconds += 300
        progress.tick()
    assert shown.err == ""


def test_the_display_ends_with_its_thread_also_after_an_error() -> None:
    with pytest.raises(RuntimeError), Progress(screen().consoles, FakeClock()) as progress:
        progress.handle(APPLY)
        progress.handle(ResourceStart(CLUSTER, "create"))
        raise RuntimeError
    assert "progress" not in {thread.name for thread in threading.enumerate()}


def test_what_was_under_way_is_said_when_the_operation_stops() -> None:
    shown, clock = screen(), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        progress.handle(APPLY)
        progress.handle(ResourceStart(CLUSTER, "create"))
        clock.seconds += 5
    assert lines_of(shown)[-1] == "not finished: creating Aurora cluster  5s"


@pytest.mark.parametrize("tty", [True, False])
def test_the_step_that_failed_is_named(tty: bool) -> None:
    shown, clock = screen(tty=tty), FakeClock()
    with pytest.raises(RuntimeError), Progress(shown.consoles, clock) as progress:
        progress.handle(StepStarted("init", "Preparing Terraform"))
        progress.handle(StepFinished("init", 1))
        progress.handle(StepStarted("plan", "Planning the change"))
        clock.seconds += 4
        raise RuntimeError
    last = (on_terminal(shown, 100) if tty else lines_of(shown))[-1]
    assert "Planning the change" in last
    assert "not finished" in last
    assert "4s" in last


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "Stopping safely"), (2, "once more, it is killed"), (3, "Terraform was killed"), (4, "Terraform was killed")],
)
@pytest.mark.parametrize("tty", [True, False])
def test_an_interrupt_says_what_happens(number: int, words: str, tty: bool) -> None:
    shown = screen(tty=tty)
    with Progress(shown.consoles, FakeClock()) as progress:
        progress.handle(InterruptRequested(number))
    assert words in shown.err_words


def test_notes_and_warnings_are_shown_once_and_errors_are_left_to_the_end() -> None:
    shown = screen()
    with Progress(shown.consoles, FakeClock()) as progress:
        progress.handle(Note("It goes on.", hint="aurora-cli status demo"))
        progress.handle(Note("Careful.", level="warning"))
        for _ in range(2):
            progress.handle(DiagnosticEvent(Diagnostic("warning", "Deprecated", "password=hunter2 is old")))
        progress.handle(DiagnosticEvent(Diagnostic("error", "Boom")))
        progress.handle(DiagnosticEvent(Diagnostic("warning", "Incomplete lock file information for providers", "Due")))
        progress.handle(DiagnosticEvent(Diagnostic("warning", "Resource targeting is in effect", "You are")))
        progress.handle(DiagnosticEvent(Diagnostic("warning", "Applied changes may be incomplete", "The plan")))
    assert shown.err_words == (
        "» It goes on. hint: aurora-cli status demo ▲ warning: Careful. ▲ warning: Deprecated: password=(hidden) is old"
    )


def test_a_warning_of_many_paragraphs_is_cut() -> None:
    shown = screen()
    with Progress(shown.consoles, FakeClock()) as progress:
        progress.handle(DiagnosticEvent(Diagnostic("warning", "Old", "first\nline\n\nsecond paragraph")))
        progress.handle(DiagnosticEvent(Diagnostic("warning", "Long", "x" * 1000)))
    assert "warning: Old: first line ▲" in shown.err_words
    assert len(shown.err) < 400


def test_a_reader_who_leaves_ends_the_display_and_nothing_else() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with Progress(make_consoles("auto", {}, io.StringIO(), Gone()), FakeClock()) as progress:
        progress.handle(APPLY)
        progress.handle(StepFinished("apply", 1))


def test_a_plan_that_is_shown_gives_the_names() -> None:
    shown = screen()
    with Progress(shown.consoles, FakeClock()) as progress:
        print_review(shown.consoles, review(new_cluster()))
        progress.handle(APPLY)
        rule = Resource('aws_vpc_security_group_ingress_rule.allow["x"]', "aws_vpc_security_group_ingress_rule")
        progress.handle(ResourceStart(rule, "create"))
        progress.handle(ResourceComplete(rule, "create", 1))
    assert "created  security group rule: allow 10.0.0.0/8  1s" in shown.err


def test_work_that_began_before_we_looked_has_its_true_age() -> None:
    clock = FakeClock()
    activity = Activity(clock.monotonic)
    activity.progressed(ResourceProgress(CLUSTER, "create", 120))
    assert activity.with_state("running")[0].seconds(clock.seconds) == 120


def test_a_second_plan_begins_a_new_list() -> None:
    activity = Activity(FakeClock().monotonic)
    activity.planned(PlannedChange(CLUSTER, "create"))
    activity.summary(ChangeSummary("plan", 1, 0, 0))
    activity.planned(PlannedChange(member(2), "create"))
    activity.planned(PlannedChange(member(3), "no-op"))
    activity.started(ResourceStart(Resource("aws_vpc.this", "aws_vpc"), "create"))
    assert [w.name for w in activity.with_state("waiting")] == ["instance 2"]


def test_a_replacement_is_two_pieces_of_work() -> None:
    activity = Activity(FakeClock().monotonic)
    for action in ("delete", "create"):
        activity.started(ResourceStart(member(2), action))
        activity.ended(ResourceComplete(member(2), action, 1))
    assert [w.action for w in activity.with_state("done")] == ["delete", "create"]


def live(width: int, height: int = 30) -> tuple[LiveDisplay, Activity, FakeClock]:
    clock = FakeClock()
    activity = Activity(clock.monotonic, cluster="demo")
    consoles = screen(width, tty=True, LINES=str(height)).consoles
    return LiveDisplay(consoles, activity), activity, clock


@pytest.mark.parametrize("number", [1, 5, 15, 40])
@pytest.mark.parametrize("most", [3, 8, 24])
def test_the_live_list_never_has_more_lines_than_there_is_room(number: int, most: int) -> None:
    display, activity, _ = live(60)
    activity.step_started(APPLY)
    for key in range(number * 3):
        activity.planned(PlannedChange(member(key), "create"))
    for key in range(number * 2):
        activity.started(ResourceStart(member(key), "create"))
    for key in range(number):
        activity.ended(ResourceComplete(member(key), "create", 1))
    lines = [line.plain for line in display.lines(most)]
    assert len(lines) <= most
    assert "Applying the change" in lines[0]
    assert f"{number} of {number * 3} done" in lines[0]


def test_finished_work_folds_into_one_line_when_there_is_no_room() -> None:
    display, activity, clock = live(60)
    activity.step_started(APPLY)
    for key in range(14):
        activity.started(ResourceStart(member(key), "create"))
    for key in range(12):
        activity.ended(ResourceComplete(member(key), "create", 1))
    clock.seconds += 90
    lines = [" ".join(line.plain.split()) for line in display.lines(10)]
    assert lines == [
        "Applying the change 1m30s 12 of 14 done",
        "✓ 12 done",
        "● creating instance demo-12 1m30s",
        "● creating instance demo-13 1m30s",
    ]
    assert len(display.lines(24)) == 15


def test_a_plan_step_tells_how_much_it_has_looked_at() -> None:
    display, activity, _ = live(60)
    activity.step_started(StepStarted("plan", "Planning"))
    for key in range(3):
        activity.reading(RefreshStart(member(key)))
    activity.reading(RefreshComplete(member(0)))
    assert "looked at 1 of 3 resources" in display.lines(24)[0].plain


def on_terminal(shown: Screen, columns: int, lines: int = 30) -> list[str]:
    """What a terminal shows after these bytes."""
    terminal = pyte.Screen(columns, lines)
    pyte.Stream(terminal).feed(shown.err.replace("\n", "\r\n"))
    return [line.rstrip() for line in terminal.display if line.strip()]


@pytest.mark.parametrize("width", [60, 200])
@pytest.mark.parametrize("color", ["never", "always"])
def test_a_terminal_is_left_with_a_clean_list(width: int, color: str) -> None:
    shown = screen(width, tty=True, color=color)  # type: ignore[arg-type]
    clock = FakeClock()
    with Progress(shown.consoles, clock, name="demo") as progress:
        progress.handle(APPLY)
        for key in (2, 3):
            progress.handle(ResourceStart(member(key), "create"))
            clock.seconds += 7
            progress.tick()
        assert any("● creating" in line for line in on_terminal(shown, width))
        progress.handle(Note("Careful.", level="warning"))
        for key in (2, 3):
            progress.handle(ResourceComplete(member(key), "create", 20))
            progress.tick()
        progress.handle(StepFinished("apply", 21))
    left = [" ".join(line.split()) for line in on_terminal(shown, width)]
    assert left == [
        "▲ warning: Careful.",
        "✓ created instance demo-2 20s",
        "✓ created instance demo-3 20s",
        "✓ Applying the change 21s",
    ]
    assert shown.err.count("\x1b[?25l") == shown.err.count("\x1b[?25h")
    assert bool(re.search(r"\x1b\[[0-9;]*m", shown.err)) is (color == "always")


def test_a_question_finds_a_still_terminal() -> None:
    shown, clock = screen(tty=True), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        progress.handle(APPLY)
        progress.tick()
        with shown.consoles.still():
            before = shown.err
            clock.seconds += 10
            progress.tick()
            assert shown.err == before
            assert on_terminal(shown, 100) == []
            assert before.endswith("\x1b[?25h")
        progress.tick()
        assert "Applying the change" in on_terminal(shown, 100)[0]


def test_a_terminal_made_narrower_keeps_no_old_lines() -> None:
    stderr = Terminal()
    consoles = make_consoles("never", {"COLUMNS": "60", "LINES": "30", "TERM": "xterm"}, io.StringIO(), stderr)
    area = LiveArea(consoles.err)
    from rich.text import Text

    area.draw([Text("x" * 59), Text("short")])
    consoles.err.width = 30
    written = len(stderr.getvalue())
    area.draw([Text("new")])
    assert stderr.getvalue()[written:].count("\x1b[1A") == 3


def test_unchanged_lines_are_not_drawn_again() -> None:
    shown, clock = screen(tty=True), FakeClock()
    with Progress(shown.consoles, clock) as progress:
        progress.handle(APPLY)
        progress.tick()
        before = shown.err
        progress.tick()
        assert shown.err == before


def test_a_ticker_ticks_until_it_is_stopped() -> None:
    ticked = threading.Event()
    ticker = Ticker(0.001, ticked.set)
    ticker.start()
    assert ticked.wait(10)
    ticker.stop()
    ticked.clear()
    assert "progress" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("tty", [True, False])
@given(text=st.text(), other=st.text())
def test_no_text_of_others_reaches_the_terminal_as_a_command(tty: bool, text: str, other: str) -> None:
    shown = screen(60, tty=tty, color="never")
    with Progress(shown.consoles, FakeClock(), name=text) as progress:
        hostile = Resource(f'aws_rds_cluster_instance.this["{other}"]', "aws_rds_cluster_instance", text, other)
        progress.handle(StepStarted(text, other))
        progress.handle(PlannedChange(Resource(text, other), "create"))
        progress.handle(ResourceStart(hostile, "create", text))
        progress.tick()
        progress.handle(Waiting(text, other, 1))
        progress.handle(Note(text, hint=other))
        progress.handle(DiagnosticEvent(Diagnostic("warning", text, other)))
        progress.handle(ResourceComplete(hostile, "create", 1, other))
        progress.handle(StepFinished(text, 1, other))
    ours = re.sub(r"\x1b\[(?:\d+A|2K|\?25[lh])|\r", "", shown.err)
    assert not {c for c in ours if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}
