"""The master password of a global database, where AWS manages none.

It is made here, handed to Terraform in the environment as an ephemeral variable, and written by write-only arguments to the
cluster and to a secret: it is in no file, no state, no plan and no argument list. The secret is made before the cluster, so a
run that stopped between the two goes on with the password that is in it.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aurora_cli.aws.global_database import master_secret, read_secret
from aurora_cli.operations.regions import OF_MASTER

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.terraform.state import StateResource

VARIABLE = "master_password"
CLUSTER_ADDRESS = "aws_rds_cluster.this"
WRITTEN = "master_password_wo_version"
VERSION_ADDRESS = "aws_secretsmanager_secret_version.master"
_LENGTH = 32
_LETTERS = string.ascii_letters + string.digits


def variables_of(app: AppContext, spec: ClusterSpec, resources: Sequence[StateResource]) -> Mapping[str, str]:
    """Terraform's variables for this run: the password while the cluster has yet to get it, else none.

    Args:
        resources: what the state holds. A cluster without the password's version was not made, or has yet to become global.
    """
    held = {resource.address: resource.attributes for resource in resources}
    has_it = held.get(CLUSTER_ADDRESS, {}).get(WRITTEN) is not None
    if spec.global_ is None or (has_it and VERSION_ADDRESS in held):
        return {}
    kept = _kept(app, spec) if VERSION_ADDRESS in held else None
    return {VARIABLE: kept or new_password()}


def new_password() -> str:
    """32 letters and digits: about 190 bits, and nothing that a shell, a URL or MySQL's 41 characters would mind."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _kept(app: AppContext, spec: ClusterSpec) -> str | None:
    client = app.aws(spec.region).client("secretsmanager")
    arn = master_secret(client, f"{spec.name}{OF_MASTER}")
    text = read_secret(client, arn) if arn else None
    return str(json.loads(text)["password"]) if text else None
