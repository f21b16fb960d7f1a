"""IAM policy documents, merged and formatted as by the genuine provider."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.documents import escape_html

_VERSIONS = ("2008-10-17", "2012-10-17")
_KEPT_VARIABLES = "&{"
Document = dict[str, Any]


def _policy_document(query: Query) -> dict[str, Any]:
    config = query.config
    document: Document = {"Version": config.get("version") or "2012-10-17"}
    if config.get("policy_id"):
        document["Id"] = config["policy_id"]
    sources = [*_texts(config, "source_json"), *(config.get("source_policy_documents") or ())]
    merged = _merged_sources(sources)
    own = [_statement(block) for block in config.get("statement") or ()]
    _check_sids([one.get("Sid") for one in own])
    _merge(merged, {**document, "Statement": own})
    for text in [*(config.get("override_policy_documents") or ()), *_texts(config, "override_json")]:
        _merge(merged, _parsed(text))
    return _written(_ordered(merged))


def _written(document: Document) -> dict[str, Any]:
    pretty = escape_html(json.dumps(document, indent=2, ensure_ascii=False))
    minified = escape_html(json.dumps(document, separators=(",", ":"), ensure_ascii=False))
    return {
        "id": str(zlib.crc32(pretty.encode())),
        "json": pretty,
        "minified_json": minified,
        "version": document["Version"],
    }


def _texts(config: Mapping[str, Any], name: str) -> list[str]:
    return [config[name]] if config.get(name) else []


def _parsed(text: str | None) -> Document:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ProviderError(f"parsing source policy document: {error}") from error
    statements = found.get("Statement") or []
    return {**found, "Statement": statements if isinstance(statements, list) else [statements]}


def _merged_sources(texts: Iterable[str | None]) -> Document:
    merged: Document = {"Statement": []}
    sids: list[Any] = []
    for text in texts:
        document = _parsed(text)
        sids += [one.get("Sid") for one in document.get("Statement", ())]
        _merge(merged, document)
    _check_sids(sids)
    return merged


def _check_sids(sids: Iterable[Any]) -> None:
    """Each Sid must be unique, except in overriding documents."""
    named = [sid for sid in sids if sid]
    twice = next((sid for sid in named if named.count(sid) > 1), None)
    if twice:
        raise ProviderError(f"duplicate Sid ({twice}). Remove the Sid or ensure the Sid is unique.")


def _merge(into: Document, document: Document) -> None:
    """Append statements; one with an existing Sid replaces it."""
    into |= {key: value for key, value in document.items() if key != "Statement" and value}
    statements = into.setdefault("Statement", [])
    for one in document.get("Statement") or ():
        place = next((i for i, old in enumerate(statements) if one.get("Sid") and old.get("Sid") == one["Sid"]), None)
        if place is None:
            statements.append(one)
        else:
            statements[place] = one


# members of a statement in the order of the Go structure
_MEMBERS = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)


def _ordered(document: Document) -> Document:
    head = {key: document[key] for key in ("Version", "Id") if document.get(key)}
    statements = [{key: one[key] for key in _MEMBERS if one.get(key) is not None} for one in document["Statement"]]
    return {**head, **({"Statement": statements} if statements else {})}


def _statement(block: Mapping[str, Any]) -> Document:
    lists = {
        "Action": block.get("actions"),
        "NotAction": block.get("not_actions"),
        "Resource": block.get("resources"),
        "NotResource": block.get("not_resources"),
    }
    statement: Document = {"Effect": block.get("effect") or "Allow"}
    if block.get("sid"):
        statement["Sid"] = block["sid"]
    statement |= {member: _one_or_many(values) for member, values in lists.items() if values}
    for member, name in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if block.get(name):
            statement[member] = _principals(block[name])
    if block.get("condition"):
        statement["Condition"] = _conditions(block["condition"])
    return statement


def _one_or_many(values: Iterable[str]) -> Any:
    """A single value as a string; several in descending order, as by the genuine provider."""
    found = [_variables(value) for value in values]
    return found[0] if len(found) == 1 else sorted(found, reverse=True)


def _variables(text: str) -> str:
    """`&{aws:username}` means IAM's `${aws:username}`, which Terraform would interpolate."""
    return text.replace(_KEPT_VARIABLES, "${")


def _principals(blocks: Iterable[Mapping[str, Any]]) -> Any:
    by_type: dict[str, list[str]] = {}
    for block in blocks:
        by_type.setdefault(block["type"], []).extend(block["identifiers"])
    if by_type == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_many(dict.fromkeys(names)) for kind, names in sorted(by_type.items())}


def _conditions(blocks: Iterable[Mapping[str, Any]]) -> Document:
    """Merge values of the same test and variable."""
    found: dict[str, dict[str, list[str]]] = {}
    for block in blocks:
        values = [_variables(value) for value in block["values"]]
        found.setdefault(block["test"], {}).setdefault(block["variable"], []).extend(values)
    return {
        test: {name: values[0] if len(values) == 1 else values for name, values in sorted(variables.items())}
        for test, variables in sorted(found.items())
    }


READERS = {"aws_iam_policy_document": _policy_document}
