"""One identity for our own calls and for Terraform, in one account, or a refusal with its reason."""

from __future__ import annotations

import inspect
import os
import shlex
import string
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest

from aurora_cli.aws.environment import direct_to_loopback, one_identity
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.profiles import Profiles
from aurora_cli.commands.shared.session import Settings, make_app
from aurora_cli.context import AppContext
from aurora_cli.errors import AuroraError, AwsFailed, CredentialsError, InvalidInput
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.specs import act_for, existing_stack
from aurora_cli.operations.pipeline.notices import identity_changes
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.text.load import dump_spec
from aurora_cli.stacks.stack import Stack
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.runner import Terraform
from aurora_cli.ui.text import with_profile
from tests.unit.conftest import Run
from tests.unit.spec_cases import resolved
from tests.unit.sts_stub import Sts, serve_sts

ONE, TWO, ROLE = "111111111111", "222222222222", "arn:aws:iam::222222222222:role/deploy"
KEYS_OF_TWO = {"AWS_ACCESS_KEY_ID": "AKIATWO", "AWS_SECRET_ACCESS_KEY": "s"}
SHELL = {
    **KEYS_OF_TWO,
    "AWS_SESSION_TOKEN": "t",
    "AWS_SECURITY_TOKEN": "t",
    "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00Z",
    "AWS_ROLE_ARN": ROLE,
    "AWS_ROLE_SESSION_NAME": "s",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/t",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/c",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/t",
    "AWS_ACCESS_KEY": "a",
    "AWS_SECRET_KEY": "a",
    "AWS_DEFAULT_PROFILE": "other",
    "AWS_PROFILE": "other",
}
"""Every other way to say who somebody is."""
CONFIG = f"""
[default]
region = eu-west-3
[profile one]
region = eu-west-2
aws_access_key_id = AKIAONE
aws_secret_access_key = s
[profile role]
role_arn = {ROLE}
source_profile = one
[profile code]
role_arn = {ROLE}
source_profile = one
mfa_serial = arn:aws:iam::{ONE}:mfa/u
[profile sso]
sso_session = work
sso_account_id = {ONE}
sso_role_name = Admin
[sso-session work]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
[profile both]
sso_session = work
sso_account_id = {ONE}
sso_role_name = Admin
aws_access_key_id = AKIAONE
aws_secret_access_key = s
[profile of-both]
role_arn = {ROLE}
source_profile = both
[profile process-and-keys]
credential_process = /bin/true
aws_access_key_id = AKIAONE
aws_secret_access_key = s
[profile of-environment]
role_arn = {ROLE}
credential_source = Environment
[profile of-container]
role_arn = {ROLE}
credential_source = EcsContainer
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared AWS files, and no other place of credentials."""
    config = tmp_path / "config"
    config.write_text(CONFIG)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return config


@pytest.fixture
def sts(files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sts]:
    """An STS that every call goes to."""
    with serve_sts() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        yield server


def spec_of(changes: dict[str, Any] | None = None) -> ClusterSpec:
    """The spec of a cluster named demo."""
    return resolved({"name": "demo", **(changes or {})}).spec


def a_stack(app: AppContext, **record: Any) -> Stack:
    """A cluster of a real account on disk."""
    app.registry.create("demo", region="eu-west-1", target="aws", spec=dump_spec(spec_of()))
    app.registry.get("demo").update_record(**record)
    return existing_stack(app, "demo")


def terraform_of(app: AppContext, stack: Stack) -> Terraform:
    """Terraform of a stack; its program is not there."""
    app.__dict__["binary"] = Binary("/nonexistent", "Terraform", "1.12.0", embedded=False, argv0=("/nonexistent",))
    return app.terraform(stack, lambda event: None)


def identities(environ: Mapping[str, str]) -> dict[str, str]:
    """What an environment says of who somebody is."""
    return {name: value for name, value in environ.items() if name in SHELL}


