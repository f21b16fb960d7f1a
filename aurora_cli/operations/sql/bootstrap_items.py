"""The parts of a spec's `bootstrap`, in order: what each is called, and its statements. Each may run again without harm."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.spec.text.files import file_beside
from aurora_cli.sql_text import statements

if TYPE_CHECKING:
    from aurora_cli.spec.model.bootstrap import Bootstrap, BootstrapDatabase, BootstrapRole

MAINTENANCE = "postgres"
"""The database that every cluster has."""


@dataclass(frozen=True)
class Item:
    """One part.

    Attributes:
        text: what it does, as a plan says it.
        database: that it runs in.
        statements: in order.
        unless: a query whose rows say that the first statement has been run; None to run all.
        secret: ARN of a secret, whose password `role` gets after the statements; None for none.
        last: statements that follow the password.
        mysql: whether they are those of MySQL.
        file: an SQL file, whose statements run in one transaction; it runs once, whatever becomes of it.
    """

    text: str
    database: str
    statements: tuple[str, ...] = ()
    unless: str | None = None
    role: str = ""
    secret: str | None = None
    file: Path | None = None
    last: tuple[str, ...] = ()
    mysql: bool = False

    @property
    def key(self) -> str:
        """What the stack's record has of it when it has run."""
        content = (self.text, self.database) if self.file else (self.text, self.database, *self.statements, self.secret)
        return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def items_of(bootstrap: Bootstrap, folder: Path) -> list[Item]:
    """All parts.

    Args:
        folder: that names of files are relative to.
    """
    roles = [_role(name, role) for name, role in bootstrap.roles.items()]
    created = [_database(name, one) for name, one in bootstrap.databases.items() if name != MAINTENANCE]
    members = [item for name, role in bootstrap.roles.items() for item in _memberships(name, role)]
    inside = [item for name, one in bootstrap.databases.items() for item in _inside(name, one, folder)]
    return [*roles, *members, *created, *inside]


def _role(name: str, role: BootstrapRole) -> Item:
    quoted = identifier(name)
    how = ", with IAM authentication" if role.iam else ", with the password of its secret" if role.secret else ""
    can = "LOGIN" if role.iam or role.secret else "NOLOGIN"
    changes = [
        f"CREATE ROLE {quoted}",
        f"ALTER ROLE {quoted} {can}",
        *([f"GRANT rds_iam TO {quoted}"] if role.iam else ()),
    ]
    unless = f"SELECT 1 FROM pg_roles WHERE rolname = {literal(name)}"  # noqa: S608 - quoted
    return Item(f"Create the role {name}{how}.", MAINTENANCE, tuple(changes), unless, name, role.secret)


def _memberships(name: str, role: BootstrapRole) -> Iterator[Item]:
    for group in role.member_of:
        yield Item(f"Grant {group} to {name}.", MAINTENANCE, (f"GRANT {identifier(group)} TO {identifier(name)}",))


def _database(name: str, database: BootstrapDatabase) -> Item:
    """Whoever gives a database to a role must be a member of it (PostgreSQL documentation, ALTER DATABASE)."""
    quoted, owner = identifier(name), database.owner
    of = f", owned by {owner}" if owner else ""
    changes = [f"CREATE DATABASE {quoted}"]
    if owner:
        changes += [
            f"GRANT {identifier(owner)} TO CURRENT_USER",
            f"ALTER DATABASE {quoted} OWNER TO {identifier(owner)}",
        ]
    unless = f"SELECT 1 FROM pg_database WHERE datname = {literal(name)}"  # noqa: S608 - quoted
    return Item(f"Create the database {name}{of}.", MAINTENANCE, tuple(changes), unless)


def _inside(name: str, database: BootstrapDatabase, folder: Path) -> Iterator[Item]:
    for one in database.extensions:
        statement = f"CREATE EXTENSION IF NOT EXISTS {identifier(one)} CASCADE"
        yield Item(f"Create the extension {one} in {name}.", name, (statement,))
    for grant in database.grants:
        yield Item(f"Grant {' '.join(grant.split())} in {name}.", name, (f"GRANT {grant}",))
    for file in database.sql:
        yield Item(f"Run {file} in {name}.", name, file=file_beside(folder, file))


def meaning(item: Item) -> str:
    """A digest of what it runs, with the statements of its file. Raises InvalidInput as `read_file` does."""
    runs = read_file(item) if item.file else [*item.statements, *item.last]
    return hashlib.sha256(repr((item.text, item.database, item.secret, runs)).encode()).hexdigest()


def read_file(item: Item) -> list[str]:
    """The statements of an SQL file. Raises InvalidInput: it cannot be read, or has none."""
    try:
        found = statements((item.file or Path()).read_text(encoding="utf-8-sig"), mysql=item.mysql)
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise InvalidInput(
            f"{item.file} of `bootstrap` cannot be read: {reason}.", hint="Correct `sql` in the spec."
        ) from None
    if not found:
        raise InvalidInput(f"{item.file} of `bootstrap` has no SQL statement.", hint="Correct `sql` in the spec.")
    return found


def identifier(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL quotes it, with backslashes as they are."""
    return "'" + text.replace("'", "''") + "'"
