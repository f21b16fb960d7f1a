"""`bootstrap` of Aurora MySQL: its parts in order, and what each runs."""

from __future__ import annotations

from pathlib import Path

from aurora_cli.operations.sql.bootstrap_items import meaning
from aurora_cli.operations.sql.bootstrap_mysql import items_of, password_change
from aurora_cli.spec.model.bootstrap import Bootstrap

GIVEN = {
    "roles": {"readers": {}, "re`ports": {"secret": "arn", "member_of": ["readers", "team"]}, "app": {"iam": True}},
    "databases": {"shop": {"grants": ["select on shop.* to  readers"], "sql": ["schema.sql"]}},
}


def test_the_parts_come_in_the_order_in_which_they_need_each_other() -> None:
    found = items_of(Bootstrap.model_validate(GIVEN), Path("/specs"))
    assert [(item.text, item.database) for item in found] == [
        ("Create the role readers.", ""),
        ("Create the user re`ports, with the password of its secret.", ""),
        ("Create the user app, with IAM authentication.", ""),
        ("Grant readers, team to re`ports.", ""),
        ("Create the database shop.", ""),
        ("Grant select on shop.* to readers in shop.", "shop"),
        ("Run schema.sql in shop.", "shop"),
    ]
    role, user, iam, member, database, grant, file = found
    assert role.statements == ("CREATE ROLE IF NOT EXISTS `readers`",)
    assert (*user.statements, *user.last) == (
        "CREATE USER IF NOT EXISTS `re``ports`@`%` ACCOUNT LOCK",
        "ALTER USER `re``ports`@`%` ACCOUNT UNLOCK",
    )
    assert all("AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL" in statement for statement in iam.statements)
    assert member.statements[1] == "SET DEFAULT ROLE `readers`, `team` TO `re``ports`@`%`"
    assert database.statements == ("CREATE DATABASE IF NOT EXISTS `shop`",)
    assert grant.statements == ("GRANT select on shop.* to  readers",)
    assert file.file == Path("/specs/schema.sql")
    assert len({item.key for item in found}) == len(found)


def test_what_a_part_means_is_what_it_runs(tmp_path: Path) -> None:
    def meanings(arn: str = "arn", sql: str = "CREATE TABLE a (b int);") -> list[str]:
        (tmp_path / "schema.sql").write_text(sql)
        given = {**GIVEN, "roles": {"re`ports": {"secret": arn}}}
        return [meaning(item) for item in items_of(Bootstrap.model_validate(given), tmp_path)]

    assert meanings() == meanings()
    changed = [
        [at for at, (old, new) in enumerate(zip(meanings(), other, strict=True)) if old != new]
        for other in (meanings("another"), meanings(sql="DROP TABLE a;"))
    ]
    assert changed == [[0], [3]]


def test_a_password_is_one_text() -> None:
    assert password_change("app", "it's \\ '") == "ALTER USER `app`@`%` IDENTIFIED BY 'it''s \\\\ '''"
