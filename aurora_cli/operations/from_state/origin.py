"""Somebody else's Terraform state: found, read and searched for a cluster. Nothing of theirs is written or locked."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aurora_cli.errors import ClusterNotFound, CredentialsError, InvalidInput, TerraformFailed
from aurora_cli.events import Emit, timed
from aurora_cli.problem import some_of
from aurora_cli.terraform.state.foreign import (
    PULL,
    WORKSPACE_NOTE,
    data_folder,
    local_file_of,
    parse_foreign_state,
    workspace_of,
)
from aurora_cli.terraform.state.state import STATE_FILE, State, StateResource
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

_TOFU_REGISTRY = b"registry.opentofu.org/"
_ANY_REGION = "us-east-1"
"""Where a session of a profile is taken up when nothing names a Region: the backend names its own."""
_SHOWN = 10
"""Choices that a message lists; all are in its details."""


@dataclass(frozen=True)
class StateOrigin:
    """A cluster in somebody else's state.

    Attributes:
        source: the folder or file that was given.
        state: what is in it.
        address, name: of the cluster.
        region, account: from its ARN; None where the state has none.
        resource_id: what AWS calls it whatever its name is.
        program: `terraform`, or `tofu` where the providers come from its registry.
    """

    source: Path
    state: State
    address: str
    name: str
    region: str | None
    account: str | None
    resource_id: str | None
    program: str

    @property
    def label(self) -> str:
        """The cluster in a list of choices."""
        return f"{self.name} ({self.region or 'no Region'}, {self.address})"


def find_origin(app: AppContext, source: Path, wanted: str | None, emit: Emit) -> StateOrigin:
    """The Aurora cluster of a state.

    Args:
        source: a folder (its state file, or what its backend holds), a state file, or what `terraform show -json` printed.
        wanted: identifier or address of the cluster; None if there is one alone.

    Raises:
        InvalidInput: there is no state, it cannot be read, it has no Aurora cluster, or several to choose from.
        ClusterNotFound: it has none of that name. CredentialsError: it is in another account.
        TerraformFailed, AccessDenied: the backend cannot be read.
    """
    with timed(emit, "state", "Reading the Terraform state of the other configuration"):
        place = _place_of(source, app.environ)
        content = _pull(app, place, emit) if place.is_dir() else _content(place)
        state = parse_foreign_state(content, place)
    program = "tofu" if _TOFU_REGISTRY in content else "terraform"
    origin = _choose(_clusters(state, source, program), source, wanted, app.region)
    _refuse_other_account(app, origin)
    return origin


def _place_of(source: Path, environ: Mapping[str, str]) -> Path:
    """The file that has the state, or the folder whose backend keeps it; of a project of CDK for Terraform its lone stack."""
    if not source.exists():
        raise InvalidInput(f"{source} does not exist.", hint="Specify a folder with --from-state, or a state file.")
    if not source.is_dir():
        return source
    file = local_file_of(source, environ)
    if file is None:
        return source
    if file.is_file():
        return file
    stacks = sorted({*source.glob("terraform.*.tfstate"), *source.glob("cdktf.out/stacks/*/")})
    if len(stacks) == 1:
        return _place_of(stacks[0], environ)
    if stacks:
        raise InvalidInput(
            f"{source} has several stacks of CDK for Terraform: {', '.join(str(one) for one in stacks)}.",
            hint=f"Specify one: aurora-cli adopt --from-state {shlex.quote(str(stacks[0]))}",
        )
    raise InvalidInput(
        f"{source} has no Terraform state: {file} does not exist.",
        hint=f"Run `terraform init` there if a backend keeps the state, or save it to a file, and specify that: {PULL}",
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise InvalidInput(f"{file} cannot be read: {problem.strerror}.", hint=f"Check it: ls -l {file}") from problem


def _pull(app: AppContext, folder: Path, emit: Emit) -> bytes:
    """What the backend of a folder holds. Terraform gets a copy of its notes on the folder, since it may write to them."""
    from aurora_cli.terraform.queries import TerraformReader

    app.begin(emit)
    notes = data_folder(folder, app.environ)
    with TemporaryDirectory(prefix="aurora-cli-") as copy:
        write_atomic(Path(copy) / STATE_FILE, (notes / STATE_FILE).read_bytes())
        write_atomic(Path(copy) / WORKSPACE_NOTE, workspace_of(folder, app.environ))
        region = app.region or (app.fallback_region() or (_ANY_REGION,))[0]
        env = app.terraform_env(region, {"TF_DATA_DIR": copy})
        try:
            return TerraformReader(app.binary, folder, env).pull_state()
        except TerraformFailed as error:  # the explanations of its diagnostics are about stacks of our own
            said = next((one["summary"] for one in error.details.get("diagnostics", ())), error.message)
            raise TerraformFailed(
                f"Terraform cannot read the state of {folder}: {said.rstrip('.:')}.",
                hint=f"See that this succeeds there, and specify the file that it writes with --from-state: {PULL}",
                details=error.details,
            ) from error


def _clusters(state: State, source: Path, program: str) -> list[StateOrigin]:
    """The Aurora clusters. Raises InvalidInput if there is none."""
    databases = [one for one in state.managed if one.type == "aws_rds_cluster" and not one.deposed]
    aurora = [one for one in databases if str(one.attributes.get("engine", "aurora")).startswith("aurora")]
    if aurora:
        return [_origin(one, state, source, program) for one in aurora]
    if databases:
        found = f"{databases[0].address} is an RDS Multi-AZ DB cluster ({databases[0].attributes['engine']})"
    elif state.managed:
        kinds = sorted({one.type.partition("_")[0] for one in state.managed})
        found = f"it has resources of {', '.join(kinds[:_SHOWN])}"
    else:
        found = "it has no resources"
    raise InvalidInput(
        f"The Terraform state of {source} has no Aurora cluster (aws_rds_cluster): {found}.",
        hint="Specify the folder or state that manages the cluster, or read AWS alone: aurora-cli adopt CLUSTER",
    )


def _origin(one: StateResource, state: State, source: Path, program: str) -> StateOrigin:
    name = one.id or str(one.attributes.get("cluster_identifier"))
    arn = str(one.attributes.get("arn") or "").split(":")
    region, account = (arn[3], arn[4]) if len(arn) > 5 else (one.attributes.get("region"), None)
    resource_id = one.attributes.get("cluster_resource_id")
    return StateOrigin(source, state, one.address, name, region, account, resource_id, program)


def _choose(found: Sequence[StateOrigin], source: Path, wanted: str | None, region: str | None) -> StateOrigin:
    named = [one for one in found if wanted in (None, one.name, one.address)]
    here = [one for one in named if region is None or one.region in (None, region)]
    if len(here) == 1:
        return here[0]
    choices = sorted(here or named or found, key=lambda one: one.label)
    listed = some_of([one.label for one in choices], _SHOWN)
    same = len({one.name for one in choices}) < len(choices)
    example = shlex.quote(choices[0].address if same else choices[0].name)
    rest = f"{example} --from-state {shlex.quote(str(source))}"
    elsewhere = f"Specify one: aurora-cli --region {choices[0].region} adopt {rest}"
    kind, missing = (InvalidInput, f"in {region}") if named else (ClusterNotFound, f"{wanted}")
    has = f"{len(choices)} Aurora clusters:" if here else f"no Aurora cluster {missing}; it has"
    raise kind(
        f"The Terraform state of {source} has {has} {listed}.",
        hint=elsewhere if named and not here else f"Specify one: aurora-cli adopt {rest}",
        details={"clusters": [{"name": o.name, "region": o.region, "address": o.address} for o in choices]},
    )


def _refuse_other_account(app: AppContext, origin: StateOrigin) -> None:
    """Raises CredentialsError if the credentials are not of the account that the cluster is in."""
    from aurora_cli.context import ClusterIdentity

    region = origin.region
    if origin.account is None or region is None:
        return
    if app.sandbox and app.account(region) != origin.account:
        raise CredentialsError(
            f"{origin.name} is in account {origin.account}, as the state says, and not in the sandbox.",
            hint="Omit --sandbox, and AURORA_SANDBOX.",
        )
    app.act_for(lambda: ClusterIdentity(origin.name, origin.account, None))
    app.refuse_other_account(region)
