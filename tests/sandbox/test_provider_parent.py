"""Providers that are forked from a parent: the same as those that are started directly, and never in the way."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import aurora_cli
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.processes import is_running, start_time, stop_fork_servers, wait_until
from aurora_cli.sandbox.provider.install import install
from aurora_cli.sandbox.provider.serve import _COOKIE, _ORPHAN_SECONDS
from tests.harness import Aurora, clean_environ, terraform
from tests.reliability.interrupt import CREATE, called
from tests.reliability.kills import processes

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="parents are used on Linux alone"),
]
PACKAGE = Path(aurora_cli.__file__).parent
PATIENCE_S = 30.0


@dataclass
class Started:
    """A provider as Terraform sees it: the process that it started, and the handshake line."""

    process: subprocess.Popen[str]
    handshake: list[str]

    @property
    def address(self) -> str:
        return self.handshake[3]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            try:
                connection.connect(self.address)
            except OSError:
                return False
            return True


@pytest.fixture
def childless(own: Sandbox) -> Iterator[Sandbox]:
    """The emulator of this module, without parents."""
    yield own
    stop_fork_servers(own.files.parents)
    shutil.rmtree(own.files.parents, ignore_errors=True)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    yield from running(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Sandbox]:
    """An emulator that the test may end."""
    yield from running(tmp_path / "mortal")


def running(folder: Path) -> Iterator[Sandbox]:
    manager = Sandbox(folder, clean_environ())
    manager.start()
    try:
        yield manager
    finally:
        manager.stop()


def launcher(manager: Sandbox) -> Path:
    manager.prepare_terraform(genuine=False)
    return next(manager.files.mirror.glob("registry.terraform.io/*/*/*/*/terraform-provider-aws_*"))


@contextmanager
def started(program: Path, **environ: str) -> Iterator[Started]:
    env = {**clean_environ(), _COOKIE[0]: _COOKIE[1], **environ}
    process = subprocess.Popen([str(program)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        yield Started(process, line.strip().split("|"))
    finally:
        process.kill()
        process.communicate()


def parents(manager: Sandbox) -> list[tuple[int, str]]:
    """Pid and start time of the parents that run."""
    texts = [file.read_text().split() for file in manager.files.parents.glob("*.lock")]
    return [(int(pid), start) for pid, start in texts if is_running(int(pid), start)]


def children(pid: int) -> list[int]:
    """The forks of a process that have not been collected."""
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_parent_and_a_direct_start_shake_hands_alike(childless: Sandbox) -> None:
    program = launcher(childless)
    with started(program) as forked, started(program, AURORA_SANDBOX_DIRECT="1") as direct:
        assert [*forked.handshake[:3], *forked.handshake[4:]] == [*direct.handshake[:3], *direct.handshake[4:]]
        assert base64.b64decode(forked.handshake[5] + "==")
        assert forked.answers()
        assert direct.answers()
    assert len(parents(childless)) == 1


def test_terraform_gets_the_same_plan_in_each_way(childless: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'provider "aws" { region = "eu-west-1" }\n'
        'resource "aws_vpc" "this" { cidr_block = "10.0.0.0/16" }\n'
        'resource "aws_sns_topic" "this" { name = "alerts" }\n'
    )
    env = {**childless.environment(), **childless.prepare_terraform(genuine=False)}

    def run(*args: str, env: Mapping[str, str] = env) -> str:
        return subprocess.run(
            [*terraform(), *args], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        ).stdout

    def look(env: Mapping[str, str] = env) -> object:
        run("plan", "-out", "plan", env=env)
        return json.loads(run("show", "-json", "plan", env=env))["resource_changes"]

    run("init")
    forked = look()
    assert look({**env, "AURORA_SANDBOX_DIRECT": "1"}) == forked
    with childless.attach("plan", tmp_path, env) as (attached, _):
        assert attached != env, "the premise"
        shutil.rmtree(tmp_path / ".terraform" / "providers")
        assert look(attached) == forked
    assert len(parents(childless)) == 1


def test_a_provider_of_a_run_ends_with_the_processes_that_inherit_it(childless: Sandbox, tmp_path: Path) -> None:
    with started(launcher(childless)):
        ((parent, _),) = parents(childless)
    assert wait_until(lambda: children(parent) == [], timeout_s=PATIENCE_S)
    with childless.attach("plan", tmp_path, childless.environment()) as (env, inherited):
        config = json.loads(env["TF_REATTACH_PROVIDERS"])["registry.terraform.io/hashicorp/aws"]
        run = subprocess.Popen(["sleep", "600"], pass_fds=inherited)
    folder = Path(config["Addr"]["String"]).parent
    assert children(parent) == [config["Pid"]]
    assert folder.exists()
    run.kill()
    run.wait()
    assert wait_until(lambda: children(parent) == [] and not folder.exists(), timeout_s=PATIENCE_S)
    assert "provider" not in childless.files.parent_log.read_text()


@pytest.mark.parametrize(
    ("command", "files", "more"),
    [
        ("init", {}, {}),
        ("plan", {"a.tf": 'provider "aws" {}\n', "b.tf": 'provider "aws" {\n  alias = "west"\n}\n'}, {}),
        ("plan", {"a.tf.json": "{}"}, {}),
        ("plan", {}, {"TF_LOG": "trace"}),
        ("plan", {}, {"AURORA_SANDBOX_DIRECT": "1"}),
    ],
)
def test_terraform_starts_its_providers_where_one_does_not_do(
    childless: Sandbox, tmp_path: Path, command: str, files: dict[str, str], more: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with started(launcher(childless)):
        env = {**childless.environment(), **more}
        with childless.attach(command, tmp_path, env) as run:
            assert run == (env, ())
        with childless.attach("show", tmp_path, childless.environment()) as (attached, _):
            assert "TF_REATTACH_PROVIDERS" in attached, "the premise: there is one to be had"


def test_terraform_starts_its_providers_where_there_is_nothing_to_fork_them_from(
    childless: Sandbox, tmp_path: Path
) -> None:
    program, env = launcher(childless), childless.environment()
    with childless.attach("plan", tmp_path, env) as run:
        assert run == (env, ())
    with started(program):
        os.kill(parents(childless)[0][0], signal.SIGKILL)
        with childless.attach("plan", tmp_path, env) as run:
            assert run == (env, ())


def test_a_provider_has_the_environment_and_folder_of_its_own_terraform(childless: Sandbox) -> None:
    program = launcher(childless)
    for _ in range(2):
        with tempfile.TemporaryDirectory(dir="/tmp") as folder, started(program, TMPDIR=folder) as provider:
            assert Path(provider.address).is_relative_to(folder)
    assert len(parents(childless)) == 1


def test_a_parent_does_not_keep_the_password_of_the_run_that_started_it(childless: Sandbox) -> None:
    """Its provider has the environment of its Terraform all the same."""
    words = {"TF_VAR_master_password": "first-secret", "AURORA_MASTER_PASSWORD": "second-secret", "MARK": "seen"}
    with started(launcher(childless), **words) as provider:
        assert provider.answers()
        ((parent, _),) = parents(childless)
        kept = Path(f"/proc/{parent}/environ").read_bytes()
    assert b"MARK=seen" in kept.split(b"\0"), "the premise: it has what it was started with"
    assert b"secret" not in kept


def test_a_temporary_folder_that_is_too_long_for_a_socket_is_none_for_it(childless: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    with started(launcher(childless), TMPDIR=str(folder)) as provider:
        assert provider.answers()


def test_it_ends_when_what_terraform_started_is_killed(childless: Sandbox) -> None:
    with started(launcher(childless)) as provider:
        assert provider.answers()
        provider.process.kill()
        assert wait_until(lambda: not provider.answers(), timeout_s=PATIENCE_S)


def test_it_serves_on_when_the_process_that_it_was_forked_from_is_killed(childless: Sandbox) -> None:
    """Under load, the end of the parent (changed code, a kill) must not look to Terraform like a crash of its provider."""
    with started(launcher(childless)) as provider:
        os.kill(parents(childless)[0][0], signal.SIGKILL)
        assert wait_until(lambda: parents(childless) == [], timeout_s=PATIENCE_S)
        time.sleep(3 * _ORPHAN_SECONDS)
        assert provider.answers()
        provider.process.kill()
        assert wait_until(lambda: not provider.answers(), timeout_s=PATIENCE_S)


def test_a_provider_that_dies_says_so_in_the_log(childless: Sandbox) -> None:
    with started(launcher(childless)) as provider:
        (fork,) = children(parents(childless)[0][0])
        os.kill(fork, signal.SIGABRT)
        provider.process.wait(timeout=PATIENCE_S)
        log = childless.files.parent_log
        assert wait_until(lambda: f"provider {fork} was killed by signal 6" in log.read_text(), timeout_s=PATIENCE_S)
        assert "Fatal Python error: Aborted" in log.read_text()


def test_the_error_names_the_log_of_a_provider_that_died(tmp_path: Path) -> None:
    aurora = Aurora(tmp_path / "home")
    try:
        aurora.ok("sandbox", "start")
        aurora.emulator.set_latency(8)
        process = subprocess.Popen(aurora.argv(*CREATE), env=aurora.environ, stderr=subprocess.PIPE, text=True)
        assert wait_until(lambda: called(aurora, "CreateDBCluster", 0), timeout_s=3 * PATIENCE_S)
        (fork,) = children(parents(aurora.emulator)[0][0])
        assert processes(aurora.home / "sandbox" / "stacks", "provider") == [fork], "Terraform has started none"
        os.kill(fork, signal.SIGKILL)
        _, said = process.communicate(timeout=3 * PATIENCE_S)
        log = aurora.emulator.files.parent_log
        assert wait_until(lambda: "was killed by signal 9" in log.read_text(), timeout_s=PATIENCE_S)
    finally:
        aurora.emulator.stop()
    assert process.returncode == 1
    assert "provider did not start or stopped while it worked" in said
    assert str(log) in "".join(said.split())


def test_one_whose_terraform_went_first_is_not_worth_a_line(childless: Sandbox) -> None:
    with started(launcher(childless)) as provider:
        parent = parents(childless)[0][0]
        provider.process.kill()
        assert wait_until(lambda: children(parent) == [], timeout_s=PATIENCE_S)
    assert "provider" not in childless.files.parent_log.read_text()


def test_ctrl_c_of_the_whole_group_does_not_end_it(childless: Sandbox) -> None:
    with started(launcher(childless)) as provider:
        provider.process.send_signal(signal.SIGINT)
        os.kill(parents(childless)[0][0], 0)
        with started(launcher(childless)) as second:
            assert second.answers()
        assert provider.answers()
        assert provider.process.poll() is None


def test_many_at_once_share_one_parent(childless: Sandbox) -> None:
    program = launcher(childless)
    env = {**clean_environ(), _COOKIE[0]: _COOKIE[1]}
    processes = [
        subprocess.Popen([str(program)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    lines = [process.stdout.readline() for process in processes if process.stdout]
    for process in processes:
        process.kill()
        process.communicate()
    assert all(line.startswith(b"1|6|unix|") for line in lines)
    assert len(set(lines)) == 4
    assert len(parents(childless)) == 1


def test_changed_code_is_picked_up(childless: Sandbox, tmp_path: Path) -> None:
    copy = tmp_path / "code"
    shutil.copytree(PACKAGE, copy / "aurora_cli", ignore=shutil.ignore_patterns("__pycache__"))
    program = launcher(childless)
    settings = childless.files.mirror / "provider.sh"
    settings.write_text(settings.read_text().replace(f"root={PACKAGE.parent}", f"root={copy}"))
    own = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with started(program, **own):
        before = parents(childless)
    os.utime(copy / "aurora_cli" / "sandbox" / "provider" / "core.py", ns=(1, 1))
    with started(program, **own) as provider:
        assert provider.answers()
        assert wait_until(lambda: len(parents(childless)) == 1, timeout_s=PATIENCE_S)
        assert parents(childless) != before


def test_other_settings_of_python_get_a_parent_of_their_own(childless: Sandbox) -> None:
    program = launcher(childless)
    with started(program), started(program, PYTHONUTF8="1") as other:
        assert other.answers()
    assert len(parents(childless)) == 2


def test_without_a_parent_the_provider_starts_directly(childless: Sandbox) -> None:
    program = launcher(childless)
    shutil.rmtree(childless.files.parents)
    with started(program) as provider:
        assert provider.answers()
    assert not childless.files.parents.exists()


def test_stop_ends_the_parent(mortal: Sandbox) -> None:
    with started(launcher(mortal)):
        assert len(parents(mortal)) == 1
    mortal.stop()
    assert parents(mortal) == []


def test_a_parent_does_not_outlive_an_emulator_that_was_killed(mortal: Sandbox) -> None:
    with started(launcher(mortal)):
        assert len(parents(mortal)) == 1
    pid = mortal.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: start_time(pid) is None and parents(mortal) == [], timeout_s=PATIENCE_S)


def test_the_folder_of_the_parents_is_private(childless: Sandbox) -> None:
    with started(launcher(childless)):
        modes = {
            path.name.rpartition(".")[2]: path.stat().st_mode & 0o777 for path in childless.files.parents.iterdir()
        }
    assert childless.files.parents.stat().st_mode & 0o777 == 0o700
    assert modes == {"lock": 0o600, "sock": 0o600, "log": 0o600}


def test_an_install_without_a_folder_for_parents_uses_none(tmp_path: Path) -> None:
    import sys

    install(tmp_path / "mirror", sys.executable)
    assert "quick" not in (tmp_path / "mirror" / "provider.sh").read_text()
