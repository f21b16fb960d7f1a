"""What the emulator reads from a request, and how its own errors look on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.session import get_session

from aurora_cli.sandbox.emulator.calls import LOG_LENGTH, CallLog, identify, scope
from aurora_cli.sandbox.emulator.wire_errors import ERRORS, error_answer, error_code, refusal

AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-1/rds/aws4_request, SignedHeaders=host, Signature=0"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def environ(**values: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "HTTP_AUTHORIZATION": AUTHORIZATION, **values}


def test_service_and_region_come_from_the_signature() -> None:
    assert scope(environ()) == ("rds", "eu-west-1")
    assert scope({}) == ("-", "-")


def test_a_query_call() -> None:
    body = b"Action=CreateDBCluster&Version=2014-10-31&DBClusterIdentifier=demo&MasterUserPassword=hunter22"
    protocol, action, parameters = identify(environ(CONTENT_TYPE=FORM), body, "rds")
    assert (protocol, action) == ("query", "CreateDBCluster")
    assert parameters == {"DBClusterIdentifier": "demo", "MasterUserPassword": "***"}


def test_a_json_call() -> None:
    body = json.dumps({"logGroupName": "/aws/rds", "SecretString": "hunter22", "tags": {"a": "b"}}).encode()
    protocol, action, parameters = identify(environ(HTTP_X_AMZ_TARGET="Logs_20140328.CreateLogGroup"), body, "logs")
    assert (protocol, action) == ("json", "CreateLogGroup")
    assert parameters == {"logGroupName": "/aws/rds", "SecretString": "***", "tags": '{"a": "b"}'}


def test_a_rest_call_and_a_broken_body() -> None:
    assert identify(environ(REQUEST_METHOD="GET", PATH_INFO="/bucket"), b"", "s3")[:2] == ("rest-xml", "GET /bucket")
    assert identify(environ(HTTP_X_AMZ_TARGET="X.Y"), b"\xff{", "logs")[2] == {}


def test_managed_passwords_stay_readable_in_the_log() -> None:
    body = b"Action=CreateDBCluster&ManageMasterUserPassword=true"
    assert identify(environ(CONTENT_TYPE=FORM), body, "rds")[2] == {"ManageMasterUserPassword": "true"}


def test_the_log_is_ordered_filtered_and_bounded() -> None:
    log = CallLog()
    for action in ("A", "B", "A"):
        log.begin(environ(CONTENT_TYPE=FORM), f"Action={action}".encode())
    assert [call["action"] for call in log.list()] == ["A", "B", "A"]
    assert [call["number"] for call in log.list(action="A")] == [1, 3]
    assert [call["number"] for call in log.list(since=1, service="rds")] == [2, 3]
    assert log.list(service="ec2") == []
    log.clear()
    log.begin(environ(), b"")
    assert [call["number"] for call in log.list()] == [4]
    assert LOG_LENGTH >= 10_000


@pytest.mark.parametrize("kind", sorted(ERRORS))
@pytest.mark.parametrize("service", ["rds", "ec2", "sts", "iam", "logs", "kms", "secretsmanager"])
def test_sdks_read_our_errors(service: str, kind: str) -> None:
    model = ServiceModel(get_session().get_service_data(service), service)
    protocol = {"json": "json", "ec2": "ec2"}.get(model.metadata["protocol"], "query")
    status, headers, body = error_answer(kind, protocol, "x:Y")
    parser = create_parser(model.metadata["protocol"])
    parse: Any = parser.parse
    parsed = parse({"status_code": status, "headers": dict(headers), "body": body}, None)
    error = ERRORS[kind]
    wanted = {"json": error.json_code, "ec2": error.ec2_code, "query": error.code}[protocol]
    assert parsed["Error"]["Code"] == wanted == error_code(status, body)
    assert parsed["Error"]["Message"]


def test_a_success_has_no_error_code() -> None:
    assert error_code(200, b"<Code>x</Code>") is None
    assert error_code(502, b"<html>") == "HTTP502"


@pytest.mark.parametrize("protocol", ["query", "ec2", "json", "rest-json", "rest-xml"])
def test_a_refusal_on_request_has_the_code_that_was_asked_for(protocol: str) -> None:
    status, _, body = refusal("InvalidParameterCombination", "a < b", protocol)
    assert error_code(status, body) == "InvalidParameterCombination"
    assert b"a < b" in body or b"a &lt; b" in body


def test_s3_throttles_with_a_status_that_tells_also_a_head_request_to_come_back() -> None:
    status, _, body = error_answer("throttle", "rest-xml", "s3:HEAD /states/key")
    assert (status, error_code(status, body)) == (503, "SlowDown")
    assert error_answer("throttle", "rest-xml", "route53:GET /zone")[0] == 400
