"""Where the provider may call, retries, errors in words, installation."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.isolation import ACCOUNT
from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.api.retry import StopSignal, with_retries
from aurora_cli.sandbox.provider.api.settings import is_loopback, read_settings
from aurora_cli.sandbox.provider.certificate import load_certificate, make_certificate
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.names import generate_name, prefix_of
from aurora_cli.sandbox.provider.engine.waits import format_duration, parse_duration
from aurora_cli.sandbox.provider.install import HOSTS, VERSION, cli_config, install, os_arch
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "eu-west-1",
}


def test_settings_from_block_and_environment() -> None:
    config = {
        "region": "eu-west-2",
        "default_tags": [{"tags": {"a": "1", "b": UNKNOWN}}],
        "endpoints": [{"rds": "http://localhost:9999"}],
        "max_retries": 3,
    }
    settings = read_settings(config, ENVIRONMENT, ["rds", "ec2"])
    assert settings.region == "eu-west-2"
    assert settings.default_tags == {"a": "1"}
    assert settings.endpoint("rds") == "http://localhost:9999"
    assert settings.endpoint("ec2") == "http://127.0.0.1:5000"
    assert settings.max_attempts == 3


def test_another_account_is_refused_as_the_genuine_provider_does() -> None:
    for accounts in (None, [], [ACCOUNT, "1"]):
        Provider(environ=ENVIRONMENT).configure({"skip_credentials_validation": True, "allowed_account_ids": accounts})
    with pytest.raises(ProviderError, match=f"AWS account ID not allowed: {ACCOUNT}"):
        Provider(environ=ENVIRONMENT).configure({"skip_credentials_validation": True, "allowed_account_ids": ["1"]})


ARN = "arn:aws:iam::222222222222:role/databases"


@pytest.mark.parametrize(
    ("block", "accounts", "asked"),
    [
        ({}, (), {}),
        ({"role_arn": UNKNOWN}, (), {}),
        ({"role_arn": ARN}, (), {"RoleArn": ARN, "RoleSessionName": "sandbox"}),
        (
            {"role_arn": ARN, "external_id": "fleet", "session_name": "me"},
            ("222222222222",),
            {"RoleArn": ARN, "RoleSessionName": "me", "ExternalId": "fleet"},
        ),
        ({"role_arn": ARN}, (ACCOUNT,), {}),
    ],
)
def test_a_role_is_assumed_but_for_a_stack_in_the_sandboxs_own_account(
    block: dict[str, Any], accounts: tuple[str, ...], asked: dict[str, str]
) -> None:
    config = {"assume_role": [block] if block else [], "allowed_account_ids": accounts}
    assert read_settings(config, ENVIRONMENT, ["rds"]).role == asked


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"AWS_ENDPOINT_URL": ""}, "The sandbox has no endpoint"),
        ({"AWS_ENDPOINT_URL": "https://rds.amazonaws.com"}, "does not leave this machine"),
        ({"AWS_ENDPOINT_URL_RDS": "http://10.0.0.1"}, "does not leave this machine"),
        ({"AWS_ACCESS_KEY_ID": ""}, "No valid credential sources found"),
        ({"AWS_REGION": ""}, "invalid AWS Region"),
        ({"AWS_MAX_ATTEMPTS": "many"}, "invalid max_retries"),
    ],
)
def test_what_is_refused(change: dict[str, str], words: str) -> None:
    with pytest.raises(ProviderError, match=words):
        read_settings({}, {**ENVIRONMENT, **change}, ["rds"])


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://localhost:1", True),
        ("http://rds.localhost:1", True),
        ("http://[::1]:1", True),
        ("http://127.9.9.9", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://169.254.169.254", False),
    ],
)
def test_loopback(url: str, answer: bool) -> None:
    assert is_loopback(url) is answer


def failing(*errors: AwsError) -> Any:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def throttled() -> AwsError:
    return AwsError("RDS", "CreateDBCluster", "Throttling", "Rate exceeded", status=400)


def lost() -> AwsError:
    return AwsError("EC2", "CreateVpc", "", "connection closed", lost=True)


def test_throttling_is_tried_again_until_it_is_too_much() -> None:
    stop = StopSignal(grace=60)
    assert with_retries(failing(throttled(), throttled()), max_attempts=3, stop=stop) == "done"
    with pytest.raises(AwsError, match="exceeded maximum number of attempts, 2, https response error StatusCode: 400"):
        with_retries(failing(*[throttled()] * 3), max_attempts=2, stop=stop)


def test_a_lost_reply_is_repeated_only_where_that_is_safe() -> None:
    stop = StopSignal()
    assert with_retries(failing(lost()), max_attempts=3, stop=stop) == "done"
    with pytest.raises(AwsError) as caught:
        with_retries(failing(lost()), max_attempts=3, stop=stop, repeat_lost=False)
    assert caught.value.lost


def test_the_error_after_a_lost_reply_says_so() -> None:
    duplicate = AwsError("EC2", "CreateRoute", "RouteAlreadyExists", "exists", status=400)
    with pytest.raises(AwsError) as caught:
        with_retries(failing(lost(), duplicate), max_attempts=3, stop=StopSignal())
    assert caught.value.repeated


def test_stopping_ends_the_tries() -> None:
    stop = StopSignal(grace=0)
    stop.set()
    with pytest.raises(AwsError):
        with_retries(failing(throttled()), max_attempts=25, stop=stop)


def test_errors_read_like_the_sdk_for_go() -> None:
    modelled = AwsError("RDS", "Op", "Fault", "why", status=400, request_id="1", modelled=True)
    assert str(modelled) == "operation error RDS: Op, https response error StatusCode: 400, RequestID: 1, Fault: why"
    plain = AwsError("EC2", "Op", "Code", "why", status=400, request_id="1")
    assert str(plain).endswith(", api error Code: why")
    unsent = AwsError("EC2", "Op", "", 'Post "http://x": refused')
    assert "StatusCode: 0, RequestID: , request send failed, Post" in str(unsent)


def test_generated_names_are_unique_and_keep_their_prefix() -> None:
    names = {generate_name("tf-") for _ in range(1000)}
    assert len(names) == 1000
    assert {prefix_of(name) for name in names} == {"tf-"}
    assert prefix_of("orders-20240101") == ""


@pytest.mark.parametrize(("text", "seconds"), [("1h30m", 5400), ("120m", 7200), ("90s", 90), ("never", 0)])
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


def test_durations_are_written_as_go_writes_them() -> None:
    assert [format_duration(value) for value in (7200, 90, 5)] == ["2h0m0s", "1m30s", "5s"]


def test_install_writes_the_same_launcher_everywhere(tmp_path: Path) -> None:
    first = install(tmp_path / "a b", "/opt/it's python/bin/python")
    second = install(tmp_path / "other", "/usr/bin/python3")
    assert first.read_text() == second.read_text()
    assert first.name == f"terraform-provider-aws_v{VERSION}"
    assert os.access(first, os.X_OK)
    for host in HOSTS:
        assert (tmp_path / "a b" / host / "hashicorp" / "aws" / VERSION / os_arch()).is_dir()
    assert "python='/opt/it'\"'\"'s python/bin/python'" in (tmp_path / "a b" / "provider.sh").read_text()


def test_the_launcher_never_changes(tmp_path: Path) -> None:
    """Its hash is in the lock files of stacks that exist. What has to change belongs into provider.sh."""
    text = install(tmp_path / "mirror", "/usr/bin/python3", tmp_path).read_bytes()
    assert hashlib.sha256(text).hexdigest() == "b0ad3e8b75d664beb8a6dc628abeb5afc39373fef62b241fd5906b0c289eb480"


def test_cli_config_escapes_its_path(tmp_path: Path) -> None:
    text = cli_config(tmp_path / 'a "b" ${c}')
    assert '\\"b\\" $${c}"' in text
    assert "filesystem_mirror" not in cli_config(tmp_path, genuine=True)


def test_certificate_is_kept_private_and_made_again_when_damaged(tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    made = make_certificate()
    made.save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_certificate(file) == made
    file.write_text("{")
    assert load_certificate(file) != made
