"""What people read is written in the words of AWS, Terraform and PostgreSQL (CONTRIBUTING.md, Words)."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.unit.test_docs import COMMANDS
from tests.unit.texts import PACKAGE, texts

AVOID = {
    r"(?<![Tt]here) is no (?!longer\b)": "is not a valid ...",
    r"\b(goes|go|going|went) on\b": "resumes, continues",
    r"\b(done|exists?|there) already\b": "already done, already exists",
    r"\banew\b": "again, recreated",
    r"\bhalf-(way|made|built)\b": "interrupted, partially created",
    r"\bcut off\b": "if interrupted",
    r"\bhas begun\b": "is in progress",
    r"\bunder way\b": "in progress",
    r"\bkept nowhere\b": "never stored",
    r"\bas it was\b": "unchanged",
    r"\b(it|that|which) begins? with\b": "requires ... or later",
    r"\bgoes back\b": "Aurora does not support downgrades",
    r"\bback in time\b": "rewind (backtrack)",
    r"\b(lift|lifts|lifted|lifting)\b": "disable the deletion protection",
    r"\blets? (it|them) go\b": "AWS refuses to delete it",
    r"\bset(ting)? (it |the \w+ )?back\b": "enable again, re-enable",
    r"\bwaits? for the maintenance window\b": "is pending until the maintenance window",
    r"\binto agreement\b": "reconcile",
    r"\bon paper\b": "existing stacks no longer match any resources",
    r"\bof its own accord\b|\bby itself\b": "automatically",
    r"\bcluster of its own\b": "a standalone cluster",
    r"\bfor good\b": "permanently",
    r"\b(does|do|did|may) not go with\b|\bgoes with\b": "does not support, requires",
    r"\bcome to rest\b": "to be available",
    r"\b[Gg]ive (it|them) up\b|\bgave up\b|\b[Gg]iven up\b": "abandon",
    r"\b(is|are|be|was|were|being) made\b|\bmakes (one|it|a|an|the|no|new)\b": "create",
    r"\bunless told\b": "by default",
    r"\b[Ll]ook (at|with|into)\b": "check with",
}


@pytest.mark.parametrize("phrase", AVOID)
def test_a_message_avoids(phrase: str) -> None:
    pattern = re.compile(phrase)
    assert [f"{where}: {text!r}; write: {AVOID[phrase]}" for where, text in messages() if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("orders is no cluster name", True),
        ("there is no reader", False),
        ("it is no longer a replica", False),
        ("Run it again: it goes on.", True),
        ("A snapshot orders already exists.", False),
    ],
)
def test_a_phrase_is_found_where_it_is_used(text: str, found: bool) -> None:
    assert any(re.search(phrase, text) for phrase in AVOID) is found


@cache
def messages() -> list[tuple[str, str]]:
    """Where and what: each string of the package, placeholders as {}, and each help text."""
    written = [(f"{path.relative_to(PACKAGE).as_posix()}:{line}", text) for path, line, text in texts()]
    helps = [(path, command.help or "") for path, command in COMMANDS.items()]
    return [(where, " ".join(text.split())) for where, text in (*written, *helps)]
