"""What an operation is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from aurora_cli.errors import OperationFailed
from aurora_cli.operations.pipeline.concerns import EVERY_CHANGE

if TYPE_CHECKING:
    from aurora_cli.operations.core.concern import Concern
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: stable within the operation, e.g. `resize demo-2`; the journal keeps it.
        text: a sentence for people: what is done.
        done: whether the live cluster shows that it is done. Asked before it runs, when everything has come to rest: a step
            that was cut off after its call is then found done, and the call is not made again.
        run: does it, and waits for its end; gives a closing remark or None. It may be cut off anywhere and run again.
        interruption: what stops meanwhile, and for how long; None for nothing.
        without_writer: True when there is no writer while it runs; its seconds are added up and told.
    """

    name: str
    text: str
    done: Callable[[], bool]
    run: Callable[[], str | None]
    interruption: str | None = None
    without_writer: bool = False


@dataclass(frozen=True)
class Decision:
    """What is decided once, by looking at the live cluster before anything is done. A repeat goes by the same decision.

    Attributes:
        facts: plain JSON values from which the steps are made.
        desired: the spec at the end; None leaves the spec alone, and no Terraform runs.
        keys: instance keys at the end; empty for those of the record. Only with `desired`.
        one_by_one: identifiers of instances whose class or certificate is changed by steps of their own, so that Terraform's
            whole plan need not tell of their restarts.
        next_writer: identifier of the instance that a step makes the writer; None when the role stays.
        between: instance keys while it goes on, where one is made that goes again. A plan with them is approved as well.
        remarks: sentences that people should read beside the steps.
        plan: what Terraform will do in the steps, where the operation has found it out by itself. It is shown, and not kept.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    desired: Resolved | None = None
    keys: tuple[str, ...] = ()
    one_by_one: tuple[str, ...] = ()
    next_writer: str | None = None
    between: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    plan: Plan | None = None


def typed(*words: str, **options: object) -> tuple[str, ...]:
    """The words of a command line: those given, then each option with a value; True stands alone, a tuple is repeated."""
    line = list(words)
    for name, given in options.items():
        for value in given if isinstance(given, tuple) else (given,):
            if value is not None and value is not False:
                line += [f"--{name.replace('_', '-')}", *(() if value is True else (str(value),))]
    return tuple(line)


class Operation:
    """One operation, asked for with certain arguments.

    Attributes:
        name: of the command.
        concerns: what varies between changes, and what is refused or told of the plan; see `core/concern.py`.
        resumed_concerns: those of a run that resumes it; the rest was asked when it began.
        last_step: what its last step, which brings Terraform to the spec at the end, says.
        retargets: whether it takes the place of an unfinished one of its name that was asked for with other arguments: it decides
            by the live cluster alone, so that a target which cannot be reached is no dead end.
        target: name of the fact in its decision that says what it leads to; None where it has no such target.
        one_step: whether Terraform's apply is all that it does, of a cluster that may not exist yet: it needs no journal, and
            the state and the live cluster say which instance keys there are.
    """

    name: str
    concerns: ClassVar[Sequence[type[Concern]]] = EVERY_CHANGE
    resumed_concerns: ClassVar[Sequence[type[Concern]]] = EVERY_CHANGE
    last_step: ClassVar[str] = "Reconcile Terraform state with the spec"
    one_step: ClassVar[bool] = False
    retargets: ClassVar[bool] = False
    target: ClassVar[str | None] = None

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for, in JSON values; a second command with the same name and arguments goes on."""
        return {}

    @property
    def command(self) -> tuple[str, ...]:
        """Words after `aurora-cli` that go on with it, e.g. `("scale", "demo", "--readers", "2")`."""
        raise NotImplementedError

    def decide(self, context: OperationContext) -> Decision:
        """Look at the live cluster and decide; refuse by raising an AuroraError. Changes nothing."""
        raise NotImplementedError

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The steps, in order, before the spec is applied. The same decision gives the same names."""
        return ()

    def priced(self, context: OperationContext, decision: Decision) -> Sequence[ClusterSpec]:
        """The specs whose monthly cost the plan says: that of the end, and that of a second cluster which comes beside it."""
        return [decision.desired.spec] if decision.desired else []


@dataclass(frozen=True)
class ToOne(Operation):
    """An operation towards one target, which is chosen by the live cluster if none is given."""

    cluster: str
    to: str | None = None
    retargets = True
    target = "to"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"to": self.to}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return typed(self.name, self.cluster, to=self.to)


def refuse_harm(name: str, harmless: Callable[[ResourceChange], bool]) -> Callable[[Plan], None]:
    """For `bring_to_spec`: raises OperationFailed for a plan with a change that is not harmless."""

    def refuse(plan: Plan) -> None:
        harm = [change for change in plan.changes if not harmless(change)]
        if harm:
            what = ", ".join(f"{change.address} ({change.action})" for change in harm)
            raise OperationFailed(
                f"The plan would do more than apply the spec: {what}. It was not applied.",
                hint=f"Check with `aurora-cli plan {name}`, change the spec or AWS, then run the same command again.",
            )

    return refuse
