"""The comparison of what checkov finds with what the page explains."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

from aurora_cli.spec.text.reference import fields
from tests.unit.named_tests import ROOT


def _tool() -> Any:
    found = importlib.util.spec_from_file_location("checkov_gate", ROOT / "tools" / "checkov_gate.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


GATE = _tool()
PAGE = (ROOT / "docs" / "reference" / "security.md").read_text(encoding="utf-8")


def result(*failed: str, passed: int = 30, errors: int = 0) -> dict[str, Any]:
    checks = [{"check_id": c, "check_name": f"Ensure {c}", "resource": "aws_vpc.this"} for c in failed]
    return {"summary": {"passed": passed, "parsing_errors": errors}, "results": {"failed_checks": checks}}


def test_what_is_explained_may_fail() -> None:
    explained = GATE.listed(PAGE)
    assert len(explained) == PAGE.count("\n| `CKV") > 0
    assert list(GATE.differences(result(*explained), explained)) == []


def test_a_failed_check_without_a_reason_is_told() -> None:
    (told,) = GATE.differences(result("CKV_AWS_1", "CKV_AWS_2"), {"CKV_AWS_1"})
    assert told == "CKV_AWS_2 fails for aws_vpc.this and docs/reference/security.md does not say why: Ensure CKV_AWS_2"


def test_a_reason_for_nothing_is_told() -> None:
    (told,) = GATE.differences(result("CKV_AWS_1"), {"CKV_AWS_1", "CKV2_AWS_3"})
    assert told.startswith("CKV2_AWS_3 is explained")


def test_a_scan_that_saw_nothing_is_no_success() -> None:
    for found in (result(passed=0), result(errors=1), {}):
        (told,) = GATE.differences(found, set())
        assert told.startswith("checkov could not read the files")


def test_a_row_without_a_reason_does_not_count() -> None:
    assert GATE.listed("| `CKV_AWS_1` | a key | why |\n| `CKV_AWS_2` | a key |\n") == {"CKV_AWS_1"}


def test_the_fields_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"`((?:encryption|logs|monitoring|maintenance|network)\.[a-z_.]+)", PAGE))
    assert named <= {field.path for field in fields()}
    assert len(named) >= 6
