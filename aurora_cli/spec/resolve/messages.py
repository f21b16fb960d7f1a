"""pydantic's errors in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from aurora_cli.problem import Problem
from aurora_cli.spec.model.cluster import PresetName
from aurora_cli.spec.values.engine_names import ENGINE_ALIASES
from aurora_cli.spec.values.suggestions import did_you_mean, listing, shown

BACKENDS = ("local", "s3", "http", "pg", "cloud")
_CHOICES: dict[str, tuple[str, ...]] = {
    "engine": tuple(ENGINE_ALIASES),
    "preset": get_args(PresetName),
    "backend.type": BACKENDS,
}
_SECRETIVE = ("address", "lock_address", "unlock_address", "password")


_HOW_TO_GIVE = (
    "a spec must not contain a password: write `given` here, and pass it in AURORA_MASTER_PASSWORD or with "
    "--password-stdin"
)


def problem_from(error: Mapping[str, Any]) -> Problem:
    """One pydantic error (an entry of `ValidationError.errors()`) as a problem without line and source."""
    path = dotted(error["loc"])
    kind = str(error["type"])
    words = _WORDS.get(kind, _fallback)
    message, hint = words(path, error.get("input"), error.get("ctx") or {}, str(error.get("msg", "")))
    return Problem(_path_of(path, kind), message, hint=hint)


def dotted(loc: tuple[Any, ...]) -> str:
    """A pydantic location as a dotted path: without the tag of the backend's variant and the mark of a map's key."""
    parts = [str(part) for part in loc if part != "[key]"]
    if len(parts) > 1 and parts[0] == "backend" and parts[1] in BACKENDS:
        del parts[1]
    return ".".join(parts)


def _path_of(path: str, kind: str) -> str:
    return f"{path}.type" if kind.startswith("union_tag") else path


Words = Callable[[str, Any, Mapping[str, Any], str], tuple[str, "str | None"]]


def _last(path: str) -> str:
    return path.rpartition(".")[2] or "the spec"


def _given(path: str, value: Any) -> str:
    plain = f"{value:g}" if isinstance(value, float) else value
    return "" if _last(path) in _SECRETIVE else f", not {shown(plain)}"


def _missing(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
    hints = {
        "name": "give the cluster a name, e.g. `name: orders`",
        "region": "name the AWS Region, e.g. `region: eu-west-1`",
        "engine": "name the engine: `engine: postgres` or `engine: mysql`",
        "instances.acu.min": "write the range as `acu: 0.5-16`",
        "instances.acu.max": "write the range as `acu: 0.5-16`",
    }
    return f"`{path}` is missing", hints.get(path)


def _choice(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
    choices = _CHOICES.get(path, ())
    word = str(value)
    if path == "credentials.password":
        return "`password` sets where the master password comes from: managed, given or kept", _HOW_TO_GIVE
    if path == "engine" and word.strip().lower() == "aurora":
        return "the engine `aurora` (MySQL 5.6) no longer exists", "write postgres or mysql"
    wanted = listing(choices) or str(ctx.get("expected", "")).replace("'", "")
    text = f"`{_last(path)}` must be {wanted}" if wanted else msg
    way_out = "write postgres or mysql" if path == "engine" else f"write {wanted}" if wanted else None
    return f"{text}{_given(path, value)}", did_you_mean(word, choices, way_out) if choices else way_out


def _tag(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
    if not isinstance(value, Mapping) or "type" not in value:
        return "`backend.type` is missing", f"write one of {listing(BACKENDS)}"
    return _choice("backend.type", value["type"], ctx, msg)


def _value(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
    reason = str(ctx.get("error", msg))
    return f"`{_last(path)}` cannot be {shown(value)}", reason


def _wants(what: str, hint: str | None = None) -> Words:
    def words(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
        return f"`{_last(path)}` must be {what}{_given(path, value)}", hint

    return words


def _limit(word: str, key: str) -> Words:
    def words(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
        return f"`{_last(path)}` must be {word} {ctx.get(key)}{_given(path, value)}", f"write {ctx.get(key)}"

    return words


def _extra(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
    return f"`{_last(path)}` does not belong to this kind of `{path.partition('.')[0]}`", "remove it"


def _fallback(path: str, value: Any, ctx: Mapping[str, Any], msg: str) -> tuple[str, str | None]:
    return f"`{_last(path)}` cannot be {shown(value)}: {msg[:1].lower()}{msg[1:]}", None


_NUMBER = _wants("a number")
_WHOLE = _wants("a whole number")
_SWITCH = _wants("true or false")
_TEXT = _wants("text")
_LIST = _wants("a list", "write one entry a line, each after `- `")
_SECTION = _wants("a mapping of keys to values")

_WORDS: dict[str, Words] = {
    "missing": _missing,
    "literal_error": _choice,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _tag,
    "value_error": _value,
    "extra_forbidden": _extra,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": _SWITCH,
    "bool_type": _SWITCH,
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "list_type": _LIST,
    "dict_type": _SECTION,
    "model_type": _SECTION,
    "model_attributes_type": _SECTION,
    "greater_than_equal": _limit("at least", "ge"),
    "less_than_equal": _limit("at most", "le"),
}
