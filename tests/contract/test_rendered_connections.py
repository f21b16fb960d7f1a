"""What is rendered of what a cluster is connected to: proxy, VPC endpoints, keys, activity stream, services."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.specs import ARN, ROLE, SECRET, VARIANTS, spec
from tests.contract.terraform_reader import Block, read_all

NEW = {"proxy.tf", "vpc_endpoints.tf", "services.tf", "activity_stream.tf"}


def blocks(variant: str, options: RenderOptions = RenderOptions(), **changes: object) -> list[Block]:  # noqa: B008
    return read_all(render_stack(spec(variant, **changes), options))


def one(found: list[Block], *labels: str) -> Block:
    (block,) = [b for b in found if b.labels == labels]
    return block


def there(found: list[Block]) -> set[str]:
    return {".".join(block.labels) for block in found if block.kind in ("resource", "data")}


@pytest.mark.parametrize("variant", sorted(v for v in VARIANTS if not v.startswith("proxied")))
def test_what_is_not_used_leaves_no_file(variant: str) -> None:
    assert not NEW & set(render_stack(spec(variant)))


def test_each_secret_is_one_authentication_entry_with_scheme_and_iam() -> None:
    auth = one(blocks("proxied"), "aws_db_proxy", "this").nested("auth")
    assert [a.attributes["auth_scheme"] for a in auth] == ['"SECRETS"', '"SECRETS"']
    assert [a.attributes["iam_auth"] for a in auth] == ['"REQUIRED"', '"REQUIRED"']
    assert [a.attributes["secret_arn"] for a in auth] == [
        "${aws_rds_cluster.this.master_user_secret[0].secret_arn}",
        f'"{SECRET}"',
    ]


def test_with_end_to_end_iam_the_role_of_the_proxy_signs_in_and_no_secret_is_read() -> None:
    given = {
        "default_auth_scheme": "iam_auth",
        "endpoint_network_type": "dual",
        "target_connection_network_type": "ipv6",
    }
    found = blocks("proxied", proxy=given, network={"cidr": "10.0.0.0/16", "zones": 2, "ip_version": "dual"})
    proxy = one(found, "aws_db_proxy", "this")
    wanted = {
        "default_auth_scheme": "IAM_AUTH",
        "endpoint_network_type": "DUAL",
        "target_connection_network_type": "IPV6",
    }
    assert {name: proxy.attributes[name] for name in wanted} == {name: f'"{value}"' for name, value in wanted.items()}
    assert not proxy.nested("auth")
    policy = str(one(found, "aws_iam_role_policy", "proxy").attributes["policy"])
    assert "rds-db:connect" in policy and "secretsmanager" not in policy


def test_every_role_has_the_path_and_the_boundary() -> None:
    changes: dict[str, Any] = {
        "monitoring": {"enhanced": {"interval": 60}},
        "credentials": {"domain": {"id": "d-90670a1b2c"}},
    }
    roles = [b for b in blocks("proxied", **changes) if b.labels[:1] == ("aws_iam_role",)]
    assert {b.labels[1] for b in roles} == {"proxy", "service", "monitoring", "directory"}
    for role in roles:
        assert role.attributes["path"] == '"/databases/"'
        assert role.attributes["permissions_boundary"] == '"arn:aws:iam::123456789012:policy/boundary"'


def test_without_a_managed_password_the_proxy_has_the_secrets_that_are_named() -> None:
    for password in ("given", "kept"):
        found = blocks("proxied", credentials={"password": password}, proxy={"secrets": [SECRET]})
        auth = one(found, "aws_db_proxy", "this").nested("auth")
        assert [a.attributes["secret_arn"] for a in auth] == [f'"{SECRET}"']
        policy = one(found, "aws_iam_role_policy", "proxy").attributes["policy"]
        assert "kms:Decrypt" not in str(
            policy
        )  # AWS's own key needs none, and a statement without a resource is refused
        assert "master_user_secret" not in str(policy)


def test_a_given_role_is_used_and_not_made() -> None:
    found = blocks("proxied-existing")
    assert "aws_iam_role.proxy" not in there(found)
    assert one(found, "aws_db_proxy", "this").attributes["role_arn"] == f'"{ROLE}"'


def test_half_of_the_connections_may_be_idle() -> None:
    found = blocks("proxied", proxy={"max_connections_percent": 90})
    (pool,) = one(found, "aws_db_proxy_default_target_group", "this").nested("connection_pool_config")
    assert pool.attributes["max_idle_connections_percent"] == 45


def test_a_proxy_that_is_off_leaves_nothing() -> None:
    assert not {name for name in there(blocks("proxied", proxy={"enabled": False})) if "proxy" in name}


def test_the_database_may_call_out_only_where_it_has_a_reason() -> None:
    names = {"aws_vpc_security_group_egress_rule.vpc_endpoints", "aws_vpc_security_group_egress_rule.s3"}
    assert names <= there(blocks("proxied"))
    assert not names & there(blocks("proxied", services={}))


def test_one_key_serves_whatever_is_stack() -> None:
    found = blocks("proxied")
    arn = "${aws_kms_key.this.arn}"
    assert one(found, "aws_rds_cluster", "this").attributes["kms_key_id"] == arn
    assert one(found, "aws_sns_topic", "alerts").attributes["kms_master_key_id"] == arn
    assert one(found, "aws_cloudwatch_log_group", "exports").attributes["kms_key_id"] == arn
    assert one(found, "aws_rds_cluster_activity_stream", "this").attributes["kms_key_id"] == "${aws_kms_key.this.id}"
    assert one(found, "aws_kms_key", "this").attributes["enable_key_rotation"] is True
    (lifecycle,) = one(found, "aws_kms_key", "this").nested("lifecycle")
    assert lifecycle.attributes["prevent_destroy"] is True


@pytest.mark.parametrize(
    ("named", "written"),
    [
        (ARN, f'"{ARN.partition("/")[2]}"'),
        (ARN.replace("key/", "key/mrk-"), f'"mrk-{ARN.partition("/")[2]}"'),
        ("alias/stream", "${data.aws_kms_key.stream.id}"),
        (ARN.partition("/")[2], "${data.aws_kms_key.stream.id}"),
    ],
)
def test_an_activity_stream_has_the_id_of_its_key(named: str, written: str) -> None:
    found = blocks("proxied", activity_stream={"mode": "sync", "kms_key": named})
    assert one(found, "aws_rds_cluster_activity_stream", "this").attributes["kms_key_id"] == written


def test_a_kept_key_is_written_as_its_arn_and_managed_no_more() -> None:
    found = blocks("proxied", RenderOptions(teardown=True, kept_key=ARN))
    assert not {"aws_kms_key.this", "aws_kms_alias.this"} & there(found)
    assert one(found, "aws_rds_cluster", "this").attributes["kms_key_id"] == f'"{ARN}"'


def test_mysql_knows_its_roles_by_parameters_and_takes_a_shared_one_once() -> None:
    found = blocks("proxied-existing")
    group = one(found, "aws_rds_cluster_parameter_group", "this")
    values = {p.attributes["name"]: p.attributes["value"] for p in group.nested("parameter")}
    assert values['"aws_default_s3_role"'] == f'"{ROLE}"'
    assert values['"aws_default_bedrock_role"'] == '${aws_iam_role.service["bedrock"].arn}'
    association = one(found, "aws_rds_cluster_role_association", "service")
    assert set(association.attributes["for_each"]) == {"bedrock", "s3_import"}
    assert "feature_name" not in association.attributes


def test_mysql_3_has_one_role_for_s3_and_mysql_2_has_two() -> None:
    files = {"s3_import": {"buckets": ["inbox"]}, "s3_export": {"buckets": ["outbox"]}}

    def roles(version: str, **services: object) -> dict[str, str]:
        found = blocks("proxied-existing", engine_version=version, services={**services, "bedrock": None})
        (group,) = [b for b in found if b.labels == ("aws_rds_cluster_parameter_group", "this")]
        values = {p.attributes["name"].strip('"'): p.attributes["value"] for p in group.nested("parameter")}
        return {name: value for name, value in values.items() if name.endswith("_role")}

    def made(key: str) -> str:
        return f'${{aws_iam_role.service["{key}"].arn}}'

    new, old = "8.0.mysql_aurora.3.10.0", "5.7.mysql_aurora.2.12.5"
    assert roles(new, **files) == {"aws_default_s3_role": made("s3_import")}
    assert roles(new, s3_export=files["s3_export"], s3_import=None) == {"aws_default_s3_role": made("s3_export")}
    assert roles(old, **files) == {
        "aurora_load_from_s3_role": made("s3_import"),
        "aurora_select_into_s3_role": made("s3_export"),
    }


def test_postgresql_knows_them_by_features() -> None:
    association = one(blocks("proxied"), "aws_rds_cluster_role_association", "service")
    features = {key: entry["feature"] for key, entry in association.attributes["for_each"].items()}
    assert features == {
        "sagemaker": '"SageMaker"',
        "comprehend": '"Comprehend"',
        "lambda": '"Lambda"',
        "s3_import": '"s3Import"',
        "s3_export": '"s3Export"',
    }
    assert "iam_roles" not in one(blocks("proxied"), "aws_rds_cluster", "this").attributes


@pytest.mark.parametrize(("engine", "connects"), [("aurora-mysql", True), ("aurora-postgresql", False)])
def test_the_database_of_an_activity_stream_may_reach_kms_where_it_calls_it(engine: str, connects: bool) -> None:
    stream = {"mode": "async", "kms_key": "stack"}
    network = {"allow": ["10.0.0.0/16"], "vpc_endpoints": ["kms"]}
    found = blocks("smallest", engine=engine, activity_stream=stream, network=network)
    assert any(name.startswith("aws_vpc_security_group_egress_rule") for name in there(found)) is connects
