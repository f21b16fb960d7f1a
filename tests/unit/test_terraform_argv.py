"""Every command line that we give to Terraform, word by word."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.terraform import argv

TERRAFORM = ("/usr/bin/terraform",)
PLAN = Path("/stack/terraform/tfplan")
PLANNED = ["plan", "-json", "-input=false", "-out=tfplan", "-detailed-exitcode"]


@pytest.mark.parametrize(
    ("built", "words"),
    [
        (argv.version(TERRAFORM), ["version"]),
        (argv.init(TERRAFORM, lock_timeout="60s"), ["init", "-json", "-input=false", "-lock-timeout=60s"]),
        (
            argv.init(TERRAFORM, lock_timeout="60s", upgrade=True, reconfigure=True),
            ["init", "-json", "-input=false", "-lock-timeout=60s", "-upgrade", "-reconfigure"],
        ),
        (argv.validate(TERRAFORM), ["validate", "-json"]),
        (
            argv.plan(TERRAFORM, out=PLAN, lock_timeout="60s"),
            [*PLANNED, "-lock-timeout=60s"],
        ),
        (
            argv.plan(TERRAFORM, out=PLAN, lock_timeout="0s", destroy=True, targets=["a.b", 'c.d["1"]']),
            [*PLANNED, "-lock-timeout=0s", "-destroy", "-target=a.b", '-target=c.d["1"]'],
        ),
        (
            argv.plan(TERRAFORM, out=PLAN, lock_timeout="60s", refresh_only=True),
            [*PLANNED, "-lock-timeout=60s", "-refresh-only"],
        ),
        (
            argv.plan(TERRAFORM, out=PLAN, lock_timeout="60s", refresh=False, replace=["a.b"]),
            [*PLANNED, "-lock-timeout=60s", "-refresh=false", "-replace=a.b"],
        ),
        (argv.show(TERRAFORM, PLAN), ["show", "-json", "tfplan"]),
        (
            argv.apply(TERRAFORM, PLAN, lock_timeout="60s"),
            ["apply", "-json", "-input=false", "-lock-timeout=60s", "tfplan"],
        ),
        (argv.output(TERRAFORM), ["output", "-json"]),
        (argv.state_pull(TERRAFORM), ["state", "pull"]),
        (
            argv.state_push(TERRAFORM, Path("/stack/terraform/errored.tfstate"), lock_timeout="60s"),
            ["state", "push", "-lock-timeout=60s", "errored.tfstate"],
        ),
        (argv.untaint(TERRAFORM, "a.b", lock_timeout="60s"), ["untaint", "-lock-timeout=60s", "a.b"]),
        (argv.state_rm(TERRAFORM, "a.b", lock_timeout="60s"), ["state", "rm", "-lock-timeout=60s", "a.b"]),
        (argv.force_unlock(TERRAFORM, "1234"), ["force-unlock", "-force", "1234"]),
    ],
)
def test_words_of_each_step(built: tuple[str, ...], words: list[str]) -> None:
    assert list(built) == ["/usr/bin/terraform", *words]


def test_a_program_of_several_words_stays_together() -> None:
    assert argv.version(("/usr/bin/python", "embedded.py")) == ("/usr/bin/python", "embedded.py", "version")


@pytest.mark.parametrize(
    "flags",
    [
        {"var": "a=b"},
        {"backend_config": {"secret_key": "x"}},
        {"target": ("a.b", "c.d")},
        {"synchronous": False},
        {"capture_output": True},
        {"raise_on_error": True},
        {"auto_approve": True},
    ],
)
def test_what_python_terraform_would_mishandle_is_refused(flags: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        argv.build(TERRAFORM, "plan", **flags)


def test_no_program_is_refused() -> None:
    with pytest.raises(TypeError):
        argv.build((), "plan")


def test_a_damaged_state_in_the_working_directory_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "terraform.tfstate").write_text("")
    monkeypatch.chdir(tmp_path)
    argv._builder.cache_clear()
    assert argv.version(TERRAFORM)[-1] == "version"


def test_an_unknown_attribute_is_no_terraform_command() -> None:
    assert not hasattr(argv._builder(), "aply")


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    argv._builder.cache_clear()
    handlers = list(logging.getLogger().handlers)
    with caplog.at_level(logging.DEBUG):
        argv.plan(TERRAFORM, out=PLAN, lock_timeout="60s")
        logging.getLogger("python_terraform").error("a secret")
    assert caplog.records == []
    assert logging.getLogger().handlers == handlers
