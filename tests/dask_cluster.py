"""A scheduler and workers of Dask, as processes on loopback: what `dask scheduler` and `dask worker` start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[1]
_FORKED = """
import os, signal, sys
from distributed import nanny, scheduler, worker
from distributed.cli import dask_scheduler, dask_worker
from aurora_cli.operations.fleet.executors import dask_task
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    what, *words = line.split()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sys.argv[:] = ["dask", what, *words]
        {"scheduler": dask_scheduler, "worker": dask_worker}[what].main(words)
    print(pid, flush=True)
"""
"""Reading the modules of Dask takes a second of processor time: one process does so, and is forked for each part."""


@dataclass
class DaskCluster:
    """What runs.

    Attributes:
        folder: with their output, in `dask.log`.
        parent: of all parts.
        protocol: `tcp` or `tls`.
        options: of `dask worker`.
        scheduler: process ID.
        workers: the same of what `dask worker` has started.
    """

    folder: Path
    parent: subprocess.Popen[str]
    protocol: str
    options: tuple[str, ...]
    port: int
    scheduler: int = 0
    workers: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of the scheduler."""
        return f"{self.protocol}://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """`dask scheduler`, on its port."""
        self.scheduler = self._start("scheduler", "--port", str(self.port), "--protocol", self.protocol)

    def start_worker(self) -> None:
        """`dask worker`, with one thread."""
        fixed = ("--nthreads", "1", "--local-directory", str(self.folder))
        self.workers.append(self._start("worker", self.address, *fixed, *self.options))

    def _start(self, *words: str) -> int:
        assert self.parent.stdin and self.parent.stdout
        self.parent.stdin.write(f"{' '.join(words)} --host 127.0.0.1 --no-dashboard\n")
        self.parent.stdin.flush()
        return int(self.parent.stdout.readline())


@contextmanager
def dask_cluster(
    folder: Path, environ: Mapping[str, str], workers: int, *options: str, protocol: str = "tcp"
) -> Iterator[DaskCluster]:
    """A scheduler with workers, which may not have connected yet.

    Args:
        environ: of all parts.
        options: of `dask worker`.
    """
    with (folder / "dask.log").open("ab") as log, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        parent = subprocess.Popen(
            [sys.executable, "-c", _FORKED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "PYTHONWARNINGS": ""},
            cwd=folder,
            text=True,
            start_new_session=True,
        )
    with parent:
        try:
            cluster = DaskCluster(folder, parent, protocol, options, port)
            cluster.start_scheduler()
            for _ in range(workers):
                cluster.start_worker()
            yield cluster
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


def certificates(folder: Path) -> dict[str, str]:
    """Dask's variables for a certificate that all parts have, and that alone is trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dask")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "dask.pem"
    file.write_bytes(key.private_bytes(*private) + made.public_bytes(serialization.Encoding.PEM))
    names = ("CA_FILE", *(f"{part}__{what}" for part in ("SCHEDULER", "WORKER", "CLIENT") for what in ("CERT", "KEY")))
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(file) for name in names}
