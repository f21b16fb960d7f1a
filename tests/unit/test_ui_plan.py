"""A plan in words, for people who do not know Terraform."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.operations.core.review import Finding
from aurora_cli.problem import Problem
from aurora_cli.terraform.output.events import Resource
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.console import make_consoles
from aurora_cli.ui.labels.attribute_labels import label_of, lines_of, value_text
from aurora_cli.ui.labels.resource_labels import name_of
from aurora_cli.ui.plan.plan_view import allow_option, print_review
from tests.unit.ui_screens import Terminal, change, new_cluster, review, screen

OTHERS_2 = 'aws_rds_cluster_instance.this["2"]'
LARGER = AttributeChange("instance_class", "db.r7g.large", "db.r7g.xlarge")


@pytest.mark.parametrize(
    ("address", "values", "name"),
    [
        ("aws_rds_cluster.this", {"cluster_identifier": "demo"}, "Aurora cluster demo"),
        (OTHERS_2, {"identifier": "demo-2", "instance_class": "db.r7g.large"}, "instance demo-2 (db.r7g.large)"),
        (OTHERS_2, {}, "instance 2"),
        ('aws_rds_cluster_instance.this["1"]', {}, "instance 1"),
        ('aws_subnet.database["1"]', {"cidr_block": "10.0.0.0/20"}, "subnet 1 (10.0.0.0/20)"),
        ("aws_vpc.this", {"tags": {"Name": "demo"}, "cidr_block": "10.0.0.0/16"}, "VPC demo (10.0.0.0/16)"),
        ("aws_security_group.this", {"name": "demo-database"}, "security group demo-database"),
        (
            'aws_vpc_security_group_ingress_rule.allow["a"]',
            {"cidr_ipv4": "10.0.0.0/8", "description": "office"},
            "security group rule: allow 10.0.0.0/8 (office)",
        ),
        ('aws_vpc_security_group_ingress_rule.allow["a"]', {}, "security group rule: allow a"),
        ("aws_route_table.public", {}, "public route table"),
        ("aws_route.internet", {}, "route to the internet"),
        ("aws_unheard_of_thing.this", {"name": "x"}, "unheard of thing x"),
    ],
)
def test_friendly_names(address: str, values: dict[str, Any], name: str) -> None:
    assert name_of(change(address, "create", values), values).full == name


def test_the_type_is_found_in_an_address_when_an_event_does_not_tell_it() -> None:
    assert name_of(Resource('module.a.aws_subnet.database["2"]')).text == "subnet 2"
    assert name_of(Resource('module.eu_central_1.aws_subnet.database["2"]')).text == "subnet 2 in eu-central-1"
    assert name_of(Resource("strange")).text == "strange"


def test_subnets_are_numbered_among_their_siblings() -> None:
    changes = new_cluster().resource_changes
    assert name_of(changes[2], among=changes).text == "subnet 2 of 3"


@pytest.mark.parametrize("width", [60, 200])
@pytest.mark.parametrize("color", ["never", "always"])
def test_what_is_made_is_listed_by_name(width: int, color: Any) -> None:
    shown = screen(width, color=color)
    print_review(shown.consoles, review(new_cluster(), operation="create"))
    for text in ("To create (8)", "Aurora cluster demo", "demo-2", "subnet 3 of 3", "allow 10.0.0.0/8", "8 to create"):
        assert text in shown.err
    assert shown.out == ""
    assert ("\x1b[" in shown.err) is (color == "always")


def test_no_line_is_wider_than_a_narrow_screen() -> None:
    shown = screen(60)
    print_review(shown.consoles, review(new_cluster(), operation="create", resumed=True, again=True))
    assert max(len(line) for line in shown.err.splitlines()) <= 60


def test_addresses_are_shown_where_there_is_room_and_where_they_matter() -> None:
    wide, narrow = screen(200), screen(60)
    plan = Plan((*new_cluster().resource_changes, change("aws_db_subnet_group.old", "delete", {"name": "old"})))
    for each in (wide, narrow):
        print_review(each.consoles, review(plan))
        assert "aws_db_subnet_group.old" in each.err
    assert OTHERS_2 in wide.err
    assert OTHERS_2 not in narrow.err


@pytest.mark.parametrize("width", [60, 200])
def test_a_change_shows_the_field_before_and_after(width: int) -> None:
    shown = screen(width)
    changed = (
        LARGER,
        AttributeChange("tags_all.team", None, "pay"),
        AttributeChange("arn", "arn:1", None, known=False),
        AttributeChange("kms_key_id", "old", None, known=False),
        AttributeChange("master_password", "(sensitive value)", "(sensitive value)", sensitive=True),
        AttributeChange("deletion_protection", True, False),
    )
    values = {"identifier": "demo-2", "instance_class": "db.r7g.xlarge"}
    print_review(shown.consoles, review(Plan((change(OTHERS_2, "update", values, changed=changed),))))
    assert "class: db.r7g.large → db.r7g.xlarge" in shown.err
    assert "KMS key: old → known after apply" in shown.err
    assert "master password: (hidden) → (hidden)" in shown.err
    assert "deletion protection: on → off" in shown.err
    assert "tags_all" not in shown.err
    assert "arn:1" not in shown.err


def test_a_tag_that_every_resource_gets_is_shown_where_no_other_one_changes() -> None:
    shown = screen(120)
    changed = (AttributeChange("tags_all.aurora-cli:cluster", "orders", "shop"),)
    values = {"cidr_block": "10.0.0.0/16"}
    print_review(shown.consoles, review(Plan((change("aws_vpc.this", "update", values, changed=changed),))))
    assert "tag aurora-cli:cluster: orders → shop" in shown.err


def test_parameters_are_compared_by_name() -> None:
    before = {"parameter": [{"name": "work_mem", "value": "4"}, {"name": "same", "value": "1"}]}
    after = {"parameter": [{"name": "same", "value": "1"}, {"name": "work_mem", "value": "8"}]}
    differs = AttributeChange("parameter", before["parameter"], after["parameter"])
    found = change("aws_db_parameter_group.this", "update", after, before=before, changed=(differs,))
    assert [(line.label, line.before, line.after) for line in lines_of(found)] == [("parameter work_mem", "4", "8")]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("instance_class", "class"),
        ("serverlessv2_scaling_configuration[0].max_capacity", "maximum capacity (ACU)"),
        ("tags.team", "tag team"),
        ('tags["cost center"]', "tag cost center"),
        ("some_new_field", "some new field"),
        ("DBInstanceClass", "class"),
        ("IAMDatabaseAuthenticationEnabled", "IAM authentication"),
    ],
)
def test_fields_have_names_that_people_use(path: str, label: str) -> None:
    assert label_of(path) == label


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        ([], "not set"),
        (True, "on"),
        (0, "0"),
        (16.0, "16"),
        (0.5, "0.5"),
        (["a", "b"], "a, b"),
        ([{"source": "10.0.0.0/8", "description": None}, {"source": "pl-1"}], "source: 10.0.0.0/8; source: pl-1"),
    ],
)
def test_values_are_words(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_a_replacement_has_its_reason() -> None:
    shown = screen()
    forced = (AttributeChange("availability_zone", "eu-west-1a", "eu-west-1b"), LARGER)
    replaced = change(
        OTHERS_2, "replace", {"identifier": "demo-2"}, changed=forced, replace_paths=("availability_zone",)
    )
    tainted = change("aws_db_subnet_group.this", "replace", {"name": "demo"}, reason="replace_because_tainted")
    print_review(shown.consoles, review(Plan((replaced, tainted))))
    assert "To replace: destroyed and recreated (2)" in shown.err
    assert "because zone cannot be changed in place" in shown.err
    assert "zone: eu-west-1a → eu-west-1b" in shown.err
    assert "class:" not in shown.err
    assert "an earlier run left it partially created" in shown.err


@pytest.mark.parametrize("width", [60, 200])
def test_restarts_exposure_and_losses_are_called_by_their_name(width: int) -> None:
    shown = screen(width)
    plan = Plan(
        (
            change('aws_rds_cluster_instance.this["1"]', "update", {"identifier": "demo-1"}, changed=(LARGER,)),
            change(OTHERS_2, "delete", {"identifier": "demo-2"}),
            change("aws_kms_key.this", "delete", {"description": "demo storage"}),
        )
    )
    findings = (
        Finding("lost", "aws_kms_key.this", "The KMS key k-1 would be deleted, and its data with it.", refused=True),
        Finding("lost", OTHERS_2, "The reader demo-2 is deleted; the data stays in the cluster."),
        Finding("lost", "aws_rds_cluster.this", "Automated backups older than 3 days go."),
        Finding("failover", 'aws_rds_cluster_instance.this["1"]', "demo-1 restarts: instance_class changes."),
        Finding("exposed", "aws_x.y", "The database port opens to every address (0.0.0.0/0)."),
    )
    print_review(shown.consoles, review(plan, *findings))
    words = shown.err_words
    assert "Restarts and failovers (1) ▲ demo-1 restarts: class changes." in words
    assert "Less protected (1) ▲ The database port opens to every address" in words
    assert "To destroy (1) - instance demo-2" in words
    assert "The reader demo-2 is deleted; the data stays in the cluster." in words
    assert words.index("LOST (2)") < words.index("KMS key demo storage") < words.index("Automated backups older")
    assert "In short: 0 to create, 1 to change, 0 to replace, 2 to destroy" in words


def test_the_refused_have_the_way_out_unbroken_at_the_end() -> None:
    shown = screen(40)
    address = 'aws_rds_cluster_instance.this["a-very-long-key-of-an-instance"]'
    finding = Finding("lost", address, "demo-x is the writer and would be deleted.", refused=True)
    print_review(shown.consoles, review(Plan((change(address, "delete", {"identifier": "demo-x"}),)), finding))
    assert shown.err.splitlines()[-1] == f"    --allow '{address}'"
    assert "STOPPED" in shown.err
    assert "Nothing was changed." in shown.err_words


def test_an_allowed_loss_does_not_stop_and_is_still_shown() -> None:
    shown = screen()
    finding = Finding("lost", "aws_kms_key.this", "The KMS key goes.", refused=True, allowed=True)
    print_review(shown.consoles, review(Plan((change("aws_kms_key.this", "delete"),)), finding))
    assert "STOPPED" not in shown.err
    assert "The KMS key goes." in shown.err


def test_an_allow_option_survives_the_shell() -> None:
    assert allow_option("a['b']") == "--allow 'a['\"'\"'b'\"'\"']'"


def test_notices_steps_warnings_drift_and_banner() -> None:
    shown = screen()
    drift = change("aws_vpc.this", "delete", {"cidr_block": "10.0.0.0/16", "tags": {"Name": "demo"}})
    bookkeeping = change("aws_db_subnet_group.this", "update", {"name": "demo"})
    doubt = Problem("network.allow", "everyone may try", severity="warning", line=7, source="demo.yaml")
    given_review = review(
        Plan(new_cluster().resource_changes, drift=(drift, bookkeeping)),
        operation="scale",
        target="sandbox",
        resumed=True,
        again=True,
        steps=("fail over to demo-2", "change demo-1"),
        warnings=(doubt,),
    )
    print_review(shown.consoles, given_review)
    words = shown.err_words
    assert "SANDBOX on this machine; nothing in AWS is touched Scale demo · eu-west-1" in words
    assert "The cluster changed after the first plan" in words
    assert "An earlier run was interrupted" in words
    assert "Changed outside Terraform since the last run (1) ▲ VPC demo" in words
    assert "was deleted" in words
    assert "1. Fail over to demo-2 2. Change demo-1" in words
    assert "▲ warning network.allow demo.yaml:7 everyone may try" in words


def test_a_value_that_the_plan_leaves_as_it_is_is_no_news() -> None:
    shown, address = screen(), 'aws_rds_cluster_instance.this["1"]'
    version = AttributeChange("engine_version", "16.4", "16.8")
    window = AttributeChange("preferred_backup_window", "03:00-04:00", "05:00-06:00")
    now = {"engine_version": "16.8", "preferred_backup_window": "05:00-06:00", "instance_class": "db.r7g.large"}
    drift = change(address, "update", now, changed=(version, window))
    wanted = {**now, "instance_class": "db.r7g.xlarge", "preferred_backup_window": "03:00-04:00"}
    planned = change(address, "update", wanted, before=now, changed=(AttributeChange("instance_class", "a", "b"),))
    print_review(shown.consoles, review(Plan((planned,), drift=(drift,))))
    changed = shown.err_words.partition("Changed outside Terraform since the last run (1)")[2].partition("To change")[0]
    assert "backup window (UTC): 03:00-04:00" in changed
    assert "engine version" not in changed
    upgraded = change(address, "update", now, changed=(version,))
    alone = screen()
    print_review(alone.consoles, review(Plan((planned,), drift=(upgraded,))))
    assert "Changed outside" not in alone.err
    going = screen()
    print_review(going.consoles, review(Plan((change(address, "delete", {}, before=now),), drift=(upgraded,))))
    assert "Changed outside" not in going.err


def test_nothing_to_do_is_said() -> None:
    shown = screen()
    print_review(shown.consoles, review(Plan()))
    assert "It already matches its spec: nothing to do." in shown.err


def test_data_sources_are_not_shown() -> None:
    shown = screen()
    print_review(shown.consoles, review(Plan((change("aws_region.now", "read"), *new_cluster().resource_changes))))
    assert "aws_region" not in shown.err


def test_ascii_alone_where_the_stream_has_nothing_else() -> None:
    import io

    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    consoles = make_consoles("never", {"COLUMNS": "60"}, Terminal(), stream)
    print_review(consoles, review(Plan((change(OTHERS_2, "update", {"identifier": "d"}, changed=(LARGER,)),))))
    stream.flush()
    assert b"db.r7g.large -> db.r7g.xlarge" in raw.getvalue()
    assert b"\\u" not in raw.getvalue()


@given(st.text(), st.text(), st.text())
def test_no_text_of_others_reaches_the_terminal_as_a_command(name: str, key: str, value: str) -> None:
    shown = screen(60)
    address = f'aws_vpc_security_group_ingress_rule.allow["{key}"]'
    values = {"cidr_ipv4": name, "description": value}
    changed = (AttributeChange(f"tags.{key}", value, name), AttributeChange(key, name, [value, {name: value}]))
    plan = Plan(
        (
            change(address, "update", values, changed=changed),
            change(address, "delete", values),
            change(f"aws_rds_cluster.{key}", "replace", {"cluster_identifier": name}, replace_paths=(key,)),
        )
    )
    finding = Finding("lost", address, value, refused=True)
    doubt = Problem(key, value, hint=name, source=key, severity="warning")
    print_review(shown.consoles, review(plan, finding, steps=(name,), warnings=(doubt,)))
    assert not {c for c in shown.err if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}
