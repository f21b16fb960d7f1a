"""The composition root: who we are, where things are kept, and the parts that operations work with.

Everything is made on first use, so that `--help` costs nothing. This is the only module that knows the sandbox: with it, the
home is a folder of its own and the AWS endpoint and credentials are the emulator's. Nothing else differs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal

from aurora_cli.aws.clock import Clock
from aurora_cli.errors import AuroraError, CredentialsError, InvalidInput, SandboxFailed

if TYPE_CHECKING:
    from aurora_cli.aws.clients import AwsClients
    from aurora_cli.aws.credential_source import CredentialSource
    from aurora_cli.events import Emit
    from aurora_cli.sandbox.manager import Sandbox
    from aurora_cli.stacks.home import Home
    from aurora_cli.stacks.registry import Registry
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.binary import Binary
    from aurora_cli.terraform.runner import Terraform


@dataclass(frozen=True)
class ClusterIdentity:
    """Who works on a cluster.

    Attributes:
        name: of the cluster.
        account: the account that it is in; None while that is not recorded.
        role: arguments of `assume_role` in its spec, or None.
        profile: the one that its spec names, or None.
        intended: the account that `fleet.yaml` names for its spec, or None.
    """

    name: str
    account: str | None
    role: Mapping[str, str] | None
    profile: str | None = None
    intended: str | None = None


@dataclass
class AppContext:
    """What a command needs to call an operation.

    Attributes:
        home_folder: folder that holds everything we keep; None for the platform's place for user data.
        sandbox: True to work on the local emulator.
        provider: `genuine` to use hashicorp/aws in the sandbox; None or `sandbox` for the sandbox's own provider.
        profile, region: AWS profile and Region from the command line or the environment.
        role: arguments of the provider's `assume_role` block from the command line, above the spec's; None for none.
        ask_code: asks a person for an MFA code; None when there is nobody to ask.
        debug: show details that are otherwise left out.
        verify: whether a plan after each apply shows that nothing is left; None for the sandbox alone.
        terraform_bin: path of a Terraform or OpenTofu binary, `embedded`, or None to search.
        environ: the environment of our own calls and of Terraform: that of the process, with the settings of one identity.
        clock: time.
        intended_account: the account that `fleet.yaml` names for the spec file in hand; None for none.
        begun: ids of the entries of the history that this command has begun.
    """

    home_folder: Path | None = None
    sandbox: bool = False
    provider: str | None = None
    profile: str | None = None
    region: str | None = None
    role: Mapping[str, str] | None = None
    ask_code: Callable[[str], str] | None = None
    debug: bool = False
    verify: bool | None = None
    terraform_bin: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: Clock = field(default_factory=Clock)
    intended_account: str | None = field(default=None, init=False)
    begun: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    _given: Mapping[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _aws: dict[tuple[str, str, str], AwsClients] = field(default_factory=dict, init=False, repr=False, compare=False)
    _sources: dict[str | None, CredentialSource] = field(default_factory=dict, init=False, repr=False, compare=False)
    _cluster: Callable[[], ClusterIdentity] | None = field(default=None, init=False, repr=False, compare=False)
    _compared: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for option, given in (("--profile", self.profile), ("--role-arn", self.role)):
            if self.sandbox and given:
                raise InvalidInput(
                    f"--sandbox and {option} are mutually exclusive: the sandbox never uses a real account.",
                    hint="Omit one of them.",
                )
        if self.provider and not self.sandbox:
            raise InvalidInput(
                "--provider chooses the provider of the sandbox; a real account always uses hashicorp/aws.",
                hint="Add --sandbox, or leave --provider out.",
            )
        self._given = self.environ
        self.environ = self._own_environment()

    @property
    def target(self) -> Literal["aws", "sandbox"]:
        """`sandbox` or `aws`, as stored with each stack."""
        return "sandbox" if self.sandbox else "aws"

    @property
    def verifies(self) -> bool:
        """Whether a plan follows each apply. It costs a plan: a real account is asked for it only where that is wished."""
        return self.sandbox if self.verify is None else self.verify

    @property
    def given_environ(self) -> Mapping[str, str]:
        """The environment of the process, for commands that this one runs."""
        return self._given

    def fallback_region(self) -> tuple[str, str] | None:
        """The Region when neither a flag nor a file names one, and where it comes from; None if there is none."""
        for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            if self.environ.get(variable):
                return self.environ[variable], variable
        if self.sandbox:
            from aurora_cli.sandbox.isolation import DEFAULT_REGION

            return DEFAULT_REGION, "sandbox"
        profiles = self._source_of(self.profile).profiles
        return (profiles.region, f"profile {profiles.used}") if profiles.region else None

    def _source_of(self, profile: str | None) -> CredentialSource:
        from aurora_cli.aws.credential_source import CredentialSource

        if profile not in self._sources:
            self._sources[profile] = CredentialSource(self._given, profile, self.ask_code)
        return self._sources[profile]

    @property
    def _source(self) -> CredentialSource:
        """The credentials for the cluster in hand. Raises InvalidInput where its spec and --profile name two profiles."""
        cluster = self._cluster() if self._cluster else None
        wanted = cluster.profile if cluster else None
        if cluster and wanted and self.profile and wanted != self.profile:
            raise InvalidInput(
                f"--profile has {self.profile}, but the spec of {cluster.name} has the profile {wanted}.",
                hint="Omit --profile and AURORA_PROFILE, or change `profile` in the spec, or in `account` of fleet.yaml.",
            )
        return self._source_of(wanted or self.profile)

    @property
    def profile_in_use(self) -> str | None:
        """The profile of the cluster in hand or of the command line; None where only the environment says one."""
        if self.sandbox:
            return None
        with suppress(AuroraError):  # it is for hints: what is damaged, the command has said
            cluster = self._cluster() if self._cluster else None
            return (cluster.profile if cluster else None) or self.profile
        return self.profile

    def _own_environment(self) -> dict[str, str]:
        """The environment without what would make our own calls and Terraform's another identity, or leave the sandbox."""
        if self.sandbox:
            from aurora_cli.sandbox.isolation import without_machine_settings

            return without_machine_settings(self.environ, proxies=self.provider == "genuine")
        from aurora_cli.aws.environment import one_identity

        return one_identity(self.environ, self.profile)

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

    @property
    def price_file(self) -> Path:
        """The price table that `prices update` keeps, of the account and the sandbox alike."""
        return self.root / "prices.json"

    @cached_property
    def registry(self) -> Registry:
        """All stacks of this target."""
        from aurora_cli.stacks.registry import Registry

        return Registry(self.home, self.role)

    def other_registry(self) -> Registry:
        """All stacks of the other target; to say where a name is when it is not here."""
        from aurora_cli.stacks.home import Home
        from aurora_cli.stacks.registry import Registry

        return Registry(Home(self.root if self.sandbox else self.root / "sandbox"))

    @cached_property
    def sandbox_manager(self) -> Sandbox:
        """The emulator of this home."""
        from aurora_cli.sandbox.manager import Sandbox

        return Sandbox(self.root / "sandbox" / "emulator", self.environ)

    @property
    def sandbox_certificates(self) -> Path | None:
        """Where the certificate authority of the sandbox's database servers is, if it has any; None in an account."""
        return self.sandbox_manager.files.folder / "database" / "ca.pem" if self.sandbox else None

    def sandbox_problem(self, engine: str, port: int, *, off: str | None = None) -> str | None:
        """Why endpoints with that engine and port lead nowhere in the sandbox; `off` where its databases are switched off."""
        if not self.sandbox:
            return None
        try:
            found = self.sandbox_manager.databases()
        except SandboxFailed:  # of a version that has none
            return off
        missing = [one["reason"] for one in found["engines"] if one["engine"] == engine and one["reason"]]
        why: str | None = found["reason"] or next(iter(missing), None) or found["ports"].get(str(port))
        return off if found["off"] else why

    def sandbox_server(self, cluster: str) -> str | None:
        """What serves a cluster of the sandbox, e.g. `MariaDB 10.11.18`; None if nothing does, or in an account."""
        if not self.sandbox:
            return None
        try:
            servers = self.sandbox_manager.databases()["servers"]
        except SandboxFailed:
            return None
        return next(
            (f"{one['product']} {one['version']}" for one in servers if one["cluster"] == cluster and one["version"]),
            None,
        )

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

    def terraform_environment(self, mirror: Path | None) -> tuple[dict[str, str], Mapping[str, str]]:
        """The environment for Terraform that is not ours, in the sandbox, and that of the caller.

        Args:
            mirror: a filesystem mirror with other providers than hashicorp/aws, or None.
        """
        from aurora_cli.sandbox.any_terraform import environment

        asked = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), self.region) if self.region else {}
        base = {**self._given, **asked}
        env = environment(self.sandbox_manager, base, genuine=self.provider == "genuine", mirror=mirror)
        return env, self._given

    def act_for(self, cluster: Callable[[], ClusterIdentity]) -> None:
        """From now on, calls are those of a cluster: in the role that its spec names, and in its account only.

        Args:
            cluster: finds out who that is, once a call is made; what needs no call does not read it.
        """
        self._cluster = cache(cluster)

    def aws(self, region: str) -> AwsClients:
        """API clients for that Region, the same at each call: a client takes 50 to 70 ms to make.

        Raises:
            CredentialsError: the profile is not the same identity for Terraform, or the account is not the cluster's.
        """
        self.refuse_other_account(region)
        return self._clients(region)

    def account(self, region: str) -> str:
        """Number of the account that calls reach, as that Region's STS says. Raises CredentialsError, AwsFailed."""
        if self.sandbox and not self._role():
            from aurora_cli.sandbox.isolation import ACCOUNT

            return ACCOUNT
        return self._clients(region).account

    def refuse_other_account(self, region: str) -> None:
        """Compare the account with those of the cluster and of `fleet.yaml`, once. Raises CredentialsError, AwsFailed."""
        cluster = self._cluster() if self._cluster else None
        if cluster is None or repr(cluster) in self._compared:
            return
        # The sandbox has one account for all clusters for which no role is assumed.
        known = (None, None) if self.sandbox and not self._role() else (cluster.account, cluster.intended)
        if any(known):
            found = self.account(region)
            for account, where in zip(known, ("is in", "is, by `account` of fleet.yaml, for"), strict=True):
                if account not in (None, found):
                    raise CredentialsError(
                        f"{cluster.name} {where} account {account}, and the credentials are those of account {found}.",
                        hint="Choose a profile of that account with --profile, or a role in it with --role-arn.",
                        details={"account": found, "account_of_cluster": account},
                    )
        self._compared.add(repr(cluster))

    def _clients(self, region: str) -> AwsClients:
        from aurora_cli.aws.clients import Access, AwsClients

        role, source = self._role(), None if self.sandbox else self._source
        key = (region, repr(sorted(role.items())) if role else "", (source.profile if source else "") or "")
        if key not in self._aws:
            access = (
                source.access(region, role)
                if source
                else Access.from_environment(region, self._sandbox_environment, role)
            )
            self._aws.setdefault(
                key, AwsClients(access, self.home.endpoint_cache, self.home.throttling)
            )  # another thread may have been quicker
        return self._aws[key]

    def _role(self) -> Mapping[str, str] | None:
        """Arguments of `assume_role` for the calls."""
        cluster = self._cluster() if self._cluster else None
        role = self.role or (cluster.role if cluster else None)
        if self.sandbox and role and cluster:
            from aurora_cli.sandbox.isolation import ACCOUNT

            if cluster.account == ACCOUNT:
                return None  # it was created before the sandbox assumed roles
        return role

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
        from aurora_cli.terraform.runner import Terraform

        # The sandbox's own provider bears the name of the genuine one: it must not get into a cache that others use.
        own = self.sandbox and self.provider != "genuine"
        cache = "" if own else str(self.home.plugin_cache)
        return Terraform(
            binary=self.binary,
            folder=stack.terraform_dir,
            env=self.terraform_env(stack.record.region, {"TF_PLUGIN_CACHE_DIR": cache}),
            runs_dir=stack.runs_dir,
            emit=emit,
            lock_timeout=lock_timeout,
            relock=own,
            provider_log=self.sandbox_manager.files.parent_log if own else None,
            attach=self.sandbox_manager.attach if own else None,
            check=lambda: self.refuse_other_account(stack.record.region),
        )

    def terraform_env(self, region: str, extra: Mapping[str, str]) -> dict[str, str]:
        """The environment in which Terraform reaches the right AWS, with `extra` on top; see `terraform.environment`."""
        from aurora_cli.terraform.environment import terraform_env

        base = self._sandbox_environment if self.sandbox else self._source.for_terraform(region)
        return terraform_env(base, extra, debug=self.debug)

    @cached_property
    def user(self) -> str:
        """Who runs the command, for the history."""
        from aurora_cli.stacks.lock import user_name

        return user_name(self.environ)

    def packaged_psql(self) -> str | None:
        """The psql that came with the sandbox's PostgreSQL; None: there is none."""
        from aurora_cli.sandbox.database.postgres.binaries import packaged_psql

        found = packaged_psql()
        return str(found) if found is not None else None

    def missing_sandbox_packages(self) -> tuple[list[str], str]:
        """Packages of the sandbox that are not installed, and what to do about it."""
        from aurora_cli.sandbox.requirements import missing_packages, way_out

        missing = missing_packages(genuine=self.provider == "genuine")
        return missing, way_out(missing)
