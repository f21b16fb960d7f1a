"""Runs `psql` or `mysql` on a cluster. The password is in the environment or in an option file, never among the arguments."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aurora_cli.child import run_child
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.operations.report.connection_strings import MYSQL, libpq_variables, mysql_options
from aurora_cli.operations.sql.sign_in import Request, SignIn, sign_in
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.operations.report.connect_facts import ConnectFacts

PROGRAMS = {"psql": ("psql",), "mysql": ("mysql", "mariadb")}
_INSTALL = {
    "psql": "Debian and Ubuntu: apt-get install postgresql-client; macOS: brew install libpq",
    "mysql": "Debian and Ubuntu: apt-get install default-mysql-client; macOS: brew install mysql-client",
}
_ELSEWHERE = ("PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGPASSWORD", "MYSQL_PWD", "AURORA_MASTER_PASSWORD")
"""Variables of the caller that would lead to another server, or that hold the password of one."""


@dataclass(frozen=True)
class Client:
    """A client that is ready to run.

    Attributes:
        command: the program.
        environ: its environment.
        option_file: an option file of mysql, which has the password; None for psql.
    """

    command: str
    arguments: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    option_file: str | None = field(default=None, repr=False)

    def run(self) -> int:
        """Run it with our standard streams until it ends; gives its exit status. Raises OSError: it does not start."""
        if self.option_file is None:
            return run_child([self.command, *self.arguments], self.environ)
        with TemporaryDirectory(prefix="aurora-cli-") as folder:  # 0700
            path = Path(folder) / "client.cnf"
            write_atomic(path, self.option_file)
            return run_child([self.command, f"--defaults-extra-file={path}", *self.arguments], self.environ)


def find_program(app: AppContext, program: str) -> str | None:
    """Path of psql or mysql on this machine; psql may be that of the sandbox's PostgreSQL. None: there is none."""
    places = (shutil.which(one, path=app.environ.get("PATH")) for one in PROGRAMS[program])
    return next(filter(None, places), None) or (app.packaged_psql() if program == "psql" else None)


def installed(app: AppContext, program: str, name: str) -> str:
    """Path of psql or mysql on this machine. Raises OperationFailed: there is none."""
    path = find_program(app, program)
    if path is None:
        raise OperationFailed(
            f"There is no {program} on PATH.",
            hint=f"Install it ({_INSTALL[program]}), or do without: aurora-cli sql {name}",
        )
    return path


def client(
    app: AppContext, path: str, facts: ConnectFacts, request: Request, arguments: Sequence[str], emit: Emit
) -> Client:
    """The client of a cluster's engine, with all that it needs to connect.

    Args:
        path: of the client.
        arguments: for the client, as they are.

    Raises:
        What `sign_in` raises.
    """
    signed = sign_in(app, facts, request.ca_file, emit)
    mysql = facts.topology.engine == MYSQL
    return _mysql(app, path, signed, arguments) if mysql else _psql(app, path, signed, arguments)


def refuse_other_engine(facts: ConnectFacts, program: str, name: str) -> None:
    """Raise InvalidInput for a client of the other engine."""
    engine = facts.topology.engine
    if (engine == MYSQL) != (program == "mysql"):
        other = f"aurora-cli mysql {name}" if engine == MYSQL else f"aurora-cli psql {name}"
        raise InvalidInput(f"{name} is {engine}.", hint=f"Its prompt: {other}")


def _inherited(app: AppContext) -> dict[str, str]:
    return {name: value for name, value in app.environ.items() if name not in _ELSEWHERE}


def _psql(app: AppContext, path: str, found: SignIn, arguments: Sequence[str]) -> Client:
    password = {"PGPASSWORD": found.password.value} if found.password else {}
    defaults = {"PGCONNECT_TIMEOUT": str(found.seconds), "PGAPPNAME": "aurora-cli"}
    environ = {**defaults, **_inherited(app), **libpq_variables(found.target), **password}
    return Client(path, tuple(arguments), environ)


def _mysql(app: AppContext, path: str, found: SignIn, arguments: Sequence[str]) -> Client:
    environ = _inherited(app)
    shown = subprocess.run([path, "--version"], env=environ, capture_output=True, text=True, check=False)
    password = found.password.value if found.password else None
    options = mysql_options(found.target, password, token=found.token, mariadb="mariadb" in shown.stdout.lower())
    asked = (
        ()
        if password is not None or any(one.startswith(("-p", "--password")) for one in arguments)
        else ("--password",)
    )
    database = (f"--database={found.target.database}",) if found.target.database else ()
    return Client(path, (*asked, *database, *arguments), environ, options)
