"""The master password of a global database, where AWS manages none and none is given.

It is made here, handed to Terraform in the environment as an ephemeral variable, and written by write-only arguments to the
cluster and to a secret: it is in no file, no state, no plan and no argument list. The secret is made before the cluster, so a
run that stopped between the two goes on with the password that is in it. Both carry the number of the password.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.aws.replication.global_database import master_secret, read_secret
from aurora_cli.errors import OperationFailed
from aurora_cli.json_input import parse_json
from aurora_cli.operations.core.region_topology import OF_MASTER, secret_of_master
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.state.state import StateResource

TERRAFORM_VARIABLE = "master_password"
VERSION_ADDRESS = "aws_secretsmanager_secret_version.master"
_LENGTH = 32
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class MadePassword:
    """Which password the secret and the cluster are to have.

    Attributes:
        version: its number, to be rendered.
        in_secret: the secret has it.
        in_cluster: the cluster has it.
    """

    version: int
    in_secret: bool
    in_cluster: bool


def is_made_here(spec: ClusterSpec) -> bool:
    """Whether the master password of a spec is one that this module makes."""
    return spec.global_ is not None and not spec.credentials.given


def sent_version(resources: Sequence[StateResource]) -> int | None:
    """The version of the password that the cluster has; None if there is no cluster, or AWS manages its password."""
    for resource in resources:
        if resource.address == CLUSTER_ADDRESS and not resource.deposed:
            version = resource.attributes.get("master_password_wo_version")
            return version if isinstance(version, int) and version else None
    return None


def made_version(resources: Sequence[StateResource]) -> int | None:
    """Number of the password in the secret; None if the state has none."""
    held = next((r for r in resources if r.address == VERSION_ADDRESS and not r.deposed), None)
    version = held.attributes.get("secret_string_wo_version") if held else None
    return version if isinstance(version, int) and version else None


def made_password(resources: Sequence[StateResource], *, renew: bool = False) -> MadePassword:
    """The password for a state: the one that the secret has, or a new one.

    Args:
        resources: what the state holds. A cluster without a number was not made, or has yet to become global.
        renew: a new password although there is one.
    """
    kept, sent = made_version(resources), sent_version(resources)
    version = (sent or 0) + 1 if kept is None else kept + renew
    return MadePassword(version, in_secret=version == kept, in_cluster=version == sent)


def wanted_password(
    app: AppContext, spec: ClusterSpec, resources: Sequence[StateResource], *, renew: bool = False
) -> MadePassword:
    """As `made_password`, with a look at AWS: a secret or a cluster that was deleted outside Terraform has no password any more.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    gone = made_version(resources) is not None and secret_of_master(app, spec) is None
    made = made_password(resources, renew=renew or gone)
    if not made.in_cluster or read_topology(app.aws(spec.region).client("rds"), spec.name) is not None:
        return made
    return replace(made, in_cluster=False)


def variables_of(app: AppContext, spec: ClusterSpec, wanted: MadePassword) -> Mapping[str, str]:
    """What `Terraform.provide` gets: the password while the secret or the cluster has yet to get it, else nothing."""
    if wanted.in_secret and wanted.in_cluster:
        return {}
    kept = _kept(app, spec) if wanted.in_secret else None
    return {TERRAFORM_VARIABLE: kept or new_password()}


def new_password() -> str:
    """32 letters and digits: about 190 bits, and nothing that a shell, a URL or MySQL's 41 characters would mind."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _kept(app: AppContext, spec: ClusterSpec) -> str | None:
    client = app.aws(spec.region).client("secretsmanager")
    name = f"{spec.base_name}{OF_MASTER}"
    arn = master_secret(client, name)
    text = read_secret(client, arn) if arn else None
    if not text:
        return None
    hint = f'Put the master password into it as JSON, {{"password": ...}}, or delete the secret {arn}; then repeat the command.'
    return parse_json(
        text,
        lambda data: str(data["password"]),
        lambda why: OperationFailed(f"The secret {arn} holds no master password: {why}.", hint=hint),
    )
