"""Terraform of any folder in the sandbox: the folder stays as it is, a real state is refused, the status is Terraform's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from aurora_cli.context import AppContext
from aurora_cli.errors import InvalidInput, StackLocked
from aurora_cli.sandbox import any_terraform
from aurora_cli.sandbox.any_terraform import changes, run
from aurora_cli.sandbox.provider.install import cli_config
from aurora_cli.sandbox.terraform_folder import DATA_DIR, own_lock_file, refuse_real_state

AWS = (
    'provider "registry.terraform.io/hashicorp/aws" {\n  version = "6.28.0"\n  hashes = [\n    "h1:genuine",\n  ]\n}\n'
)
RANDOM = 'provider "registry.terraform.io/hashicorp/random" {\n  version = "3.7.2"\n}\n'
OURS = AWS.replace("6.28.0", "6.62.0").replace("genuine", "sandbox")
REAL = '{"resources": [{"instances": [{"attributes": {"arn": "arn:aws:rds:eu-west-1:210987654321:cluster:a"}}]}]}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text('provider "aws" {}\n')
    return tmp_path


def terraform(folder: Path, script: str) -> list[str]:
    """A program in Terraform's place."""
    program = folder / "terraform.sh"
    program.write_text(textwrap.dedent(script))
    return ["/bin/sh", str(program)]


@pytest.mark.parametrize(("asked", "region"), [("eu-west-1", "eu-west-1"), (None, "eu-north-1")])
def test_the_region_that_is_asked_for_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: str | None, region: str
) -> None:
    def environment(manager: object, base: dict[str, str], **given: object) -> dict[str, str]:
        return base

    monkeypatch.setattr(any_terraform, "environment", environment)
    app = AppContext(home_folder=tmp_path, sandbox=True, region=asked, environ={"AWS_REGION": "eu-north-1"})
    env, given = app.terraform_environment(None)
    assert (env["AWS_REGION"], given) == (region, {"AWS_REGION": "eu-north-1"})


def test_the_lock_file_of_the_folder_is_back_and_the_sandbox_keeps_its_own(folder: Path) -> None:
    lock = folder / ".terraform.lock.hcl"
    lock.write_text(AWS + "\n" + RANDOM)
    init = terraform(folder, f"cat .terraform.lock.hcl >seen; printf '%s' '{OURS}' >.terraform.lock.hcl; exit 3")
    assert run(init, ["init"], os.environ, folder) == 3
    assert (folder / "seen").read_text() == RANDOM
    assert lock.read_text() == AWS + "\n" + RANDOM
    assert run(terraform(folder, "cat .terraform.lock.hcl >seen"), ["plan"], os.environ, folder) == 0
    assert (folder / "seen").read_text() == OURS
    assert lock.read_text() == AWS + "\n" + RANDOM


def test_a_folder_without_a_lock_file_has_none_afterwards(folder: Path) -> None:
    run(terraform(folder, f"printf '%s' '{OURS}' >.terraform.lock.hcl"), ["init"], os.environ, folder)
    assert not (folder / ".terraform.lock.hcl").exists()
    assert (folder / DATA_DIR / "lock.hcl").read_text() == OURS


def test_the_lock_file_is_moved_and_not_read_as_text(folder: Path, tmp_path: Path) -> None:
    """A link stays a link, its time stays, and bytes that are not UTF-8 are nobody's concern."""
    target = tmp_path / "shared.hcl"
    target.write_bytes(b"# \xff\r\n" + AWS.replace("\n", "\r\n").encode())
    os.utime(target, (1, 1))
    (folder / ".terraform.lock.hcl").symlink_to(target)
    assert run(terraform(folder, "cat .terraform.lock.hcl >seen"), ["init"], os.environ, folder) == 0
    assert (folder / "seen").read_bytes() == b"# \xff\r\n"
    assert (folder / ".terraform.lock.hcl").readlink() == target
    assert target.stat().st_mtime == 1


def test_what_a_killed_run_left_is_put_right(folder: Path) -> None:
    lock = folder / ".terraform.lock.hcl"
    lock.write_text(AWS)
    killed = "import os; from pathlib import Path\nfrom aurora_cli.sandbox.terraform_folder import own_lock_file\n"
    killed += (
        f"with own_lock_file(Path({str(folder)!r})):\n    Path({str(lock)!r}).write_text('ours')\n    os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", killed], check=False)
    assert lock.read_text() == "ours"
    with own_lock_file(folder):
        assert lock.read_text() == "ours"
    assert lock.read_text() == AWS


