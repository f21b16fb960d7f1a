"""The composition root: who we are, where things are kept, and the parts that operations work with.

Everything is made on first use, so that `--help` costs nothing. This is the only module that knows the sandbox: with it, the
home is a folder of its own and the AWS endpoint and credentials are the emulator's. Nothing else differs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal

from aurora_cli.aws.clock import Clock
from aurora_cli.errors import InvalidInput

if TYPE_CHECKING:
    from aurora_cli.aws.clients import AwsClients
    from aurora_cli.events import Emit
    from aurora_cli.sandbox.manager import Sandbox
    from aurora_cli.stacks.home import Home
    from aurora_cli.stacks.registry import Registry
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.binary import Binary
    from aurora_cli.terraform.runner import Terraform


@dataclass
class AppContext:
    """What a command needs to call an operation.

    Attributes:
        home_folder: folder that holds everything we keep; None for the platform's place for user data.
        sandbox: True to work on the local emulator.
        provider: `genuine` to use hashicorp/aws in the sandbox; None or `sandbox` for the sandbox's own provider.
        profile, region: AWS profile and Region from the command line or the environment.
        debug: show details that are otherwise left out.
        terraform_bin: path of a Terraform or OpenTofu binary, `embedded`, or None to search.
        environ: the environment to read from and to build Terraform's from.
        clock: time.
    """

    home_folder: Path | None = None
    sandbox: bool = False
    provider: str | None = None
    profile: str | None = None
    region: str | None = None
    debug: bool = False
    terraform_bin: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: Clock = field(default_factory=Clock)
    _aws: dict[str, AwsClients] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.sandbox and self.profile:
            raise InvalidInput(
                "--sandbox and --profile are mutually exclusive: the sandbox never uses a real account.",
                hint="Omit one of them.",
            )
        if self.provider and not self.sandbox:
            raise InvalidInput(
                "--provider chooses the provider of the sandbox; a real account always uses hashicorp/aws.",
                hint="Add --sandbox, or leave --provider out.",
            )

    @property
    def target(self) -> Literal["aws", "sandbox"]:
        """`sandbox` or `aws`, as stored with each stack."""
        return "sandbox" if self.sandbox else "aws"

    def fallback_region(self) -> tuple[str, str] | None:
        """The Region when neither a flag nor a file names one, and where it comes from; None if there is none."""
        for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            if self.environ.get(variable):
                return self.environ[variable], variable
        if not self.sandbox:
            return None
        from aurora_cli.sandbox.isolation import DEFAULT_REGION

        return DEFAULT_REGION, "sandbox"

    @cached_property
    def root(self) -> Path:
        """The folder that holds everything."""
        if self.home_folder is not None:
            return self.home_folder.expanduser().absolute()
        from platformdirs import user_data_path

        return user_data_path("aurora-cli", appauthor=False)

    @cached_property
    def home(self) -> Home:
        """The home of this target's stacks: the sandbox has one of its own."""
        from aurora_cli.stacks.home import Home

        return Home(self.root / "sandbox" if self.sandbox else self.root)

    @cached_property
    def registry(self) -> Registry:
        """All stacks of this target."""
        from aurora_cli.stacks.registry import Registry

        return Registry(self.home)

    def other_registry(self) -> Registry:
        """All stacks of the other target; to say where a name is when it is not here."""
        from aurora_cli.stacks.home import Home
        from aurora_cli.stacks.registry import Registry

        return Registry(Home(self.root if self.sandbox else self.root / "sandbox"))

    @cached_property
    def sandbox_manager(self) -> Sandbox:
        """The emulator of this home."""
        from aurora_cli.sandbox.manager import Sandbox

        return Sandbox(self.root / "sandbox" / "emulator")

    def begin(self, emit: Emit) -> None:
        """Make sure that there is something to talk to: starts the emulator for the sandbox, does nothing otherwise.

        Raises:
            SandboxFailed: the emulator does not start.
        """
        if not self.sandbox:
            return
        from aurora_cli.events import Note, StepFinished, StepStarted
        from aurora_cli.sandbox.requirements import require_packages

        require_packages(genuine=self.provider == "genuine")
        if not self.sandbox_manager.status().running:
            started = monotonic()
            emit(StepStarted("sandbox", "Starting the local AWS"))
            info = self.sandbox_manager.start()
            emit(StepFinished("sandbox", monotonic() - started, f"at {info.endpoint}"))
            if info.state_lost:
                emit(
                    Note(
                        "The local AWS had stopped and its contents are lost; existing stacks no longer match any resources.",
                        level="warning",
                        hint="aurora-cli sandbox reset",
                    )
                )

    @cached_property
    def _sandbox_environment(self) -> dict[str, str]:
        environment = self.sandbox_manager.environment(self.environ)
        return {**environment, **self.sandbox_manager.prepare_terraform(genuine=self.provider == "genuine")}

    def aws(self, region: str) -> AwsClients:
        """API clients for that Region, the same at each call: a client takes 50 to 70 ms to make."""
        from aurora_cli.aws.clients import Access, AwsClients

        if region not in self._aws:
            access = (
                Access.from_environment(region, self._sandbox_environment)
                if self.sandbox
                else Access(region=region, profile=self.profile)
            )
            self._aws.setdefault(region, AwsClients(access))  # another thread may have been quicker
        return self._aws[region]

    @cached_property
    def binary(self) -> Binary:
        """The Terraform or OpenTofu to run. Raises TerraformMissing."""
        from aurora_cli.terraform.binary import find_binary

        return find_binary(self.terraform_bin, self.environ, self.home.version_cache, embedded=self.sandbox)

    def terraform(self, stack: Stack, emit: Emit, *, lock_timeout: str = "60s") -> Terraform:
        """Terraform for that stack, in an environment that reaches the right AWS.

        Args:
            lock_timeout: how long it waits for its state lock, in Terraform's notation.
        """
        from aurora_cli.terraform.environment import terraform_env
        from aurora_cli.terraform.runner import Terraform

        base = self._sandbox_environment if self.sandbox else {**self.environ, **self._profile()}
        # The sandbox's own provider bears the name of the genuine one: it must not get into a cache that others use.
        own = self.sandbox and self.provider != "genuine"
        cache = "" if own else str(self.home.plugin_cache)
        return Terraform(
            binary=self.binary,
            folder=stack.terraform_dir,
            env=terraform_env(base, {"TF_PLUGIN_CACHE_DIR": cache}, debug=self.debug),
            runs_dir=stack.runs_dir,
            emit=emit,
            lock_timeout=lock_timeout,
            relock=own,
            provider_log=self.sandbox_manager.files.parent_log if own else None,
        )

    def _profile(self) -> dict[str, str]:
        return {"AWS_PROFILE": self.profile} if self.profile else {}

    @cached_property
    def user(self) -> str:
        """Who runs the command, for the history."""
        from aurora_cli.stacks.lock import user_name

        return user_name(self.environ)

    def missing_sandbox_packages(self) -> tuple[list[str], str]:
        """Packages of the sandbox that are not installed, and what to do about it."""
        from aurora_cli.sandbox.requirements import missing_packages, way_out

        missing = missing_packages(genuine=self.provider == "genuine")
        return missing, way_out(missing)
