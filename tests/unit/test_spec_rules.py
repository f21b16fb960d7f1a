"""Every rule: a spec that breaks it, and a suggestion that is legal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aurora_cli.errors import SpecInvalid
from aurora_cli.hcl.render import render_stack
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.rules.all import catalogue, check_names
from aurora_cli.spec.text.load import load_yaml
from tests.unit.connection_cases import CONNECTIONS
from tests.unit.global_cases import GLOBAL
from tests.unit.sign_in_cases import SERVERLESS_V1, SIGN_IN
from tests.unit.source_cases import REFUSED as SOURCES
from tests.unit.spec_cases import EXISTING, MYSQL, POSTGRES, layers, problems, resolved
from tests.unit.surface_cases import SURFACE

Case = tuple[str, dict[str, Any], str]
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:eu-west-1:123456789012:key/{KEY}"
S3 = {"type": "s3", "bucket": "state"}
HTTP = {"type": "http", "address": "https://state.example.com/orders"}
CLOUD = {"type": "cloud", "organization": "acme", "workspace": "orders"}

POSTGRES_CASES: list[Case] = [
    ("cluster-name", {"name": "Orders"}, "name"),
    ("cluster-name", {"name": "a" * 64}, "name"),
    ("cluster-name", {"name": "a--b"}, "name"),
    ("cluster-name", {"name": "a-"}, "name"),
    ("cluster-name", {"name": "1a"}, "name"),
    ("cluster-name", {"name": ""}, "name"),
    ("cluster-name", {"name": "a\n"}, "name"),
    ("cluster-name-reserved", {"name": "default"}, "name"),
    ("resource-name", {"resource_name": "My_Orders"}, "resource_name"),
    ("instance-name", {"name": "a" * 62}, "name"),
    ("instance-name", {"name": "a" * 61, "instances.readers": 9}, "name"),
    ("region", {"region": "europe"}, "region"),
    ("region", {"region": "eu-west-1a"}, "region"),
    ("region-known", {"region": "eu-west-9"}, "region"),
    ("database-name", {"database": "my-db"}, "database"),
    ("database-name", {"database": "1db"}, "database"),
    ("database-name", {"database": "a" * 64}, "database"),
    ("database-reserved", {"database": "postgres"}, "database"),
    ("database-reserved", {"database": "Template0"}, "database"),
    ("database-keyword", {"database": "table"}, "database"),
    ("username", {"username": "a" * 64}, "username"),
    ("username-long", {"username": "a" * 17}, "username"),
    ("username", {"username": "an-admin"}, "username"),
    ("username-reserved", {"username": "rdsadmin"}, "username"),
    ("username-reserved", {"username": "admin"}, "username"),
    ("username-reserved", {"username": "pg_boss"}, "username"),
    ("username-doubtful", {"username": "root"}, "username"),
    ("port", {"port": 1149}, "port"),
    ("port", {"port": 65536}, "port"),
    ("tag-count", {"tags": {f"k{n}": "v" for n in range(49)}}, "tags"),
    ("tag-key", {"tags": {"aws:x": "v"}}, "tags.aws:x"),
    ("tag-key", {"tags": {"k" * 129: "v"}}, "tags." + "k" * 129),
    ("tag-key", {"tags": {"": "v"}}, "tags."),
    ("tag-key", {"tags": {"a{b": "v"}}, "tags.a{b"),
    ("tag-key", {"tags": {"aurora-cli:cluster": "v"}}, "tags.aurora-cli:cluster"),
    ("tag-case", {"tags": {"A": "v", "a": "v"}, "credentials.iam_users": ["app"]}, "tags.a"),
    ("tag-case", {"tags": {"Aurora-CLI:cluster": "v"}, "proxy": True}, "tags.Aurora-CLI:cluster"),
    ("tag-value", {"tags": {"k": "v" * 257}}, "tags.k"),
    ("tag-value", {"tags": {"k": "${x}"}}, "tags.k"),
    ("tag-value", {"tags": {"k": "a\tb"}}, "tags.k"),
    ("tag-value", {"tags": {"k": "aws:x"}}, "tags.k"),
    ("engine-version", {"engine_version": "16.x"}, "engine_version"),
    ("engine-version", {"engine_version": "16.9-limitless"}, "engine_version"),
    ("engine-version", {"engine_version": "8.0.mysql_aurora.3.10.0"}, "engine_version"),
    ("engine-version-known", {"engine_version": "16.99"}, "engine_version"),
    ("engine-version-known", {"engine_version": "16.2"}, "engine_version"),
    ("engine-version-known", {"engine_version": "99"}, "engine_version"),
    ("engine-version-owner", {"engine_version": "16.8", "maintenance.auto_minor_upgrades": True}, "engine_version"),
    ("engine-version-support", {"engine_version": "12.22"}, "engine_version"),
    ("instance-class", {"instances.class": "db.m7g.large"}, "instances.class"),
    ("instance-class", {"instances.class": "db.t3.micro"}, "instances.class"),
    ("instance-class", {"instances.class": "r7g.large"}, "instances.class"),
    ("instance-class", {"instances.overrides.1.class": "large"}, "instances.overrides.1.class"),
    ("instance-class-known", {"instances.class": "db.r9z.large"}, "instances.class"),
    ("instance-class-region", {"instances.class": "db.t4g.medium", "region": "il-central-1"}, "instances.class"),
    ("instance-class-burstable", {"instances.class": "db.t4g.large", "preset": "production"}, "instances.class"),
    ("failover-target", {"preset": "production", "instances.readers": 0}, "instances.readers"),
    ("override-key", {"instances.overrides.reader-1.promotion_tier": 1}, "instances.overrides.reader-1"),
    ("override-key", {"instances.overrides.17.promotion_tier": 1}, "instances.overrides.17"),
    ("override-key", {"instances.overrides.01.promotion_tier": 1}, "instances.overrides.01"),
    ("override-unused", {"instances.overrides.3.promotion_tier": 1}, "instances.overrides.3"),
    ("override-zone", {"instances.overrides.1.zone": "us-east-1a"}, "instances.overrides.1.zone"),
    (
        "override-zone",
        {"instances.overrides.1.zone": "eu-west-1c", "network.zones": ["eu-west-1a", "eu-west-1b"]},
        "instances.overrides.1.zone",
    ),
    ("override-zone-unsure", {"instances.overrides.1.zone": "eu-west-1a"}, "instances.overrides.1.zone"),
    ("acu-step", {"instances.acu": "0.7-16"}, "instances.acu.min"),
    ("acu-range", {"instances.acu": "16-2"}, "instances.acu"),
    ("acu-range", {"instances.acu": "0.5"}, "instances.acu.max"),
    ("acu-equal", {"instances.acu": "4"}, "instances.acu"),
    ("acu-without-serverless", {"instances.acu": "1-4", "instances.class": "db.r7g.large"}, "instances.acu"),
    ("acu-missing", {"instances.class": "db.serverless"}, "instances.class"),
    ("acu-missing", {"instances.overrides.1.class": "db.serverless"}, "instances.overrides.1.class"),
    ("serverless-version", {"instances.acu": "1-4", "engine_version": "12.22"}, "engine_version"),
    ("acu-min-zero", {"instances.acu": "0-4", "engine_version": "15.6"}, "instances.acu.min"),
    ("acu-max-version", {"instances.acu": "1-200", "engine_version": "14.9"}, "instances.acu.max"),
    ("pause-after", {"instances.acu": "0-4", "instances.pause_after": "4m"}, "instances.pause_after"),
    ("pause-after", {"instances.acu": "0-4", "instances.pause_after": "25h"}, "instances.pause_after"),
    ("pause-after", {"instances.acu": "0.5-4", "instances.pause_after": "10m"}, "instances.pause_after"),
    ("pause-after", {"instances.pause_after": "10m"}, "instances.pause_after"),
    (
        "pause-blocked",
        {"instances.acu": "0-4", "parameters.cluster.rds.logical_replication": 1},
        "parameters.cluster.rds.logical_replication",
    ),
    ("assume-role", {"assume_role.role_arn": "deploy"}, "assume_role.role_arn"),
    ("profile-name", {"profile": "a\nb"}, "profile"),
    (
        "assume-role",
        {"assume_role.role_arn": "arn:aws:iam::123456789012:role/deploy", "assume_role.external_id": "a b"},
        "assume_role.external_id",
    ),
    (
        "assume-role",
        {"assume_role.role_arn": "arn:aws:iam::123456789012:role/deploy", "assume_role.session_name": "s"},
        "assume_role.session_name",
    ),
    ("vpc-cidr", {"network.cidr": "10.0.0.0"}, "network.cidr"),
    ("vpc-cidr", {"network.cidr": "10.0.0.0/8"}, "network.cidr"),
    ("vpc-cidr", {"network.cidr": "10.0.0.0/29"}, "network.cidr"),
    ("vpc-cidr", {"network.cidr": "10.0.0.5/16"}, "network.cidr"),
    ("vpc-cidr", {"network.cidr": "2001:db8::/56"}, "network.cidr"),
    ("vpc-cidr", {"network.cidr": "10.0.0.0/255.255.0.0"}, "network.cidr"),
    ("vpc-cidr-private", {"network.cidr": "8.8.0.0/16"}, "network.cidr"),
    ("subnets-fit", {"network.cidr": "10.0.0.0/28"}, "network.cidr"),
    ("subnets-fit", {"network.cidr": "10.0.0.0/27", "network.zones": 3}, "network.cidr"),
    ("subnet-room", {"network.cidr": "10.0.0.0/27", "instances.readers": 15}, "network.cidr"),
    ("zones", {"network.zones": 1}, "network.zones"),
    ("zones", {"network.zones": 4}, "network.zones"),
    ("zones", {"network.zones": ["eu-west-1a"]}, "network.zones"),
    ("zones", {"network.zones": ["eu-west-1a", "eu-west-1a"]}, "network.zones"),
    ("zones", {"network.zones": ["eu-west-1a", "us-east-1b"]}, "network.zones"),
    ("network-kind", {"network.vpc_id": "vpc-0123456789abcdef0"}, "network.vpc_id"),
    ("network-kind", {**EXISTING, "network.cidr": "10.0.0.0/16"}, "network.cidr"),
    ("network-kind", {**EXISTING, "network.zones": 3}, "network.zones"),
    ("network-kind", {**EXISTING, "network.subnet_group": "shared"}, "network.subnet_group"),
    ("network-ids", {**EXISTING, "network.vpc_id": "vpc-xyz"}, "network.vpc_id"),
    ("network-ids", {**EXISTING, "network.security_group_ids": ["default"]}, "network.security_group_ids"),
    ("network-ids", {**EXISTING, "network.subnet_ids": ["subnet-01234567"] * 2}, "network.subnet_ids"),
    ("subnet-count", {**EXISTING, "network.subnet_ids": ["subnet-01234567"]}, "network.subnet_ids"),
    ("subnet-count", {**EXISTING, "network.subnet_ids": [f"subnet-{n:08x}" for n in range(21)]}, "network.subnet_ids"),
    ("subnet-group", {"network.subnet_group": "Shared"}, "network.subnet_group"),
    ("security-groups", {"network.security_group_ids": ["sg-01234567"]}, "network.security_group_ids"),
    (
        "security-groups",
        {**EXISTING, "network.security_group_ids": [f"sg-{n:08x}" for n in range(5)]},
        "network.security_group_ids",
    ),
    ("public-access", {"network.public_access": True}, "network.public_access"),
    ("public-access", {**EXISTING, "network.public_access": True}, "network.public_access"),
    ("public-access", {"instances.overrides.1.public_access": True}, "instances.overrides.1.public_access"),
    ("dual-public", {"network.ip_version": "dual", "instances.overrides.1.public_access": True}, "network.ip_version"),
    ("allow-source", {"network.allow": ["somewhere"]}, "network.allow.0"),
    ("allow-source", {"network.allow": ["10.0.0.0/16", "10.1.2.3"]}, "network.allow.1"),
    ("allow-source", {"network.allow": ["10.1.2.3/16"]}, "network.allow.0"),
    ("allow-source", {"network.allow": ["sg-nonsense"]}, "network.allow.0"),
    ("allow-source", {"network.allow": ["2001:db8::1/32"]}, "network.allow.0"),
    ("allow-anywhere", {"network.allow": ["0.0.0.0/0"]}, "network.allow.0"),
    ("allow-anywhere", {"network.allow": ["::/0"]}, "network.allow.0"),
    ("allow-anywhere", {"network.allow": ["10.0.0.0/16", "0.0.0.0/1", "128.0.0.0/1"]}, "network.allow.1"),
    ("allow-anywhere", {"network.allow": ["0.0.0.0/1", "128.0.0.0/8"]}, "network.allow.0"),
    ("allow-anywhere", {"network.allow": [f"{n}.0.0.0/8" for n in range(1, 130)]}, "network.allow.0"),
    ("allow-anywhere", {"network.allow": ["10.0.0.0/16", "2000::/3"]}, "network.allow.1"),
    ("allow-anywhere", {"network.allow": ["::/1", "8000::/1"]}, "network.allow.0"),
    ("allow-wide", {"network.allow": ["0.0.0.0/0"], "network.allow_from_anywhere": True}, "network.allow.0"),
    (
        "allow-wide",
        {"network.allow": ["0.0.0.0/1", "128.0.0.0/1"], "network.allow_from_anywhere": True},
        "network.allow.0",
    ),
    ("allow-wide", {"network.allow": ["10.0.0.0/16", "8.0.0.0/9", "8.128.0.0/9"]}, "network.allow.1"),
    ("allow-wide", {"network.allow": ["128.0.0.0/1"]}, "network.allow.0"),
    ("allow-duplicate", {"network.allow": ["10.0.0.0/16", "10.0.0.0/16"]}, "network.allow.1"),
    ("allow-duplicate", {"network.allow": ["2001:db8::/32", "2001:0db8::/32"]}, "network.allow.1"),
    (
        "allow-description",
        {"network.allow": [{"source": "10.0.0.0/16", "description": 'say "hi"'}]},
        "network.allow.0.description",
    ),
    ("allow-count", {"network.allow": [f"10.0.{n}.0/24" for n in range(61)]}, "network.allow"),
    ("allow-nobody", {"network.allow": None}, "network.allow"),
    ("kms-key", {"encryption.kms_key": "my key"}, "encryption.kms_key"),
    ("kms-key", {"credentials.secret_kms_key": "my-key"}, "credentials.secret_kms_key"),
    ("kms-key", {"backend": {**S3, "kms_key": "arn:aws:s3:::x"}}, "backend.kms_key"),
    ("kms-region", {"encryption.kms_key": ARN.replace("eu-west-1", "us-east-1")}, "encryption.kms_key"),
    ("kms-unused", {"encryption.kms_key": KEY, "encryption.enabled": False}, "encryption.kms_key"),
    ("encryption-off", {"encryption.enabled": False}, "encryption.enabled"),
    ("tls-off", {"tls.required": False}, "tls.required"),
    ("unprotected", {"preset": "production", "deletion_protection": False}, "deletion_protection"),
    ("unprotected", {"preset": "production", "backup.final_snapshot": False}, "backup.final_snapshot"),
    ("backup-window", {"backup.window": "3:00-4:00"}, "backup.window"),
    ("backup-window", {"backup.window": "03:00-03:29"}, "backup.window"),
    ("backup-window", {"backup.window": "03:00-03:00"}, "backup.window"),
    ("backup-window", {"backup.window": "24:00-25:00"}, "backup.window"),
    ("maintenance-window", {"maintenance.window": "05:00-06:00"}, "maintenance.window"),
    ("maintenance-window", {"maintenance.window": "sun:05:00-sun:05:10"}, "maintenance.window"),
    ("maintenance-window-long", {"maintenance.window": "sun:05:00-mon:06:00"}, "maintenance.window"),
    (
        "window-overlap",
        {"backup.window": "23:30-00:30", "maintenance.window": "mon:00:00-mon:01:00"},
        "maintenance.window",
    ),
    ("window-alone", {"backup.window": "00:00-23:59"}, "maintenance.window"),
    ("window-alone", {"maintenance.window": "sun:00:00-sat:23:00"}, "backup.window"),
    ("parameter-name", {"parameters.cluster.Log_Statement": "all"}, "parameters.cluster.Log_Statement"),
    ("parameter-value", {"parameters.cluster.log_statement": ""}, "parameters.cluster.log_statement"),
    ("parameter-value", {"parameters.instance.log_statement": "a\nb"}, "parameters.instance.log_statement"),
    ("parameter-tls", {"parameters.cluster.rds.force_ssl": 0}, "parameters.cluster.rds.force_ssl"),
    (
        "parameter-tls",
        {"parameters.cluster.rds.force_ssl": 1, "tls.required": False},
        "parameters.cluster.rds.force_ssl",
    ),
    ("parameter-tls", {"parameters.instance.rds.force_ssl": 1}, "parameters.instance.rds.force_ssl"),
    (
        "parameter-both",
        {"parameters.cluster.work_mem": 4, "parameters.instance.work_mem": 8},
        "parameters.instance.work_mem",
    ),
    ("log-type", {"logs.exports": ["postgresql", "upgrade"]}, "logs.exports.1"),
    ("log-type", {"logs.exports": ["slowquery"]}, "logs.exports.0"),
    ("log-duplicate", {"logs.exports": ["postgresql", "postgresql"]}, "logs.exports.1"),
    ("log-retention", {"logs.retention": 8}, "logs.retention"),
    ("log-retention", {"logs.retention": 0}, "logs.retention"),
    ("log-retention", {"logs.retention": 9999}, "logs.retention"),
    ("backend-s3", {"backend": {**S3, "bucket": "s3://state"}}, "backend.bucket"),
    ("backend-s3", {"backend": {**S3, "key": "../x"}}, "backend.key"),
    ("backend-s3", {"backend": {**S3, "region": "europe"}}, "backend.region"),
    ("backend-http", {"backend": {**HTTP, "address": "state.example.com"}}, "backend.address"),
    ("backend-http", {"backend": {**HTTP, "address": "https://h:port/"}}, "backend.address"),
    ("backend-http", {"backend": {**HTTP, "lock_method": "lock it"}}, "backend.lock_method"),
    ("backend-secret", {"backend": {**HTTP, "address": "https://u:secret@h/s"}}, "backend.address"),
    ("backend-plain-http", {"backend": {**HTTP, "address": "http://example.com/s"}}, "backend.address"),
    ("backend-names", {"backend": {**CLOUD, "workspace": "a b"}}, "backend.workspace"),
    ("backend-names", {"backend": {"type": "pg", "schema_name": "Bad-Name"}}, "backend.schema_name"),
    ("backend-text", {"backend": {**S3, "profile": "a\nb"}}, "backend.profile"),
]
MYSQL_CASES: list[Case] = [
    ("database-reserved", {"database": "sys"}, "database"),
    ("database-keyword", {"database": "order"}, "database"),
    ("database-name", {"database": "a" * 65}, "database"),
    ("username-reserved", {"username": "rdsadmin"}, "username"),
    ("engine-version", {"engine_version": "3.10.0"}, "engine_version"),
    ("engine-version", {"engine_version": "8.0.36"}, "engine_version"),
    ("engine-version", {"engine_version": "17.7"}, "engine_version"),
    ("engine-version-support", {"engine_version": "5.7.mysql_aurora.2.12.5"}, "engine_version"),
    ("instance-class-known", {"instances.class": "db.r6gd.xlarge"}, "instances.class"),
    ("serverless-version", {"instances.acu": "1-4", "engine_version": "5.7"}, "engine_version"),
    ("acu-min-zero", {"instances.acu": "0-4", "engine_version": "8.0.mysql_aurora.3.04.0"}, "instances.acu.min"),
    ("acu-max-version", {"instances.acu": "1-200", "engine_version": "8.0.mysql_aurora.3.04.0"}, "instances.acu.max"),
    (
        "parameter-tls",
        {"parameters.cluster.require_secure_transport": "OFF"},
        "parameters.cluster.require_secure_transport",
    ),
    ("log-type", {"logs.exports": ["postgresql"]}, "logs.exports.0"),
    (
        "pause-blocked",
        {"instances.acu": "0-4", "parameters.cluster.binlog_format": "ROW"},
        "parameters.cluster.binlog_format",
    ),
    ("log-parameter", {"logs.exports": ["audit"]}, "logs.exports.0"),
]
CASES = [(POSTGRES, *case) for case in POSTGRES_CASES] + [(MYSQL, *case) for case in MYSQL_CASES]
CASES += [case[:4] for case in (*SURFACE, *SOURCES, *SIGN_IN, *SERVERLESS_V1, *CONNECTIONS)]
CASES += [(base, name, changes, path) for name, base, changes, path, _ in GLOBAL]
LIVE = {"orderable"}
"""Asks AWS itself: tests/unit/test_operations_orderable.py."""
OF_TWO_VALUES = {
    ("source-itself", "name"),
    ("global-name", "global.regions.eu-central-1"),
    ("global-encryption", "global.regions.eu-central-1.encryption.kms_key"),
    ("global-write-forwarding", "global.regions.eu-central-1.write_forwarding"),
}
"""The change is one of them; the problem is told at the other, which is in the base."""
HARD = {name: hard for name, hard, _, _ in catalogue()}


@pytest.mark.parametrize(("base", "name", "changes", "path"), CASES)
def test_the_rule_speaks(base: dict[str, Any], name: str, changes: dict[str, Any], path: str) -> None:
    found = [p for p in problems(changes, base) if p.check == name]
    assert [p.path for p in found] == [path]
    assert found[0].severity == ("error" if HARD[name] else "warning")
    in_base = not changes or (name, path) in OF_TWO_VALUES
    assert found[0].source in (("base", None) if in_base else ("change", "preset production", None))
    assert found[0].message.isprintable()


@pytest.mark.parametrize("name", ["vpc-cidr", "cluster-name", "engine-version", "backend-secret"])
def test_what_nothing_can_be_rendered_from_cannot_be_skipped(name: str) -> None:
    assert name not in check_names()
    found = problems({"network.cidr": "x"}, skip_checks=[name])
    assert ("skip-checks", "error") in {(p.check, p.severity) for p in found}
    assert ("vpc-cidr", "error") in {(p.check, p.severity) for p in found}


def test_every_rule_has_a_case() -> None:
    assert {name for _, name, _, _ in CASES} == set(HARD) - LIVE


def test_rules_have_different_names_and_all_their_words() -> None:
    assert len(HARD) == len(catalogue())
    for name, _, text, source in catalogue():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert text
        assert source


@pytest.mark.parametrize("base", [POSTGRES, MYSQL])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "a" * 61},
        {"username": "a" * 16},
        {"port": 1150},
        {"database": "Orders_1"},
        {"tags": {"Größe 漢": "_.:/=+-@ x", "empty": ""}},
        {"instances.readers": 15},
        {"instances.acu": "0-256", "instances.pause_after": "300"},
        {"instances.acu": "0.5-1"},
        {"network.zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"]},
        {"network.cidr": "192.168.0.0/26", "network.zones": 3},
        {"network.allow": ["sg-01234567", "pl-01234567", "2001:db8::/32", "10.0.0.0/8"]},
        {"network.allow": [{"source": "10.0.0.0/16", "description": "a-z ._-:/()#,@[]+=&;{}!$*"}]},
        EXISTING,
        {**EXISTING, "network.vpc_id": None},
        {"network.allow": ["10.0.0.0/16"], "network.subnet_group": "shared group_1.a"},
        {"encryption.kms_key": ARN, "credentials.secret_kms_key": "alias/secrets"},
        {"encryption.kms_key": KEY},
        {"encryption.kms_key": "mrk-1234abcd12ab34cd56ef1234567890ab"},
        {"backup.window": "23:30-00:00", "maintenance.window": "sun:23:00-sun:23:30"},
        {"maintenance.window": "Sun:23:45-Mon:00:15"},
        {"logs.retention": "3653d"},
        {"backend": {**S3, "key": "a/b.tfstate", "region": "us-east-1", "kms_key": "alias/state"}},
        {"backend": {**HTTP, "lock_address": "http://127.0.0.1:8080/lock", "lock_method": "POST"}},
        {"backend": CLOUD},
        {"backend": {"type": "pg"}},
    ],
)
def test_what_is_legal_passes_without_a_word(base: dict[str, Any], changes: dict[str, Any]) -> None:
    assert problems(changes, base) == ()


@pytest.mark.parametrize("version", ["16.8", "16", "17.4", "17.11", "18", "18.6"])
def test_known_postgres_versions_pass(version: str) -> None:
    assert problems({"engine_version": version}) == ()


@pytest.mark.parametrize("version", ["8.0.mysql_aurora.3.04.0", "8.0", "8.4.mysql_aurora.8.4.7", "8.4"])
def test_known_mysql_versions_pass(version: str) -> None:
    assert problems({"engine_version": version}, MYSQL) == ()


SUGGESTED = (
    "cluster-name", "instance-name", "database-name", "database-reserved", "database-keyword", "username",
    "username-reserved", "engine-version", "engine-version-known", "instance-class", "vpc-cidr", "vpc-cidr-private",
    "subnets-fit", "backup-window", "maintenance-window", "maintenance-window-long", "log-retention", "subnet-room",
    "username-doubtful", "username-long", "instance-class-region", "instance-class-burstable", "engine-version-support", "port",
)  # fmt: skip


@pytest.mark.parametrize(("base", "name", "changes", "path"), [case for case in CASES if case[1] in SUGGESTED])
def test_what_is_suggested_is_legal(base: dict[str, Any], name: str, changes: dict[str, Any], path: str) -> None:
    found = next(p for p in problems(changes, base) if p.check == name)
    suggestions = re.findall(r"`([^`]+)`", found.hint or "")
    for suggestion in suggestions:
        left = [p.check for p in problems({**changes, path: suggestion}, base) if p.path == path]
        assert name not in left, suggestion
    assert suggestions or name in ("port", "engine-version")


def test_credentials_in_an_address_are_never_shown() -> None:
    found = problems({"backend": {**HTTP, "address": "https://user:hunter2@[broken/s"}})
    found += problems({"backend": {**HTTP, "address": "https://user:hunter2@example.com/s"}})
    assert found
    assert "hunter2" not in str(found)


def test_rds_versions_of_mysql_are_explained() -> None:
    hints = {
        version: next(p.hint or "" for p in problems({"engine_version": version}, MYSQL) if p.check == "engine-version")
        for version in ("3.10.0", "8.0.36")
    }
    assert "8.0.mysql_aurora.3.10.0" in hints["3.10.0"]
    assert "not of Aurora" in hints["8.0.36"]


def test_a_problem_in_a_list_has_the_line_of_its_entry() -> None:
    text = "name: a\nregion: eu-west-1\nengine: pg\nnetwork:\n  allow:\n    - 10.0.0.0/16\n    - source: 0.0.0.0/0\n"
    with pytest.raises(SpecInvalid, match="1 problem") as caught:
        resolve([load_yaml(text, source="f.yaml")])
    assert [p.line for p in caught.value.problems if p.severity == "error"] == [7]


def test_a_resolved_spec_of_a_mixed_cluster_is_legal() -> None:
    spec = resolved(
        {"instances.class": "db.r7g.large", "instances.acu": "1-8", "instances.overrides.1.class": "db.serverless"}
    )
    assert spec.warnings == ()


@pytest.mark.parametrize(("base", "name", "changes", "path"), CASES)
def test_what_is_let_through_can_be_rendered(
    base: dict[str, Any], name: str, changes: dict[str, Any], path: str
) -> None:
    try:
        spec = resolve(layers(changes, base), skip_checks=check_names()).spec
    except SpecInvalid:
        assert HARD[name]
        return
    assert render_stack(spec)
