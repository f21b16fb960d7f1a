"""What stays of a destroyed cluster."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from aurora_cli.stacks.archive import archive_stack, archived_spec
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry


def test_the_newest_spec_of_that_name_and_of_no_longer_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name, year in (("orders", 2024), ("orders-3", 2026), ("orders", 2025)):
        registry = Registry(home)
        stack = registry.create(name, region="eu-west-1", target="aws", spec=f"name: {name}\n# {year}\n")
        archive_stack(home, stack, datetime(year, 1, 1, tzinfo=timezone.utc))
        registry.remove(stack)
    assert archived_spec(home, "orders") == "name: orders\n# 2025\n"
    assert archived_spec(home, "orders-3") == "name: orders-3\n# 2026\n"
    assert archived_spec(home, "order") is None
