"""Takes secrets out of what is shown or logged for diagnosis.

A belt beside the braces: the commands that connect hold a password in memory, and put it in no message. What passes here are
messages of others (Terraform, AWS, the network stack), which may quote a URL with a password, a signed request or an access key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

HIDDEN = "(hidden)"
_SECRET_VARIABLES = (
    "AURORA_MASTER_PASSWORD",
    "TF_VAR_master_password",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "PGPASSWORD",
    "MYSQL_PWD",
)
_SHORTEST = 8  # RDS takes no shorter password

# A name that points at a secret, or at its key, is no secret: secret_arn, secret_kms_key, password_policy.
_SECRET_NAME = re.compile(
    r"(?:^|[_\-.])(?:password|passwd|passphrase|secret|token|credentials?|private_?key|secret_?(?:access_?)?key|access_?key"
    r"|api_?key|auth(?:orization)?|session_?token|secret_?string)$",
    re.IGNORECASE,
)
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
# What a spec says in place of a password, the command that a hint names after one, and after a colon a word of a sentence: RDS
# takes no password of fewer than eight characters.
_INSTEAD_OF_ONE = r"(?:managed|given|kept|aurora-cli|(?<=: )(?:[A-Za-z]{1,7}|\.\.\.))(?=[\s,;&\"')}\]`]|\.?(?:\s|$))"
_ASSIGNED = re.compile(
    r"((?:password|passwd|passphrase|secret[_-]?access[_-]?key|secret[_-]?key|session[_-]?token|security[_-]?token"
    r"|auth[_-]?token|private[_-]?key|api[_-]?key|secret[_-]?string)[\"']?\s*(?:=|:)\s*)"
    rf"(?!{_INSTEAD_OF_ONE})({_QUOTED}|[^\s,;&\"')}}\]]+)",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\b[a-z][a-z0-9+.\-]*://[^\s:/@]*:)[^\s@/]+(@)", re.IGNORECASE), rf"\1{HIDDEN}\2"),
    (re.compile(r"((?:X-Amz-(?:Signature|Credential|Security-Token))=)[^&\s\"']+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(\b(?:authorization|x-amz-security-token)\s*:\s*)[^\r\n\"]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), HIDDEN),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
    (_ASSIGNED, rf"\1{HIDDEN}"),
)


def redact(value: Any, known: Sequence[str] = ()) -> Any:
    """The same value with secrets replaced by `(hidden)`: by key in mappings, by pattern in texts. Other types pass unchanged.

    Args:
        known: as in `redact_text`.
    """
    if isinstance(value, str):
        return redact_text(value, known)
    if isinstance(value, Mapping):
        return {k: HIDDEN if v is not None and is_secret_name(str(k)) else redact(v, known) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact(v, known) for v in value]
    return value


def known_secrets(environ: Mapping[str, str]) -> list[str]:
    """Secrets that the environment holds, to be taken out of what is kept. Short ones are words of any text, and stay."""
    return [environ[name] for name in _SECRET_VARIABLES if len(environ.get(name, "")) >= _SHORTEST]


def redact_text(text: str, known: Sequence[str] = ()) -> str:
    """The text without passwords, keys, tokens and signatures.

    Args:
        known: values that are secrets, wherever they stand.
    """
    for secret in known:
        text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def is_secret_name(name: str) -> bool:
    """True for a key whose value is a secret, e.g. `master_password`; False for `secret_arn` or `tokens_per_second`."""
    return bool(_SECRET_NAME.search(_snake(name)))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
