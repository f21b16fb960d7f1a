"""MariaDB or MySQL as the server of Aurora MySQL's clusters."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.engine import Changes, Server
from aurora_cli.sandbox.database.front.authority import Authority
from aurora_cli.sandbox.database.mysql.backups import MysqlBackups
from aurora_cli.sandbox.database.mysql.binaries import NONE_HINT, installed
from aurora_cli.sandbox.database.mysql.server import LOOPBACK, PRODUCT_MARK, Common, MysqlServer
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.database.supervisor import Supervisor


class MysqlEngine:
    """See `Engine`.

    Args:
        environ: names a MariaDB or MySQL, or has it on its PATH.

    Raises:
        SandboxFailed: no server can run here; says why.
    """

    changes: Changes | None = None

    def __init__(self, account: Account, supervisor: Supervisor, environ: Mapping[str, str]) -> None:
        if find_spec("pymysql") is None:
            raise SandboxFailed("PyMySQL is not installed.", hint="pip install pymysql")
        found = installed(environ)
        self._account, self._supervisor = account, supervisor
        self._binaries = account.usable(found)
        account.check(self._binaries)
        self.available = [found]
        self._common = _common(account)

    def server(
        self, key: str, folder: Path, crashed: Callable[[], None], *, major: int, like: Server | None = None
    ) -> MysqlServer:
        """See `Engine`: there is one MariaDB or MySQL, whatever the version of Aurora."""
        try:
            product = (folder / key / "data" / PRODUCT_MARK).read_text(encoding="utf-8")
        except OSError:
            product = self._binaries.product
        if product != self._binaries.product:
            raise SandboxFailed(f"The data are those of {product}, which is not installed any more.", hint=NONE_HINT)
        return MysqlServer(self._account, self._supervisor, self._binaries, key, folder, crashed, self._common)

    def upgrade_to(self, major: int) -> Binaries | None:
        """None: the data stay those of the one MariaDB or MySQL."""
        return None

    def backups(self, folder: Path) -> MysqlBackups:
        """See `Engine`."""
        return MysqlBackups(self._account, folder)


def _common(account: Account) -> Common:
    """The certificate and the secret of a sandbox's servers; made with the first."""
    folder = account.folder(account.data / "mysql")
    certificate, secret = folder / "server.pem", folder / "secret"
    if not certificate.exists():
        account.write(certificate, Authority(folder).issue(LOOPBACK, "localhost").decode("ascii"))
    if not secret.exists():
        account.write(secret, secrets.token_hex(32))
    return Common(certificate, secret.read_text(encoding="ascii"))
