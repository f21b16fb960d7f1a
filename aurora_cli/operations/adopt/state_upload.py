"""The state of an adoption goes to where the spec keeps it: the stack's folder, or a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.errors import SpecConflict
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS
from aurora_cli.terraform.state.state import STATE_FILE
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.stacks.stack import Stack


def tried_locally(spec: ClusterSpec) -> ClusterSpec:
    """The spec for the draft: whatever its backend, the trial keeps its state in its own folder."""
    from aurora_cli.spec.model.cluster import LocalBackend

    return spec.model_copy(update={"backend": LocalBackend()})


def publish_state(app: AppContext, stack: Stack, spec: ClusterSpec, text: str, emit: Emit) -> None:
    """Make the draft's state that of the stack.

    A backend that holds a state of this very cluster has it from an adoption that was cut off: that one stays.

    Raises:
        SpecConflict: the backend holds the state of something else; the stack is gone again. TerraformFailed and its kin.
    """
    if spec.backend.type == "local":
        write_atomic(stack.terraform_dir / STATE_FILE, text)
        return
    try:
        write_rendered(stack, spec)
        terraform = app.terraform(stack, emit)
        terraform.init()
        there = {one.address: one.id for one in terraform.state_resources()}
        if there and there.get(CLUSTER_ADDRESS) != spec.name:
            raise SpecConflict(
                f"The backend already holds another state ({len(there)} resources). Nothing was changed.",
                hint="Specify a separate location for this cluster, e.g. with --set backend.key=... or --set backend.address=...",
            )
        if not there:
            terraform.save_state_text(text)
    except BaseException:
        app.registry.remove(stack)
        raise
