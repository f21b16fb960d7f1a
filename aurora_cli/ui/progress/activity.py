"""What is going on right now, worked out from the events: steps, resources with their state, what is waited for.

Holds no text for the screen and prints nothing, so that the live display and the log lines tell the same story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aurora_cli.events import StepFinished, StepStarted, TaskEnded, TaskStarted, Waiting
from aurora_cli.terraform.output.events import (
    ChangeSummary,
    PlannedChange,
    RefreshComplete,
    RefreshStart,
    Resource,
    ResourceComplete,
    ResourceErrored,
    ResourceProgress,
    ResourceStart,
)
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.labels.resource_labels import name_of

State = Literal["waiting", "running", "done", "failed", "stale"]

_IDENTIFIED = ("aws_rds_cluster_instance", "aws_rds_cluster", "aws_rds_global_cluster")
TASK = "apply"
"""Action of a command on a cluster of a fleet."""
_SHOWN_ACTIONS = ("create", "update", "replace", "delete", "forget", "import")


@dataclass
class Work:
    """Work on one resource: what, which action, how far, since when (clock seconds) or how long (seconds)."""

    name: str
    action: str
    state: State
    started: float = 0.0
    elapsed_s: float = 0.0

    def seconds(self, now: float) -> float:
        """How long it has taken so far."""
        return now - self.started if self.state == "running" else self.elapsed_s


@dataclass
class Step:
    """A named step: its heading, since when, what it waits for, if anything, and the number of its tasks, if known."""

    name: str
    text: str
    started: float
    waiting: Waiting | None = None
    tasks: int | None = None


@dataclass
class Activity:
    """The state of an operation. `now` gives seconds that only grow.

    Attributes:
        cluster: name of the cluster, to call instance `2` of it `demo-2` before AWS says so; None if not known.
        steps: steps that are open, outermost first.
        works: work of the current apply, in the order in which it began; planned ones after that.
        read: resources looked at in the current step, and how many of them are done.
    """

    now: Callable[[], float]
    cluster: str | None = None
    steps: list[Step] = field(default_factory=list)
    works: dict[tuple[str, str], Work] = field(default_factory=dict)
    read: list[int] = field(default_factory=lambda: [0, 0])
    _planned: dict[str, tuple[Resource, str]] = field(default_factory=dict)
    _plan_complete: bool = False
    _names: dict[str, str] = field(default_factory=dict)

    def expect(self, cluster: str, plan: Plan) -> None:
        """Take names and what is to come from a plan that was shown."""
        self.cluster = cluster
        self._planned = {}
        for change in plan.changes:
            values = {**change.before, **change.after}
            self._names[change.address] = name_of(change, values, among=plan.resource_changes).text
            self._planned[change.address] = (Resource(change.address, change.type), change.action)
        self._plan_complete = True

    def step_started(self, event: StepStarted) -> None:
        """A step begins: what was read or waited for before is over."""
        self.read = [0, 0]
        self.steps.append(Step(event.step, event.text, self.now(), tasks=event.tasks))

    def step_finished(self, event: StepFinished) -> Step | None:
        """Takes the step out of the open ones; None if it was never started."""
        for step in reversed(self.steps):
            if step.name == event.step:
                self.steps.remove(step)
                return step
        return None

    def waiting(self, event: Waiting) -> bool:
        """Notes what is waited for; True when it is new or its status changed."""
        if not self.steps:
            self.steps.append(Step("wait", "Waiting for AWS", self.now()))
        step = self.steps[-1]
        before, step.waiting = step.waiting, event
        return before is None or (before.what, before.status) != (event.what, event.status)

    def planned(self, event: PlannedChange) -> None:
        """A resource will change; the first one after a finished plan begins a new list."""
        if self._plan_complete:
            self._planned, self._plan_complete = {}, False
        if event.action in _SHOWN_ACTIONS:
            self._planned[event.resource.address] = (event.resource, event.action)

    def summary(self, event: ChangeSummary) -> None:
        """A plan is complete."""
        self._plan_complete = self._plan_complete or event.operation == "plan"

    def reading(self, event: RefreshStart | RefreshComplete) -> None:
        """Counts resources that are looked at."""
        self.read[0 if isinstance(event, RefreshStart) else 1] += 1

    def started(self, event: ResourceStart) -> None:
        """Work on a resource begins."""
        if event.action in _SHOWN_ACTIONS:
            self._learn(event.resource, event.id)
            self._planned.pop(event.resource.address, None)
            work = Work(self.name(event.resource), event.action, "running", self.now())
            self.works[event.resource.address, event.action] = work

    def progressed(self, event: ResourceProgress) -> None:
        """Work goes on; tells the true duration of work that began before we looked."""
        work = self.works.get((event.resource.address, event.action))
        if work is None:
            self.started(ResourceStart(event.resource, event.action))
            work = self.works.get((event.resource.address, event.action))
        if work:
            work.started = min(work.started, self.now() - event.elapsed_s)

    def ended(self, event: ResourceComplete | ResourceErrored) -> Work | None:
        """Work is done or failed; None for work that is not shown."""
        if event.action not in _SHOWN_ACTIONS:
            return None
        self._planned.pop(event.resource.address, None)
        if isinstance(event, ResourceComplete):
            self._learn(event.resource, event.id)
        key = (event.resource.address, event.action)
        work = self.works.pop(key, None) or Work("", event.action, "running", self.now())
        work.name = self.name(event.resource)
        work.state = "done" if isinstance(event, ResourceComplete) else "failed"
        work.elapsed_s = event.elapsed_s
        self.works[key] = work
        return work

    def task_started(self, event: TaskStarted) -> None:
        """The command of a cluster begins."""
        self.works[event.name, TASK] = Work(event.name, TASK, "running", self.now())

    def task_ended(self, event: TaskEnded) -> Work:
        """It has ended."""
        state: State = "stale" if event.stale else "failed" if event.failed else "done"
        work = Work(event.name, TASK, state, elapsed_s=event.elapsed_s)
        self.works.pop((event.name, TASK), None)
        self.works[event.name, TASK] = work
        return work

    def with_state(self, state: State) -> list[Work]:
        """Work in that state, oldest first."""
        if state == "waiting":
            return [Work(self.name(r), action, "waiting") for r, action in self._planned.values()] if self.works else []
        return [w for w in self.works.values() if w.state == state]

    def clear(self) -> list[Work]:
        """All work that began, in the order in which it ended. Forgets it, and what was still to come with it."""
        works = list(self.works.values())
        if works:
            self.works, self._planned = {}, {}
        return works

    def name(self, resource: Resource) -> str:
        """The friendly name as well as we know it."""
        return self._names.get(resource.address) or self._guess(resource)

    def _guess(self, resource: Resource) -> str:
        name = name_of(resource).text
        if self.cluster and resource.type == "aws_rds_cluster_instance":
            return name.replace("instance ", f"instance {self.cluster}-", 1)
        if self.cluster and resource.type == "aws_rds_cluster":
            return f"{name} {self.cluster}"
        return name

    def _learn(self, resource: Resource, identifier: str | None) -> None:
        if identifier and resource.type in _IDENTIFIED and resource.address not in self._names:
            values = {
                "identifier": identifier,
                "cluster_identifier": identifier,
                "global_cluster_identifier": identifier,
            }
            self._names[resource.address] = name_of(resource, values).text
