"""A cluster that a spec file was applied to, and commands that change its stored spec; nothing is run."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.core.specs import SpecRequest, stored_layer, stored_spec
from aurora_cli.operations.scale.spec import scaled
from aurora_cli.operations.spec_file.reverts import Revert, reverts
from aurora_cli.operations.spec_file.store import store_spec
from aurora_cli.operations.spec_file.stored_values import with_stored_values
from aurora_cli.spec.layers.flags import layer_from_pairs
from aurora_cli.spec.resolve.resolve import Resolved, resolve
from aurora_cli.spec.text.load import load_yaml
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack

HEAD = "name: orders\nregion: eu-west-1\nengine: postgres\n"
LARGE, XLARGE, SERVERLESS = "db.r7g.large", "db.r7g.xlarge", "db.serverless"
LARGE_FILE = f"{HEAD}instances:\n  class: {LARGE}  # enough for now\n  readers: 1\n"


class Orders:
    """A cluster that a file was applied to, with commands that change its stored spec as the operations do."""

    def __init__(self, folder: Path, text: str, user: str = "anna") -> None:
        self.file, self.day, self.user = folder / "orders.yaml", 1, user
        self.said: list[Any] = []
        self.stack: Stack = Registry(Home(folder / "home")).create(
            "orders", region="eu-west-1", target="aws", spec=HEAD
        )
        self.save(text)
        self.apply()

    def save(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def request(self, *typed: tuple[str, Any]) -> SpecRequest:
        file = load_yaml(self.file.read_text(encoding="utf-8"), source="orders.yaml")
        above = layer_from_pairs((path, value, "--set") for path, value in typed)
        return with_stored_values(SpecRequest(None, (file, *above), file=str(self.file)), self.stack)

    def undone(self, *typed: tuple[str, Any]) -> tuple[Revert, ...]:
        request = self.request(*typed)
        return reverts(self.stack, request.resolve(), request)

    def apply(self, *typed: tuple[str, Any]) -> None:
        self.store(self.request(*typed).resolve(), "apply", str(self.file))

    def store(self, desired: Resolved, operation: str, file: str | None = None) -> None:
        now = datetime(2026, 11, self.day, tzinfo=timezone.utc)
        app: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: now), user=self.user)
        self.day += 1
        store_spec(app, self.stack, desired, self.options(operation, file=file))

    def options(self, operation: str = "scale", **more: Any) -> RunOptions:
        return RunOptions(operation, lambda review: True, self.said.append, **more)

    def scale(self, *, readers: int | None = None, class_: str | None = None, acu: str | None = None) -> None:
        self.store(scaled(self.stack, readers, class_, acu, None), "scale")

    def change(self, operation: str, **values: Any) -> None:
        pairs = layer_from_pairs((path.replace("__", "."), value, operation) for path, value in values.items())
        before = stored_spec(self.stack).origins
        found = resolve([stored_layer(self.stack), *pairs])
        origins = {p: s if s == operation else before.get(p, s) for p, s in found.origins.items()}
        self.store(Resolved(found.spec, origins), operation)

    def value(self, path: str) -> Any:
        at: Any = self.request().resolve().spec
        for key in path.split("."):
            at = getattr(at, key)
        return at
