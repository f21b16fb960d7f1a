"""The parts of a spec's `bootstrap` of Aurora MySQL: users, roles, databases, grants, SQL files. Each may run again without harm.

A role that signs in is a user from any host; one that does not is a role, which those that it is granted to have from the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.operations.sql.bootstrap_items import Item

if TYPE_CHECKING:
    from aurora_cli.spec.model.bootstrap import Bootstrap, BootstrapDatabase, BootstrapRole

_ANYWHERE = ""
"""No database: users and databases are the server's."""
_IAM = "IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"


def items_of(bootstrap: Bootstrap, folder: Path) -> list[Item]:
    """All parts, in order. Args: folder: that names of files are relative to."""
    roles = [_role(name, role) for name, role in bootstrap.roles.items()]
    members = [_memberships(name, role) for name, role in bootstrap.roles.items() if role.member_of]
    created = [_database(name) for name in bootstrap.databases]
    inside = [item for name, one in bootstrap.databases.items() for item in _inside(name, one, folder)]
    return [*roles, *members, *created, *inside]


def password_change(user: str, password: str) -> str:
    """The statement that sets a password: MySQL writes it to no log (MySQL, "Password Management", passwords in logs)."""
    return f"ALTER USER {account(user)} IDENTIFIED BY {literal(password)}"


def _role(name: str, role: BootstrapRole) -> Item:
    user = account(name)
    if role.iam:
        changes = (f"CREATE USER IF NOT EXISTS {user} {_IAM}", f"ALTER USER {user} {_IAM}")
        return Item(f"Create the user {name}, with IAM authentication.", _ANYWHERE, changes, mysql=True)
    if role.secret:
        # Until it has the password of its secret, nobody signs in as it.
        changes = (f"CREATE USER IF NOT EXISTS {user} ACCOUNT LOCK", f"ALTER USER {user} ACCOUNT UNLOCK")
        text = f"Create the user {name}, with the password of its secret."
        return Item(text, _ANYWHERE, changes[:1], role=name, secret=role.secret, last=changes[1:], mysql=True)
    return Item(f"Create the role {name}.", _ANYWHERE, (f"CREATE ROLE IF NOT EXISTS {identifier(name)}",), mysql=True)


def _memberships(name: str, role: BootstrapRole) -> Item:
    groups, signs_in = ", ".join(map(identifier, role.member_of)), role.iam or role.secret
    changes = [f"GRANT {groups} TO {account(name) if signs_in else identifier(name)}"]
    if signs_in:
        changes.append(f"SET DEFAULT ROLE {groups} TO {account(name)}")
    return Item(f"Grant {', '.join(role.member_of)} to {name}.", _ANYWHERE, tuple(changes), mysql=True)


def _database(name: str) -> Item:
    return Item(
        f"Create the database {name}.", _ANYWHERE, (f"CREATE DATABASE IF NOT EXISTS {identifier(name)}",), mysql=True
    )


def _inside(name: str, database: BootstrapDatabase, folder: Path) -> Iterator[Item]:
    for grant in database.grants:
        yield Item(f"Grant {' '.join(grant.split())} in {name}.", name, (f"GRANT {grant}",), mysql=True)
    for file in database.sql:
        yield Item(f"Run {file} in {name}.", name, file=folder / Path(file).expanduser(), mysql=True)


def account(name: str) -> str:
    """A user from any host, as SQL has it."""
    return f"{identifier(name)}@`%`"


def identifier(name: str) -> str:
    """A name as MySQL quotes it."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A text as MySQL quotes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
