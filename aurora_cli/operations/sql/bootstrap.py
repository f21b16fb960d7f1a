"""`bootstrap` of the spec: runs once after the creation, each part noted in the stack's record when it has ended.

A run that stops, or that cannot reach the database, is resumed by the same command. What is taken out of the spec stays in the
database. A cluster whose data come from a source has its roles and databases from there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, InvalidInput, OperationFailed
from aurora_cli.events import timed
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.passwords.master import Password
from aurora_cli.operations.report.connect_facts import facts_of
from aurora_cli.operations.report.connection_strings import MYSQL
from aurora_cli.operations.sql import bootstrap_mysql
from aurora_cli.operations.sql.bootstrap_items import Item, identifier, items_of, literal, meaning, read_file
from aurora_cli.operations.sql.scram import verifier
from aurora_cli.operations.sql.sign_in import read_password
from aurora_cli.operations.sql.statements import Script, open_database
from aurora_cli.spec.model.source import INHERITING, PROMOTED
from aurora_cli.sql_text import controls_transaction, first_word

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.sql.database import Database
    from aurora_cli.terraform.plan.plan import Plan

_BY_CONNECTION = (
    "`bootstrap` connects from this machine, since the Data API is off. Instances have no public address unless "
    "`network.public_access` is set; with `data_api: true` no way into the VPC is needed."
)
_NO_SERVER = "The sandbox runs no database server, so `bootstrap` does not run."


class Bootstrap(Concern):
    """What of it has yet to run, and the run."""

    def review(self, plan: Plan) -> Shown:
        """The parts that would run. Raises InvalidInput: an SQL file of one cannot be read."""
        pending = self._pending()
        if not pending:
            return Shown()
        if self._without_server():
            return Shown(remarks=(_NO_SERVER,))
        behind = tuple(map(meaning, pending))
        by_connection = not (self.spec.data_api or self.spec.network.public_access or self.app.sandbox)
        remarks = (_BY_CONNECTION,) if by_connection else ()
        return Shown(tuple(item.text for item in pending), remarks=remarks, behind=behind)

    def after(self) -> None:
        """Run them. Raises OperationFailed: one failed; those before it are done."""
        pending = self._pending()
        topology = self.change.live() if pending and not self._without_server() else None
        if topology is None:
            return
        with timed(self.options.emit, "bootstrap", "Preparing roles and databases"):
            for database, items in groupby(pending, lambda item: item.database):
                self._run(topology, database, list(items))

    def _pending(self) -> list[Item]:
        record = self.stack.record
        if self.spec.bootstrap is None or self.spec.inherits or record.created_from in (*INHERITING, PROMOTED):
            return []
        done = record.bootstrapped
        parts = bootstrap_mysql.items_of if self.spec.engine == MYSQL else items_of
        return [item for item in parts(self.spec.bootstrap, self._folder()) if item.key not in done]

    def _folder(self) -> Path:
        file = self.options.file or self.stack.record.spec_file
        return Path(file).parent if file and file != "-" else Path.cwd()

    def _without_server(self) -> bool:
        own = self.app.sandbox_certificates
        return own is not None and not own.is_file()

    def _run(self, topology: Topology, name: str, items: list[Item]) -> None:
        text = items[0].text
        try:
            with closing(self._open(topology, name)) as database:
                for item in items:
                    text = item.text
                    self._carry_out(database, item)
                    self.stack.update_record(bootstrapped=(*self.stack.record.bootstrapped, item.key))
        except AuroraError as problem:
            kind = InvalidInput if isinstance(problem, InvalidInput) else OperationFailed
            raise kind(
                f"The cluster {self.spec.name} is there, and its bootstrap stopped at: {text} {problem.message}",
                hint=f"{f'{problem.hint} ' if problem.hint else ''}Resume: aurora-cli apply {self.spec.name}",
                details=problem.details,
            ) from problem

    def _open(self, topology: Topology, name: str) -> Database:
        facts = facts_of(self.app, self.spec, topology, str(topology.writer_host), database=name)
        given = self.options.password
        ask: Callable[[str], Password | None] = lambda prompt: Password(given) if given else None  # noqa: E731
        return open_database(
            self.app,
            facts,
            self.app.environ.get("AURORA_CA_FILE"),
            via="auto",
            ask_password=ask,
            emit=self.options.emit,
        )

    def _carry_out(self, database: Database, item: Item) -> None:
        if item.file:
            found = read_file(item)
            words = [first_word(one, mysql=item.mysql) for one in found]
            if database.via == "data-api" and any(map(controls_transaction, words)):
                raise InvalidInput(f"{item.file} begins or ends a transaction.", hint="Leave that out: a file is one.")
            script = Script(self.spec.name, found, words, production=False, database=database)
            script.run(lambda result: list(result.rows), lambda question: None, yes=True)
            return
        there = item.unless is not None and list(database.execute(item.unless, last=False).rows) != []
        for statement in item.statements[there:]:
            list(database.execute(statement, last=False).rows)
        changes = (
            [_password_change(item, read_password(self.app, self.spec.region, item.secret))] if item.secret else []
        )
        for change in (*changes, *item.last):
            list(database.execute(change, last=False).rows)


def _password_change(item: Item, password: str) -> str:
    if item.mysql:
        return bootstrap_mysql.password_change(item.role, password)
    return f"ALTER ROLE {identifier(item.role)} PASSWORD {literal(verifier(password))}"
