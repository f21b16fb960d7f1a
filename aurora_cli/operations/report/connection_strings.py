"""One target in the forms that clients take. No form holds a password; every form checks the server's certificate and its name.

Sources: libpq (connection strings, `.pgpass`, PG* variables), pgJDBC and Connector/J (URLs), MySQL (URI-like strings, options).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from aurora_cli.operations.core.global_results import Endpoint
from aurora_cli.spec.facts.partitions import partition_of

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology

MYSQL = "aurora-mysql"
CA_FILE = "global-bundle.pem"


@dataclass(frozen=True)
class Target(Endpoint):
    """Where to connect, and as whom.

    Attributes:
        host: name or address; an IPv6 address without brackets.
        database: may be empty (mysql).
        ca_file: the certificate authorities, in PEM.
    """

    database: str
    user: str
    ca_file: str


def target_of(
    topology: Topology,
    host: str,
    *,
    port: int | None = None,
    user: str | None = None,
    database: str | None = None,
    ca_file: str = CA_FILE,
) -> Target:
    """A host of the cluster, by default at its port, as the master user, in the database that came with it (PostgreSQL: or
    `postgres`).
    """
    default = topology.database or ("" if topology.engine == MYSQL else "postgres")
    chosen = default if database is None else database
    return Target(host, port or topology.port, chosen, user or topology.username or "", ca_file)


def is_local(host: str | None) -> bool:
    """Whether a host is one of the sandbox's database servers: an address of loopback, or a name that leads there."""
    return host is not None and (host.startswith("127.") or host == "::1" or host.endswith(".localhost"))


def own_authority(file: Path | None, host: str | None) -> str | None:
    """The certificate authority of the sandbox's database servers, if the host is one of theirs.

    Args:
        file: where it is; None: in an account.
    """
    return str(file) if file is not None and is_local(host) else None


def command_line(engine: str, target: Target) -> str:
    """For psql or mysql, which asks for the password."""
    return _mysql(target) if engine == MYSQL else _psql(target)


def ca_command(region: str, ca_file: str = CA_FILE) -> str | None:
    """Downloads the certificate authorities that every form needs; None for a partition whose download is not known."""
    host = partition_of(region).ca_bundle
    return shlex.join(["curl", "-fsSo", ca_file, f"https://{host}/global/global-bundle.pem"]) if host else None


def ca_unknown(region: str, ca_file: str = CA_FILE) -> str | None:
    """What to do instead, for a partition whose download is not known (AWS publishes none for it outside of it); else None."""
    partition = partition_of(region)
    if partition.ca_bundle:
        return None
    return (
        f"Where {partition.name} has the RDS certificate bundle is not known here. The Aurora User Guide of that partition says "
        f'it under "Using SSL/TLS to encrypt a connection": save it as {ca_file}.'
    )


def written(engine: str, target: Target) -> dict[str, str]:
    """Form -> text, for the forms that the engine has."""
    return {form: write(target) for form, write in (_MYSQL if engine == MYSQL else _POSTGRES).items()}


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _query(**values: str) -> str:
    return urlencode(values, quote_via=quote, safe="")


def _postgres_url(target: Target) -> str:
    options = _query(sslmode="verify-full", sslrootcert=target.ca_file)
    return f"postgresql://{_encoded(target.user)}@{target.authority}/{_encoded(target.database)}?{options}"


def _postgres_jdbc(target: Target) -> str:
    options = _query(user=target.user, sslmode="verify-full", sslrootcert=target.ca_file)
    return f"jdbc:postgresql://{target.authority}/{_encoded(target.database)}?{options}"


def libpq_parameters(target: Target) -> dict[str, str]:
    """Parameters of a connection by libpq, by their names in connection strings."""
    return {
        "host": target.host,
        "port": str(target.port),
        "dbname": target.database,
        "user": target.user,
        "sslmode": "verify-full",
        "sslrootcert": target.ca_file,
    }