def test_a_folder_without_a_configuration_is_left_alone(tmp_path: Path) -> None:
    assert run(["/bin/sh", "-c", "exit 0"], ["version"], os.environ, tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_one_run_at_a_time(folder: Path) -> None:
    with own_lock_file(folder), pytest.raises(StackLocked, match="runs in"), own_lock_file(folder):
        pass


def test_chdir_names_the_folder(folder: Path, tmp_path: Path) -> None:
    inner = folder / "examples"
    inner.mkdir()
    (inner / "main.tf").write_text("")
    (inner / ".terraform.lock.hcl").write_text(AWS)
    program = terraform(folder, "cat examples/.terraform.lock.hcl >seen")
    assert run(program, ["-chdir=examples", "plan"], os.environ, folder) == 0
    assert (folder / "seen").read_text() == ""
    assert (inner / ".terraform.lock.hcl").read_text() == AWS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_stop_reaches_terraform_and_its_end_is_ours(
    folder: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pipeline sends it, to us alone: no terminal sends it to Terraform too."""
    monkeypatch.setattr("aurora_cli.child._is_of_the_terminal", lambda: False)
    name = signal.Signals(number).name.removeprefix("SIG")
    program = terraform(folder, f"trap 'exit 42' {name}\nkill -{name} $PPID\nwhile :; do sleep 0.01; done")
    assert run(program, ["apply"], os.environ, folder) == 42
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_ctrl_c_at_a_terminal_reaches_terraform_only_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal signals the whole group; a second one would make Terraform leave without its state."""
    monkeypatch.setattr("aurora_cli.child._is_of_the_terminal", lambda: True)
    program = terraform(folder, "trap 'exit 42' INT\nkill -INT $PPID\nsleep 0.05\nexit 0")
    assert run(program, ["apply"], os.environ, folder) == 0


def test_the_signal_that_ended_terraform_is_in_the_status(folder: Path) -> None:
    assert run(terraform(folder, "kill -KILL $$"), ["apply"], os.environ, folder) == 128 + signal.SIGKILL


def test_a_state_of_another_account_is_refused(folder: Path) -> None:
    (folder / "terraform.tfstate").write_text(REAL)
    for command in (["plan"], ["apply", "-auto-approve"], ["-chdir=.", "state", "list"]):
        with pytest.raises(InvalidInput, match=r"terraform\.tfstate has resources of the account 210987654321"):
            refuse_real_state(command, folder)
    for command in (["init"], ["validate"], ["fmt"], ["-version"], ["workspace", "new", "sandbox"]):
        refuse_real_state(command, folder)
    (folder / DATA_DIR).mkdir(parents=True)
    (folder / DATA_DIR / "environment").write_text("sandbox")
    refuse_real_state(["plan"], folder)
    with pytest.raises(InvalidInput, match="has resources"):
        refuse_real_state(["plan", "-state=terraform.tfstate"], folder)
    (folder / "terraform.tfstate").write_text(REAL.replace("210987654321", "123456789012"))
    (folder / DATA_DIR / "environment").unlink()
    refuse_real_state(["plan"], folder)


def test_a_local_state_at_another_path_is_found(folder: Path) -> None:
    (folder / DATA_DIR).mkdir(parents=True)
    (folder / DATA_DIR / "terraform.tfstate").write_text(
        '{"backend": {"type": "local", "config": {"path": "a.state"}}}'
    )
    (folder / "a.state").write_text(REAL)
    with pytest.raises(InvalidInput, match=r"a\.state has resources"):
        refuse_real_state(["apply"], folder)


@pytest.mark.parametrize(
    ("name", "text", "backend"),
    [
        ("main.tf", 'terraform {\n  backend "remote" {}\n}\n', "remote"),
        ("main.tf", 'terraform {\n  cloud {\n    organization = "acme"\n  }\n}\n', "cloud"),
        ("a_override.tf", 'terraform {\n  backend "http" {}\n}\n', "http"),
        ("main.tf", 'terraform {\n  backend "s3" {}\n}\n', None),
        ("main.tf", 'terraform {\n  # backend "remote" {}\n}\n', None),
        ("main.tf", 'resource "aws_x" "cloud" {\n}\n', None),
    ],
)
def test_a_backend_beyond_this_machine_is_refused(folder: Path, name: str, text: str, backend: str | None) -> None:
    (folder / name).write_text(text)
    if backend is None:
        refuse_real_state(["init"], folder)
        return
    with pytest.raises(InvalidInput, match=f"{name} keeps the state in {backend}"):
        refuse_real_state(["init"], folder)
    (folder / "sandbox_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    refuse_real_state(["init"], folder)


def test_what_a_shell_has_to_set_and_to_unset() -> None:
    env = {"AWS_REGION": "eu-west-1", "PATH": "/bin"}
    assert changes(env, {"PATH": "/bin", "AWS_PROFILE": "real"}) == ({"AWS_REGION": "eu-west-1"}, ["AWS_PROFILE"])


def test_a_mirror_of_other_providers(tmp_path: Path) -> None:
    for address in ("hashicorp/random", "hashicorp/aws"):
        (tmp_path / "others" / "registry.terraform.io" / address).mkdir(parents=True)
    text = cli_config(tmp_path / "mirror", others=tmp_path / "others")
    methods, _, direct = text.partition("  direct {")
    _, ours, others = methods.split("filesystem_mirror")
    assert (str(tmp_path / "mirror") in ours, str(tmp_path / "others") in others) == (True, True)
    assert 'include = ["registry.terraform.io/hashicorp/random"]' in others
    assert "registry.terraform.io/hashicorp/random" in direct
    assert "registry.terraform.io/hashicorp/aws" in direct
