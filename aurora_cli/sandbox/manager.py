"""The sandbox of one home, as the rest of the program sees it: start, stop, status, reset, environment, faults."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox import processes
from aurora_cli.sandbox.client import STOP_HINT, EmulatorClient
from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.files import private_folder, write_private
from aurora_cli.sandbox.fork_server_processes import stop_parents
from aurora_cli.sandbox.isolation import (
    ACCESS_KEY_ID,
    DEFAULT_REGION,
    SECRET_ACCESS_KEY,
    assert_isolated,
    isolated_environment,
)
from aurora_cli.sandbox.launch import launch
from aurora_cli.sandbox.state import EmulatorState, Inventory, StateFiles, is_loss, merge

LOCK_TIMEOUT_S = 90.0
ANSWER_TIMEOUT_S = 10.0
STOP_GRACE_S = 5.0


@dataclass(frozen=True)
class SandboxInfo:
    """The emulator now.

    Attributes:
        running: it runs and answers.
        endpoint: URL of every service, None when it does not run.
        region: default Region of the sandbox.
        access_key_id: the fixed fake key.
        secret_access_key: the fixed fake secret.
        pid: process id, None when it does not run.
        started_at: UTC, ISO 8601; None when it does not run.
        log_file: where its failures are written.
        hung: its process runs but does not answer.
        state_lost: resources of an earlier emulator are gone, and `reset` did not say that this is known.
        lost: what is gone, by kind: `<region>/<id>`.
    """

    running: bool
    endpoint: str | None
    region: str
    access_key_id: str
    secret_access_key: str
    pid: int | None
    started_at: str | None
    log_file: str
    hung: bool
    state_lost: bool
    lost: Inventory

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


class Sandbox:
    """One emulator per folder.

    Args:
        folder: the sandbox folder of the home; made with mode 0700 when needed.
        environ: the caller's environment, `os.environ` when None.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.files = StateFiles(folder.absolute())
        self._environ = os.environ if environ is None else environ

    def start(self) -> SandboxInfo:
        """Make sure that the emulator runs. Two at once get the same one.

        Raises:
            SandboxFailed: it does not start, or the one that runs does not answer.
        """
        info = self._status_unless_hung()
        if info.running:
            return info
        private_folder(self.files.folder)
        with self._locked():
            info = self._status_unless_hung()
            if info.running:
                return info
            self.files.bury()
            state = self.files.read_state()
            region = self._environ.get("AWS_REGION") or self._environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
            launch(self.files, port=state.port if state else 0, region=region, environ=self._environ)
            return self._started()

    def stop(self) -> bool:
        """End the emulator, by force when it does not listen. What it held is gone; `status` says so.

        Returns:
            True when one was stopped, False when none ran.

        Raises:
            SandboxFailed: its process cannot be ended.
        """
        if self.files.read_state() is None:
            return False
        with self._locked():
            stop_parents(self.files.parents)
            state = self.files.read_state()
            if state is None or not processes.is_running(state.pid, state.process_start):
                return False
            if not processes.terminate(state.pid, state.process_start, grace_s=STOP_GRACE_S):
                raise SandboxFailed(
                    f"The emulator (pid {state.pid}) cannot be ended.", hint=f"Try `kill -9 {state.pid}`."
                )
            return True

    def status(self) -> SandboxInfo:
        """The emulator now. Starts nothing and changes nothing."""
        state = self.files.read_state()
        alive = state is not None and processes.is_running(state.pid, state.process_start)
        return self._info(state, alive=alive, answers=alive and state is not None and self._answers(state))

    def _info(self, state: EmulatorState | None, *, alive: bool, answers: bool) -> SandboxInfo:
        gone = self.files.read_lost()
        if not alive:
            gone = merge(gone, self.files.read_inventory())
        current = state if alive else None
        return SandboxInfo(
            running=answers,
            endpoint=state.endpoint if state and answers else None,
            region=state.region if state else DEFAULT_REGION,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
            pid=current.pid if current else None,
            started_at=current.started_at if current else None,
            log_file=str(self.files.log),
            hung=alive and not answers,
            state_lost=is_loss(gone),
            lost=gone,
        )

    def reset(self) -> SandboxInfo:
        """Forget every resource, call, fault and loss; a running emulator goes on, empty.

        Raises:
            SandboxFailed: the running emulator does not answer.
        """
        if self._status_unless_hung().running:
            self._client().request("POST", "reset")
        if self.files.folder.exists():
            self.files.forget()
        return self.status()

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment for processes and SDKs that work in the sandbox, already checked with `assert_isolated`.

        Args:
            base: the caller's environment; the one given at construction when None. Its Region is kept.

        Raises:
            SandboxFailed: the emulator does not run.
        """
        endpoint = self._running().endpoint
        if not self.files.empty.exists():
            write_private(self.files.empty, "")
        source = self._environ if base is None else base
        env = isolated_environment(source, endpoint=endpoint, empty_file=self.files.empty)
        assert_isolated(env)
        return env

    def prepare_terraform(self, genuine: bool, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Put the provider in place for Terraform.

        Args:
            genuine: use the real hashicorp/aws, from the registry or from where the user's own TF_CLI_CONFIG_FILE says.
            base: the caller's environment; the one given at construction when None.

        Returns:
            variables to add to Terraform's environment.
        """
        from aurora_cli.sandbox.provider import install

        source = self._environ if base is None else base
        if genuine and source.get("TF_CLI_CONFIG_FILE"):
            return {}
        private_folder(self.files.mirror)
        if not genuine:
            install.install(self.files.mirror, sys.executable, private_folder(self.files.parents))
        text = install.cli_config(self.files.mirror, genuine=genuine)
        if not self.files.terraform_rc.exists() or self.files.terraform_rc.read_text(encoding="utf-8") != text:
            write_private(self.files.terraform_rc, text)
        return {"TF_CLI_CONFIG_FILE": str(self.files.terraform_rc)}

    def faults(self) -> list[dict[str, Any]]:
        """Fault rules in force: the rule's fields, and how many calls it has `seen` and how many `fired`."""
        return list(self._client().request("GET", "faults")["faults"])

    def add_fault(self, rule: FaultRule) -> FaultRule:
        """Put a fault in force; returns it with its id."""
        return FaultRule(**self._client().request("POST", "faults", data=rule.to_dict())["fault"])

    def clear_faults(self, fault_id: str | None = None) -> int:
        """Take one fault, or all, out of force; returns how many."""
        return int(self._client().request("DELETE", "faults", query={"id": fault_id})["cleared"])

    def calls(self, *, since: int = 0, service: str | None = None, action: str | None = None) -> list[dict[str, Any]]:
        """The log of AWS calls, oldest first; see `emulator.calls.Call` for the keys."""
        query = {"since": since or None, "service": service, "action": action}
        return list(self._client().request("GET", "calls", query=query)["calls"])

    def set_latency(self, seconds: float) -> None:
        """How long resources take to reach their final status; 0 (the default) for at once."""
        self._client().request("POST", "settings", data={"latency_s": seconds})

    def set_lag(self, region: str, cluster: str, seconds: float | None) -> None:
        """What CloudWatch says of how far a replica is behind: None for nothing, -1 for a replication that does not run."""
        self._client().request("POST", "lag", data={"region": region, "cluster": cluster, "seconds": seconds})

    def place_serverless_v1(self, region: str, **values: Any) -> str:
        """A cluster of Serverless v1, which AWS makes no more; gives its ARN.

        Args:
            values: parameters of CreateDBCluster in snake case, and `scaling` with keys of ScalingConfigurationInfo.
        """
        return str(self._client().request("POST", "serverless-v1", data={"region": region, **values})["arn"])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.files.lock, timeout=LOCK_TIMEOUT_S, mode=0o600):
                yield
        except Timeout as error:
            raise SandboxFailed(
                "Another command has been starting or stopping the emulator for too long.", hint=STOP_HINT
            ) from error

    def _status_unless_hung(self) -> SandboxInfo:
        info = self.status()
        if info.hung:
            raise SandboxFailed(f"The emulator (pid {info.pid}) runs but does not answer.", hint=STOP_HINT)
        return info

    def _started(self) -> SandboxInfo:
        """What was just started has said that it listens: to ask it again would only wait for moto's imports."""
        state = self.files.read_state()
        if state is None or not processes.is_running(state.pid, state.process_start):
            raise SandboxFailed("The emulator started and ended again.", details={"log": str(self.files.log)})
        return self._info(state, alive=True, answers=True)

    def _answers(self, state: EmulatorState) -> bool:
        health = EmulatorClient(state.port, timeout_s=ANSWER_TIMEOUT_S).health()
        return health is not None and health["token"] == state.token

    def _running(self) -> EmulatorState:
        state = self.files.read_state()
        if state is None or not processes.is_running(state.pid, state.process_start):
            raise SandboxFailed("The sandbox does not run.", hint="Start it with `aurora-cli sandbox start`.")
        return state

    def _client(self) -> EmulatorClient:
        return EmulatorClient(self._running().port, timeout_s=60.0)
