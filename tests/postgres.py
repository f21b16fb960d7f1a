"""A PostgreSQL server of a test module: TLS with an authority of its own, passwords, as an unprivileged user."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.postgres.binaries import choose, installed

HOST = "127.0.0.1"
PASSWORD = "correct horse's \\battery\" staple"
UNPRIVILEGED = 65534


@dataclass(frozen=True)
class Server:
    """One that runs; `postgres` is its master user."""

    port: int
    ca_file: str
    program: Path

    def psql(self) -> str | None:
        """The psql of the same installation, or the one on PATH."""
        own = self.program.with_name("psql")
        return str(own) if own.exists() else shutil.which("psql")


@contextmanager
def running() -> Iterator[Server]:
    """A server until the block ends, with its files in a folder that its user can reach: pytest's are for ours alone."""
    with TemporaryDirectory(prefix="aurora-postgres-") as folder:
        yield from _running(Path(folder))


def _running(folder: Path) -> Iterator[Server]:
    user, data = UNPRIVILEGED if os.geteuid() == 0 else None, folder / "data"
    found = choose(installed({"PATH": ""}), 17)
    assert found is not None, "no PostgreSQL server is installed"
    programs = Account(folder, folder, user).usable(found).folder
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    _make_certificates(folder)
    (folder / "password").write_text(PASSWORD)
    if user is not None:
        for path in (folder, *folder.glob("*.*"), folder / "password"):
            os.chown(path, user, user)
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    options = ["-U", "postgres", "-A", "scram-sha-256", "-N", "-E", "UTF8", "--pwfile", "password"]
    made: list[str | Path] = [programs / "initdb", "-D", data, *options]
    subprocess.run(made, check=True, capture_output=True, user=user, group=user, env=environ, cwd=folder)
    (data / "pg_hba.conf").write_text(f"hostssl all all {HOST}/32 scram-sha-256\n")
    settings = {
        "port": port,
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "fsync": "off",
        "ssl": "on",
        "ssl_cert_file": folder / "server.crt",
        "ssl_key_file": folder / "server.key",
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, *words], user=user, group=user, env=environ, cwd=folder,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if "ready to accept connections" in line:
                break
        reader = threading.Thread(target=server.stderr.read)
        reader.start()
        yield Server(port, str(folder / "ca.crt"), programs / "postgres")
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown: it waits for no client
        with server:  # closes its stream
            reader.join()


def _make_certificates(folder: Path) -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("authority", HOST)]
    now = datetime.now(timezone.utc)
    for number, file in enumerate(("ca", "server")):
        builder = (
            x509.CertificateBuilder()
            .subject_name(names[number])
            .issuer_name(names[0])
            .public_key(keys[number].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
        )
        if number:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False
            )
        (folder / f"{file}.crt").write_bytes(
            builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
    key = folder / "server.key"
    key.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    key.chmod(0o600)
