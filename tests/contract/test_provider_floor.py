"""The version of hashicorp/aws that rendered files ask for. That it has what they use is held where all stacks are read:
`provider_schema.floor_problems`.
"""

from __future__ import annotations

import pytest

from aurora_cli.hcl import provider_floor as floor
from aurora_cli.hcl.render import render_stack
from tests.contract.provider_schema import LATER, floor_problems, oldest_provider, provider, required_provider
from tests.contract.specs import spec


def test_roles_of_aurora_mysql_have_no_feature_name_and_those_of_postgresql_do() -> None:
    assert required_provider(render_stack(spec("proxied-existing"))) == ">= 6.13"
    assert required_provider(render_stack(spec("proxied"))) == ">= 5.100"


@pytest.mark.parametrize("name", LATER)
def test_what_is_noted_as_newer_is_not_in_the_schema_of_5_100(name: str) -> None:
    type_, _, argument = name.partition(".")
    old, new = (schema["resource_schemas"][type_]["block"] for schema in (oldest_provider(), provider()))
    arguments = {**new["attributes"], **new.get("block_types", {})}
    assert argument in arguments
    if name in floor.OPTIONAL_SINCE:
        assert old["attributes"].get(argument, {}).get("required") or old["block_types"][argument]["min_items"]
        assert not arguments[argument].get("required") and not arguments[argument].get("min_items")
    else:
        assert argument not in {**old["attributes"], **old.get("block_types", {})}


def test_a_version_that_is_too_old_or_newer_than_needed_is_found() -> None:
    files = render_stack(spec("proxied-existing"))
    for version in ("5.100", "6.12", "6.14"):
        other = {**files, "versions.tf": files["versions.tf"].replace(">= 6.13", f">= {version}")}
        assert floor_problems(other) == [f">= {version}, but what is used came with 6.13"]
    unknown = {**files, "dns.tf": 'resource "aws_vpc" "x" {\n  novelty = 1\n}\n\nresource "aws_novelty" "x" {\n}\n'}
    assert floor_problems(unknown) == [
        "resource.aws_novelty.x: no such type: not in 5.100, and no version in provider_floor",
        "resource.aws_vpc.x: no attribute novelty: not in 5.100, and no version in provider_floor",
    ]


def test_an_argument_counts_where_it_stands_alone_and_not_in_a_nested_block_or_a_value() -> None:
    text = (
        'resource "aws_db_proxy" "this" {\n  name = "a"\n\n  auth {\n    default_auth_scheme = "x"\n  }\n'
        '  tags = {\n    endpoint_network_type = "y"\n  }\n}\n'
    )
    assert floor.provider_floor([text]) == "5.100"
    assert floor.provider_floor([text.replace('name = "a"', 'default_auth_scheme   = "IAM_AUTH"')]) == "6.15"
    assert floor.provider_floor([text.replace("auth {", "other {")]) == "6.15"