def libpq_variables(target: Target) -> dict[str, str]:
    """The same as variables of the environment; with a Kerberos ticket libpq would take GSSAPI in the place of TLS."""
    names = {"dbname": "PGDATABASE"}
    values = {names.get(key, f"PG{key.upper()}"): value for key, value in libpq_parameters(target).items()}
    return {**values, "PGGSSENCMODE": "disable"}


def mysql_options(target: Target, password: str | None, *, token: bool, mariadb: bool) -> str:
    """An option file of the mysql client. Each value is quoted: `#` would begin a comment, and blanks at its ends would go."""
    values = {"host": target.host, "port": str(target.port), "user": target.user, "ssl-ca": target.ca_file}
    values |= {"ssl-verify-server-cert": "1"} if mariadb else {"ssl-mode": "VERIFY_IDENTITY"}
    values |= {} if password is None else {"password": password}
    values |= (
        {"enable-cleartext-plugin": "1"} if token and not mariadb else {}
    )  # MariaDB's has it on, and no such value
    lines = (f'{name}="{_option(value)}"' for name, value in values.items())
    return "\n".join(["[client]", *lines, ""])


def _option(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _psql(target: Target) -> str:
    values = libpq_parameters(target)
    return shlex.join(["psql", " ".join(f"{key}={_conninfo(value)}" for key, value in values.items())])


def _conninfo(value: str) -> str:
    """A value of a libpq connection string: quoted where it is empty or has spaces, quotes or backslashes."""
    if value and not re.search(r"[\s'\\]", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _postgres_env(target: Target) -> str:
    return _assignments(
        PGHOST=target.host,
        PGPORT=str(target.port),
        PGDATABASE=target.database,
        PGUSER=target.user,
        PGSSLMODE="verify-full",
        PGSSLROOTCERT=target.ca_file,
        DATABASE_URL=_postgres_url(target),
    )


def _pgpass(target: Target) -> str:
    """A line of ~/.pgpass that lacks its last field."""
    fields = (target.host, str(target.port), target.database, target.user)
    return ":".join(re.sub(r"([\\:])", r"\\\1", field) for field in fields) + ":"


def _mysql_url(target: Target) -> str:
    options = _query(**{"ssl-mode": "VERIFY_IDENTITY", "ssl-ca": target.ca_file})
    return f"mysql://{_encoded(target.user)}@{target.authority}/{_encoded(target.database)}?{options}"


def _mysql_jdbc(target: Target) -> str:
    options = _query(user=target.user, sslMode="VERIFY_IDENTITY")
    return f"jdbc:mysql://{target.authority}/{_encoded(target.database)}?{options}"


def _mysql(target: Target) -> str:
    words = ["mysql", f"--host={target.host}", f"--port={target.port}", f"--user={target.user}", "--password"]
    words += ["--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={target.ca_file}"]
    return shlex.join([*words, *([target.database] if target.database else [])])


def _mysql_env(target: Target) -> str:
    return _assignments(
        MYSQL_HOST=target.host,
        MYSQL_TCP_PORT=str(target.port),
        MYSQL_DATABASE=target.database,
        MYSQL_USER=target.user,
        MYSQL_SSL_MODE="VERIFY_IDENTITY",
        MYSQL_SSL_CA=target.ca_file,
        DATABASE_URL=_mysql_url(target),
    )


def _assignments(**values: str) -> str:
    """Lines that a POSIX shell and env-file readers take."""
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in values.items() if value)


Write = Callable[[Target], str]
_POSTGRES: dict[str, Write] = {
    "url": _postgres_url,
    "jdbc": _postgres_jdbc,
    "psql": _psql,
    "env": _postgres_env,
    "pgpass": _pgpass,
}
_MYSQL: dict[str, Write] = {"url": _mysql_url, "jdbc": _mysql_jdbc, "mysql": _mysql, "env": _mysql_env}
