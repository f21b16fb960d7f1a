"""When `init` has to run again, and when not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.init_marker import cache_lock, forget_init, is_initialised, remember_init

BINARY = Binary("/usr/bin/terraform", "Terraform", "1.11.4", False, ("/usr/bin/terraform",))
VERSIONS = 'terraform {\n  required_providers {\n    aws = {\n      version = ">= 6.0"\n    }\n  }\n}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "versions.tf").write_text(VERSIONS)
    (tmp_path / "provider.tf").write_text('provider "aws" {\n  region = "eu-west-1"\n}\n')
    (tmp_path / "cluster.tf").write_text('resource "aws_rds_cluster" "this" {\n  engine = "aurora-mysql"\n}\n')
    (tmp_path / ".terraform.lock.hcl").write_text('provider "registry.terraform.io/hashicorp/aws" {}\n')
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "terraform-provider-aws").touch()
    package = tmp_path / ".terraform/providers/registry.terraform.io/hashicorp/aws/6.62.0"
    package.mkdir(parents=True)
    (package / "linux_amd64").symlink_to(mirror)
    (tmp_path / "rc").write_text("")
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    return {"TF_CLI_CONFIG_FILE": str(folder / "rc"), "TF_PLUGIN_CACHE_DIR": "/cache", "AWS_REGION": "x"}


def test_nothing_has_changed(folder: Path) -> None:
    env = environment(folder)
    assert not is_initialised(folder, BINARY, env)
    remember_init(folder, BINARY, env)
    assert is_initialised(folder, BINARY, env)


def test_other_resources_of_the_same_provider_need_no_init(folder: Path) -> None:
    env = environment(folder)
    remember_init(folder, BINARY, env)
    (folder / "cluster.tf").write_text('resource "aws_rds_cluster" "this" {\n  engine = "aurora-postgresql"\n}\n')
    (folder / "network.tf").write_text('data "aws_vpc" "given" {\n}\n')
    assert is_initialised(folder, BINARY, {**env, "AWS_REGION": "y"})


def edit(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    "change",
    [
        edit("versions.tf", VERSIONS.replace("6.0", "7.0")),
        edit("provider.tf", 'provider "aws" {\n  region = "eu-west-2"\n}\n'),
        edit("backend.tf", 'terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\n'),
        edit("mine.tf", 'resource "random_id" "x" {\n  byte_length = 4\n}\n'),
        edit("short.tf", 'terraform { required_version = ">= 1.12" }\n'),
        edit("mine.tf.json", "{}"),
        edit(".terraform.lock.hcl", "other"),
        edit("rc", "provider_installation {}"),
        lambda folder: shutil.rmtree(folder / "mirror"),
        lambda folder: (folder / "mirror" / "terraform-provider-aws").unlink(),
        lambda folder: shutil.rmtree(folder / ".terraform"),
        lambda folder: shutil.rmtree(folder / ".terraform" / "providers"),
        forget_init,
        edit(".terraform/aurora-init.json", '{"finger'),
        edit(".terraform/aurora-init.json", "[]"),
    ],
)
def test_what_init_reads_has_changed(folder: Path, change: Callable[[Path], object]) -> None:
    env = environment(folder)
    remember_init(folder, BINARY, env)
    change(folder)
    assert not is_initialised(folder, BINARY, env)


def test_another_program_or_cache_needs_init(folder: Path) -> None:
    env = environment(folder)
    remember_init(folder, BINARY, env)
    assert not is_initialised(folder, replace(BINARY, version="1.12.0"), env)
    assert not is_initialised(folder, replace(BINARY, product="OpenTofu"), env)
    assert not is_initialised(folder, BINARY, {**env, "TF_PLUGIN_CACHE_DIR": "/other"})


def test_a_configuration_without_providers(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "x" {\n}\n')
    remember_init(tmp_path, BINARY, {})
    assert is_initialised(tmp_path, BINARY, {})


def test_the_lock_of_a_plugin_cache_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with cache_lock(tmp_path / "plugins"):
            assert (tmp_path / "plugins").is_dir()
