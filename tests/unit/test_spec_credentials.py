"""Signing in, in the spec: what the rules say, and that no password gets into it."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.errors import InvalidInput
from aurora_cli.spec.model.credentials import Rotation
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import dump_spec, load_yaml
from aurora_cli.spec.values.password import check_password
from tests.unit.conftest import Run
from tests.unit.sign_in_cases import DIRECTORY, SIGN_IN
from tests.unit.spec_cases import problems, resolved


@pytest.mark.parametrize(("base", "name", "changes", "path", "text"), SIGN_IN)
def test_the_rule_says_what_is_wrong(
    base: dict[str, Any], name: str, changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message, found.severity) == (path, True, "error"), found.message
    assert found.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"credentials.password": "Given"},
        {"credentials.rotation": "off"},
        {"credentials.rotation": False},
        {"credentials.iam_users": ["app", "read_only", "o.brien-2"]},
        {"credentials.domain": {"id": DIRECTORY, "role": "directory"}},
    ],
)
def test_what_is_legal_passes_without_a_word(changes: dict[str, Any]) -> None:
    assert problems(changes) == ()


def test_off_is_kept_through_a_file() -> None:
    text = dump_spec(resolved({"credentials.rotation": "off"}).spec)
    again = resolve([load_yaml(text, source="spec.yaml")]).spec
    assert again.credentials.rotation_off
    assert again.credentials.schedule is None


@pytest.mark.parametrize(("word", "enabled"), [("off", False), (False, False), ("on", True), (True, True)])
def test_a_rotation_in_one_word_means_what_it_says(word: str | bool, enabled: bool) -> None:
    assert Rotation.model_validate(word).enabled is enabled


PASSWORDS = [
    ("aurora-mysql", "short-7", "is too short: it has 7 characters, and AWS requires 8 or more"),
    ("aurora-mysql", "x" * 42, "is too long: it has 42 characters, and AWS allows up to 41 for this engine"),
    ("aurora-postgresql", "x" * 129, "is too long: it has 129 characters, and AWS allows up to 128 for this engine"),
    ("aurora-postgresql", "with/slash", "has a slash, which AWS does not allow"),
    ("aurora-postgresql", 'with"quote', "has a double quote, which AWS does not allow"),
    ("aurora-postgresql", "with@sign", "has an at sign, which AWS does not allow"),
    ("aurora-postgresql", "with space", "has a space, which AWS does not allow"),
    ("aurora-postgresql", "Pässwörter", "has a character that is not printable ASCII"),
    ("aurora-postgresql", "line\nbreak", "has a character that is not printable ASCII"),
]


@pytest.mark.parametrize(("engine", "password", "text"), PASSWORDS)
def test_a_password_that_aws_refuses(engine: str, password: str, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_password(engine, password)
    assert caught.value.message == f"The master password {text}."
    assert password not in f"{caught.value.message} {caught.value.hint} {caught.value.details}"


def test_what_is_doubtful_is_said_and_let_through() -> None:
    assert check_password("aurora-mysql", "Good-Pass#1") == []
    (quote,) = check_password("aurora-mysql", "it's-a-pass")
    assert "a single quote" in quote
    (length,) = check_password("aurora-postgresql", "x" * 42)
    assert "AWS documents up to 41" in length


SECRETS = [("password", "hunter22-secret"), ("master_password", "hunter22-secret"), ("password", 4711047110)]


@pytest.mark.parametrize(("key", "value"), SECRETS)
def test_a_password_in_a_file_is_refused_and_not_repeated(key: str, value: Any) -> None:
    (found,) = [p for p in problems({f"credentials.{key}": value}) if p.path == f"credentials.{key}"]
    assert str(value) not in f"{found.message} {found.hint}"
    assert "--password-stdin" in str(found.hint)
    assert "AURORA_MASTER_PASSWORD" in str(found.hint)


def test_a_password_on_the_command_line_is_refused_and_not_repeated(run: Run) -> None:
    start = ("--region", "eu-west-1", "validate", "demo", "--engine", "postgres")
    done = run(*start, "--set", "credentials.password=hunter22-secret")
    assert done.status == 2
    assert "hunter22" not in done.out + done.err
    assert "--password-stdin" in done.err
