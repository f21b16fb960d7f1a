"""Runs SQL statements on a cluster: over the Data API where it is on, else by a connection.

What changes data is asked about on a cluster of the production preset. Whether a statement does is not read from its text: one
that begins as a query runs in a read-only transaction first, and the server refuses it there (SQLSTATE 25006) if it would write.
Only where it has refused, and after a yes, does it run again in a transaction that may write. Every other statement is asked
about at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.aws.data_api import RESUMING, DataApi
from aurora_cli.errors import ApprovalRequired, AwsFailed, CredentialsError, InvalidInput, StatementFailed
from aurora_cli.events import waiting
from aurora_cli.operations.report.connection_strings import MYSQL
from aurora_cli.operations.sql.database import READ_ONLY, Database, Result
from aurora_cli.operations.sql.mysql import MySql
from aurora_cli.operations.sql.over_data_api import OverDataApi
from aurora_cli.operations.sql.postgres import Postgres
from aurora_cli.operations.sql.sign_in import Request, pauses, sign_in
from aurora_cli.sql_text import controls_transaction, first_word, reads_only, statements

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.operations.passwords.master import Password
    from aurora_cli.operations.report.connect_facts import ConnectFacts

Via = Literal["auto", "data-api", "direct"]
Show = Callable[[Result], object]
"""Shows a result, whose rows it reads as far as it wants them."""
AskPassword = Callable[[str], "Password | None"]
Ask = Callable[[str], None]
"""Asks whether to go on with what the sentence says. Raises Declined, ApprovalRequired."""


@dataclass
class Script:
    """Statements, and the database that they are for.

    Attributes:
        words: what each statement begins with.
        production: whether the cluster has the production preset.
    """

    name: str
    statements: list[str]
    words: list[str]
    production: bool
    database: Database = field(repr=False)

    def run(self, show: Show, ask: Ask, *, yes: bool) -> None:
        """Run them in order; several are one transaction, unless they begin and end some themselves.

        Args:
            yes: they may change data.

        Raises:
            StatementFailed: the database refused one; nothing of a transaction is kept.
            ApprovalRequired, Declined: they would change data.
        """
        writing = [word for word in self.words if not reads_only(word)]
        if writing and self.production and not yes:
            ask(self._changes(f"{writing[0].upper()} may change data"))
        if yes or writing or not self._reads(show, ask):
            self._run(show, read_only=False)

    def _reads(self, show: Show, ask: Ask) -> bool:
        """Run them read-only; False if they are to run again, since they write."""
        shown = False

        def showing(result: Result) -> None:
            nonlocal shown
            shown = True
            show(result)

        try:
            self._run(showing, read_only=True)
        except StatementFailed as refused:
            if refused.sqlstate != READ_ONLY:
                raise
            if shown:
                number = refused.details.get("statement", 1)
                raise ApprovalRequired(
                    f"Statement {number} changes data; nothing was changed.",
                    hint="Add --yes to let the statements change data.",
                ) from refused
            if self.production:
                ask(self._changes("the statement changes data"))
            return False
        return True

    def _changes(self, what: str) -> str:
        return f"{self.name} has the production preset, and {what}."

    def _run(self, show: Show, *, read_only: bool) -> None:
        own = any(map(controls_transaction, self.words))
        if not read_only and (own or len(self.statements) == 1):
            self._all(show)
            return
        self.database.begin(read_only=read_only)
        try:
            self._all(show)
        except BaseException as problem:
            with suppress(Exception):  # a connection that was lost has ended the transaction
                self.database.end(commit=False)
            if isinstance(problem, StatementFailed) and not read_only:
                problem.message += " The transaction was rolled back."
            raise
        self.database.end(commit=not read_only)

    def _all(self, show: Show) -> None:
        for number, statement in enumerate(self.statements, 1):
            last = number == len(self.statements)
            try:
                show(self.database.execute(statement, last=last))
            except StatementFailed as failed:
                if len(self.statements) > 1:
                    failed.message = f"Statement {number} of {len(self.statements)}: {failed.message}"
                    failed.details["statement"] = number
                raise


def open_script(
    app: AppContext,
    request: Request,
    facts: ConnectFacts,
    text: str,
    *,
    via: Via,
    ask_password: AskPassword,
    emit: Emit,
) -> Script:
    """The statements of a text with a way to the database of a cluster.

    Args:
        via: `auto` for the Data API where it is on and can be used, else a connection.
        ask_password: asks a person for a password that nothing else gives; None for no answer.

    Raises:
        InvalidInput: there is no statement, or one that no route can run. What `open_database` raises.
    """
    mysql = facts.topology.engine == MYSQL
    if "\0" in text or text.encode("utf-8", "replace").decode() != text:
        raise InvalidInput("The SQL has a NUL, or what is not UTF-8.", hint="Write such bytes as the engine's escapes.")
    found = statements(text, mysql=mysql)
    words = [first_word(one, mysql=mysql) for one in found]
    _check(request.name, words, mysql=mysql)
    if via != "direct" and any(map(controls_transaction, words)):
        if via == "data-api":
            raise _not_by_data_api("a statement begins or ends a transaction")
        via = "direct"
    database = open_database(app, facts, request.ca_file, via=via, ask_password=ask_password, emit=emit)
    return Script(request.name, found, words, facts.spec.preset == "production", database)


def open_database(
    app: AppContext, facts: ConnectFacts, ca_file: str | None, *, via: Via, ask_password: AskPassword, emit: Emit
) -> Database:
    """A way to a database. Arguments are those of `open_script`.

    Raises:
        InvalidInput: the Data API cannot be used. What `sign_in`, the Data API and the drivers raise.
    """
    obstacle = _not_over_data_api(facts)
    if via == "data-api" and obstacle:
        raise _not_by_data_api(obstacle)
    if via == "data-api" or (via == "auto" and obstacle is None):
        return _data_api(app, facts, emit)
    return _direct(app, facts, ca_file, ask_password, emit)


def _not_by_data_api(why: str) -> InvalidInput:
    return InvalidInput(f"The Data API cannot run this: {why}.", hint="Connect instead: --via direct")


def _check(name: str, words: list[str], *, mysql: bool) -> None:
    client = f"aurora-cli mysql {name}" if mysql else f"aurora-cli psql {name}"
    if not words:
        raise InvalidInput("There is no SQL statement.", hint=f"For a prompt: {client}")
    if "\\" in words or "delimiter" in words:
        raise InvalidInput(
            "The text has a command of a client, which is not SQL.", hint=f"Run it in the client: {client}"
        )


def _not_over_data_api(facts: ConnectFacts) -> str | None:
    """Why the Data API cannot be used; None if it can."""
    obstacles = {
        "it is off for the cluster": not facts.topology.data_api,
        "it leads to the writer alone": facts.role != "writer",
        "it takes a secret, and no IAM token": facts.iam,
        "it takes a secret, and none is known for the user": not facts.secret,
    }
    return next((text for text, applies in obstacles.items() if applies), None)


def _data_api(app: AppContext, facts: ConnectFacts, emit: Emit) -> Database:
    topology, client = facts.topology, app.aws(facts.spec.region).client("rds-data")
    api = DataApi(client, topology.arn, str(facts.secret), facts.target.database)
    if pauses(topology):
        _wait_for_resume(app, api, emit)
    return OverDataApi(api, mysql=topology.engine == MYSQL)


def _wait_for_resume(app: AppContext, api: DataApi, emit: Emit) -> None:
    """A cluster of 0 ACUs resumes at the first call, and refuses those that come before it has."""

    def look() -> tuple[None, str | None]:
        try:
            api.execute("SELECT 1")
        except AwsFailed as refused:
            if refused.details.get("aws_code") != RESUMING:
                raise
            return None, "resuming"
        return None, None

    wait_until(look, what="the cluster to resume", clock=app.clock, waiting=waiting(emit), timeout_s=120)


def _direct(
    app: AppContext, facts: ConnectFacts, ca_file: str | None, ask_password: AskPassword, emit: Emit
) -> Database:
    signed = sign_in(app, facts, ca_file, emit)
    connect = MySql if facts.topology.engine == MYSQL else Postgres
    try:
        return connect(signed)
    except CredentialsError:
        password = ask_password(f"Password of {signed.target.user}: ") if signed.password is None else None
        if password is None:
            raise
    return connect(replace(signed, password=password))
