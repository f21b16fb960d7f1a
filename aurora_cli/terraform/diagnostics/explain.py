"""Turns Terraform's diagnostics into one error of ours: a sentence, a hint, and a class with an exit status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from aurora_cli.errors import AuroraError, StateAtRisk, TerraformFailed
from aurora_cli.terraform.diagnostics.explanation import Explanation
from aurora_cli.terraform.diagnostics.of_terraform import EXPLANATIONS
from aurora_cli.terraform.output.events import Diagnostic

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^[\u2500-\u257f]+ ?")


def explain(
    diagnostics: Iterable[Diagnostic],
    *,
    exit_status: int | None = None,
    stderr: str = "",
) -> AuroraError:
    """The error to raise for a run that failed.

    A state that could not be saved outranks everything; otherwise the first diagnostic that the table knows decides, and if it
    knows none the first one is quoted.

    Args:
        diagnostics: all of the run; warnings are left out.
        exit_status: Terraform's, for a failure without a diagnostic.
        stderr: the end of its standard error, for the same case.
    """
    stderr = _COLOUR.sub("", stderr)
    errors = [d for d in diagnostics if d.is_error] or _from_text(stderr)
    if not errors:
        return _silent(exit_status, stderr)
    found = [(rule, error) for error in errors if (rule := _rule_for(error))]
    at_risk = [pair for pair in found if issubclass(pair[0].kind, StateAtRisk)]
    for rule, error in (at_risk or found)[:1]:
        return _known(rule, error, errors)
    return _unknown(errors)


def _rule_for(error: Diagnostic) -> Explanation | None:
    text = full_text(error)
    return next((rule for rule in EXPLANATIONS if rule.pattern.search(text)), None)


def full_text(error: Diagnostic) -> str:
    """Headline and detail on one line, as the table's patterns expect it: Terraform wraps text where it likes."""
    return " ".join(f"{error.summary} {error.detail}".split())


def _known(rule: Explanation, error: Diagnostic, errors: Sequence[Diagnostic]) -> AuroraError:
    match = rule.pattern.search(full_text(error))
    facts = {name: value for name, value in (match.groupdict() if match else {}).items() if value}
    facts["address"] = error.address or "a resource"
    for name, pattern in rule.facts:
        extra = pattern.search(f"{error.summary}\n{error.detail}")
        if extra:
            facts[name] = extra[1].strip()
    words = _Words(facts)
    message = rule.message.format_map(words) + _where(rule, error) + _others(errors)
    hint = rule.hint.format_map(words) if rule.hint else None
    return rule.kind(message, hint=hint, details={**_details(errors), **({"facts": facts} if rule.facts else {})})


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"unknown {key}"


def _where(rule: Explanation, error: Diagnostic) -> str:
    return f" ({error.address})" if error.address and "{address}" not in rule.message else ""


def _unknown(errors: Sequence[Diagnostic]) -> AuroraError:
    first = errors[0]
    headline = " ".join(first.summary.split()) or "an error without a text"
    where = f" at {first.address or first.file}" if first.address or first.file else ""
    detail = _first_sentence(first.detail)
    return TerraformFailed(
        f"Terraform failed{where}: {headline}{f' ({detail})' if detail else ''}{_others(errors)}",
        hint="Run the same command again with --debug to see all Terraform output.",
        details=_details(errors),
    )


def _first_sentence(detail: str) -> str:
    line = " ".join(detail.strip().split("\n\n")[0].split())
    return line if len(line) <= 300 else line[:297] + "..."


def _others(errors: Sequence[Diagnostic]) -> str:
    more = len(errors) - 1
    return f" ({more} more error{'s' if more > 1 else ''})" if more else ""


def _from_text(stderr: str) -> list[Diagnostic]:
    """The errors in text for a terminal, as `show` and `state` print them even with `-json`; some have no `Error: `."""
    text = "\n".join(_FRAME.sub("", line).rstrip() for line in stderr.splitlines())
    parts = re.split(r"^Error: ", text, flags=re.MULTILINE)[1:]
    cut = (re.split(r"^Warning: ", part, maxsplit=1, flags=re.MULTILINE)[0] for part in parts)
    whole = Diagnostic("error", *_split(text.strip()))
    return [Diagnostic("error", *_split(part)) for part in cut] or [whole] * bool(_rule_for(whole))


def _split(text: str) -> tuple[str, str]:
    summary, _, detail = text.partition("\n")
    return summary.strip(), detail.strip()


def _silent(exit_status: int | None, stderr: str) -> AuroraError:
    last = stderr.strip().splitlines()[-1:] if stderr.strip() else []
    how = "ended without an exit status" if exit_status is None else f"ended with exit status {exit_status}"
    return TerraformFailed(
        f"Terraform {how} and gave no reason{': ' + last[0].strip() if last else ''}.",
        hint="Run the same command again with --debug to see all Terraform output.",
        details={"exit_status": exit_status, "stderr": stderr[-4000:]},
    )


def _details(errors: Sequence[Diagnostic]) -> dict[str, Any]:
    return {"diagnostics": [error.to_dict() for error in errors]}
