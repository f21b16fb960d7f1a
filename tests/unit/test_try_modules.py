"""The walk of public modules changes nothing of an example but where its modules and its random values come from."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from tests.unit.named_tests import ROOT

EXAMPLE = """\
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.5"
    }
  }
}

resource "random_password" "master" {
  length = 20
}

module "vpc_endpoints" {
  source  = "terraform-aws-modules/vpc/aws//modules/vpc-endpoints"
  version = "~> 6.0"

  password = random_password.master.result
  name     = local.enabled ? random_pet.instance[0].id : ""
}

module "other" {
  source  = "acme/other/aws"
  version = "1.0"
}
"""


def _tool() -> Any:
    found = importlib.util.spec_from_file_location("try_modules", ROOT / "tools" / "try_modules.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


def test_only_sources_and_random_values_change() -> None:
    tool = _tool()
    local = tool.with_local_sources(EXAMPLE, Path("/walk/acme/root/examples/a"), Path("/walk"))
    adapted, names = tool.without_random(local)
    assert names == {"random_password", "hashicorp/random"}
    before, after = EXAMPLE.splitlines(), adapted.splitlines()
    assert [line for line in after if line not in before] == [
        '  source = "../../../../terraform-aws-modules/terraform-aws-vpc/modules/vpc-endpoints"',
        '  password = "sandbox-0a1b2c3d"',
        '  name     = local.enabled ? "sandbox-0a1b2c3d" : ""',
    ]
    assert [line.strip() for line in before if line not in after] == [
        "random = {",
        'source  = "hashicorp/random"',
        'version = ">= 3.5"',
        'resource "random_password" "master" {',
        "length = 20",
        'source  = "terraform-aws-modules/vpc/aws//modules/vpc-endpoints"',
        'version = "~> 6.0"',
        "password = random_password.master.result",
        'name     = local.enabled ? random_pet.instance[0].id : ""',
    ]


def test_every_module_of_an_example_has_a_repository_and_a_tag() -> None:
    tool = _tool()
    assert {example.module for example in tool.EXAMPLES.values()} <= set(tool.MODULES)
