"""What Terraform can tell without changing anything: validity, outputs, state."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from aurora_cli.errors import TerraformFailed
from aurora_cli.json_input import parse_json
from aurora_cli.terraform import argv
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.diagnostics.explain import explain
from aurora_cli.terraform.output.events import Diagnostic
from aurora_cli.terraform.output.messages import diagnostic_from
from aurora_cli.terraform.state.state import State, StateResource, local_state_file, parse_state, read_local_state

Made = TypeVar("Made")
Attach = Callable[[str, Path, Mapping[str, str]], AbstractContextManager[tuple[Mapping[str, str], Sequence[int]]]]
"""Terraform's command, folder and environment -> within the context, the environment to run it in and descriptors to inherit."""


class TerraformReader:
    """Asks Terraform in one folder. Answers may hold secrets in clear, so they are kept nowhere.

    Args:
        binary: what to run.
        folder: the rendered files and the state.
        env: the whole environment, see `environment.terraform_env`.
        attach: has a provider for each run, instead of one that Terraform starts; None to leave that to Terraform.
    """

    def __init__(self, binary: Binary, folder: Path, env: Mapping[str, str], attach: Attach | None = None) -> None:
        self.binary = binary
        self.folder = folder
        self._env = dict(env)
        self._attach = attach or (lambda command, folder, env: nullcontext((env, ())))

    def provide(self, variables: Mapping[str, str]) -> None:
        """Values of input variables for what runs from now on. They go through the environment, where no other user sees them."""
        self._env.update({f"TF_VAR_{name}": value for name, value in variables.items()})

    def validate(self) -> list[Diagnostic]:
        """The warnings of `terraform validate`. Raises TerraformFailed with all errors."""
        output, stderr, status = self._capture(argv.validate(self.binary.argv0))
        found = parse_json(
            output,
            lambda data: [diagnostic_from(item) for item in data["diagnostics"]],
            lambda why: explain([], exit_status=status, stderr=stderr),
        )
        if any(d.is_error for d in found):
            raise explain(found)
        return found

    def outputs(self) -> dict[str, Any]:
        """The values of the root outputs; sensitive ones are left out. A local state is read without a process."""
        local = local_state_file(self.folder)
        if local is not None:
            return dict(read_local_state(local).outputs)
        return self.read_json(
            argv.output(self.binary.argv0),
            lambda data: {name: item.get("value") for name, item in data.items() if not item.get("sensitive")},
        )

    def state(self) -> State:
        """The state, secrets taken out. A local one is read without a process.

        Raises:
            StateAtRisk: it is damaged.
            TerraformFailed, AccessDenied, CredentialsError: the backend cannot be read.
        """
        local = local_state_file(self.folder)
        if local is not None:
            return read_local_state(local)
        return parse_state(self.pull_state().decode("utf-8", errors="replace"))

    def state_text(self) -> str:
        """The whole state as it is kept, secrets in clear: not to be shown or written elsewhere. Raises as `state`."""
        local = local_state_file(self.folder)
        if local is not None:
            read_local_state(local)
            return local.read_text(encoding="utf-8")
        return self.pull_state().decode("utf-8")

    def pull_state(self) -> bytes:
        """What the backend holds, secrets in clear; takes no lock. Raises TerraformFailed and its kin."""
        output, stderr, status = self._capture(argv.state_pull(self.binary.argv0))
        if status != 0:
            raise explain([], exit_status=status, stderr=stderr)
        return output

    def state_resources(self) -> list[StateResource]:
        """The managed resources in the state. Raises as `state`."""
        return list(self.state().managed)

    def read_json(self, command: tuple[str, ...], build: Callable[[dict[str, Any]], Made]) -> Made:
        """What `build` makes of the JSON that a command prints. Raises TerraformFailed and its kin if there is none."""
        output, stderr, status = self._capture(command)
        if status != 0:
            raise explain([], exit_status=status, stderr=stderr)
        printed = f"What 'terraform {command[len(self.binary.argv0)]}' printed cannot be read"
        return parse_json(output, build, lambda why: TerraformFailed(f"{printed}: {why}."))

    def _capture(self, command: tuple[str, ...]) -> tuple[bytes, str, int]:
        """Output, standard error and exit status of a command that only reads. The output may hold secrets: keep it nowhere."""
        try:
            with self._attach(command[len(self.binary.argv0)], self.folder, self._env) as (env, inherited):
                done = subprocess.run(
                    command,
                    cwd=self.folder,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    pass_fds=inherited,
                )
        except OSError as problem:
            raise TerraformFailed(f"Terraform cannot be started: {problem.strerror or problem}.") from problem
        return done.stdout, done.stderr.decode("utf-8", errors="replace"), done.returncode
