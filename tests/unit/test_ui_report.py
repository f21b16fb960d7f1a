"""The last screen, tables, and what a destroy shows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.operations.core.global_results import Endpoint, GlobalInfo, RegionInfo
from aurora_cli.operations.destroy.destroy import DestroyResult, DestroyReview
from aurora_cli.operations.inspect.clusters import ListRow
from aurora_cli.operations.inspect.doctor import Check
from aurora_cli.operations.report.connection_strings import ca_command
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.plan.destroy_view import print_destroy_review, print_destroyed
from aurora_cli.ui.report.lists import (
    flattened,
    print_checks,
    print_clusters,
    print_endpoints,
    print_engine_versions,
    print_history,
    print_resolved,
    source_of,
)
from aurora_cli.ui.report.next_steps import command_line, next_steps
from aurora_cli.ui.report.report_view import print_report
from aurora_cli.ui.tables import print_table
from tests.unit.ui_screens import HOST, READER_HOST, SECRET, change, instance, new_cluster, report, screen


@pytest.mark.parametrize("width", [40, 60, 200])
@pytest.mark.parametrize("color", ["never", "always"])
def test_what_people_copy_is_whole_at_every_width(width: int, color: Any) -> None:
    shown = screen(width, color=color)
    made = report(
        custom={"reports": Endpoint("reports." + HOST, 5432)},
        proxy=Endpoint("proxy." + HOST, 5432),
        activity_stream="aws-rds-das-cluster-X",
    )
    print_report(shown.consoles, made, "create")
    assert shown.err == ""
    shown_whole = (
        "reports." + HOST,
        "proxy." + HOST,
        "aws-rds-das-cluster-X",
        SECRET,
        made.connect or "",
        ca_command(made.region) or "-",
    )
    for text in (HOST, READER_HOST, *shown_whole):
        assert len([line for line in shown.out.splitlines() if text in line]) >= 1


def test_the_endpoints_of_a_global_database_are_among_the_others() -> None:
    away = RegionInfo("eu-central-1", "secondary", "demo-eu-central-1", "available", 1, reader=Endpoint("ro.fra", 5432))
    home = RegionInfo("eu-west-1", "primary", "demo", "available", 2, reader=Endpoint(READER_HOST, 5432))
    info = GlobalInfo("demo", "available", "eu-west-1", Endpoint("demo.global-x", 5432), (home, away))
    shown = screen(120)
    print_report(shown.consoles, report(global_database=info), "status")
    lines = [line.split() for line in shown.out.splitlines()]
    wanted = [["global", "demo.global-x"], ["eu-central-1", "ro.fra"], ["writer", HOST], ["reader", READER_HOST]]
    assert [line for line in lines if line in wanted] == wanted


def test_the_lag_of_readers_is_shown_where_it_is_known() -> None:
    shown, without = screen(120), screen(120)
    members = [instance(1, "writer", "eu-west-1a"), instance(2, "reader", "eu-west-1b")]
    print_report(without.consoles, report(instances=tuple(members)), "status")
    assert "Lag" not in without.out
    members[1] = replace(members[1], lag_ms=30_012.4)
    print_report(shown.consoles, report(instances=tuple(members)), "status")
    assert "Lag" in shown.out and "30012 ms" in shown.out_words


def test_commands_in_warnings_reach_the_same_cluster_when_they_are_copied() -> None:
    shown = screen(200)
    made = report(target="sandbox", warnings=("Go on: aurora-cli scale demo --readers 3",))
    print_report(shown.consoles, made, "status", options=["--home", "h"])
    assert "Go on: aurora-cli --home h --sandbox scale demo --readers 3\n" in shown.out


@pytest.mark.parametrize("width", [60, 200])
def test_the_report_says_what_it_is_and_how_to_reach_it(width: int) -> None:
    shown = screen(width)
    print_report(shown.consoles, report(preset="production", target="sandbox"), "create")
    words = shown.out_words
    assert words.startswith("demo ✓ available SANDBOX aurora-postgresql 16.8 · eu-west-1 · production preset")
    assert "Endpoints (port 5432)" in words
    assert "database app user postgres deletion protection on" in words
    assert "nothing was changed" not in words


def test_instances_are_sorted_by_role_then_zone() -> None:
    shown = screen()
    made = (
        instance(3, "reader", "eu-west-1c"),
        instance(4, "reader", None, "creating"),
        instance(2, "reader", "eu-west-1a"),
        instance(1, "writer", "eu-west-1b"),
    )
    print_report(shown.consoles, report(instances=made), "status")
    rows = [line.split()[0] for line in shown.out.splitlines() if line.startswith("  demo-")]
    assert rows == ["demo-1", "demo-2", "demo-3", "demo-4"]


def test_what_waits_and_what_is_not_managed_is_said_without_secrets() -> None:
    shown = screen(60)
    pending = {"DBInstanceClass": "db.r7g.xlarge", "MasterUserPassword": "hunter2"}
    made = (instance(1, "writer", "eu-west-1a", pending=pending), instance(9, "reader", "eu-west-1b", managed=False))
    print_report(shown.consoles, report(instances=made), "status")
    assert "demo-1: is pending a reboot or the maintenance window: class db.r7g.xlarge and" in shown.out_words
    assert "hunter2" not in shown.out
    assert "demo-9: created outside Terraform" in shown.out_words


def test_serverless_shows_its_range_and_pause() -> None:
    shown = screen(60)
    print_report(shown.consoles, report(acu={"min": 0.0, "max": 16.0, "pause_after": 600}), "status")
    assert "0-16 ACU, pauses after 10m without connections" in shown.out


def test_an_unchanged_cluster_is_called_so() -> None:
    shown = screen()
    print_report(shown.consoles, report(changed=False), "create")
    assert "already matches what was asked for: nothing was changed" in shown.out


def test_a_status_alone_does_not_speak_of_changes() -> None:
    shown = screen()
    print_report(shown.consoles, report(changed=False), "status")
    assert "nothing was changed" not in shown.out


def test_a_cluster_that_is_not_there_yet_still_has_a_report() -> None:
    shown = screen()
    nothing: dict[str, Any] = dict.fromkeys(("writer", "reader", "secret_arn", "connect", "database", "username"))
    gone = report(**nothing, instances=(), status="not created", deletion_protection=None)
    print_report(shown.consoles, gone, "status")
    assert "not created" in shown.out
    assert "Endpoints" not in shown.out
    assert "aurora-cli plan demo" in shown.out


def test_different_ports_are_shown_with_each_host() -> None:
    shown = screen()
    print_report(shown.consoles, report(reader=Endpoint(READER_HOST, 3306)), "status")
    assert f"{HOST}:5432" in shown.out
    assert f"{READER_HOST}:3306" in shown.out


def test_next_commands_fit_the_target_and_the_moment() -> None:
    created = [s.command for s in next_steps(report(target="sandbox"), "create", ["--home", "/srv/a b"])]
    assert created[0] == "aurora-cli --home '/srv/a b' --sandbox status demo"
    assert created[-1] == "aurora-cli --home '/srv/a b' --sandbox destroy demo"
    alone = [s.command for s in next_steps(report(instances=(instance(1, "writer", "eu-west-1a"),)), "status")]
    assert alone == [
        "aurora-cli endpoints demo",
        "aurora-cli connection demo",
        "aurora-cli scale demo --readers 1",
    ]
    assert command_line("aws", ["status", "a b"]) == "aurora-cli status 'a b'"


@given(st.text(), st.text())
def test_no_text_of_others_reaches_the_terminal_as_a_command(text: str, other: str) -> None:
    shown = screen(60)
    hostile = report(
        name=text,
        status=other,
        secret_arn=text,
        connect=other,
        warnings=(text, other),
        custom={text: Endpoint(other, 1)},
    )
    print_report(shown.consoles, hostile, "create")
    print_table(shown.consoles, text, ["A", "B"], [[text, other], [other, None]])
    print_history(shown.consoles, [{"when": text, "who": other, "outcome": text, "duration_s": 3, "summary": other}])
    print_checks(shown.consoles, [Check(text, "failed", other, text)])
    print_resolved(shown.consoles, {text: {other: [text]}}, {text: other})
    assert not {c for c in shown.out if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}


def test_a_table_has_columns_when_words_fit_and_blocks_when_they_do_not() -> None:
    wide, narrow = screen(100), screen(40)
    for each in (wide, narrow):
        print_table(each.consoles, "Endpoints", ["Role", "Host", "Port"], [["writer", HOST, 5432], ["reader", None, 1]])
    lines = [line.split() for line in wide.out.splitlines()]
    assert lines[1] == ["Role", "Host", "Port"]
    assert ["writer", HOST, "5432"] in lines
    assert ["reader", "-", "1"] in lines
    assert [line.split() for line in narrow.out.splitlines()] == [
        ["Endpoints"],
        ["writer"],
        ["host", HOST],
        ["port", "5432"],
        ["reader"],
        ["port", "1"],
    ]


def test_long_sentences_fold_inside_their_column() -> None:
    shown = screen(60)
    print_table(shown.consoles, "", ["Check", "Result"], [["clock", "word " * 30]])
    assert max(len(line) for line in shown.out.splitlines()) <= 60
    assert shown.out.count("word") == 30


def test_an_empty_table_says_none() -> None:
    shown = screen()
    print_table(shown.consoles, "Faults", ["Service"], [])
    assert shown.out_words == "Faults none"


def test_clusters_with_their_trouble() -> None:
    shown = screen(200)
    good = ListRow("demo", "eu-west-1", "aurora-postgresql", "16.8", "ready", "aws", 3, "2026-01-02T03:04:05Z")
    bad = ListRow("orders", "", "", "", "damaged", "aws", 0, "", "stack.json is not JSON")
    print_clusters(shown.consoles, [good, bad])
    assert "✓ ready" in shown.out
    assert "✗ damaged" in shown.out
    assert "orders: stack.json is not JSON" in shown.out


def test_history_has_outcome_in_words_and_durations() -> None:
    shown = screen(200)
    print_history(
        shown.consoles, [{"when": "t", "who": "ann", "operation": "create", "outcome": "failed", "duration_s": 83}]
    )
    assert shown.out_words.endswith("t ann create ✗ failed 1m23s -")


@pytest.mark.parametrize("width", [60, 66, 72, 80, 81, 100])
def test_no_word_of_a_list_is_cut_or_left_out_on_a_narrow_screen(width: int) -> None:
    why = f"The endpoint {HOST} cannot be reached from here, so the roles are those of the last report."
    entry = {"when": "t", "who": "ann", "operation": "blue-green switchover", "outcome": "failed", "summary": why}
    version = SimpleNamespace(
        version="16.8",
        family="aurora-postgresql16",
        default=True,
        minor=("16.9",),
        major=("17.4", "17.5", "17.6", "17.7"),
    )
    shown = screen(width)
    print_history(shown.consoles, [entry])
    print_engine_versions(shown.consoles, [version])
    print_endpoints(shown.consoles, report())
    for text in (why, "17.4, 17.5, 17.6, 17.7", READER_HOST):
        assert text in shown.out_words


@pytest.mark.parametrize("width", [60, 200])
def test_checks_show_hints_only_when_something_is_wrong(width: int) -> None:
    shown = screen(width)
    checks = [Check("home", "ok", "/srv", "unused"), Check("credentials", "failed", "expired", "aws sso login")]
    print_checks(shown.consoles, checks)
    assert shown.out_words == "✓ ok home /srv ✗ failed credentials expired hint: aws sso login"


def test_every_endpoint_is_listed() -> None:
    shown = screen(200)
    print_endpoints(shown.consoles, report())
    for text in (HOST, READER_HOST, "instance demo-1 writer", "instance demo-2 reader"):
        assert text in shown.out_words


def test_resolved_values_name_their_source() -> None:
    shown = screen(200)
    values = flattened({"name": "demo", "instances": {"readers": 2, "acu": None}, "tags": {}})
    assert list(values) == ["name", "instances.readers", "instances.acu", "tags"]
    print_resolved(shown.consoles, values, {"name": "argument NAME", "instances": "preset production"})
    assert "instances.readers 2 preset production" in shown.out_words
    assert "tags not set default" in shown.out_words
    assert source_of("a.b.c", {"a": "file"}) == "file"


def destroy_review(**given_values: Any) -> DestroyReview:
    gone = Plan(tuple(change(c.address, "delete", c.after) for c in new_cluster().resource_changes))
    values: dict[str, Any] = {
        "instances": (instance(1, "writer", "eu-west-1a"), instance(7, "reader", None, managed=False)),
        "plan": gone,
        "final_snapshot_identifier": "demo-final-1",
        "deletion_protection": True,
    }
    return DestroyReview("demo", "eu-west-1", "aws", **{**values, **given_values})


@pytest.mark.parametrize("width", [60, 200])
def test_a_destroy_shows_what_goes_and_what_stays(width: int) -> None:
    shown = screen(width)
    print_destroy_review(shown.consoles, destroy_review(kept=("state file in S3",), resumed=True))
    words = shown.err_words
    assert shown.out == ""
    assert "Destroy demo · eu-west-1" in words
    assert "demo-1 writer, db.r7g.large, eu-west-1a, available" in words
    assert "created outside Terraform, also deleted" in words
    assert "To delete with them (7)" in words
    assert "Deletion protection is on: it is disabled first." in words
    assert "What is kept = The data as of now, in the final snapshot demo-final-1. = State file in S3" in words
    assert "An earlier destroy was interrupted" in words
    assert "LOST" not in words


def test_a_destroy_without_snapshot_says_that_data_is_lost() -> None:
    shown = screen()
    print_destroy_review(shown.consoles, destroy_review(final_snapshot_identifier=None))
    assert "LOST: no final snapshot is taken. All data of the cluster and its automated backups" in shown.err_words


def test_after_a_destroy_the_way_back_is_shown() -> None:
    shown = screen(40)
    hint = "aurora-cli create demo --set restore.snapshot=demo-final-1"
    print_destroyed(
        shown.consoles, DestroyResult("demo", "eu-west-1", "aws", True, False, "demo-final-1", destroy_review(), hint)
    )
    assert "demo is destroyed." in shown.out
    assert f"restore it      {hint}" in shown.out


def test_a_dry_run_of_a_destroy_says_so() -> None:
    shown = screen()
    print_destroyed(shown.consoles, DestroyResult("demo", "eu-west-1", "aws", False, True, None, destroy_review()))
    assert shown.out_words == "Dry run: nothing was destroyed."
