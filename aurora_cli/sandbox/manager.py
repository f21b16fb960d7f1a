"""The sandbox of a home: start, stop, status, reset, environment, faults."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox import processes
from aurora_cli.sandbox.client import STOP_HINT, EmulatorClient
from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.inventory import Inventory, is_loss, without
from aurora_cli.sandbox.isolation import DEFAULT_REGION, assert_isolated, isolated_environment
from aurora_cli.sandbox.launch import launch
from aurora_cli.sandbox.processes import stop_fork_servers
from aurora_cli.sandbox.state import EmulatorState, StateFiles
from aurora_cli.writing import make_folder, write_atomic

LOCK_TIMEOUT_S = 90.0
ANSWER_TIMEOUT_S = 10.0
STOP_GRACE_S = 5.0


@dataclass(frozen=True)
class SandboxInfo:
    """The state of the emulator.

    Attributes:
        running: it is running and responds.
        endpoint: URL of every service; None if it is not running.
        region: default Region of the sandbox.
        access_key_id, secret_access_key: the keys that it accepts, new at each start; None if it is not running.
        pid: process ID; None if it is not running.
        started_at: UTC, ISO 8601; None if it is not running.
        log_file: the log of its errors.
        hung: its process is running but does not respond.
        state_lost: resources of an earlier emulator are lost, and no `reset` followed.
        lost: lost resources by kind: `<region>/<id>`.
    """

    running: bool
    endpoint: str | None
    region: str
    access_key_id: str | None
    secret_access_key: str | None
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
        folder: the sandbox folder of the home; created with mode 0700 if it does not exist.
        environ: the caller's environment; None: `os.environ`.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.files = StateFiles(folder.absolute())
        self._environ = os.environ if environ is None else environ

    def start(self) -> SandboxInfo:
        """Ensure that the emulator is running. Concurrent calls share one.

        Raises:
            SandboxFailed: it does not start, or the running one does not respond.
        """
        info = self._status_unless_hung()
        if info.running:
            return info
        make_folder(self.files.folder)
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
        """Stop the emulator, with SIGKILL if necessary. The next one has its resources.

        Returns:
            True if one was stopped, False if none was running.

        Raises:
            SandboxFailed: its process cannot be stopped.
        """
        if self.files.read_state() is None:
            return False
        with self._locked():
            stop_fork_servers(self.files.parents)
            state = self.files.read_state()
            if state is None or not processes.is_running(state.pid, state.process_start):
                return False
            if not processes.terminate(state.pid, state.process_start, grace_s=STOP_GRACE_S):
                raise SandboxFailed(
                    f"The emulator (pid {state.pid}) cannot be stopped.", hint=f"Try `kill -9 {state.pid}`."
                )
            return True

    def status(self) -> SandboxInfo:
        """The state of the emulator. Starts and changes nothing."""
        state = self.files.read_state()
        alive = self._is_alive(state)
        return self._info(state, alive=alive, answers=alive and state is not None and self._answers(state))

    def lost_clusters(self) -> set[str]:
        """`<region>/<id>` of the clusters that went with an emulator, and are not there again."""
        if not self._is_alive(self.files.read_state()):
            return set(self.files.gone().get("clusters", []))
        lost, there = self.files.read_lost(), self.files.read_inventory()
        return set(without(lost, there).get("clusters", []))

    def kept_clusters(self) -> set[str]:
        """`<region>/<id>` of the clusters that the next emulator will have."""
        return set(self.files.saved.resources().get("clusters", []))

    def _is_alive(self, state: EmulatorState | None) -> bool:
        return state is not None and processes.is_running(state.pid, state.process_start)

    def _info(self, state: EmulatorState | None, *, alive: bool, answers: bool) -> SandboxInfo:
        gone = self.files.read_lost() if alive else self.files.gone()
        current = state if alive else None
        return SandboxInfo(
            running=answers,
            endpoint=state.endpoint if state and answers else None,
            region=state.region if state else DEFAULT_REGION,
            access_key_id=current.access_key_id if current else None,
            secret_access_key=current.secret_access_key if current else None,
            pid=current.pid if current else None,
            started_at=current.started_at if current else None,
            log_file=str(self.files.log),
            hung=alive and not answers,
            state_lost=is_loss(gone),
            lost=gone,
        )

    def reset(self) -> SandboxInfo:
        """Delete every resource, call, fault and record of lost resources; a running emulator keeps running.

        Raises:
            SandboxFailed: the running emulator does not respond.
        """
        if self._status_unless_hung().running:
            self._client().request("POST", "reset")
        if self.files.folder.exists():
            self.files.forget()
        return self.status()

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of processes and SDKs in the sandbox, which `assert_isolated` accepts.

        Args:
            base: the caller's environment; the one given at construction when None. Its Region is kept.

        Raises:
            SandboxFailed: the emulator is not running.
        """
        state = self._running()
        if not self.files.empty.exists():
            write_atomic(self.files.empty, "", sync=False)
        source = self._environ if base is None else base
        env = isolated_environment(source, endpoint=state.endpoint, keys=state.keys, empty_file=self.files.empty)
        assert_isolated(env, state.keys)
        return env

    def prepare_terraform(
        self, genuine: bool, base: Mapping[str, str] | None = None, others: Path | None = None
    ) -> dict[str, str]:
        """Install the provider for Terraform.

        Args:
            genuine: use hashicorp/aws from the registry, or from the source in the user's TF_CLI_CONFIG_FILE.
            base: the caller's environment; the one given at construction when None.
            others: a filesystem mirror with other providers, as `terraform providers mirror` writes it.

        Returns:
            environment variables for Terraform.
        """
        from aurora_cli.sandbox.provider import install

        source = self._environ if base is None else base
        if genuine and source.get("TF_CLI_CONFIG_FILE"):
            return {}
        make_folder(self.files.mirror)
        if not genuine:
            install.install(self.files.mirror, sys.executable, make_folder(self.files.parents))
        text = install.cli_config(self.files.mirror, genuine=genuine, others=others)
        file = self.files.cli_config(text if others else "")
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_atomic(file, text, sync=False)
        return {"TF_CLI_CONFIG_FILE": str(file)}

    def attach(
        self, command: str, folder: Path, environ: Mapping[str, str]
    ) -> AbstractContextManager[tuple[Mapping[str, str], Sequence[int]]]:
        """A provider for one run of Terraform, after `prepare_terraform`; see `provider.attach.attached`."""
        from aurora_cli.sandbox.provider.attach import attached

        return attached(self.files.mirror, self.files.parents, command, folder, environ)

    def faults(self) -> list[dict[str, Any]]:
        """The active fault rules: the fields of the rule, the number of calls `seen` and `fired`."""
        return list(self._client().request("GET", "faults")["faults"])

    def add_fault(self, rule: FaultRule) -> FaultRule:
        """Add a fault; returns it with its id."""
        return FaultRule(**self._client().request("POST", "faults", data=rule.to_dict())["fault"])

    def clear_faults(self, fault_id: str | None = None) -> int:
        """Remove one fault or all; returns their number."""
        return int(self._client().request("DELETE", "faults", query={"id": fault_id})["cleared"])

    def calls(self, *, since: int = 0, service: str | None = None, action: str | None = None) -> list[dict[str, Any]]:
        """The log of AWS calls, oldest first; see `emulator.calls.Call` for the keys."""
        query = {"since": since or None, "service": service, "action": action}
        return list(self._client().request("GET", "calls", query=query)["calls"])

    def databases(self) -> dict[str, Any]:
        """The database servers: `running`, `off`, `reason`, `ports`, `ca_file`, `installed`, `servers` and `endpoints`.

        Raises:
            SandboxFailed: the emulator is not running, or an earlier version of this program has started it.
        """
        return self._client().request("GET", "databases")

    def set_latency(self, seconds: float) -> None:
        """Set the seconds that resources take to reach their final status; default 0."""
        self._client().request("POST", "settings", data={"latency_s": seconds})

    def set_lag(self, region: str, cluster: str, seconds: float | None) -> None:
        """Set the replica lag in CloudWatch. None: no datapoints; -1: the replication is stopped."""
        self._client().request("POST", "lag", data={"region": region, "cluster": cluster, "seconds": seconds})

    def place_serverless_v1(self, region: str, **values: Any) -> str:
        """Create an Aurora Serverless v1 cluster, which AWS no longer does; returns its ARN.

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
                "Timed out waiting for another command that starts or stops the emulator.", hint=STOP_HINT
            ) from error

    def _status_unless_hung(self) -> SandboxInfo:
        info = self.status()
        if info.hung:
            raise SandboxFailed(f"The emulator (pid {info.pid}) is running but does not respond.", hint=STOP_HINT)
        return info

    def _started(self) -> SandboxInfo:
        """The state after a start, without a health request, which would wait for moto's imports."""
        state = self.files.read_state()
        if state is None or not processes.is_running(state.pid, state.process_start):
            raise SandboxFailed("The emulator started and then stopped.", details={"log": str(self.files.log)})
        return self._info(state, alive=True, answers=True)

    def _answers(self, state: EmulatorState) -> bool:
        health = EmulatorClient(state.port, state.access_key_id, timeout_s=ANSWER_TIMEOUT_S).health()
        return health is not None and health["token"] == state.token

    def _running(self) -> EmulatorState:
        state = self.files.read_state()
        if state is None or not processes.is_running(state.pid, state.process_start):
            raise SandboxFailed("The sandbox is not running.", hint="Start it with `aurora-cli sandbox start`.")
        return state

    def _client(self) -> EmulatorClient:
        state = self._running()
        return EmulatorClient(state.port, state.access_key_id, timeout_s=60.0)
