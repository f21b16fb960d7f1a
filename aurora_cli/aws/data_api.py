"""The RDS Data API: SQL statements over HTTPS, without a way into the VPC.

Sources: RDS Data Service API reference (2018-08-01); Aurora User Guide, "Using the Amazon RDS Data API" (45 seconds a call, 1 MiB
an answer, 3 minutes between the calls of a transaction) and its page on troubleshooting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AuroraError, AwsFailed, CredentialsError, StatementFailed

RESUMING = "DatabaseResumingException"
_STATE = re.compile(
    r"^(?:ERROR: )?(?P<text>.*?)(?:; Position: (?P<position>\d+))?; SQLState: (?P<state>\w{5})$", re.DOTALL
)
_STATEMENT = ("BadRequestException", "DatabaseErrorException", "UnsupportedResultException")
_SIGN_IN = ("28P01", "28000")
_HINTS = {
    "StatementTimeoutException": "A call may take 45 seconds. Connect instead: --via direct",
    "UnsupportedResultException": "The Data API has no form for it. Connect instead: --via direct",
}
_TOO_LARGE = "response size limit"


@dataclass(frozen=True)
class DataApi:
    """The Data API of a cluster, as the user of a secret.

    Attributes:
        client: a boto3 client of rds-data.
        cluster, secret: their ARNs.
        database: empty for the server's default.
    """

    client: Any
    cluster: str
    secret: str
    database: str

    def execute(self, sql: str, transaction: str | None = None) -> dict[str, Any]:
        """ExecuteStatement; the answer has `columnMetadata`. Raises StatementFailed, CredentialsError, AwsFailed."""
        with data_api_errors("running the statement"):
            within = {"transactionId": transaction} if transaction else self._database()
            answer: dict[str, Any] = self.client.execute_statement(
                **self._who(), **within, sql=sql, includeResultMetadata=True
            )
            return answer

    def begin(self) -> str:
        """BeginTransaction; gives its ID."""
        with data_api_errors("beginning a transaction"):
            return str(self.client.begin_transaction(**self._who(), **self._database())["transactionId"])

    def commit(self, transaction: str) -> None:
        """CommitTransaction."""
        with data_api_errors("committing the transaction"):
            self.client.commit_transaction(**self._who(), transactionId=transaction)

    def roll_back(self, transaction: str) -> None:
        """RollbackTransaction."""
        with data_api_errors("rolling back the transaction"):
            self.client.rollback_transaction(**self._who(), transactionId=transaction)

    def _who(self) -> dict[str, str]:
        return {"resourceArn": self.cluster, "secretArn": self.secret}

    def _database(self) -> dict[str, str]:
        return {"database": self.database} if self.database else {}


@contextmanager
def data_api_errors(doing: str) -> Iterator[None]:
    """As `aws_errors`; what the database says is a StatementFailed with its SQLSTATE."""
    try:
        with aws_errors(doing):
            yield
    except AwsFailed as failed:
        raise _from_database(failed, str(failed.details.get("aws_code"))) from failed.__cause__


def _from_database(failed: AwsFailed, code: str) -> AuroraError:
    said = str(failed.details.get("aws_message", "")).removesuffix(".")
    if code == "StatementTimeoutException":
        return StatementFailed(f"The statement timed out: {said}.", hint=_HINTS[code], details=failed.details)
    if code not in _STATEMENT:
        failed.hint = failed.hint or _WAYS.get(code)
        return failed
    found = _STATE.match(" ".join(said.split()))
    text, state = (found["text"], found["state"]) if found else (said, None)
    if state in _SIGN_IN:
        return CredentialsError(f"The database does not accept the user of the secret: {text}.", details=failed.details)
    hint = _HINTS["UnsupportedResultException"] if _TOO_LARGE in said else _HINTS.get(code)
    return StatementFailed(
        f"{text}{f' (SQLSTATE {state})' if state else ''}.", sqlstate=state, hint=hint, details=failed.details
    )


_WAYS = {
    RESUMING: "Wait a few seconds and run the command again.",
    "DatabaseNotFoundException": "The cluster has no instance.",
    "DatabaseUnavailableException": "See the writer's status: aurora-cli status NAME",
    "HttpEndpointNotEnabledException": "Enable it with `data_api: true` in the spec, or connect: --via direct",
    "InvalidSecretException": 'The secret needs the form {"username": ..., "password": ...}.',
    "SecretsErrorException": "The Data API could not read the secret: see its key and its policy.",
}
