"""What varies between changes of a cluster, as objects with the same few moments.

A change is one spec on its way into Terraform's files. Which instance keys it has, whether a password is sent, where the data
comes from, which Regions there are: the spec alone does not say, Terraform's state and the live cluster do. Each of these is a
`Concern`; a new one is a class of its own and a line in `pipeline/concerns.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.specs import act_for, last_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.problem import Problem
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan.plan import Plan
    from aurora_cli.terraform.runner import Terraform
    from aurora_cli.terraform.state.state import StateResource


class _Seen(dict[tuple[str, ...], "Topology | None"]):
    """What was looked at last, one for all Regions of an operation.

    Attributes:
        counts: whether it is taken for what is there now.
    """

    counts = False


class StackContext:
    """One stack, under its lock.

    Attributes:
        spec: of the cluster that is there; for a new one, the spec to reach.
        before: the spec that the stack was last brought to; None if there is none that can be read.
        names: identifiers under which the cluster may be found, the first that is there counts: an operation may rename it.
        unrecorded: True when AWS may have what the state does not hold, and nothing may be changed to see.
    """

    def __init__(self, app: AppContext, stack: Stack, emit: Emit, spec: ClusterSpec) -> None:
        self.app, self.stack, self.emit, self.spec = app, stack, emit, spec
        self.before: ClusterSpec | None = last_spec(stack)
        self.names: tuple[str, ...] = (spec.name,)
        self.unrecorded = False
        self._seen = _Seen()
        act_for(app, stack, spec)

    @cached_property
    def rds(self) -> Any:
        """A botocore RDS client of the cluster's Region."""
        return self.app.aws(self.spec.region).client("rds")

    def look(self) -> Topology | None:
        """The cluster as AWS reports it now; None if there is none. Raises CredentialsError, AccessDenied, AwsFailed."""
        key = (self.spec.region, *self.names)
        if not self._seen.counts or key not in self._seen:
            found = (read_topology(self.rds, name) for name in self.names)
            self._seen[key] = next((one for one in found if one is not None), None)
        return self._seen[key]

    @contextmanager
    def sharing_looks(self, *, seen: bool = False) -> Iterator[None]:
        """Within the block, where nothing is changed and nothing waited for, AWS is asked once for each cluster.

        Args:
            seen: whether what was looked at last counts too.
        """
        if not seen:
            self._seen.clear()
        self._seen.counts = True
        try:
            yield
        finally:
            self._seen.counts = False

    @cached_property
    def terraform(self) -> Terraform:
        """Terraform of the stack. Raises CredentialsError in another account than the stack's."""
        self.app.refuse_other_account(self.spec.region)
        return self.app.terraform(self.stack, self.emit)


class ChangeContext(StackContext):
    """A stack that is changed, and how the user wants that carried out."""

    def __init__(self, app: AppContext, stack: Stack, options: RunOptions, spec: ClusterSpec) -> None:
        super().__init__(app, stack, options.emit, spec)
        self.options = options


class Change(ABC):
    """One spec on its way into the files of one stack.

    Attributes:
        spec: to be reached.
        keys: instance keys to be rendered; None to choose them by the state and the live cluster.
        resources, addresses: what Terraform's state holds; empty before it was read.
        topology, regions: the live clusters; None and empty before AWS was asked, or where it has none.
    """

    def __init__(self, context: ChangeContext, spec: ClusterSpec, keys: tuple[str, ...] | None) -> None:
        self.context, self.spec, self.keys = context, spec, keys
        self.resources: list[StateResource] = []
        self.addresses: list[str] = []
        self.topology: Topology | None = None
        self.regions = LiveRegions()

    def live(self) -> Topology | None:
        """The cluster as AWS reports it now; None if there is none."""
        return read_topology(self.context.app.aws(self.spec.region).client("rds"), self.spec.name)

    @abstractmethod
    def apply_again(self, title: str) -> None:
        """Plan and apply once more what one apply does not do; only changes in place are applied."""


@dataclass(frozen=True)
class Shown:
    """What a concern says of a plan: steps beside Terraform's changes, warnings, and remarks, in sentences.

    `behind` is what the steps do more exactly than their sentences say, as texts that differ where that does.
    """

    steps: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


class Concern:
    """One thing that varies between changes; each moment may be left out.

    Attributes:
        values: fields of `RenderOptions`, and of the stack's record where it has the same; filled by `read`.
    """

    def __init__(self, change: Change) -> None:
        self.change, self.context, self.spec = change, change.context, change.spec
        self.app, self.stack, self.options = change.context.app, change.context.stack, change.context.options
        self.values: Mapping[str, Any] = {}

    def read(self) -> None:
        """Look at the state, before the files are written; refuse what cannot be rendered."""

    def ask_aws(self) -> None:
        """Ask AWS what the review needs, beside Terraform's plan; refuse what AWS would refuse."""

    def plans_again(self, plan: Plan) -> bool:
        """Whether the plan has changed `values`, so that it is made a second time."""
        return False

    def review(self, plan: Plan) -> Shown:
        """What people must know; refuse what must not be applied."""
        return Shown()

    def require(self, plan: Plan) -> None:
        """Refuse what lacks something, after the guard and before the question."""

    def before(self) -> None:
        """Act before Terraform's apply; everything was approved."""

    def after(self) -> None:
        """Act after it."""
