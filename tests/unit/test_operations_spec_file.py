"""The spec file and the commands: what a file leaves as it is, what it would undo, and which of its lines differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aurora_cli.errors import InvalidInput, OperationFailed, RevertRefused, SpecConflict
from aurora_cli.operations.core.review import ChangeResult
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.day_two.rotate_ca import _with_authority
from aurora_cli.operations.rename.names import renamed_spec
from aurora_cli.operations.scale.spec import scaled
from aurora_cli.operations.spec_file.follow import require_file, with_spec_file
from aurora_cli.operations.spec_file.lines import FileLine, lines_that_differ
from aurora_cli.operations.spec_file.reverts import refuse_reverts, warnings_of
from aurora_cli.operations.spec_file.write import edited
from aurora_cli.spec.resolve.resolve import Layer, resolve
from tests.unit.spec_file_cases import HEAD, LARGE, LARGE_FILE, SERVERLESS, XLARGE, Orders


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Orders]:
    monkeypatch.chdir(tmp_path)
    return lambda text=HEAD: Orders(tmp_path, text)


# --- what a file does not name ---


def test_a_file_without_a_version_keeps_the_one_that_runs(orders: Callable[..., Orders]) -> None:
    cluster = orders()
    cluster.change("upgrade", engine_version="17.11")
    assert cluster.value("engine_version") == "17.11"
    assert cluster.request().resolve().origins["engine_version"] == "upgrade"
    assert cluster.undone() == ()


def test_a_file_without_a_version_keeps_it_when_the_packaged_default_moves_on(
    orders: Callable[..., Orders], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = orders()
    before = cluster.value("engine_version")
    monkeypatch.setattr("aurora_cli.spec.resolve.derive.default_version", lambda engine: "17.11")
    assert (
        resolve([Layer({"name": "a", "region": "eu-west-1", "engine": "aurora-postgresql"}, "x")]).spec.engine_version
        == "17.11"
    )
    assert cluster.value("engine_version") == before


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("instances.class_", lambda c: c.scale(class_=XLARGE)),
        ("instances.readers", lambda c: c.scale(readers=3)),
        ("instances.acu", lambda c: c.scale(class_=SERVERLESS, acu="1-8")),
        ("instances.ca_certificate", lambda c: c.store(_with_authority(c.stack, "rds-ca-ecc384-g1"), "rotate-ca")),
        ("credentials.password", lambda c: c.change("promote", credentials__password="kept")),
        ("storage", lambda c: c.change("apply", storage="aurora-iopt1")),
        ("instances.overrides", lambda c: c.store(scaled(c.stack, None, XLARGE, None, "1"), "scale")),
        (
            "global_",
            lambda c: c.change(
                "add-region", instances__class=LARGE, **{"global__regions__eu-central-1__headless": True}
            ),
        ),
    ],
)
def test_what_an_operation_changed_stays_where_the_file_does_not_name_it(
    orders: Callable[..., Orders], path: str, change: Callable[[Orders], None]
) -> None:
    cluster = orders()
    before = cluster.value(path)
    change(cluster)
    after = cluster.value(path)
    assert after != before
    assert cluster.request().resolve().spec == stored_spec(cluster.stack).spec
    cluster.apply()
    assert cluster.value(path) == after, "and it stays once more"


def test_a_record_of_an_earlier_version_tells_by_its_origins_what_operations_have_set(
    orders: Callable[..., Orders],
) -> None:
    cluster = orders()
    cluster.store(_with_authority(cluster.stack, "rds-ca-ecc384-g1"), "rotate-ca")
    cluster.stack.update_record(changed={})
    assert cluster.value("instances.ca_certificate") == "rds-ca-ecc384-g1"


def test_what_no_operation_has_changed_goes_back_to_the_default_with_its_line(orders: Callable[..., Orders]) -> None:
    cluster = orders(f"{HEAD}backup:\n  retention: 20d\n")
    assert cluster.value("backup.retention") == 20
    cluster.save(HEAD)
    assert cluster.value("backup.retention") == 1
    assert cluster.undone() == ()


def test_null_takes_back_what_an_operation_has_set(orders: Callable[..., Orders]) -> None:
    cluster = orders()
    cluster.store(_with_authority(cluster.stack, "rds-ca-ecc384-g1"), "rotate-ca")
    cluster.save(f"{HEAD}instances:\n  ca_certificate: null\n")
    assert cluster.value("instances.ca_certificate") is None


def test_a_capacity_in_the_file_names_the_class_and_high_availability_a_reader(orders: Callable[..., Orders]) -> None:
    cluster = orders()
    cluster.scale(class_=XLARGE)
    cluster.save(f"{HEAD}instances: {{acu: 0.5-4}}\nhigh_availability: true\n")
    assert cluster.value("instances.class_") == SERVERLESS
    assert cluster.value("instances.readers") == 1


def test_a_file_of_another_engine_gets_nothing_of_this_one(orders: Callable[..., Orders]) -> None:
    cluster = orders()
    cluster.change("upgrade", engine_version="17.11")
    cluster.save(HEAD.replace("postgres", "mysql"))
    assert str(cluster.value("engine_version")).startswith("8.0.mysql_aurora.")


# --- what it would undo ---


def test_a_file_from_before_an_operation_is_refused_with_its_line_its_date_and_who(
    orders: Callable[..., Orders],
) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    (found,) = cluster.undone()
    with pytest.raises(RevertRefused) as caught:
        refuse_reverts("orders", (found,), "/home/anna/orders.yaml", allowed=False)
    assert caught.value.message == (
        "Nothing was changed, since this would undo later operations: orders.yaml:5 says class: db.r7g.large; "
        "the cluster has db.r7g.xlarge since 'scale' on 2026-11-02 by anna."
    )
    assert caught.value.hint == (
        "Write what the cluster has into the file: aurora-cli apply orders --write. "
        "To undo it: aurora-cli apply -f /home/anna/orders.yaml --allow-revert"
    )
    (detail,) = json.loads(json.dumps(caught.value.details))["reverts"]
    assert detail == {
        "path": "instances.class",
        "file": "orders.yaml",
        "line": 5,
        "says": LARGE,
        "has": XLARGE,
        "operation": "scale",
        "when": "2026-11-02T00:00:00+00:00",
        "who": "anna",
    }
    refuse_reverts("orders", (found,), "orders.yaml", allowed=True)
    (warning,) = warnings_of((found,))
    assert (warning.path, warning.line, warning.source, warning.severity) == (
        "instances.class",
        5,
        "orders.yaml",
        "warning",
    )


def test_another_value_than_that_of_before_is_a_change_and_not_a_revert(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE, readers=2)
    cluster.save(LARGE_FILE.replace(LARGE, "db.r7g.2xlarge").replace("readers: 1", "readers: 4"))
    assert cluster.undone() == ()
    cluster.apply()
    assert cluster.stack.record.changed == {}


def test_the_latest_of_several_operations_is_named(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    cluster.scale(class_="db.r7g.2xlarge")
    (found,) = cluster.undone()
    assert found.undone is not None
    assert found.undone.when == "2026-11-03T00:00:00+00:00"
    cluster.save(LARGE_FILE.replace(LARGE, XLARGE))
    assert [one.line.path for one in cluster.undone()] == ["instances.class"], "the second alone is undone"


def test_a_command_that_goes_back_leaves_nothing_to_undo(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    cluster.scale(class_=LARGE)
    assert cluster.undone() == ()
    assert cluster.stack.record.changed == {}


def test_what_is_typed_is_meant(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    assert cluster.undone(("instances.class", LARGE)) == ()


def test_an_option_typed_beside_the_file_is_a_later_change_of_its_value(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.apply(("instances.readers", 3))
    (found,) = cluster.undone()
    assert found.text == "orders.yaml:6 says readers: 1; the cluster has 3 since 'apply' on 2026-11-02 by anna"


def test_a_file_that_follows_settles_what_was_changed(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    cluster.save(LARGE_FILE.replace(LARGE, XLARGE))
    cluster.apply()
    cluster.save(LARGE_FILE)
    assert cluster.undone() == (), "the file is what was applied last, and it may change its mind"


def test_a_capacity_that_a_class_has_taken_back_is_one_line(orders: Callable[..., Orders]) -> None:
    cluster = orders(f"{HEAD}instances: {{acu: 0.5-4}}\n")
    cluster.store(scaled(cluster.stack, None, LARGE, None, None, every=True), "migrate")
    assert [one.text for one in cluster.undone()] == [
        "orders.yaml:4 says acu: 0.5-4; the cluster has none since 'migrate' on 2026-11-02 by anna",
    ]


def test_a_value_that_follows_from_what_the_file_names_is_no_revert(orders: Callable[..., Orders]) -> None:
    cluster = orders(f"{HEAD}instances:\n  readers: 1\n")
    cluster.scale(readers=0)
    cluster.save(f"{HEAD}high_availability: true\n")
    assert cluster.value("instances.readers") == 1
    assert cluster.undone() == ()


def test_an_older_version_is_refused_whatever_is_allowed_with_a_way_out(orders: Callable[..., Orders]) -> None:
    cluster = orders(f"{HEAD}engine_version: '17.7'\n")
    cluster.change("upgrade", engine_version="17.11")
    cluster.save(f"{HEAD}engine_version: '16.8'\n")
    with pytest.raises(SpecConflict) as caught:
        refuse_reverts("orders", cluster.undone(), "orders.yaml", allowed=True)
    assert caught.value.message == (
        "Nothing was changed: orders.yaml:4 says engine_version: 16.8; the cluster has 17.11, "
        "and Aurora does not support downgrades."
    )
    assert caught.value.hint == "Write what the cluster has into the file: aurora-cli apply orders --write"


def test_a_major_version_is_not_older_than_its_minor_ones(orders: Callable[..., Orders]) -> None:
    cluster = orders(f"{HEAD}engine_version: '17'\n")
    cluster.change("apply", engine_version="17.11")
    assert cluster.undone() == ()


# --- which lines differ ---


def test_the_lines_of_the_file_that_an_operation_has_overtaken_are_told(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE, readers=2)
    done = with_spec_file(cluster.stack, ChangeResult(None, None, True), cluster.options())
    assert [note.text for note in cluster.said] == [
        "orders.yaml:5 says class: db.r7g.large; the cluster now has db.r7g.xlarge.",
        "orders.yaml:6 says readers: 1; the cluster now has 2.",
    ]
    assert {note.hint for note in cluster.said} == {"aurora-cli apply orders --write"}
    assert done.spec_file.to_dict() == {
        "file": str(cluster.file),
        "lines": [
            {"line": 5, "path": "instances.class", "says": LARGE, "has": XLARGE},
            {"line": 6, "path": "instances.readers", "says": 1, "has": 2},
        ],
        "written": False,
    }


def test_a_rename_is_told_by_the_line_of_the_name_and_the_file_keeps_the_rest(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    desired = renamed_spec(cluster.stack, "shop")
    cluster.stack.rename("shop")
    cluster.stack.update_record(name="shop")
    cluster.store(desired, "rename")
    (line,) = lines_that_differ(cluster.stack)
    assert (line.text, line.has) == ("orders.yaml:1 says name: orders", "shop")
    with_spec_file(cluster.stack, ChangeResult(None, None, True), cluster.options(write=True))
    assert cluster.value("name") == "shop"
    assert cluster.value("resource_name") == "orders", "which the file does not name"


@pytest.mark.parametrize("gone", [True, False])
def test_nothing_is_told_of_a_file_that_is_gone_or_cannot_be_read(orders: Callable[..., Orders], gone: bool) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    assert lines_that_differ(cluster.stack)
    cluster.file.unlink() if gone else cluster.save("name: [")
    assert lines_that_differ(cluster.stack) == ()


def test_a_dry_run_tells_of_no_line(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    result = ChangeResult(None, None, changed=False, dry_run=True)
    assert with_spec_file(cluster.stack, result, cluster.options()) is result


# --- writing them ---


def test_a_file_is_written_with_its_comments_and_then_says_what_the_cluster_has(orders: Callable[..., Orders]) -> None:
    cluster = orders("# Orders, eu-west-1\n" + LARGE_FILE + "\n# who may connect\nnetwork: {allow: [10.0.0.0/16]}\n")
    cluster.file.chmod(0o640)
    cluster.scale(class_=XLARGE)
    with_spec_file(cluster.stack, ChangeResult(None, None, True), cluster.options(write=True))
    assert cluster.file.read_text(encoding="utf-8") == (
        f"# Orders, eu-west-1\n{HEAD}instances:\n  class: {XLARGE}  # enough for now\n  readers: 1\n"
        "\n# who may connect\nnetwork: {allow: [10.0.0.0/16]}\n"
    )
    assert cluster.file.stat().st_mode & 0o777 == 0o640
    assert [note.text for note in cluster.said] == ["orders.yaml:6: class is now db.r7g.xlarge."]
    assert cluster.undone() == ()
    assert lines_that_differ(cluster.stack) == ()


def test_a_value_that_the_cluster_no_longer_has_goes_with_its_line_and_no_comment(
    orders: Callable[..., Orders],
) -> None:
    cluster = orders(f"{HEAD}instances:\n  acu: 0.5-4\n\n# the rest\nstorage: aurora\n")
    cluster.store(scaled(cluster.stack, None, LARGE, None, None, every=True), "migrate")
    with_spec_file(cluster.stack, ChangeResult(None, None, True), cluster.options(write=True))
    assert cluster.file.read_text(encoding="utf-8") == f"{HEAD}\n# the rest\nstorage: aurora\n"
    assert cluster.value("instances.class_") == LARGE


def test_the_text_around_a_value_stays_as_it_is() -> None:
    text = "a: 'x'   # one\r\nb: {c: 1, d: \"16.8\"} # two\r\ne: 16.8\r\nf:\r\n- g\r\n"
    lines = [FileLine("f", 1, path, None, has) for path, has in (("b.d", "17.5"), ("e", "17.5"), ("a", "z"))]
    assert edited(text, lines) == 'a: \'z\'   # one\r\nb: {c: 1, d: "17.5"} # two\r\ne: "17.5"\r\nf:\r\n- g\r\n'


def test_the_items_of_a_list_come_and_go_and_the_others_keep_their_comments() -> None:
    third = {"source": "10.2.0.0/16", "description": "partner"}
    text = (
        "network:\n  allow:\n    - 10.0.0.0/16  # office\n    - 10.1.0.0/16\n"
        "    - {source: 10.2.0.0/16, description: partner}  # third\n  # end\nlogs: {exports: [postgresql]}\n"
    )
    said, has = ["10.0.0.0/16", "10.1.0.0/16", third], ["10.0.0.0/16", third, "10.9.0.0/16"]
    lines = [
        FileLine("f", 3, "network.allow", said, has),
        FileLine("f", 7, "logs.exports", ["postgresql"], ["postgresql", "a, b"]),
    ]
    assert edited(text, lines) == (
        "network:\n  allow:\n    - 10.0.0.0/16  # office\n"
        "    - {source: 10.2.0.0/16, description: partner}  # third\n    - 10.9.0.0/16\n  # end\n"
        'logs: {exports: [postgresql, "a, b"]}\n'
    )
    assert edited("a:\n- 1\n- 2", [FileLine("f", 1, "a", [1, 2], [2, 3])]) == "a:\n- 2\n- 3\n"
    assert edited("a:\n- 1\nb: 2\n", [FileLine("f", 1, "a", [1], [])]) == "a: []\nb: 2\n"


def test_a_list_that_a_command_has_changed_is_written(orders: Callable[..., Orders]) -> None:
    cluster = orders(f"{HEAD}network:\n  allow:\n  - 10.0.0.0/16\n")
    cluster.change("allow", network__allow=["10.0.0.0/16", "10.1.0.0/16"])
    (line,) = lines_that_differ(cluster.stack)
    assert line.has == ["10.0.0.0/16", "10.1.0.0/16"]
    with_spec_file(cluster.stack, ChangeResult(None, None, True), cluster.options(write=True))
    assert cluster.file.read_text() == f"{HEAD}network:\n  allow:\n  - 10.0.0.0/16\n  - 10.1.0.0/16\n"


def test_an_operation_that_leaves_the_spec_alone_tells_of_no_line(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    cluster.scale(class_=XLARGE)
    result = ChangeResult(None, None, changed=True)
    assert with_spec_file(cluster.stack, result, cluster.options("failover"), changed=False) is result
    assert cluster.said == []


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}instances: {{class: &size {LARGE}}}\ntags: {{size: *size}}\n",
        f"{HEAD}tags: {{size: &size {LARGE}}}\ninstances: {{class: *size}}\n",
    ],
)
def test_a_value_that_others_share_is_left_alone(orders: Callable[..., Orders], text: str) -> None:
    cluster = orders(text)
    cluster.scale(class_=XLARGE)
    with pytest.raises(OperationFailed) as caught:
        with_spec_file(cluster.stack, ChangeResult(None, None, True), cluster.options(write=True))
    assert "could not be written" in caught.value.message
    assert caught.value.hint == "Change it by hand; this prints the values: aurora-cli spec show orders"
    assert cluster.file.read_text(encoding="utf-8") == text


def test_there_must_be_a_file_to_write_before_anything_is_changed(orders: Callable[..., Orders]) -> None:
    cluster = orders(LARGE_FILE)
    require_file(cluster.stack, cluster.options(write=True))
    cluster.file.unlink()
    with pytest.raises(InvalidInput, match=r"orders\.yaml does not exist"):
        require_file(cluster.stack, cluster.options(write=True))
    cluster.stack.update_record(spec_file=None)
    with pytest.raises(InvalidInput, match="no spec file was applied yet") as caught:
        require_file(cluster.stack, cluster.options(write=True))
    assert caught.value.hint == "Name the file once: aurora-cli apply -f FILE, then add --write."
    require_file(cluster.stack, cluster.options())
