"""What varies between changes: each concern says something, in fields that are rendered, and is asked only when it does."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, cast

import pytest

from aurora_cli.errors import Interrupted
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.core.kept import KeptIpv6
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline import engine
from aurora_cli.operations.pipeline.change import SpecChange
from aurora_cli.operations.pipeline.concerns import APPLY, EVERY_CHANGE
from aurora_cli.operations.pipeline.step import Step, typed
from aurora_cli.operations.pipeline.step_run import StepRun
from aurora_cli.operations.scale.scale import Scale
from aurora_cli.stacks.journal import Journal
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.run.failures import interrupted
from aurora_cli.terraform.state.state import StateResource
from tests.unit.spec_cases import resolved

MOMENTS = ("read", "ask_aws", "plans_again", "review", "require", "before", "after")
UNCHANGED = Plan.unchanged([])


def change_with(*concerns: type[Concern]) -> SpecChange:
    """A change of nothing, which is not planned."""
    options = RunOptions("apply", approve=lambda review: False, emit=lambda event: None)
    context = SimpleNamespace(app=None, stack=None, terraform=None, emit=None, options=options)
    return SpecChange(cast("Any", context), cast("Any", SimpleNamespace(name="orders")), None, concerns)


def test_every_concern_has_a_moment_of_its_own() -> None:
    idle = [c.__name__ for c in APPLY if not any(moment in vars(c) for moment in MOMENTS)]
    assert idle == []


def test_an_apply_leaves_out_no_concern_of_the_steps_but_the_one_on_versions() -> None:
    assert [c.__name__ for c in EVERY_CHANGE if c not in APPLY] == ["NoDowngrade"]


def test_what_was_asked_when_an_operation_began_is_not_asked_by_the_command_that_resumes_it() -> None:
    context = change_with().context
    for resumed, concerns in ((False, Scale.concerns), (True, EVERY_CHANGE)):
        run = SimpleNamespace(resumed=resumed, operation=Scale, context=context, _keys=lambda: ("1",))
        change = vars(engine)["_Engine"]._new_change(run, SimpleNamespace(spec=SimpleNamespace(name="demo")))
        assert [type(concern) for concern in change.concerns] == list(concerns)


def test_what_concerns_give_is_rendered_together() -> None:
    class Number(Concern):
        def read(self) -> None:
            self.values = {"password_version": 3}

    class Region(Concern):
        def read(self) -> None:
            self.values = {"former_regions": ("eu-west-1",)}

    change = change_with(Number, Region)
    for read in change.at("read"):
        read()
    _, values = change.files()
    assert values == {"instance_keys": None, "password_version": 3, "former_regions": ("eu-west-1",)}
    assert set(values) <= {field.name for field in fields(RenderOptions)}


def test_a_vpc_keeps_its_ipv6_block_when_the_cluster_no_longer_uses_it() -> None:
    """AWS does not take it from a VPC with subnets in it."""
    spec = resolved({"network": {}}).spec
    change = change_with(KeptIpv6)
    (concern,) = change.concerns
    concern.spec = spec

    def vpc(address: str, block: str) -> StateResource:
        return StateResource(address, "aws_vpc", "this", None, {"ipv6_cidr_block": block})

    change.resources = [vpc("aws_vpc.this", ""), vpc("module.eu_central_1.aws_vpc.this", "2001:db8::/56")]
    concern.read()
    assert concern.values == {"ipv6_vpcs": ("eu-central-1",)}
    change.resources = [vpc("aws_vpc.this", "2001:db8::/56")]
    concern.read()
    files = render_stack(spec, RenderOptions(**concern.values))
    dual = render_stack(resolved({"network.ip_version": "dual"}).spec)
    assert files["network.tf"] == dual["network.tf"]
    assert re.search(r'network_type += "IPV4"', files["cluster.tf"])
    assert "ipv6" not in render_stack(spec)["network.tf"]


def test_concerns_speak_in_the_order_of_their_list_and_only_those_that_have_something_to_say() -> None:
    class First(Concern):
        def review(self, plan: Plan) -> Shown:
            return Shown(steps=("fail over",), remarks=("a remark",))

    class Silent(Concern):
        pass

    class Last(Concern):
        def review(self, plan: Plan) -> Shown:
            return Shown(steps=("rotate",), behind=("exactly",))

    change = change_with(First, Silent, Last)
    assert change.review(UNCHANGED) == Shown(("fail over", "rotate"), (), ("a remark",), ("exactly",))
    assert len(change.at("review")) == 2
    assert change.at("before") == []


def test_what_a_concern_refuses_ends_the_review() -> None:
    class Refusing(Concern):
        def require(self, plan: Plan) -> None:
            raise ValueError("no password")

    with pytest.raises(ValueError, match="no password"):
        change_with(Refusing).require(UNCHANGED)


def test_a_command_that_is_repeated_has_every_option_with_a_value() -> None:
    assert typed("scale", "demo", readers=0, acu=None, in_place=True) == (
        "scale",
        "demo",
        "--readers",
        "0",
        "--in-place",
    )
    assert typed("restore", from_snapshot="s-1", undo=False) == ("restore", "--from-snapshot", "s-1")
    assert typed("scale", skip_check=("a", "b")) == ("scale", "--skip-check", "a", "--skip-check", "b")


@pytest.mark.parametrize(
    ("raised", "by"),
    [
        (KeyboardInterrupt(), "request"),
        (interrupted("apply", Outcome(interrupts=1)), "request"),
        (interrupted("apply", Outcome(interrupts=1, stopped_by="SIGTERM")), "SIGTERM"),
    ],
)
def test_an_interrupted_step_says_how_far_it_came_and_how_to_resume(raised: BaseException, by: str) -> None:
    def stop() -> None:
        raise raised

    said: list[Any] = []
    journal = Journal("scale", {}, ("scale", "demo"), "2026-01-01T00:00:00+00:00", "me", {}, None, {}, (), {})
    clock = SimpleNamespace(now=lambda: SimpleNamespace(isoformat=lambda timespec: "2026-01-01T00:00:00+00:00"))
    context = SimpleNamespace(
        journal=journal,
        emit=said.append,
        save=lambda journal: None,
        wait_until_stable=lambda: None,
        sharing_looks=lambda *, seen: nullcontext(),
        app=SimpleNamespace(clock=clock),
        saved=None,
        applied=None,
    )
    operation = SimpleNamespace(command=("scale", "demo", "--readers", "1"))
    steps = [
        Step("add", "Add demo-2", lambda: True, lambda: None),
        Step("resize", "Change demo-1", lambda: False, stop),
    ]
    run = StepRun(cast("Any", context), cast("Any", operation), steps)
    with pytest.raises(Interrupted) as caught:
        run.take()
    assert caught.value.message == f"Stopped by {by}; 1 of 2 steps are done."
    assert said[-1].hint == "Resume: aurora-cli scale demo --readers 1"
    assert run.left() == {"resize"}
