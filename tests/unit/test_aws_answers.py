"""Answers that are not AWS's end in a sentence that names the call; what AWS leaves out at times is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aurora_cli.aws.clients import AwsClients
from aurora_cli.aws.describe import find_cluster, instances_of
from aurora_cli.aws.engine.engine_upgrade import integrations_of, known_parameters, waiting_maintenance
from aurora_cli.aws.modify.reader_scaling import read_bounds
from aurora_cli.aws.related.proxies import read_proxy
from aurora_cli.aws.replication.global_database import read_global
from aurora_cli.errors import AwsFailed
from tests.fuzz.wire import CLIENTS, answering, encode

PAGE = b"<html><body>Please sign in to this network</body></html>"


def clusters(aws: AwsClients) -> Any:
    return find_cluster(aws.client("rds"), "demo")


def rotation(aws: AwsClients) -> Any:
    return aws.client("secretsmanager").describe_secret(SecretId="demo").get("RotationEnabled")


def bounds(aws: AwsClients) -> Any:
    return read_bounds(aws.client("application-autoscaling"), "demo")


def test_a_whole_answer_is_read() -> None:
    with answering(lambda name, answer: (200, encode("rds", name, answer))):
        found = clusters(CLIENTS)
        assert found["DBClusterMembers"][0]["DBInstanceIdentifier"] == "demo"
        assert found.get("Nothing") is None


def test_what_botocore_makes_of_a_value_itself_is_no_fault_of_the_answer() -> None:
    """It decodes IAM's policies, which the API returns as text."""
    body = (
        b"<GetRoleResponse><GetRoleResult><Role><RoleName>demo</RoleName>"
        b"<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</AssumeRolePolicyDocument>"
        b"</Role></GetRoleResult></GetRoleResponse>"
    )
    with answering(lambda *_: (200, body)):
        role = CLIENTS.client("iam").get_role(RoleName="demo")["Role"]
    assert role["AssumeRolePolicyDocument"] == {"Version": "2012-10-17"}
    with pytest.raises(AwsFailed):
        role["Arn"]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, b"<!DOCTYPE html><p>Sign in<br>", "it is a web page"),
        (404, b"<html>&nbsp;" + b"<p>Not found" * 400, "it is a web page"),
        (500, b"upstream connect error", "it cannot be parsed"),
        (200, bytes(range(256)), "it cannot be parsed"),
        (200, b"", "it cannot be parsed"),
        (200, b"<other/>", "it cannot be parsed"),
        (302, b"<html>moved</html>", "it has the HTTP status 302 and no error code"),
    ],
)
def test_nonsense_is_one_sentence_without_what_was_sent(status: int, body: bytes, why: str) -> None:
    with answering(lambda *_: (status, body)), pytest.raises(AwsFailed) as caught:
        clusters(CLIENTS)
    wanted = f"The answer is not as the API of AWS describes it while reading cluster demo: {why}."
    assert (caught.value.message, "AWS_ENDPOINT_URL" in str(caught.value.hint)) == (wanted, True)


@pytest.mark.parametrize("read", [clusters, rotation, bounds])
def test_a_web_page_is_no_answer(read: Callable[[AwsClients], Any]) -> None:
    with answering(lambda *_: (200, PAGE)), pytest.raises(AwsFailed) as caught:
        read(CLIENTS)
    assert caught.value.message.endswith("is not as the API of AWS describes it: it is a web page.")
    assert "proxy" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<DescribeDBClustersResponse><DescribeDB", "while reading cluster demo: it cannot be parsed."),
        (
            encode("rds", "DescribeDBClusters", {}),
            "The answer to DescribeDBClusters is not as the API of AWS describes it: it has no",
        ),
    ],
)
def test_half_an_answer_is_none(body: bytes, why: str) -> None:
    with answering(lambda *_: (200, body)), pytest.raises(AwsFailed) as caught:
        clusters(CLIENTS)
    assert why in caught.value.message


def test_a_key_that_an_item_lacks_is_named_wherever_it_is_read() -> None:
    with answering(lambda *_: (200, encode("rds", "DescribeDBInstances", {"DBInstances": [{}]}))):
        found = instances_of(CLIENTS.client("rds"), "demo")
    with pytest.raises(AwsFailed, match=r"DescribeDBInstances .* it has no DBInstanceIdentifier"):
        found[0]["DBInstanceIdentifier"]


@pytest.mark.parametrize("value", ["many", True, float("nan"), [1]])
def test_a_value_of_another_type_is_named(value: Any) -> None:
    answer = {"ScalableTargets": [{"MinCapacity": value, "MaxCapacity": 2}]}
    body = encode("application-autoscaling", "DescribeScalableTargets", answer)
    with answering(lambda *_: (200, body)), pytest.raises(AwsFailed) as caught:
        bounds(CLIENTS)
    assert "DescribeScalableTargets" in caught.value.message
    assert "MinCapacity is not of the type integer" in caught.value.message


def test_an_empty_list_where_one_item_is_asked_for_is_nothing() -> None:
    with answering(lambda name, _: (200, encode("rds", name, {"DBProxies": [], "DBProxyEndpoints": []}))):
        assert read_proxy(CLIENTS.client("rds"), "demo") is None


def test_an_arn_that_is_none_is_named() -> None:
    answer = {"GlobalClusters": [{"GlobalClusterIdentifier": "demo", "GlobalClusterMembers": [{"DBClusterArn": "x"}]}]}
    body = encode("rds", "DescribeGlobalClusters", answer)
    with answering(lambda *_: (200, body)), pytest.raises(AwsFailed, match="x is not the ARN of a cluster"):
        read_global(CLIENTS.client("rds"), "demo")


def test_pages_without_an_end_are_not_read_for_ever() -> None:
    answer = {"EngineDefaults": {"Marker": "again", "Parameters": [{"ParameterName": "a"}]}}
    with answering(lambda name, _: (200, encode("rds", name, answer))) as calls:
        assert known_parameters(CLIENTS.client("rds"), "aurora-postgresql16") is None
    assert len(calls) == 2


def test_every_page_of_what_holds_an_upgrade_back_is_read() -> None:
    names = ["a", "b"]

    def respond(name: str, answer: Any) -> tuple[int, bytes]:
        (key,) = answer
        answer[key][0] |= {"ResourceIdentifier": names[0], "SourceArn": "a", "IntegrationName": names[0]}
        names.pop(0)
        return 200, encode("rds", name, {**answer, "Marker": "next"} if names else answer)

    with answering(respond):
        assert waiting_maintenance(CLIENTS.client("rds"), ["a", "b"]) == ["demo of a", "demo of b"]
        names += ["c", "d"]
        assert integrations_of(CLIENTS.client("rds"), "a") == ["c", "d"]
