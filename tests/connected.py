"""A cluster to connect to, as the commands find it: no stack and no call of AWS is needed to try what comes after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.inspect import connection
from aurora_cli.operations.report.connect_facts import ConnectFacts
from aurora_cli.operations.report.connection_strings import MYSQL, target_of
from tests.unit.spec_cases import MYSQL as MYSQL_SPEC
from tests.unit.spec_cases import POSTGRES, resolved

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1"


def known_cluster(
    monkeypatch: pytest.MonkeyPatch,
    engine: str = "aurora-postgresql",
    *,
    host: str = "127.{role}.test",
    port: int = 5432,
    user: str = "admin",
    topology: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """Have the commands find the cluster `orders`.

    Args:
        host: of each role.
        user: the master user, whose password is in `SECRET`.
        topology: what else the RDS API says of it.
        changes: fields of its spec.
    """
    spec = resolved({**(MYSQL_SPEC if engine == MYSQL else POSTGRES), **(changes or {})}).spec
    member = Member("orders-1", "writer", "db.r7g.large", "available", host="one.test")
    seen = Topology("orders", ARN, "available", engine, "17.7", port, (member,), username=user, secret_arn=SECRET)
    seen = replace(seen, **(topology or {}))
    master = user

    def found(app: Any, name: str, *, role: str, user: str | None, database: str | None, **_: Any) -> ConnectFacts:
        target = target_of(seen, host.format(role=role), user=user, database=database)
        secret = seen.secret_arn if user in (None, master) else None
        return ConnectFacts(spec, seen, role, target, secret, target.user in spec.credentials.iam_users)

    monkeypatch.setattr(connection, "connect_facts", found)
