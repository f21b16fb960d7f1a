"""The templates: strict, found wherever the package is, and without a value that goes round the filter."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError, nodes

from aurora_cli.errors import OperationFailed
from aurora_cli.hcl import adoption
from aurora_cli.hcl import location as module
from aurora_cli.hcl.environment import SUFFIX, environment, templates_folder
from aurora_cli.hcl.render import FILES, PARTS

# Macros of our own, whose bodies are checked like everything else.
ALLOWED_CALLS = {"settings"}


def template_files() -> list[str]:
    return sorted(item.name for item in templates_folder().iterdir())


def leaks(source: str) -> list[str]:
    """The `{{ ... }}` of a template that put a value in place without the filter."""
    tree = Environment(autoescape=True).parse(source)
    found = []
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if not isinstance(node, nodes.TemplateData) and not _is_safe(node):
                found.append(f"line {node.lineno}: {type(node).__name__}")
    return found


def _is_safe(node: nodes.Expr) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name == "hcl" and not node.args and not node.kwargs
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in ALLOWED_CALLS


@pytest.mark.parametrize("name", template_files())
def test_every_value_goes_through_the_filter(name: str) -> None:
    assert leaks((templates_folder() / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source", ["{{ x }}", "{{ x | hcl | upper }}", "{{ x | safe }}", '"{{ x | hcl }}-{{ y }}"', "{{ f(x) }}"]
)
def test_a_value_that_goes_round_the_filter_is_found(source: str) -> None:
    assert leaks(source)


def test_each_file_has_its_template_and_each_template_its_file() -> None:
    assert template_files() == sorted(name + SUFFIX for name in (*FILES, *PARTS, *adoption.FILES))


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing | hcl }}").render()


def test_hcl_is_the_only_filter_of_ours() -> None:
    assert set(environment().filters) - set(Environment(autoescape=True).filters) == {"hcl"}


def test_templates_are_found_inside_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "templates"
    installed.mkdir()
    (installed / f"versions.tf{SUFFIX}").write_text("x")
    monkeypatch.setattr(resources, "files", lambda _package: tmp_path)
    assert templates_folder() == installed


def test_missing_templates_are_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "files", lambda _package: tmp_path)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(OperationFailed, match="missing"):
        templates_folder()


@pytest.mark.parametrize("state", ["empty", "kept", "damaged", "not writable", "in the way"])
def test_compiled_templates_are_a_cache_and_nothing_more(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "aurora-cli" / "templates"
    if state in ("kept", "damaged"):
        _compile_all()
        assert len(list(folder.iterdir())) == len(FILES)
        assert folder.stat().st_mode & 0o777 == 0o700
    if state == "damaged":
        for file in folder.iterdir():
            file.write_bytes(file.read_bytes()[:40] + b"\x00")
    elif state == "not writable":
        monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    elif state == "in the way":
        (tmp_path / "aurora-cli").write_text("a file")
    _compile_all()


def _compile_all() -> None:
    environment.cache_clear()
    for name in FILES:
        assert environment().get_template(name + SUFFIX).name == name + SUFFIX
    environment.cache_clear()
