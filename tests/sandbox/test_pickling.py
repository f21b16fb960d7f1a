"""What may be in saved resources: in this process, since it needs moto and no emulator."""

from __future__ import annotations

import pickle
from collections import defaultdict
from typing import Any

import pytest

from aurora_cli.sandbox.emulator import pickling
from aurora_cli.sandbox.emulator.rds.backend import forget

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize(
    "content",
    [
        b"\x80",
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cbuiltins\ngetattr\n(S'1'\nS'upper'\ntR.",
        b"cmoto.backends\nimportlib.import_module\n(S'this'\ntR.",
        b"caurora_cli.writing\nos.system\n(S'true'\ntR.",
        b"caurora_cli.sandbox.emulator.pickling\n_method\n(S'a'\nS'upper'\ntR.",
        b"caurora_cli.writing\nwrite_output\n(S'a'\nS'b'\ntR.",
    ],
)
def test_nothing_is_called_that_makes_no_resource(content: bytes) -> None:
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        pickling.load(b"\x80\x04" + content)  # from this protocol on, names may have dots


def test_tables_and_work_that_is_due_later_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    tables: Any = defaultdict(lambda: defaultdict(dict))
    tables["a"]["b"]["c"] = 1

    class Services:
        """One service with one Region."""

        service_name = "rds"

        def iter_backends(self) -> Any:
            return [("123456789012", "eu-west-1", [tables, (forget, tables)])]

    Services._instances = [Services()]  # type: ignore[attr-defined]
    monkeypatch.setattr(pickling, "BackendDict", Services)
    content = pickling.dump()
    found: dict[str, Any] = {}
    monkeypatch.setattr(pickling, "get_backend", lambda name: {"123456789012": found})
    pickling.load(content)
    again, (action, given) = found["eu-west-1"]
    assert (again, action, given is again) == ({"a": {"b": {"c": 1}}}, forget, True)
    assert again["new"]["table"] == {}
