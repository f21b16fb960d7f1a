"""Terraform for one stack: init, plan, apply, and what they found out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from aurora_cli.errors import OperationFailed, PlanStale, StateAtRisk, StateLocked, TerraformFailed
from aurora_cli.terraform import argv
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.diagnostics.explain import full_text
from aurora_cli.terraform.diagnostics.of_terraform import LOCKED_BY
from aurora_cli.terraform.environment import PLUGIN_CACHE
from aurora_cli.terraform.init_marker import cache_lock, forget_init, is_initialised, remember_init
from aurora_cli.terraform.output.events import Emit, LogLine
from aurora_cli.terraform.output.outcome import ApplySummary, Outcome
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.queries import Attach, TerraformReader
from aurora_cli.terraform.run import process
from aurora_cli.terraform.run.failures import errored_state, failure, interrupted
from aurora_cli.terraform.run.interrupts import Interrupts
from aurora_cli.terraform.run.recovery import FoundRun, ended_well, follow_left_alone, unreconciled_applies
from aurora_cli.terraform.state.http_lock import http_lock_holder
from aurora_cli.terraform.state.state import (
    ERRORED_STATE,
    local_state_file,
    read_local_state,
)
from aurora_cli.writing import write_atomic

PLAN_FILE = "tfplan"
LOCK_FILE = ".terraform.lock.hcl"
NEW_STATE = ".renamed.tfstate"
_INIT_PAUSES_S = (1.0, 4.0)
_NETWORK = re.compile(
    r"could not connect|no such host|connection (?:refused|reset)|timeout|timed out|TLS handshake|unexpected EOF|"
    r"registry service is unreachable|50[234] |429 ",
    re.IGNORECASE,
)
_OLD_PROVIDER = re.compile(r"does not match configured version constraint")
_OTHER_PROVIDER = re.compile(rf"match any of the checksums|no available releases match|{_OLD_PROVIDER.pattern}")
_INIT_NEEDED = re.compile(
    r"Required plugins are not installed|Inconsistent dependency lock file|Missing required provider|"
    r"please run \"(?:terraform|tofu) init\"|Module not installed"
)


class Terraform(TerraformReader):
    """Runs Terraform in one folder.

    Args:
        binary: what to run.
        folder: the rendered files and the state.
        env: the whole environment, see `environment.terraform_env`.
        runs_dir: where the output of each run is kept.
        emit: gets every event while Terraform works.
        relock: forget the dependency lock file when the provider on disk is not the one that it names: for a provider that
            comes with this program. One from a registry must be that one.
        lock_timeout: how long Terraform waits for its state lock, in its own notation.
        provider_log: file in which a provider that died has said why, if it has one.
        attach: see `TerraformReader`.
        check: refuses who must not work here, before `init` and each plan.
        sleep: waits that many seconds; for the pauses between tries of `init`.

    Attributes:
        settled: whether the last whole plan was empty, with no apply since; None before either.
    """

    def __init__(
        self,
        binary: Binary,
        folder: Path,
        env: Mapping[str, str],
        runs_dir: Path,
        emit: Emit,
        *,
        relock: bool = False,
        lock_timeout: str = "60s",
        provider_log: Path | None = None,
        attach: Attach | None = None,
        check: Callable[[], None] = lambda: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(binary, folder, env, attach)
        self.plan_file = folder / PLAN_FILE
        self._runs_dir = runs_dir
        self._emit = emit
        self._relock = relock
        self._lock_timeout = lock_timeout
        self._provider_log = provider_log
        self._allowed = check
        self._sleep = sleep
        self.settled: bool | None = None

    def init(self, *, upgrade: bool = False, reconfigure: bool = False) -> bool:
        """Install providers and set up the backend, if anything that this depends on has changed; True if it ran.

        Args:
            upgrade: look for newer providers than those in the dependency lock file.
            reconfigure: forget the backend that was used before; its state is not moved.

        Raises:
            StateAtRisk: what an earlier one has noted is damaged.
            TerraformFailed, AccessDenied, CredentialsError, StateLocked, Interrupted: as Terraform's diagnostics say.
        """
        self._allowed()
        local_state_file(self.folder)  # says what to do about a damaged note, at which `init` stops
        if not upgrade and not reconfigure and is_initialised(self.folder, self.binary, self._env):
            return False
        command = argv.init(
            self.binary.argv0, lock_timeout=self._lock_timeout, upgrade=upgrade, reconfigure=reconfigure
        )
        with self._plugin_cache():
            self._init(command)
        remember_init(self.folder, self.binary, self._env)
        return True

    def plan(
        self,
        *,
        destroy: bool = False,
        refresh_only: bool = False,
        refresh: bool = True,
        targets: Sequence[str] = (),
        replace: Sequence[str] = (),
        started: Callable[[], object] | None = None,
    ) -> Plan:
        """Plan, and keep the plan in `plan_file` if there is something to apply.

        Args:
            destroy: plan to remove everything.
            refresh_only: look for drift only.
            refresh: False to trust the state.
            targets: addresses to restrict the plan to.
            replace: addresses to make anew.
            started: called once Terraform works: for what is to be done beside it.

        Raises:
            StateAtRisk: the state is damaged, or an earlier one was not saved; planning on would lose it.
            GuardRefused: `prevent_destroy` protects something that the plan would remove.
            TerraformFailed, AccessDenied, CredentialsError, StateLocked, Interrupted: as Terraform's diagnostics say.
        """
        outcome = self._plan(destroy, refresh_only, refresh, targets, replace, started)
        if outcome.exit_status == 2:
            plan = self.read_json(argv.show(self.binary.argv0, self.plan_file), Plan.from_json)
        else:
            plan = Plan.unchanged([*outcome.drift, *([outcome.version] if outcome.version else [])])
        if refresh and not (destroy or refresh_only or targets or replace):
            self.settled = plan.empty
        return plan

    def _plan(
        self,
        destroy: bool,
        refresh_only: bool = False,
        refresh: bool = True,
        targets: Sequence[str] = (),
        replace: Sequence[str] = (),
        started: Callable[[], object] | None = None,
    ) -> Outcome:
        self._allowed()
        self.check_state()
        self.plan_file.unlink(missing_ok=True)
        command = argv.plan(
            self.binary.argv0,
            out=self.plan_file,
            lock_timeout=self._lock_timeout,
            destroy=destroy,
            refresh_only=refresh_only,
            refresh=refresh,
            targets=targets,
            replace=replace,
        )
        outcome, stderr = self._follow("plan", command, started)
        if _needs_init(outcome):
            forget_init(self.folder)
            self.init()
            outcome, stderr = self._follow("plan", command)
        self._check("plan", outcome, stderr)
        if outcome.exit_status != 2:
            self.plan_file.unlink(missing_ok=True)
        return outcome

    def refresh(self) -> None:
        """Have the state say what AWS has now. Raises as `plan` and `apply`."""
        self.plan(refresh_only=True)
        if self.plan_file.exists():
            self.apply()

    def apply(self) -> ApplySummary:
        """Apply the plan in `plan_file`, which is gone afterwards, whatever happens.

        Raises:
            PlanStale: there is no plan, or the state was changed after it was created.
            StateAtRisk: the state could not be saved, or Terraform was killed.
            Interrupted: stopped by request; what was done is saved.
            TerraformFailed, AccessDenied, CredentialsError, StateLocked: as Terraform's diagnostics say.
        """
        if not self.plan_file.exists():
            raise PlanStale("No saved plan was found.", hint="Run the same command again to see a new plan.")
        self.check_state()
        self.settled = False
        command = argv.apply(self.binary.argv0, self.plan_file, lock_timeout=self._lock_timeout)
        try:
            outcome = self._run("apply", command)
        finally:
            self.plan_file.unlink(missing_ok=True)
        return outcome.applied

    def check_state(self) -> None:
        """Raise StateAtRisk if working on would lose state: one was not saved, or the local file is damaged."""
        if (self.folder / ERRORED_STATE).exists():
            raise errored_state(self.folder)
        local = local_state_file(self.folder)
        if local is not None:
            read_local_state(local)

    def push_errored_state(self) -> None:
        """Save the state that Terraform could not save before; its file is kept as `errored.tfstate.saved`.

        Raises:
            OperationFailed: there is no such file.
            TerraformFailed, StateLocked, ...: it cannot be saved now either.
        """
        file = self.folder / ERRORED_STATE
        if not file.exists():
            raise OperationFailed("No unsaved state was found.")
        self._run("push", argv.state_push(self.binary.argv0, file, lock_timeout=self._lock_timeout))
        file.rename(file.with_name(f"{ERRORED_STATE}.saved"))

    def save_state_text(self, text: str) -> None:
        """Make this the state: one that was read with `state_text`, with its serial raised. Terraform refuses an older one.

        Raises:
            TerraformFailed, StateLocked, ...: it is as it was.
        """
        self.init()
        file = self.folder / NEW_STATE
        write_atomic(file, text)
        try:
            self._run("push", argv.state_push(self.binary.argv0, file, lock_timeout=self._lock_timeout))
        finally:
            file.unlink(missing_ok=True)

    def untaint(self, address: str) -> None:
        """Take the mark "to be replaced" off a resource. Raises TerraformFailed, StateLocked."""
        self._run("untaint", argv.untaint(self.binary.argv0, address, lock_timeout=self._lock_timeout))

    def forget(self, address: str) -> None:
        """Take a resource out of the state, and leave it in AWS as it is. Raises TerraformFailed, StateLocked."""
        self._run("forget", argv.state_rm(self.binary.argv0, address, lock_timeout=self._lock_timeout))

    def move(self, source: str, target: str) -> None:
        """Give a resource another address in the state. Raises TerraformFailed, StateLocked."""
        self._run("move", argv.state_mv(self.binary.argv0, source, target, lock_timeout=self._lock_timeout))

    def take_in(self, address: str, identifier: str) -> None:
        """Take an existing resource into the state; the files must have it. Raises TerraformFailed, StateLocked."""
        command = argv.import_(self.binary.argv0, address, identifier, lock_timeout=self._lock_timeout)
        self._run("import", command)

    def force_unlock(self, lock_id: str) -> None:
        """Take away the state lock of that ID. Raises TerraformFailed if it is not held under that ID."""
        self._run("unlock", argv.force_unlock(self.binary.argv0, lock_id))

    def recover(self) -> FoundRun | None:
        """If an earlier command died while Terraform worked: follow that run to its end, and say what it was.

        Call it first, with the stack's lock held. Of several such runs the last one that could change something is given back.
        Its plan is gone afterwards. None means that nothing was left alone.

        Raises:
            Interrupted: we were asked to stop while following it; it was stopped too, and its state is saved.
        """
        found = follow_left_alone(self._runs_dir, self._emit)
        if found:
            self.plan_file.unlink(missing_ok=True)
        for item in found:
            with suppress(OSError):
                item.run.finish(item.outcome.exit_status)
        for item in found:
            if item.outcome.interrupts:
                raise failure(item.operation, item.outcome, folder=self.folder, stderr=item.run.errors())
        started = [run for run in found if run.ending != "not-started"]
        return next((run for run in reversed(started) if run.changes), started[-1] if started else None)

    def unreconciled_applies(self) -> list[FoundRun]:
        """Applies after which AWS may have what the state does not hold, oldest first. After `recover`. Raises as `state`."""
        return unreconciled_applies(self._runs_dir, lambda: {resource.address for resource in self.state().resources})

    def _init(self, command: tuple[str, ...]) -> None:
        for pause in (*_INIT_PAUSES_S, None):
            try:
                self._run("init", command)
                return
            except TerraformFailed as problem:
                if self._relock and _OTHER_PROVIDER.search(str(problem.details)):
                    (self.folder / LOCK_FILE).unlink(missing_ok=True)
                    self._run("init", command)
                    return
                if _OLD_PROVIDER.search(str(problem.details)):
                    self._emit(LogLine("The stack needs a newer provider than its lock file names.", level="warn"))
                    self._run("init", (*command, "-upgrade"))
                    return
                if pause is None or isinstance(problem, StateAtRisk) or not _NETWORK.search(str(problem.details)):
                    raise
                self._emit(LogLine(f"{problem.message} Trying again in {pause:.0f} s.", level="warn"))
                self._sleep(pause)

    def _plugin_cache(self) -> AbstractContextManager[None]:
        folder = self._env.get(PLUGIN_CACHE)
        return cache_lock(Path(folder)) if folder else nullcontext()

    def _run(self, operation: str, command: tuple[str, ...]) -> Outcome:
        outcome, stderr = self._follow(operation, command)
        self._check(operation, outcome, stderr)
        return outcome

    def _follow(
        self, operation: str, command: tuple[str, ...], started: Callable[[], object] | None = None
    ) -> tuple[Outcome, str]:
        """Run under supervision to the end, whatever that is."""
        outcome = Outcome()
        with Interrupts() as interrupts:
            with self._start(operation, command) as follower:
                if started is not None:
                    started()
                for event in follower.events(interrupts):
                    outcome.take(event)
                    self._emit(event)
            outcome.killed = follower.killed
            outcome.exit_status = follower.exit_status()
            outcome.interrupts, outcome.stopped_by = interrupts.count, interrupts.by
            with suppress(OSError):  # a full disk: the next command looks at this run once more
                follower.run.finish(outcome.exit_status)
        return outcome, follower.run.errors()

    def _start(self, operation: str, command: tuple[str, ...]) -> process.Follower:
        try:
            with self._attach(operation, self.folder, self._env) as (env, inherited):
                return process.start(
                    self._runs_dir, operation, command, folder=self.folder, env=env, inherited=inherited
                )
        except OSError as problem:
            raise OperationFailed(
                f"Terraform cannot be started: {problem.strerror or problem} ({problem.filename or self.folder}).",
                hint="Check that the disk has room and that the stack's folder can be written.",
            ) from problem

    def _check(self, operation: str, outcome: Outcome, stderr: str) -> None:
        if ended_well(operation, outcome.exit_status):
            if outcome.interrupts:
                raise interrupted(operation, outcome)
            return
        error = failure(operation, outcome, folder=self.folder, stderr=stderr, provider_log=self._provider_log)
        if error.hint:  # the table of explanations does not know the cluster; its stack's folder is called after it
            error.hint = _OURS.sub(rf"\1 {self.folder.parent.name}", error.hint)
        if isinstance(error, StateLocked):
            self._name_holder(error)
        raise error

    def _name_holder(self, error: StateLocked) -> None:
        """Of a lock that Terraform does not tell about; for a person, who must know whom to ask."""
        facts = error.details.get("facts")
        if facts is None or "who" in facts:
            return
        holder = http_lock_holder(self.folder, self._env)
        if "who" in holder:
            facts.update(holder)
            error.message = LOCKED_BY.format_map({**dict.fromkeys(("id", "created", "operation"), "unknown"), **facts})


_OURS = re.compile(r"(aurora-cli [a-z-]+) NAME\b")


def _needs_init(outcome: Outcome) -> bool:
    errors = [d for d in outcome.diagnostics if d.is_error]
    return not outcome.interrupts and any(_INIT_NEEDED.search(full_text(d)) for d in errors)
