"""What an operation ends with: the answer to what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from aurora_cli.commands.table import SUMMARIES
from aurora_cli.operations.core.review import ChangeResult, PlannedStep
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.console import fact
from aurora_cli.ui.plan.plan_view import print_review
from aurora_cli.ui.report.outcome_view import PARTS, print_outcome
from aurora_cli.ui.tables import print_table
from aurora_cli.ui.text import moment, spoken
from tests.unit.ui_screens import HOST, READER_HOST, SECRET, change, instance, report, review, screen

ROTATED = {"certificate": "rds-ca-ecc384-g1", "certificate_ends": "2061-05-21T00:00:00+00:00"}
MEMBERS = (instance(1, "reader", "eu-west-1a", **ROTATED), instance(2, "writer", "eu-west-1b", **ROTATED))


def _said(operation: str, *, changed: bool = True, steps: Sequence[str] = (), width: int = 100, **more: Any) -> str:
    seconds = more.pop("without_writer_s", None)
    sequence = tuple(PlannedStep(name, name, elapsed_s=1.0) for name in steps)
    made = report(changed=changed, **{"instances": MEMBERS, **more})
    shown = screen(width)
    print_outcome(
        shown.consoles,
        ChangeResult(made, None, changed, sequence=sequence, without_writer_s=seconds),
        operation,
        options=["--home", "h"],
    )
    assert shown.err == ""
    return shown.out


def test_a_failover_ends_with_the_writer_and_how_long_there_was_none() -> None:
    said = _said("failover", steps=["failover demo-2"], without_writer_s=2.34)
    assert said == "✓ demo-2 is the writer now; there was no writer for at most 2.3 s.\n"
    assert _said("failover", changed=False) == "✓ demo-2 is already the writer: nothing was changed.\n"
    assert _said("failover", instances=MEMBERS[:1]) == "✓ demo has no writer now.\n"


def test_a_reboot_ends_with_the_instances_that_restarted() -> None:
    assert _said("reboot", steps=["reboot demo-1"]) == "✓ demo-1 restarted.\n"
    rolling = _said("reboot", steps=["reboot demo-2", "failover demo-2", "reboot demo-1"], without_writer_s=0.5)
    assert rolling.splitlines() == [
        "✓ demo-2 and demo-1 restarted.",
        "  demo-2 is the writer now; there was no writer for at most 0.5 s.",
    ]
    nothing = _said("reboot", changed=False)
    assert nothing == "✓ No instance of demo is pending a reboot: nothing was changed.\n"


def test_stop_and_start_end_with_the_status() -> None:
    stopped = _said("stop", status="stopped", target="sandbox", width=40)
    assert stopped.splitlines()[0] == "✓ demo is stopped."
    assert "  Start it: aurora-cli --home h --sandbox start demo" in stopped.splitlines()
    assert _said("start") == "✓ demo is available.\n"
    assert _said("start", changed=False) == "✓ demo is already available: nothing was changed.\n"


def test_a_certificate_is_told_once_for_the_instances_that_share_it() -> None:
    same = "✓ demo-1 and demo-2 have certificates of rds-ca-ecc384-g1, until 2061-05-21 00:00 UTC.\n"
    assert _said("rotate-ca") == same
    other = _said("rotate-ca", instances=(MEMBERS[0], instance(2, "writer", "eu-west-1b", certificate="rds-ca-2019")))
    assert other.splitlines()[1] == "  demo-2 has a certificate of rds-ca-2019."
    assert _said("rotate-ca", changed=False).endswith("  Nothing was changed.\n")


@pytest.mark.parametrize("operation", PARTS)
def test_no_operation_ends_with_the_whole_status_page(operation: str) -> None:
    said = _said(operation)
    assert said.startswith("demo  ✓ available")
    assert "\nAccess\n" not in said
    assert "\nNext\n" not in said


def test_a_scaled_cluster_shows_its_instances_and_endpoints_and_what_to_know() -> None:
    said = _said("scale", warnings=("all instances are in one zone",))
    assert all(text in said for text in (HOST, READER_HOST, "demo-1", "demo-2", "all instances are in one zone"))


def test_an_upgrade_says_what_is_pending_and_for_how_long_there_was_no_writer() -> None:
    said = _said("upgrade", pending={"EngineVersion": "16.9"}, without_writer_s=12.0)
    assert "waiting" in said
    assert "16.9" in said
    assert said.endswith("There was no writer for at most 12.0 s.\n")


@pytest.mark.parametrize("operation", ["create", "apply", "adopt"])
def test_a_new_cluster_is_shown_whole(operation: str) -> None:
    assert SECRET in _said(operation)
    assert operation in SUMMARIES


CLUSTER = "aws_rds_cluster.this"
SOURCES: list[tuple[dict[str, Any], str]] = [
    (
        {"restore_to_point_in_time": [{"source_cluster_identifier": "orders", "restore_type": "copy-on-write"}]},
        "Create demo, a clone of orders",
    ),
    (
        {
            "restore_to_point_in_time": [
                {"source_cluster_identifier": "orders", "restore_to_time": "2026-03-01T12:00:00Z"}
            ]
        },
        "Create demo, a restore of orders to 2026-03-01 12:00 UTC",
    ),
    (
        {"restore_to_point_in_time": [{"source_cluster_resource_id": "cluster-X", "use_latest_restorable_time": True}]},
        "Create demo, a restore of cluster-X to the latest time",
    ),
    (
        {"snapshot_identifier": "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:orders-1"},
        "Create demo, a restore of the snapshot orders-1",
    ),
    (
        {"replication_source_identifier": "arn:aws:rds:eu-west-1:123456789012:db:shop"},
        "Create demo, a replica of shop",
    ),
    ({"restore_to_point_in_time": [], "snapshot_identifier": None}, "Create demo"),
    ({"snapshot_identifier": "odd{name}\x1b[2J"}, "Create demo, a restore of the snapshot odd{name}\\x1b[2J"),
]


@pytest.mark.parametrize(("values", "headline"), SOURCES)
@pytest.mark.parametrize("operation", ["create", "plan"])
def test_a_plan_names_the_act(operation: str, values: dict[str, Any], headline: str) -> None:
    shown = screen(200)
    print_review(shown.consoles, review(Plan((change(CLUSTER, "create", values),), ()), operation=operation))
    plain = {"create": "Create demo", "plan": "What would change in demo"}[operation]
    expected = plain if headline == "Create demo" else headline
    assert f"{expected}  · eu-west-1" in shown.err


def test_a_narrow_screen_goes_without_spare_columns_before_it_gives_up_the_table() -> None:
    columns, row = ("Id", "Note", "Host", "Zone"), ("a", "short", "host.example.com", "eu-west-1a")
    heads = {}
    for width in (60, 36, 26, 20):
        shown = screen(width)
        print_table(shown.consoles, "", columns, [row], spare=("Zone", "Note"))
        heads[width] = shown.out.splitlines()[0].split()
        assert "host.example.com" in shown.out
    assert heads == {
        60: ["Id", "Note", "Host", "Zone"],
        36: ["Id", "Note", "Host"],
        26: ["Id", "Host"],
        20: ["Id", "Host"],
    }
    shown = screen(20)
    print_table(shown.consoles, "", columns, [("a", "short", HOST, "eu-west-1a")], spare=("Zone", "Note"))
    assert HOST in shown.out
    assert [line.split()[0] for line in shown.out.splitlines()] == ["a", "note", "host", "zone"]


def test_a_sentence_in_a_table_has_room_or_leaves() -> None:
    shown = screen(40)
    print_table(
        shown.consoles, "", ("Id", "Text"), [("a" * 20, "many short words in one long sentence")], spare=("Text",)
    )
    assert "Text" not in shown.out
    assert max(map(len, shown.out.splitlines())) <= 40


@pytest.mark.parametrize(
    ("given", "shown", "exact"),
    [
        ("2026-01-04T05:00:30Z", "2026-01-04 05:00 UTC", "2026-01-04 05:00:30 UTC"),
        ("2026-01-04T05:00:00.5+00:00", "2026-01-04 05:00 UTC", "2026-01-04 05:00 UTC"),
        ("2026-01-04 05:00:30.123456 +0000 UTC", "2026-01-04 05:00 UTC", "2026-01-04 05:00:30 UTC"),
        ("latest", "latest", "latest"),
    ],
)
def test_a_moment_has_one_form(given: str, shown: str, exact: str) -> None:
    assert (moment(given), moment(given, exact=True)) == (shown, exact)


def test_a_sentence_has_the_same_form_and_a_command_in_it_keeps_its_own() -> None:
    assert spoken("since 2026-01-04T05:00:30+00:00, by me") == "since 2026-01-04 05:00:30 UTC, by me"
    assert spoken("restore a --to-time 2026-01-04T05:00:30Z") == "restore a --to-time 2026-01-04T05:00:30Z"


@pytest.mark.parametrize("tty", [False, True])
def test_a_host_name_that_fits_below_its_label_only_stands_there(tty: bool) -> None:
    host = "demo.cluster-crs2hiw85yt4.eu-west-1.rds.amazonaws.com"
    for room, lines in ((63, [f"  writer  {host}"]), (60, ["  writer", f"    {host}"]), (40, [f"  writer  {host}"])):
        shown = screen(room, tty=tty, color="never")
        fact(shown.consoles.out, "writer", host, 6, indent=2)
        assert shown.out.splitlines() == lines
