"""Text that is safe to print, and secrets that are not printed."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.redact import is_secret_name, redact, redact_text
from aurora_cli.spec.model.credentials import PasswordKind
from aurora_cli.ui.text import GLUE, clean, clean_lines, count, duration, listed, moment, sentence, unbroken

CONTROLS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}


@given(st.text())
def test_clean_text_has_no_control_character_and_can_be_encoded(text: str) -> None:
    cleaned = clean(text)
    assert not CONTROLS & set(cleaned)
    cleaned.encode("utf-8")


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S"))))
def test_clean_leaves_ordinary_text_alone(text: str) -> None:
    assert clean(text) == text


def test_clean_shows_what_it_takes_out() -> None:
    assert clean("a\x1b[31mb\u202ec\x9bd") == "a\\x1b[31mb\\u202ec\\x9bd"


def test_line_breaks_become_blanks_or_lines() -> None:
    assert clean("a\r\nb\tc") == "a b c"
    assert clean_lines("a\r\nb\n\n") == ["a", "b"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "<1s"), (0.4, "<1s"), (1, "1s"), (59.9, "59s"), (60, "1m"), (83, "1m23s"), (3725, "1h02m")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counting_and_listing() -> None:
    assert (count(1, "reader"), count(0, "reader")) == ("1 reader", "0 readers")
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("", "a", "a, b and c")
    assert sentence("fail over") == "Fail over"


@pytest.mark.parametrize(
    "text",
    [
        "postgres://me:hunter2@host/db",
        "password=hunter2 host=x",
        '{"MasterUserPassword": "hunter2"}',
        "master_password: 'hunter2'",
        "https://s3/x?X-Amz-Signature=hunter2&a=1",
        "aws_secret_access_key = hunter2",
        "Authorization: Bearer hunter2",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_secrets_in_messages_are_hidden(text: str) -> None:
    assert "hunter2" not in redact_text(text)
    assert "(hidden)" in redact_text(text)


@pytest.mark.parametrize("kind", get_args(PasswordKind))
def test_what_a_spec_says_in_place_of_a_password_is_shown(kind: str) -> None:
    assert len(kind) < 8, "RDS takes no password that short, so nobody's password is shown"
    for text in (
        f"remove it, or write `password: {kind}`",
        f"credentials.password: {kind}.",
        f"password={kind}, user=x",
    ):
        assert redact_text(text) == text
    for secret in (f"{kind}2", f"{kind}.x", f"my-{kind}", f"{kind}-by-me"):
        assert redact_text(f"password: {secret}") == "password: (hidden)"


def test_a_command_that_a_hint_names_after_a_password_s_variable_is_shown() -> None:
    hint = "Set your own, in AURORA_MASTER_PASSWORD: aurora-cli apply demo"
    assert redact_text(hint) == hint


def test_access_key_ids_are_hidden() -> None:
    assert redact_text("key AKIAIOSFODNN7EXAMPLE used") == "key (hidden) used"


@pytest.mark.parametrize(
    "text", ["the password is managed by AWS", "secret_arn: arn:aws:x", "https://host:443/path", "tokens per second: 5"]
)
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("master_password", True),
        ("MasterUserPassword", True),
        ("SecretString", True),
        ("session_token", True),
        ("secret_arn", False),
        ("secret_kms_key", False),
        ("manage_master_user_password_rotation", False),
        ("max_tokens", False),
    ],
)
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_redact_goes_into_documents() -> None:
    document = {"db": [{"password": "x", "user": "me"}], "url": "mysql://a:b@c", "token": None, "n": 1}
    assert redact(document) == {
        "db": [{"password": "(hidden)", "user": "me"}],
        "url": "mysql://a:(hidden)@c",
        "token": None,
        "n": 1,
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-01-04T05:00:30+00:00", "2026-01-04 05:00 UTC"),
        ("2026-01-04T05:00:30.123Z", "2026-01-04 05:00 UTC"),
        ("2026-01-04T05:00:30+02:00", "2026-01-04T05:00:30+02:00"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_a_moment_is_short_and_says_its_zone(given: str | None, shown: str | None) -> None:
    assert moment(given) == shown


@pytest.mark.parametrize(
    "parts",
    [
        ("To", "sign", "in:", 'eval "$(aws configure export-credentials --format env)".', "Then", "again."),
        ("Run", "`terraform state pull`", "there."),
        ("Create", "it:", "aws s3 mb s3://states,", "then", "again."),
        ("Resume:", "aurora-cli --home '/my home' apply demo --set a.b=1.", "Or", "wait."),
        ("aurora-cli status demo,", "then", "aurora-cli apply demo"),
    ],
)
def test_a_command_has_no_blank_at_which_a_line_is_broken(parts: tuple[str, ...]) -> None:
    whole = " ".join(parts)
    assert unbroken(whole).split(" ") == [part.replace(" ", GLUE) for part in parts]