def test_a_profile_is_all_that_both_sides_hear(sts: Sts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in SHELL.items():
        monkeypatch.setenv(name, value)
    app = make_app(Settings(profile="one", home=str(tmp_path / "home"), typed=("profile",)))
    assert identities(terraform_of(app, a_stack(app))._env) == {"AWS_PROFILE": "one"} == identities(os.environ)
    assert app.account("eu-west-1") == ONE
    assert app.aws("eu-west-1").client("sts").get_caller_identity()["Account"] == ONE


@pytest.mark.parametrize(
    ("environ", "left"),
    [
        ({"AWS_PROFILE": ""}, {}),
        ({"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "b"}, {"AWS_PROFILE": "b"}),
        ({"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, {"AWS_PROFILE": "a"}),
        ({"AWS_PROFILE": "a", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": ROLE}, {"AWS_PROFILE": "a"}),
        ({"AWS_PROFILE": "a", **KEYS_OF_TWO}, {"AWS_PROFILE": "a", **KEYS_OF_TWO}),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}),
        ({**KEYS_OF_TWO, "AWS_SECURITY_TOKEN": "t"}, {**KEYS_OF_TWO, "AWS_SESSION_TOKEN": "t"}),
        (
            {**KEYS_OF_TWO, "AWS_SECURITY_TOKEN": "u", "AWS_SESSION_TOKEN": "t"},
            {**KEYS_OF_TWO, "AWS_SESSION_TOKEN": "t"},
        ),
        ({"AWS_ACCESS_KEY": "a", "AWS_SECRET_KEY": "b"}, {}),
    ],
)
def test_what_one_side_would_read_otherwise_is_gone(environ: dict[str, str], left: dict[str, str]) -> None:
    before = dict(environ)
    assert one_identity(environ, None) == left
    assert environ == before


def test_a_container_stays_where_the_profile_asks_for_it(files: Path) -> None:
    container = {name: value for name, value in SHELL.items() if "CONTAINER" in name}
    environ = {"AWS_CONFIG_FILE": str(files), **container}
    assert identities(one_identity(environ, "of-container")) == {"AWS_PROFILE": "of-container", **container}
    assert identities(one_identity(environ, "one")) == {"AWS_PROFILE": "one"}


def test_files_of_the_home_folder_are_named_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/u")
    assert one_identity({"AWS_CONFIG_FILE": "~/c"}, None) == {"AWS_CONFIG_FILE": "/home/u/c"}


@pytest.mark.parametrize(
    ("profile", "reason", "way"),
    [
        ("both", "both aws_access_key_id and sso_session", "Remove one"),
        ("of-both", "The profile both has both", "Remove one"),
        ("process-and-keys", "both aws_access_key_id and credential_process", "Remove one"),
        ("of-environment", "takes the keys of the environment", f"--role-arn {ROLE}"),
    ],
)
def test_a_profile_of_two_identities_is_refused(files: Path, profile: str, reason: str, way: str) -> None:
    app = AppContext(profile=profile)
    for reach in (lambda: app.aws("eu-west-1"), lambda: app.terraform_env("eu-west-1", {})):
        with pytest.raises(CredentialsError, match=reason) as caught:
            reach()
        assert way in (caught.value.hint or "")


def test_a_role_of_the_default_profile_beside_a_web_identity_is_refused(files: Path) -> None:
    files.write_text(f"[default]\nrole_arn = {ROLE}\nsource_profile = one\n")
    environ = {"AWS_CONFIG_FILE": str(files), "AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}
    assert Profiles(environ).refusal() is not None
    assert Profiles({**environ, **KEYS_OF_TWO}).refusal() is None


@pytest.mark.parametrize("name", ["default", "one", "role", "sso", "code", "of-container", "unknown"])
def test_a_profile_of_one_identity_passes(files: Path, name: str) -> None:
    assert Profiles({"AWS_CONFIG_FILE": str(files), "AWS_PROFILE": name}).refusal() is None


@pytest.mark.parametrize("text", ["[profile one]\nregion", "[", "\0", "[profile 'one]\n", "[a]\n[a]\n"])
def test_a_damaged_file_is_left_to_botocore(files: Path, text: str) -> None:
    files.write_text(text)
    assert Profiles({"AWS_CONFIG_FILE": str(files)}).region is None


@pytest.mark.parametrize(("words", "region"), [((), "eu-west-3"), (("--profile", "one"), "eu-west-2")])
def test_a_region_of_the_profile_is_taken(files: Path, run: Run, words: tuple[str, ...], region: str) -> None:
    done = run(*words, "create", "demo", "--engine", "postgres", "--print-spec")
    assert done.status == 0
    assert f"region: {region}" in done.out


# --- roles ---


@pytest.mark.parametrize("base", ["one", "role"])
def test_a_role_is_assumed_on_both_sides(sts: Sts, tmp_path: Path, base: str) -> None:
    role = {"role_arn": ROLE, "external_id": "x-1", "session_name": "me"}
    app = AppContext(home_folder=tmp_path / "home", profile=base, role=role)
    assert app.account("eu-west-1") == TWO
    last = [call for call in sts.calls if call["Action"] == "AssumeRole"][-1]
    assert (last["RoleArn"], last["ExternalId"], last["RoleSessionName"]) == (ROLE, "x-1", "me")
    assert last["key"] == {"one": "AKIAONE", "role": f"ASIA{TWO}"}[base]
    stack = a_stack(app)
    write_rendered(stack, spec_of())
    text = (stack.terraform_dir / "provider.tf").read_text()
    assert f'role_arn     = "{ROLE}"' in text and 'external_id  = "x-1"' in text and 'session_name = "me"' in text


def test_the_role_of_the_spec_is_assumed_and_an_option_takes_its_place(sts: Sts, tmp_path: Path) -> None:
    other = "arn:aws:iam::333333333333:role/other"
    spec = spec_of({"assume_role.role_arn": ROLE})
    for role, account in ((None, TWO), ({"role_arn": other}, "333333333333")):
        app = AppContext(home_folder=tmp_path / account, profile="one", role=role)
        app.registry.create("demo", region="eu-west-1", target="aws", spec=dump_spec(spec))
        stack = existing_stack(app, "demo")
        assert app.aws("eu-west-1").client("sts").get_caller_identity()["Account"] == account
        write_rendered(stack, spec)
        assert (other if role else ROLE) in (stack.terraform_dir / "provider.tf").read_text()


@pytest.mark.parametrize(("role", "account"), [(None, ONE), (ROLE, TWO)])
def test_the_profile_of_the_spec_is_all_that_both_sides_hear(
    sts: Sts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, role: str | None, account: str
) -> None:
    """A role is assumed from it; another cluster in the same process has the environment's again."""
    for name, value in {**SHELL, "AWS_PROFILE": "default", "AWS_ENDPOINT_URL_STS": sts.url}.items():
        monkeypatch.setenv(name, value)
    app = make_app(Settings(home=str(tmp_path / "home")))
    spec = spec_of({"profile": "one", **({"assume_role.role_arn": role} if role else {})})
    app.registry.create("demo", region="eu-west-1", target="aws", spec=dump_spec(spec))
    stack = existing_stack(app, "demo")
    assert identities(terraform_of(app, stack)._env) == {"AWS_PROFILE": "one"}
    assert app.aws("eu-west-1").client("sts").get_caller_identity()["Account"] == account
    assumed = [call["key"] for call in sts.calls if call["Action"] == "AssumeRole"]
    assert assumed == (["AKIAONE"] if role else [])
    assert app.account("eu-west-1") == account
    app.registry.create("other", region="eu-west-1", target="aws", spec=dump_spec(spec_of()))
    other = existing_stack(app, "other")
    assert identities(terraform_of(app, other)._env)["AWS_ACCESS_KEY_ID"] == "AKIATWO"
    assert app.account("eu-west-1") == TWO


@pytest.mark.parametrize(("given", "refused"), [("role", True), ("one", False)])
def test_a_profile_on_the_command_line_that_contradicts_the_spec_is_refused(
    files: Path, tmp_path: Path, given: str, refused: bool
) -> None:
    app = AppContext(home_folder=tmp_path / "home", profile=given)
    app.registry.create("demo", region="eu-west-1", target="aws", spec=dump_spec(spec_of({"profile": "one"})))
    stack = existing_stack(app, "demo")
    for reach in (lambda: app.aws("eu-west-1"), lambda: terraform_of(app, stack)):
        if refused:
            with pytest.raises(InvalidInput, match="--profile has role, but the spec of demo has the profile one"):
                reach()
        else:
            reach()


def test_a_container_is_no_credentials_of_a_profile(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/c")
    files.write_text("[profile empty]\nregion = eu-west-1\n")
    app = AppContext(profile="empty")
    with pytest.raises(CredentialsError, match="No usable AWS credentials"):
        app.account("eu-west-1")


def test_a_sign_in_that_has_expired_names_the_profile_of_the_spec(files: Path, tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path / "home")
    app.registry.create("demo", region="eu-west-1", target="aws", spec=dump_spec(spec_of({"profile": "sso"})))
    existing_stack(app, "demo")
    with pytest.raises(CredentialsError) as caught:
        app.account("eu-west-1")
    assert "aws sso login --profile sso" in str(caught.value.hint)


def test_a_role_that_refuses_is_said_in_its_words(sts: Sts, run: Run) -> None:
    words = ("--profile", "one", "--role-arn", f"arn:aws:iam::{TWO}:role/closed", "--region", "eu-west-1")
    done = run(*words, "engines", "postgres")
    assert done.status == 3
    assert "AWS denies AssumeRole" in done.err and "u may not assume closed" in " ".join(done.err.split())


def test_files_that_terraform_does_not_read_are_no_credentials(files: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / ".boto").write_text("[Credentials]\naws_access_key_id = AKIATWO\naws_secret_access_key = s\n")
    done = run("--region", "eu-west-1", "engines", "postgres")
    assert done.status == 3
    assert "No usable AWS credentials" in done.err


def test_every_provider_block_has_the_account_and_the_role() -> None:
    spec = spec_of({"instances.class": "db.r7g.large", "global.regions.eu-central-1": {}, "assume_role.role_arn": ROLE})
    text = render_stack(spec, RenderOptions(account_id=ONE))["provider.tf"]
    assert text.count("provider ") == 2 == text.count(f'allowed_account_ids = ["{ONE}"]')
    assert text.count("assume_role {") == 2 == text.count(ROLE)
    assert "allowed_account_ids" not in render_stack(spec)["provider.tf"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--external-id", "x-1"), "there is none"),
        (("--role-arn", "deploy"), '--role-arn: "deploy" is not a valid role ARN'),
        (("--role-arn", ROLE, "--role-session-name", "a b"), "--role-session-name"),
        (("--role-arn", ROLE, "--external-id", "x"), "--external-id"),
        (("--role-arn", ROLE, "--sandbox"), "mutually exclusive"),
        (("--profile", "one", "--sandbox"), "mutually exclusive"),
    ],
)
def test_a_role_that_cannot_be_is_refused(run: Run, words: tuple[str, ...], reason: str) -> None:
    done = run(*words, "list", "--no-input")
    assert done.status == 2
    assert reason in " ".join(done.err.split())


def test_a_suggested_command_repeats_who_was_typed() -> None:
    typed = Settings(profile="one", role_arn=ROLE, external_id="x-1", typed=("profile", "role_arn"))
    assert typed.repeated() == ["--profile", "one", "--role-arn", ROLE]


# --- the account ---


def test_another_account_is_refused_before_anything_runs(
    sts: Sts, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also a command that changes nothing."""
    home, terraform, runs = Path(os.environ["AURORA_HOME"]), tmp_path / "terraform", tmp_path / "runs"
    terraform.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo Terraform v1.12.0 || echo $* >> {runs}\n')
    terraform.chmod(0o755)
    a_stack(AppContext(home_folder=home), status="ready", account_id=ONE)
    for name, value in KEYS_OF_TWO.items():
        monkeypatch.setenv(name, value)
    for words in (
        ("scale", "demo", "--readers", "2", "--yes"),
        ("apply", "demo", "--yes"),
        ("apply", "demo", "--readers", "2", "--yes"),
        ("plan", "demo"),
        ("destroy", "demo", "--confirm", "demo"),
        ("failover", "demo", "--yes"),
        ("status", "demo"),
        ("drift", "demo"),
        ("snapshot", "create", "demo"),
        ("snapshot", "list", "demo"),
    ):
        done = run("--terraform-bin", str(terraform), *words, "--no-input")
        assert (done.status, ONE in done.err, TWO in done.err) == (3, True, True), (words, done)
        assert "--profile" in done.err and "--role-arn" in done.err
    assert set(sts.actions()) == {"GetCallerIdentity"}
    assert not runs.exists()
    (stack,) = AppContext(home_folder=home).registry.list()
    assert stack.record.status == "ready"


@pytest.mark.parametrize(
    ("account", "words", "environ"),
    [
        (f"{{id: '{TWO}', profile: one}}", (), KEYS_OF_TWO),
        (f"{{id: '{TWO}'}}", ("--profile", "one"), {}),
        (f"{{id: '{ONE}'}}", (), KEYS_OF_TWO),
        (f"{{id: '{ONE}', profile: one}}", ("--role-arn", ROLE), {}),
        (f"{{role_arn: '{ROLE}'}}", ("--role-arn", f"arn:aws:iam::{ONE}:role/deploy", "--profile", "one"), {}),
    ],
)
def test_a_new_cluster_is_in_the_account_of_fleet_yaml_or_refused(
    sts: Sts,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    account: str,
    words: tuple[str, ...],
    environ: dict[str, str],
) -> None:
    """The place of its state says the account."""
    terraform, runs = tmp_path / "terraform", tmp_path / "runs"
    terraform.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo Terraform v1.12.0 || echo $* >> {runs}\n')
    terraform.chmod(0o755)
    backend = "{type: s3, bucket: acme, region: eu-west-1, key: '{account}/{name}'}"
    (tmp_path / "fleet.yaml").write_text(f"account: {account}\nbackend: {backend}\n")
    (tmp_path / "demo.yaml").write_text("{name: demo, engine: postgres, region: eu-west-1}")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".git").mkdir()
    for command in (("plan",), ("apply", "--yes")):
        words_of = ("--terraform-bin", str(terraform), *words, *command, "-f", str(tmp_path / "demo.yaml"))
        done = run(*words_of, "--no-input")
        err = " ".join(done.err.split())
        assert (done.status, "demo is, by `account` of fleet.yaml, for account" in err) == (3, True), done
        assert ONE in err and TWO in err and "--profile" in err
    assert not runs.exists()
    assert AppContext(home_folder=Path(os.environ["AURORA_HOME"])).registry.list() == []


def test_the_account_of_fleet_yaml_takes_no_further_call(sts: Sts, tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path / "home", profile="one")
    stack = a_stack(app)
    app.intended_account = ONE
    act_for(app, stack, spec_of())
    assert (terraform_of(app, stack)._allowed(), app.account("eu-west-1"), sts.actions()) == (
        None,
        ONE,
        ["GetCallerIdentity"],
    )
    app.intended_account = TWO
    act_for(app, stack)
    app.aws("eu-west-1")  # of another cluster than that of the file
    act_for(app, stack, spec_of())
    with pytest.raises(CredentialsError, match=f"for account {TWO}"):
        app.aws("eu-west-1")


def test_terraform_neither_initialises_nor_plans_in_another_account(sts: Sts, tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path / "home", profile="one")
    terraform = terraform_of(app, a_stack(app, account_id=TWO))
    for run in (terraform.init, terraform.plan):
        with pytest.raises(CredentialsError, match=f"demo is in account {TWO}, and .* account {ONE}"):
            run()


def test_the_account_is_asked_for_once(sts: Sts, tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path / "home", profile="one")
    stack = a_stack(app, account_id=ONE)
    assert app.aws("eu-west-1") is app.aws("eu-west-1")
    app.aws("eu-central-1")
    terraform_of(app, stack)._allowed()
    assert sts.actions() == ["GetCallerIdentity"]


def test_another_role_is_compared_anew(sts: Sts, tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path / "home", profile="one")
    stack = a_stack(app, account_id=ONE)
    app.aws("eu-west-1")
    act_for(app, stack, spec_of({"assume_role.role_arn": ROLE}))
    with pytest.raises(CredentialsError, match=TWO):
        app.aws("eu-west-1")


def test_a_change_of_identity_alone_is_said() -> None:
    def said(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
        return " ".join(identity_changes(None if before is None else spec_of(before), spec_of(after)))

    assert said(None, {"profile": "a"}) == said({"profile": "a"}, {"profile": "a"}) == ""
    assert said({}, {"profile": "a"}) == "The AWS profile becomes a; before, it was none."
    assert said({"profile": "a"}, {}) == "The AWS profile becomes none; before, it was a."
    role = {"assume_role.role_arn": ROLE}
    assert said(role, {}) == f"The role that is assumed becomes none; before, it was {ROLE}."
    assert said(role, {**role, "assume_role.external_id": "x-1"}).startswith(f"The role {ROLE} is assumed with another")


def test_commands_of_the_aws_cli_have_the_profile_of_the_spec(tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path / "home", profile="typed")
    assert app.profile_in_use == "typed"
    act_for(app, a_stack(app), spec_of({"profile": "of spec"}))
    assert app.profile_in_use == "of spec"
    assert AppContext(home_folder=tmp_path / "home", sandbox=True).profile_in_use is None
    for text, shown in (
        ("Try: aws rds delete-db-cluster --region x", "Try: aws --profile 'of spec' rds delete-db-cluster --region x"),
        ("`aws configure list-profiles`", "`aws configure list-profiles`"),
        ("aws sts get-caller-identity --profile a", "aws sts get-caller-identity --profile a"),
        ("of aws rds", "of aws rds"),
    ):
        assert with_profile(text, app.profile_in_use) == shown
        assert with_profile(text, None) == text


def test_what_needs_no_account_asks_for_none(sts: Sts, run: Run) -> None:
    a_stack(AppContext(home_folder=Path(os.environ["AURORA_HOME"])), status="ready", account_id=ONE)
    assert [run(*words).status for words in (("list",), ("history", "demo"), ("spec", "show", "demo"))] == [0, 0, 0]
    assert sts.calls == []


def test_an_account_of_the_record_must_be_text(tmp_path: Path) -> None:
    app = AppContext(home_folder=tmp_path)
    stack = a_stack(app)
    stack.update_record(account_id=111)
    with pytest.raises(AuroraError, match="'account_id' is not text"):
        _ = stack.record


# --- credentials that ask, or fail with a reason ---


def test_a_code_that_nobody_can_enter_is_said(sts: Sts, run: Run) -> None:
    done = run("--profile", "code", "engines", "postgres", "--region", "eu-west-1", "--no-input")
    assert done.status == 3
    assert "The profile code needs an MFA code" in " ".join(done.err.split())
    assert 'eval "$(aws configure export-credentials --profile code --format env)"' in " ".join(done.err.split())
    assert sts.calls == []


def test_a_person_is_asked_for_the_code(sts: Sts, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", sts.url)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "654321" if "mfa/u" in prompt else "")
    run("--profile", "code", "engines", "postgres", "--region", "eu-west-1")
    assert [call.get("TokenCode") for call in sts.calls] == ["654321", None]


def test_a_code_is_asked_for_once_and_its_session_serves_terraform(sts: Sts, tmp_path: Path) -> None:
    asked: list[str] = []

    def enter(prompt: str) -> str:
        asked.append(prompt)
        return "123456"

    def app() -> AppContext:
        return AppContext(home_folder=tmp_path / "home", profile="code", ask_code=enter)

    first = app()
    assert first.account("eu-west-1") == TWO
    env = terraform_of(first, a_stack(first))._env
    assert (env["AWS_ACCESS_KEY_ID"], env["AWS_SESSION_TOKEN"]) == (f"ASIA{TWO}", "t")
    assert app().account("eu-central-1") == TWO  # the next command
    assert len(asked) == 1
    assert [call["TokenCode"] for call in sts.calls if call["Action"] == "AssumeRole"] == ["123456"]


def _process(code: str) -> str:
    return f"[profile p]\ncredential_process = {shlex.join([sys.executable, '-S', '-c', code])}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (_process("import sys; sys.exit('the vault is sealed')"), "the vault is sealed"),
        ("[profile p]\ncredential_process = /bin/echo []\n", "credentials cannot be read"),
        ("[profile p]\ncredential_process = /bin/echo no JSON\n", "the output of credential_process is not JSON"),
        ("[profile p]\ncredential_process = /nonexistent/vault\n", "/nonexistent/vault"),
        ("[profile p]\ncredential_process = '\n", "No closing quotation"),
        (f"[profile p]\nrole_arn = {ROLE}\nsource_profile = gone\n", "gone"),
        (f"[profile p]\nrole_arn = {ROLE}\nweb_identity_token_file = /nonexistent/token\n", "/nonexistent/token"),
        (
            f"[profile p]\nrole_arn = {ROLE}\nsource_profile = q\n[profile q]\nrole_arn = {ROLE}\nsource_profile = p\n",
            "p",
        ),
    ],
)
def test_credentials_that_fail_say_why(files: Path, run: Run, text: str, reason: str) -> None:
    files.write_text(text)
    done = run("--profile", "p", "engines", "postgres", "--region", "eu-west-1")
    assert done.status == 3, done
    assert reason in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert "aws configure list --profile p" in " ".join(done.err.split())


def test_an_expired_sign_in_names_the_command(files: Path, run: Run) -> None:
    done = run("--profile", "sso", "engines", "postgres", "--region", "eu-west-1")
    assert done.status == 3
    assert "aws sso login --profile sso" in " ".join(done.err.split())


@pytest.mark.parametrize(("name", "value"), [("AWS_ENDPOINT_URL", "not a url"), ("AWS_DEFAULTS_MODE", "often")])
def test_a_setting_that_is_none_is_refused(
    sts: Sts, run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    done = run("--profile", "one", "engines", "postgres", "--region", "eu-west-1")
    assert (done.status, value in done.err, "Traceback" in done.err) == (2, True, False), done


EXCEPTIONS = {
    name: kind
    for name, kind in vars(botocore.exceptions).items()
    if inspect.isclass(kind) and issubclass(kind, botocore.exceptions.BotoCoreError)
}
WHO = (
    *("Credential", "Token", "SSO", "Login", "Profile", "MFA"),
    *("InvalidConfig", "InfiniteLoop", "MetadataRetrieval", "MissingDependency"),
)
"""What the names of exceptions have that are about who somebody is."""


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_each_exception_of_botocore_is_one_of_ours(name: str) -> None:
    kind: Any = EXCEPTIONS[name]
    fields = {field for _, field, _, _ in string.Formatter().parse(kind.fmt) if field}
    more = {"name": "w", "last_response": {}} if "WaiterError" in name else {}
    error = kind(**{**dict.fromkeys(fields, "the reason"), **more})
    with pytest.raises(AuroraError) as caught, aws_errors("looking"):
        raise error
    ours = caught.value
    about_who = any(part in name for part in WHO)
    assert isinstance(ours, CredentialsError) is about_who, f"{name} -> {type(ours).__name__}"
    assert isinstance(ours, CredentialsError | InvalidInput | AwsFailed)
    if about_who:
        assert ours.hint
        assert "the reason" in ours.message or "the reason" not in str(error)


def test_what_botocore_lets_through_is_one_of_ours_and_our_own_mistake_is_not() -> None:
    with pytest.raises(AwsFailed, match="looking"), aws_errors("looking"):
        botocore.parsers.create_parser("query").parse({"status_code": 200, "headers": {}, "body": b"<html><p>"}, None)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError), aws_errors("looking"):
        _ = 1 / 0


# --- proxies ---


@pytest.mark.parametrize(
    ("environ", "hosts"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, "127.0.0.1,localhost,::1"),
        ({"https_proxy": "http://p:1", "NO_PROXY": "a, b"}, "a,b,127.0.0.1,localhost,::1"),
        ({"all_proxy": "http://p:1", "no_proxy": "b", "NO_PROXY": "a"}, "a,b,127.0.0.1,localhost,::1"),
    ],
)
def test_no_proxy_is_asked_for_loopback(environ: dict[str, str], hosts: str) -> None:
    direct = direct_to_loopback(environ)
    assert direct["NO_PROXY"] == direct["no_proxy"] == hosts


@pytest.mark.parametrize("environ", [{}, {"NO_PROXY": "a"}, {"HTTP_PROXY": "http://p:1", "NO_PROXY": "*"}])
def test_where_there_is_no_proxy_nothing_changes(environ: dict[str, str]) -> None:
    assert direct_to_loopback(environ) == environ


def test_a_real_account_behind_a_proxy_reaches_loopback(
    sts: Sts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert make_app(Settings(profile="one", home=str(tmp_path), typed=("profile",))).account("eu-west-1") == ONE
