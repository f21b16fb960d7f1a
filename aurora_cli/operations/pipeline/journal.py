"""A decision in the journal and back: a repeat goes by what was decided at the start, not by what it would decide now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.pipeline.step import Decision, Operation, Step
from aurora_cli.stacks.journal import Journal, StepNote

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve.resolve import Resolved

_BESIDE = "_decision"


def new_journal(
    app: AppContext, operation: Operation, decision: Decision, steps: Sequence[Step], ended: Collection[str]
) -> Journal:
    """The journal of an operation that is about to begin; `ended` are the steps that are already done."""
    from aurora_cli.spec.text.load import dump_spec

    desired, now = decision.desired, app.clock.now().isoformat(timespec="seconds")
    beside = {
        "one_by_one": list(decision.one_by_one),
        "next_writer": decision.next_writer,
        "between": list(decision.between),
        "remarks": list(decision.remarks),
    }
    return Journal(
        operation=operation.name,
        arguments=operation.arguments,
        command=operation.command,
        started_at=now,
        started_by=app.user,
        facts={**decision.facts, _BESIDE: beside},
        spec=dump_spec(desired.spec) if desired else None,
        origins=dict(desired.origins) if desired else {},
        keys=decision.keys,
        steps={s.name: StepNote(finished=now if s.name in ended else None) for s in steps},
        texts={s.name: s.text for s in steps},
    )


def kept_decision(journal: Journal) -> Decision:
    """The decision that the journal holds. Raises StackDamaged when its spec is none."""
    facts = dict(journal.facts)
    beside = facts.pop(_BESIDE, {})
    return Decision(
        facts=facts,
        desired=_desired(journal),
        keys=journal.keys,
        one_by_one=tuple(beside.get("one_by_one", ())),
        next_writer=beside.get("next_writer"),
        between=tuple(beside.get("between", ())),
        remarks=tuple(beside.get("remarks", ())),
    )


def _desired(journal: Journal) -> Resolved | None:
    if journal.spec is None:
        return None
    from aurora_cli.spec.resolve.resolve import Resolved, resolve
    from aurora_cli.spec.rules.all import check_names
    from aurora_cli.spec.text.load import load_yaml

    # It was checked, shown and approved when the operation began.
    resolved = resolve([load_yaml(journal.spec, source="operation in progress")], skip_checks=check_names())
    return Resolved(resolved.spec, {**resolved.origins, **journal.origins}, ())
