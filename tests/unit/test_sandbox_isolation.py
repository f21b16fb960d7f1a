"""No environment of the sandbox can reach a real account."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.context import AppContext, ClusterIdentity
from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.isolation import ACCOUNT, assert_isolated, is_loopback, isolated_environment, new_keys
from aurora_cli.sandbox.launch import emulator_environment
from tests.harness import ASTRAY

ENDPOINT = "http://127.0.0.1:4566"
KEYS = new_keys()

REAL_SHELL = {
    "HOME": "/home/dev",
    "PATH": "/usr/bin",
    "AWS_PROFILE": "production",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
    "AWS_ENDPOINT_URL_RDS": "https://rds.eu-west-1.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/home/dev/.aws/config",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/creds",
    "AWS_REGION": "eu-west-1",
    "HTTP_PROXY": "http://proxy:3128",
    "NO_PROXY": "internal.example",
}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty"
    path.touch()
    return path


@pytest.fixture
def good(empty: Path) -> dict[str, str]:
    return isolated_environment({}, endpoint=ENDPOINT, keys=KEYS, empty_file=empty)


def test_a_real_shell_becomes_isolated(empty: Path) -> None:
    env = isolated_environment(REAL_SHELL, endpoint=ENDPOINT, keys=KEYS, empty_file=empty)
    assert_isolated(env, KEYS)
    assert env["AWS_ENDPOINT_URL"] == ENDPOINT
    assert (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]) == (KEYS.access_key_id, KEYS.secret_access_key)
    assert env["AWS_CONFIG_FILE"] == env["AWS_SHARED_CREDENTIALS_FILE"] == str(empty)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_RDS"} & set(env)
    assert (env["HOME"], env["PATH"]) == ("/home/dev", "/usr/bin")


def test_the_callers_environment_is_left_alone(empty: Path) -> None:
    before = dict(REAL_SHELL)
    isolated_environment(REAL_SHELL, endpoint=ENDPOINT, keys=KEYS, empty_file=empty)
    assert before == REAL_SHELL


@pytest.mark.parametrize(
    ("base", "region", "default"),
    [
        ({}, "us-east-1", "us-east-1"),
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1", "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2", "eu-west-2"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-1", "eu-west-2"),
    ],
)
def test_the_callers_region_stays(base: dict[str, str], region: str, default: str, empty: Path) -> None:
    env = isolated_environment(base, endpoint=ENDPOINT, keys=KEYS, empty_file=empty)
    assert (env["AWS_REGION"], env["AWS_DEFAULT_REGION"]) == (region, default)


def test_no_proxy_stands_between_us_and_the_emulator(empty: Path) -> None:
    env = isolated_environment(REAL_SHELL, endpoint=ENDPOINT, keys=KEYS, empty_file=empty)
    assert env["NO_PROXY"] == "internal.example,127.0.0.1,localhost"
    assert env["no_proxy"] == "127.0.0.1,localhost"


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("AWS_ENDPOINT_URL", "", "AWS_ENDPOINT_URL is missing"),
        ("AWS_ENDPOINT_URL", "https://rds.amazonaws.com", "AWS_ENDPOINT_URL is not a loopback"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1.example.com:80", "AWS_ENDPOINT_URL is not a loopback"),
        ("AWS_ENDPOINT_URL_EC2", "https://ec2.amazonaws.com", "AWS_ENDPOINT_URL_EC2 is not a loopback"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", "disables the endpoint"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", "access keys"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", "access keys"),
        ("AWS_PROFILE", "production", "AWS_PROFILE is set"),
        ("AWS_SESSION_TOKEN", "t", "AWS_SESSION_TOKEN is set"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t", "AWS_WEB_IDENTITY_TOKEN_FILE is set"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set"),
        ("AWS_EC2_METADATA_DISABLED", "false", "metadata"),
        ("AWS_CONFIG_FILE", "", "AWS_CONFIG_FILE"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/at/all", "AWS_SHARED_CREDENTIALS_FILE"),
    ],
)
def test_each_way_out_is_refused_by_name(name: str, value: str, named: str, good: dict[str, str]) -> None:
    assert_isolated(good, KEYS)
    with pytest.raises(SandboxFailed, match=named):
        assert_isolated({**good, name: value}, KEYS)


def test_a_config_file_with_content_is_refused(good: dict[str, str], tmp_path: Path) -> None:
    real = tmp_path / "config"
    real.write_text("[default]\nregion = eu-west-1\n")
    with pytest.raises(SandboxFailed, match="AWS_CONFIG_FILE"):
        assert_isolated({**good, "AWS_CONFIG_FILE": str(real)}, KEYS)


def test_a_refusal_names_everything_and_shows_no_value(good: dict[str, str]) -> None:
    with pytest.raises(SandboxFailed) as caught:
        assert_isolated({**good, "AWS_PROFILE": "p", "AWS_SECRET_ACCESS_KEY": "very-secret"}, KEYS)
    assert len(caught.value.details["problems"]) == 2
    assert "very-secret" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost", True),
        ("http://[::1]:4566", True),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://example.com/127.0.0.1", False),
        ("ftp://127.0.0.1", False),
        ("127.0.0.1:4566", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_loopback_hosts_are_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@given(st.dictionaries(st.sampled_from(sorted(REAL_SHELL)), st.text(max_size=20)))
def test_any_environment_can_be_isolated(tmp_path_factory: pytest.TempPathFactory, base: dict[str, str]) -> None:
    empty = tmp_path_factory.getbasetemp() / "empty"
    empty.touch()
    assert_isolated(isolated_environment(base, endpoint=ENDPOINT, keys=KEYS, empty_file=empty), KEYS)


def test_the_sandbox_hears_nothing_of_the_machine() -> None:
    """Neither our own calls and Terraform, nor the emulator."""
    astray = {**ASTRAY, "PATH": "/usr/bin"}
    app = AppContext(sandbox=True, environ=astray)
    for heard in (app.environ, emulator_environment(astray)):
        assert {
            name: value for name, value in heard.items() if ASTRAY.get(name) == value and name[:7] != "AURORA_"
        } == {}
        assert heard["PATH"] == "/usr/bin"
        assert heard["AWS_CONFIG_FILE"] == heard["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert app.sandbox_manager._environ == app.environ


def test_the_genuine_provider_is_downloaded_through_the_proxy() -> None:
    environ = AppContext(sandbox=True, provider="genuine", environ={"HTTPS_PROXY": "http://p:1"}).environ
    assert environ["HTTPS_PROXY"] == "http://p:1"
    assert "127.0.0.1" in environ["NO_PROXY"]


def test_keys_are_new_each_time_and_could_not_be_those_of_an_account() -> None:
    other = new_keys()
    assert KEYS.access_key_id != other.access_key_id and KEYS.secret_access_key != other.secret_access_key
    assert len(KEYS.access_key_id) == 20 and KEYS.access_key_id.startswith("SANDBOX")


@pytest.mark.parametrize(("account", "assumed"), [(None, True), ("222222222222", True), (ACCOUNT, False)])
def test_the_role_of_a_spec_is_assumed_at_the_emulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: str | None, assumed: bool
) -> None:
    """A stack that is recorded in the sandbox's own account was created before roles were assumed there."""
    app = AppContext(home_folder=tmp_path, sandbox=True, environ={})
    keys = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    monkeypatch.setitem(vars(app), "_sandbox_environment", keys)
    role = {"role_arn": "arn:aws:iam::222222222222:role/databases", "external_id": "fleet"}
    app.act_for(lambda: ClusterIdentity("demo", account, role))
    if assumed:  # which is compared with the recorded one, by a call
        monkeypatch.setattr(AppContext, "account", lambda self, region: "222222222222")
    clients = app.aws("eu-west-1")
    assert clients.access.assume_role == (role if assumed else None)
    found: Any = clients.session.get_credentials()
    assert (found.method == "assume-role") is assumed
    assert assumed or app.account("eu-west-1") == ACCOUNT
