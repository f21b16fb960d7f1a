"""Where a client connects to and what it signs in with. A password is read when it is used, and is kept in memory alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.replication.global_database import read_secret
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.json_input import parse_json
from aurora_cli.operations.passwords.master import VARIABLE, Password
from aurora_cli.operations.report.connect_facts import ConnectFacts
from aurora_cli.operations.report.connection_strings import MYSQL, Target
from aurora_cli.operations.sql.certificates import certificate_file

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit

_RESUMES_IN = 60
"""Seconds; about 15, and longer after a day (Aurora User Guide, "Scaling to zero ACUs")."""


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Attributes:
        role: writer, reader, a custom endpoint's name, or an instance's key or identifier.
        user, database: None for those of the cluster.
        secret: ARN or name of a secret with `username` and `password`; None for the master user's.
        iam: sign in with an IAM token.
        ca_file: the certificate authorities; None for those that are known.
    """

    name: str
    role: str = "writer"
    user: str | None = None
    database: str | None = None
    secret: str | None = None
    iam: bool = False
    ca_file: str | None = None


@dataclass(frozen=True)
class SignIn:
    """A target with what signs in there.

    Attributes:
        password: a password or a token; None where the client has to find one.
        token: whether it is an IAM token.
        seconds: to wait for the server. One of 0 ACUs resumes first.
    """

    target: Target
    password: Password | None
    token: bool = False
    seconds: int = 10


def with_request(facts: ConnectFacts, request: Request) -> ConnectFacts:
    """The facts with the secret or the token that is asked for. Raises InvalidInput: a token does not fit."""
    if request.secret:
        return replace(facts, secret=request.secret, iam=False)
    return _with_token(facts, request) if request.iam else facts


def _with_token(facts: ConnectFacts, request: Request) -> ConnectFacts:
    credentials = facts.spec.credentials
    if not credentials.iam_authentication:
        raise InvalidInput(
            f"IAM authentication is off for {request.name}.",
            hint="Set `credentials.iam_authentication: true` in the spec.",
        )
    if request.user is None and len(credentials.iam_users) != 1:
        known = f": {', '.join(credentials.iam_users)}" if credentials.iam_users else ""
        raise InvalidInput(
            "--iam needs the database user that the token is for.", hint=f"Specify it with --user NAME{known}."
        )
    user = request.user or credentials.iam_users[0]
    return replace(facts, target=replace(facts.target, user=user), secret=None, iam=True)


def sign_in(app: AppContext, facts: ConnectFacts, ca_file: str | None, emit: Emit) -> SignIn:
    """The target with its certificate authorities and the password.

    Raises:
        InvalidInput, OperationFailed (the secret cannot be used), CredentialsError, AccessDenied, AwsFailed.
    """
    target = replace(facts.target, ca_file=certificate_file(app, facts.spec.region, facts.target.host, ca_file, emit))
    signed = SignIn(target, None, facts.iam, _RESUMES_IN if pauses(facts.topology) else SignIn.seconds)
    if facts.iam:
        return replace(signed, password=_token(app, facts))
    if facts.secret:
        user, password = _secret(app, facts)
        return replace(signed, target=replace(target, user=user), password=password)
    given = app.environ.get(VARIABLE) if target.user == facts.topology.username else None
    own = app.environ.get("MYSQL_PWD" if facts.topology.engine == MYSQL else "PGPASSWORD")
    value = own or given
    return replace(signed, password=Password(value) if value else None)


def pauses(topology: Topology) -> bool:
    """Whether the cluster may be paused at 0 ACUs, so that the first connection has to wait until it has resumed."""
    return topology.acu is not None and not topology.acu["min"]


def _token(app: AppContext, facts: ConnectFacts) -> Password:
    """A token of 15 minutes, which is signed here."""
    target, region = facts.target, facts.spec.region
    with aws_errors("creating an IAM authentication token"):
        rds = app.aws(region).client("rds")
        return Password(rds.generate_db_auth_token(target.url_host, target.port, target.user, Region=region))


def _secret(app: AppContext, facts: ConnectFacts) -> tuple[str, Password]:
    user, password = _read(app, facts.spec.region, str(facts.secret))
    return user or facts.target.user, password


def read_password(app: AppContext, region: str, arn: str) -> str:
    """The password of a secret. Raises OperationFailed: it has none, or one that is not of ASCII characters."""
    password = _read(app, region, arn)[1].value
    if not password.isascii():
        raise OperationFailed(
            f"The password of {arn} has other than ASCII characters.", hint="Put another one into it."
        )
    return password


def _read(app: AppContext, region: str, arn: str) -> tuple[str, Password]:
    """User (or nothing) and password of a secret in the form of Secrets Manager's database secrets."""
    text = read_secret(app.aws(region).client("secretsmanager"), arn)
    if text is None:
        raise OperationFailed(
            f"There is no secret {arn}, or nothing is in it.", hint="Specify another with --secret ARN."
        )
    return parse_json(
        text,
        lambda data: (str(data.get("username") or ""), Password(str(data["password"]))),
        lambda _: OperationFailed(  # why it cannot be read may quote it
            f"The secret {arn} is not JSON with a password.",
            hint='It needs the form {"username": ..., "password": ...}.',
        ),
    )
