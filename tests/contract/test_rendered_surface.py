"""What the wider surface renders: the resources and arguments that each part of the spec asks for."""

from __future__ import annotations

from typing import Any

from aurora_cli.hcl.options import RenderOptions
from aurora_cli.hcl.render import render_stack
from tests.contract.specs import spec
from tests.contract.terraform_reader import Block, read_all


def blocks(variant: str = "smallest", options: RenderOptions = RenderOptions(), **changes: object) -> list[Block]:  # noqa: B008
    return read_all(render_stack(spec(variant, **changes), options))


def one(found: list[Block], *labels: str) -> Block:
    (block,) = [b for b in found if b.labels == labels]
    return block


def there(found: list[Block]) -> set[str]:
    return {".".join(block.labels) for block in found if block.kind == "resource"}


def table(found: list[Block], name: str) -> Any:
    return next(block.attributes[name] for block in found if block.kind == "locals" and name in block.attributes)


def test_what_sets_an_instance_apart_is_in_the_table() -> None:
    found = blocks("own-instances")
    instances = table(found, "instances")
    assert instances['"3"']["identifier"] == '"reports"'
    assert instances['"2"']["identifier"] == '"demo-2"'
    assert instances['"2"']["parameter_group"] == '"shared"'
    assert instances['"3"']["parameter_group"] == "${aws_db_parameter_group.instance_3.name}"
    assert (instances['"1"']["auto_minor_upgrades"], instances['"2"']["auto_minor_upgrades"]) == (True, False)
    assert "ca_certificate" not in instances['"2"']
    first, others = (one(found, "aws_rds_cluster_instance", label) for label in ("first", "others"))
    assert others.attributes["identifier"] == "${each.value.identifier}"
    assert others.attributes["ca_cert_identifier"] == "${try(each.value.ca_certificate, null)}"
    assert first.attributes["auto_minor_version_upgrade"] == '${local.instances["1"].auto_minor_upgrades}'


def test_what_is_the_same_for_all_is_written_once() -> None:
    settings = {"class": "db.r7g.large", "readers": 1, "ca_certificate": "rds-ca-ecc384-g1"}
    found = blocks(instances=settings)
    assert one(found, "aws_rds_cluster_instance", "others").attributes["ca_cert_identifier"] == '"rds-ca-ecc384-g1"'
    assert set(table(found, "instances")['"2"']) == {"class", "promotion_tier", "zone"}


def test_standard_storage_is_left_unset() -> None:
    assert "storage_type" not in one(blocks(), "aws_rds_cluster", "this").attributes
    optimized = one(blocks("own-instances"), "aws_rds_cluster", "this")
    assert optimized.attributes["storage_type"] == '"aurora-iopt1"'


def test_an_instance_has_the_parameters_of_all_and_its_own() -> None:
    parameters = {"instance": {"jit": False, "work_mem": 4096}}
    group = one(blocks("own-instances", parameters=parameters), "aws_db_parameter_group", "instance_3")
    values = {p.attributes["name"]: p.attributes["value"] for p in group.nested("parameter")}
    assert values == {'"jit"': '"0"', '"work_mem"': '"65536"'}
