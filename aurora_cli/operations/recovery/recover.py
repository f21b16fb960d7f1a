"""Bring Terraform's state and AWS together after a run that did not end well. Every operation comes here first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, StateAtRisk
from aurora_cli.events import Note, timed
from aurora_cli.hcl.adoption import IMPORTS_FILE, OVERRIDE_FILE
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.rendered import forget_rendered, rendered_files, write_rendered
from aurora_cli.operations.recovery.import_existing import UnfinishedCreations, import_existing
from aurora_cli.operations.recovery.state_repair import repair_state
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS
from aurora_cli.terraform.state.state import local_state_file

if TYPE_CHECKING:
    from aurora_cli.operations.core.concern import StackContext
    from aurora_cli.terraform.run.recovery import FoundRun

_ENDINGS = {
    "succeeded": "and has ended well",
    "failed": "and has failed; resuming from what it did",
    "interrupted": "and was stopped; resuming from what it did",
    "unknown": "and how it ended is not known",
}
_NOTHING = {"add": 0, "change": 0, "destroy": 0}


def recover(context: StackContext, *, look_only: bool = False) -> None:
    """Follow a run that was left alone to its end, repair the state, and import what AWS has and the state does not.

    Args:
        context: the stack, its lock held.
        look_only: change neither the state nor the files; say what the next change would import, and refuse to look through a
            state that is damaged or has lost the cluster.

    Raises:
        StateAtRisk: the state cannot be repaired, or something that exists cannot be imported; it is named with its id.
        Interrupted: we were asked to stop meanwhile. WaitTimeout: AWS is still creating something.
        TerraformFailed, AccessDenied, CredentialsError, AwsFailed, ...: nothing is lost, the same command tries again.
    """
    _follow(context)
    if not _was_applied(context):
        return
    if look_only:
        _say_what_is_missing(context)
        return
    earlier = repair_state(context) or _is_old(context)
    runs = context.terraform.unreconciled_applies()
    if not runs and not earlier and not _is_lost(context):
        return
    with timed(context.emit, "recover", "Comparing the state with AWS after an interrupted run"):
        files = _restore_files(context, runs)
        with recorded(context.app, context.stack, "import") as entry:
            imported = import_existing(context, files, _unfinished(runs))
            entry.note("succeeded", _NOTHING, ", ".join(f"{one.address} ({one.id})" for one in imported) or "nothing")
        if earlier:  # what it does hold is of that time, too
            context.terraform.refresh()
        for run in runs:
            run.run.mark_reconciled()
    if imported:
        names = ", ".join(f"{one.address} ({one.id})" for one in imported)
        what = "what an interrupted run had created" if runs else "what Terraform's state did not hold"
        context.emit(Note(f"Imported {what}: {names}."))


def remember_state(context: StackContext) -> None:
    """After a change: note the state that it has ended with, so that an older one in its place is recognized."""
    with suppress(AuroraError):  # one that is kept elsewhere cannot be read just now: nothing is lost by that
        state = context.terraform.state()
        context.stack.update_record(state_version=(state.lineage, state.serial))


def _follow(context: StackContext) -> None:
    run = context.terraform.recover()
    if run is None or not run.changes or run.ending == "not-started":
        return
    went_on = "continued after its command died" if run.followed else "had no command following it"
    context.emit(Note(f"An earlier {run.operation} {went_on}, {_ENDINGS[run.ending]}."))


def _was_applied(context: StackContext) -> bool:
    """Before the first apply there is no state to compare. One that is kept elsewhere is read after `terraform init`."""
    folder = context.stack.terraform_dir
    if not (folder / ".terraform").is_dir():
        return False
    if local_state_file(folder) is None:
        context.terraform.init()
    return True


def _say_what_is_missing(context: StackContext) -> None:
    way_out = (
        f"Nothing was changed. To repair the state, and see what differs then: aurora-cli apply {context.stack.name}"
    )
    try:
        context.terraform.check_state()
    except StateAtRisk as error:
        error.hint = way_out
        raise
    if _is_old(context):
        raise StateAtRisk("Terraform's state is older than the one that the last change ended with.", hint=way_out)
    if _is_lost(context):
        raise StateAtRisk(
            f"AWS has the cluster {context.spec.name}, and Terraform's state does not hold it any more.", hint=way_out
        )
    known = {r.address for r in context.terraform.state().resources}
    lost = sorted({a for run in context.terraform.unreconciled_applies() for a in run.outcome.creations} - known)
    context.unrecorded = bool(lost)
    if lost:
        text = f"An interrupted run may have created resources that Terraform's state does not hold: {', '.join(lost)}."
        context.emit(Note(text, level="warning", hint="The next change imports those that exist."))


def _is_old(context: StackContext) -> bool:
    """Whether an earlier version of the state was put in the place of the one that the last change had ended with."""
    if context.stack.record.state_version is None:
        return False
    lineage, serial = context.stack.record.state_version
    state = context.terraform.state()
    return state.lineage == lineage and state.serial < serial


def _is_lost(context: StackContext) -> bool:
    """Whether the state has no cluster, though there was one, and AWS has it."""
    if context.stack.record.status == "creating":
        return False
    held = any(r.address == CLUSTER_ADDRESS for r in context.terraform.state_resources())
    return not held and context.look() is not None


def _restore_files(context: StackContext, runs: list[FoundRun]) -> dict[str, str]:
    """The files that were applied last: what is to be imported must be in them."""
    files = runs[-1].run.config() if runs else {}
    files = {name: text for name, text in files.items() if not name.endswith((IMPORTS_FILE, OVERRIDE_FILE))}
    if files:
        forget_rendered(context.stack)
        context.stack.write_files(files)
    else:
        write_rendered(context.stack, context.before or context.spec)
        files = rendered_files(context.stack)
        forget_rendered(context.stack)
    context.terraform.init()
    return files


def _unfinished(runs: list[FoundRun]) -> UnfinishedCreations:
    """What these runs have begun to create and not completed; of one that was killed, AWS may show it a moment later."""
    begun = {address for run in runs for address in run.outcome.creations - run.outcome.created.keys()}
    killed = [run for run in runs if run.ending == "unknown"]
    if not killed:
        return UnfinishedCreations(frozenset(begun))
    return UnfinishedCreations(frozenset(begun), frozenset(killed[-1].outcome.in_flight), killed[-1].run.last_heard())
