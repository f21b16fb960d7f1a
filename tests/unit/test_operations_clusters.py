"""`list` reads each stored spec once, and remembers what it shows of it."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from aurora_cli import __version__
from aurora_cli.context import AppContext
from aurora_cli.errors import Declined
from aurora_cli.kept import keep
from aurora_cli.main import main
from aurora_cli.operations.core import specs
from aurora_cli.operations.core.specs import SpecRequest
from aurora_cli.operations.inspect.clusters import ListRow, list_clusters
from aurora_cli.spec.resolve.resolve import Resolved
from aurora_cli.spec.text.dump import dump_spec
from aurora_cli.stacks.stack import Stack
from tests.unit.spec_cases import resolved

MOST_MODULES = (130, 150, 150, 300, 540, 600)
"""Of `--help`, two completions, `list`, `validate` and `render`: a command's start is mostly what it imports."""
HEAVY = ("pydantic", "ruamel.yaml", "jinja2", "botocore", "boto3", "moto", "grpc")


@pytest.fixture
def app(tmp_path: Path) -> AppContext:
    return AppContext(home_folder=tmp_path / "home", environ={})


def stack_of(app: AppContext, name: str, readers: int = 1) -> Stack:
    spec = resolved({"name": name, "instances.readers": readers, "instances.class": "db.r7g.large"}).spec
    app.home.prepare()
    return app.registry.create(name, region="eu-west-1", target="aws", spec=dump_spec(spec))


def shown(row: ListRow) -> tuple[str, str, int]:
    return row.name, row.engine, row.instances


def test_a_spec_is_read_again_only_when_it_has_changed(app: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = stack_of(app, "a"), stack_of(app, "b")
    rows = list_clusters(app)
    assert [shown(row) for row in rows] == [("a", "aurora-postgresql", 2), ("b", "aurora-postgresql", 2)]
    read: list[str] = []
    stored_spec = specs.stored_spec

    def noted(stack: Stack) -> Resolved:
        read.append(stack.name)
        return stored_spec(stack)

    monkeypatch.setattr(specs, "stored_spec", noted)
    assert list_clusters(app) == rows
    first.write_spec(first.read_spec().replace("readers: 1", "readers: 4"))
    assert [shown(row)[2] for row in list_clusters(app)] == [5, 2]
    assert read == ["a"]


@pytest.mark.parametrize(
    ("options", "layers"), [([], 0), (["--region", "eu-west-1"], 0), (["--region", "eu-west-2"], 2)]
)
def test_the_region_that_a_cluster_is_in_asks_for_nothing(
    app: AppContext, monkeypatch: pytest.MonkeyPatch, options: list[str], layers: int
) -> None:
    stack_of(app, "a")
    asked: list[int] = []

    def plan(app: AppContext, request: SpecRequest, **given: object) -> None:
        asked.append(len(request.layers))
        raise Declined("seen")

    monkeypatch.setattr("aurora_cli.operations.build.plan.plan", plan)
    main(["--home", str(app.home.path), *options, "plan", "a"])
    assert asked == [layers]


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', '{"a": ["x", "y", "z"]}', "\xff"])
def test_a_damaged_memory_costs_time_and_nothing_else(app: AppContext, content: str) -> None:
    stack_of(app, "a")
    rows = list_clusters(app)
    app.home.list_cache.write_bytes(content.encode("latin-1"))
    assert list_clusters(app) == rows


def test_commands_import_what_they_need_and_no_more(app: AppContext, tmp_path: Path) -> None:
    """One process for all, from the lightest to the heaviest: which modules are loaded is a fact of the whole process."""
    stack_of(app, "a")
    list_clusters(app)
    spec = "smallest.yaml"
    complete = {"_AURORA_CLI_COMPLETE": "bash_complete", "COMP_CWORD": "5"}
    commands = [["list"], ["validate", "-f", spec], ["render", "-f", spec, "--to", str(tmp_path / "tf")]]
    has = f"print('HAS', len(sys.modules), *(m for m in {HEAVY!r} if m in sys.modules))"
    program = (
        "import os, sys; from aurora_cli.main import main\n"
        f"os.environ |= {complete!r}\n"
        "for words in ('mysql --class db.r', 'mysql --skip-check a'):\n"
        "    os.environ['COMP_WORDS'] = f'aurora-cli create x --engine {words}'\n"
        f"    assert main() == 0; {has}\n"
        "del os.environ['_AURORA_CLI_COMPLETE']\n"
        f"for words in {commands!r}:\n"
        f"    assert main(words) == 0; {has}"
    )
    root = Path(__file__).parents[2]
    environ = {"AURORA_HOME": str(app.home.path), "PYTHONPATH": str(root)}
    run = partial(subprocess.run, capture_output=True, text=True, check=True, env=environ, cwd=root / "examples")
    help_words = [
        sys.executable,
        "-c",
        f"import sys; from aurora_cli.main import main; assert main(['--help']) == 0; {has}",
    ]
    keep(app.home.check_cache, __version__, '["acu-equal"]')  # as the first completion leaves it
    lines = [line for words in (help_words, [sys.executable, "-c", program]) for line in run(words).stdout.splitlines()]
    found = [line.split()[1:] for line in lines if line.startswith("HAS")]
    assert [heavy for _, *heavy in found] == [
        [],
        [],
        [],
        [],
        ["pydantic", "ruamel.yaml"],
        ["pydantic", "ruamel.yaml", "jinja2"],
    ]
    counts = [int(count) for count, *_ in found]
    assert all(count <= most for count, most in zip(counts, MOST_MODULES, strict=True)), counts
