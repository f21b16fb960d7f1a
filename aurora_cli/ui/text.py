"""Text for a screen: made safe, counted and measured.

Names, tags and messages come from users, from AWS and from Terraform. A terminal obeys control characters, so every such text
goes through `clean` before it is printed: what cannot be seen is written as an escape that can.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

# C0 and C1 controls, line and paragraph separators, marks that reorder or hide text, and lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNESCAPED = re.compile("[\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_BREAKS = re.compile(r"\r\n|[\n\r\t]")

_RECORDED = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
_TYPED = re.compile(r"\baurora-cli (?=((?:--region \S+ )?)([a-z][a-z-]*))")
"""A command to type; one that has global options already, but for the Region that it is about, is left alone."""
_TO_PASTE = re.compile(
    r"`[^`]*`|(?<![\w/.-])(?:aurora-cli|terraform|pip|aws|eval)"
    r"(?: (?!aurora-cli\s)(?:'[^']*'|\"[^\"]*\"|[^\s'\"`.,;:)]|[.,;:)](?=\S))+)+"
)
"""A command in a text: in backticks, or from the program to the end of the clause."""
_OF_AWS = re.compile(
    r"\baws (?=(?:cloudwatch|ec2|iam|kms|logs|rds|s3|s3api|secretsmanager|ssm|sts) [a-z][a-z-]+)(?![^`\n]*--profile\b)"
)
"""A command of the AWS CLI that calls a service."""
GLUE = "\ue000"
"""Stands for a blank at which no line is broken, until it is printed."""
ASK_FOR_A_REGION = frozenset(
    ("create", "adopt", "clone", "restore", "migrate", "snapshot", "engines", "doctor", "spec", "validate", "render")
)
"""Commands that heed --region; those of a cluster that is managed here have its own."""


def clean(value: object) -> str:
    """One line that is safe to print: line breaks and tabs become spaces, other control characters visible escapes."""
    return _UNSEEN.sub(_visible, _BREAKS.sub(" ", str(value)))


def spoken(value: object) -> str:
    """As `clean`, for a sentence: the times in it that come from our records are written as `moment` writes them."""
    return _RECORDED.sub(lambda found: moment(found[0], exact=True) or "", clean(value))


def retyped(text: str, options: Sequence[str]) -> str:
    """The text with the global options in each command that it tells to type, so that a copy of it reaches the same cluster.

    Args:
        options: words to repeat, `--sandbox` among them where it applies; each option but that one has a value.
    """

    def words(found: re.Match[str]) -> str:
        left_out = {"--sandbox"} if found[2] == "sandbox" else set()
        if found[1] or found[2] not in ASK_FOR_A_REGION:
            left_out.add("--region")
        kept = [word for name, word in _with_names(options) if name not in left_out]
        return f"{shlex.join(['aurora-cli', *kept])} "

    return _TYPED.sub(words, text) if options else text


def with_profile(text: str, profile: str | None) -> str:
    """The text with `--profile` in each command of the AWS CLI in it; as it is for None."""
    return _OF_AWS.sub(lambda found: f"aws --profile {shlex.quote(str(profile))} ", text) if profile else text


def unbroken(text: str) -> str:
    """The text with `GLUE` for each blank in a command, which is pasted whole or not at all."""
    return _TO_PASTE.sub(lambda found: found[0].replace(" ", GLUE), text)


def _with_names(options: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each word of the options with the name of its option."""
    name = ""
    for word in options:
        name = name if name and name != "--sandbox" and not word.startswith("--") else word
        yield name, word


def clean_lines(value: object) -> list[str]:
    """As `clean`, but keeps the line breaks: a list of safe lines, trailing blank ones dropped."""
    lines = [clean(line).rstrip() for line in re.split(r"\r\n|[\n\r]", str(value).expandtabs(4))]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def visible_controls(value: str) -> str:
    """Writes what encoders of JSON and YAML leave alone (DEL, C1 controls, marks that reorder or hide text) as `\\uXXXX`."""
    return _UNESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", value)


def moment(text: str | None, *, exact: bool = False) -> str | None:
    """`2026-01-04T05:00:30+00:00` gives `2026-01-04 05:00 UTC`; what is no RFC 3339 time in UTC stays as it is.

    Args:
        exact: with the seconds, unless they are zero: for a time that something is set back to.
    """
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)? ?(?:Z|\+00:?00)(?: UTC)?", text or "")
    if not found:
        return text
    seconds = found[3] if exact and found[3] not in (None, ":00") else ""
    return f"{found[1]} {found[2]}{seconds} UTC"


def duration(seconds: float) -> str:
    """`7` gives `7s`, `83` gives `1m23s`, `600` gives `10m`, `3725` gives `1h02m`; less than one second is `<1s`."""
    if seconds < 1:
        return "<1s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s" if rest else f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`count(1, "reader")` gives `1 reader`, `count(2, "reader")` gives `2 readers`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def sentence(text: str) -> str:
    """The text with a capital first letter, so that it can open a line."""
    return text[:1].upper() + text[1:]


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
