"""Whatever comes in: a result or a clear error, and what is written reads back."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aurora_cli.errors import AuroraError, InvalidInput, SpecInvalid
from aurora_cli.spec.layers.flags import layer_from_pairs, parse_set, parse_tag
from aurora_cli.spec.layers.layers import tidy
from aurora_cli.spec.layers.shape import leaf_paths
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.resolve.resolve import Layer, resolve
from aurora_cli.spec.text.load import dump_spec, load_yaml
from tests.unit.spec_cases import POSTGRES

PROPERTY = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

FRAGMENTS = st.one_of(
    st.sampled_from(["a: ", "- ", "{", "}", "[", "]", "&a ", "*a", "<<: ", "!!str ", "!x ", "!<x>", "\n", "  ", "\t"]),
    st.sampled_from(["%YAML 1.1\n", "---\n", "...\n", "? ", ": ", "#", "~", "1.0", "\\", "\x00", "\u2028", "'", '"']),
    st.sampled_from(["network:\n", "  cidr: 1\n", "`", "%", "|-\n", "\ufeff", "\r", "\x85", "instances:\n", "> ", "@"]),
)
YAML_TEXT = st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=25).map("".join))
SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["10.0.0.0/16", "db.serverless", "0-16", "10m", "7d", "03:00-04:00", "sun:05:00-sun:06:00", "16.8"]
    ),
    st.sampled_from(["s3", "sg-0123456789abcdef0", "eu-west-1a", "alias/x", "postgresql", "https://a.b/c"]),
)
KEYS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["min", "max", "class", "zone", "1", "type", "bucket", "source", "description"]),
)
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
PATHS = [path for path, _ in leaf_paths()] + [
    "instances",
    "network",
    "instances.acu",
    "backend",
    "instances.overrides.1.class",
    "instances.overrides.1.zone",
    "parameters.cluster.rds.force_ssl",
    "bogus",
    "network.bogus",
]
PRINTABLE = st.text(alphabet=string.printable + "é漢\u2028\x85\ufeff\U0001f600", max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.booleans()


@PROPERTY
@given(YAML_TEXT)
def test_any_text_gives_a_spec_or_a_clear_error(text: str) -> None:
    try:
        resolve([load_yaml(text, source="f.yaml")])
    except AuroraError as error:
        assert error.message


@PROPERTY
@given(st.lists(st.tuples(st.sampled_from(PATHS), VALUE, st.sampled_from(["a", "b"])), max_size=8))
def test_any_values_give_a_spec_that_reads_back_or_problems(pairs: list[tuple[str, Any, str]]) -> None:
    try:
        spec = resolve([Layer(POSTGRES, "base"), *layer_from_pairs(pairs)]).spec
    except SpecInvalid as error:
        assert any(p.severity == "error" for p in error.problems)
        return
    for comments in (True, False):
        assert resolve([load_yaml(dump_spec(spec, comments=comments), source="again")]).spec == spec


@PROPERTY
@given(st.dictionaries(PRINTABLE, PRINTABLE, max_size=4), st.dictionaries(PRINTABLE, PRINTABLE | NUMBERS, max_size=3))
def test_any_tag_and_parameter_survives_being_written(tags: dict[str, str], parameters: dict[str, Any]) -> None:
    values = {**POSTGRES, "tags": tags, "parameters": {"cluster": parameters}}
    spec = ClusterSpec.model_validate(values)
    layer, problems = tidy(load_yaml(dump_spec(spec), source="again"))
    assert not problems
    again = ClusterSpec.model_validate(layer.values)
    assert again.tags == tags
    assert {k: (type(v), v) for k, v in again.parameters.cluster.items()} == {
        k: (type(v), v) for k, v in spec.parameters.cluster.items()
    }


@PROPERTY
@given(st.text(max_size=40))
def test_any_assignment_is_read_or_refused(text: str) -> None:
    for parse in (parse_set, parse_tag):
        try:
            parse(text)
        except InvalidInput as error:
            assert error.hint is None or error.hint
