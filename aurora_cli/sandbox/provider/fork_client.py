"""The launcher's program: get a provider from the fork server, or start one directly.

Terraform starts a provider several times per command, and each start would import gRPC, botocore and the schemas. So a fork
server per sandbox preloads them and forks (see `fork_server`). This program passes it the standard streams, environment, folder
and umask, and runs until that provider ends, so that Terraform has a child process to wait for and to kill. It imports nothing
of the package and few modules: it runs with `-I -S`.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import os
import sys
import time
from binascii import crc32

ACCEPTED, STALE, CONFIRMED = b"+", b"~", b"!"
ATTACHED = "AURORA_SANDBOX_ATTACHED"
"""Set in the environment of a provider that Terraform does not start; see `attach`."""
_PATIENCE_S = 20.0
_LOOK_EVERY_S = 0.01
_ORPHAN_S = 1.0
_FILE_DESCRIPTORS = 256
_SETTINGS = b"PYTHON"
_SECRETS = ("TF_VAR_", "AURORA_MASTER_PASSWORD")

# As in the launcher: the stack's folder must not be on the module path.
_START = """
import os, sys
sys.path[:] = [path for path in sys.path if path] + [os.environ["AURORA_SANDBOX_PACKAGE_ROOT"]]
from aurora_cli.sandbox.provider.{module} import main
main()
"""


def identity(environ: dict[bytes, bytes]) -> bytes:
    """What a fork server must share with its client: interpreter, package and Python's settings."""
    own = [b"%s=%s" % (name, environ[name]) for name in sorted(environ) if name.startswith(_SETTINGS)]
    return b"\n".join([os.fsencode(sys.executable), environ[b"AURORA_SANDBOX_PACKAGE_ROOT"], *own])


def request(environ: dict[bytes, bytes], folder: bytes, umask: int) -> bytes:
    """The length, then identity, folder, umask and environment; the streams are sent separately."""
    variables = [b"%s=%s" % item for item in environ.items()]
    body = b"\0".join([identity(environ), folder, b"%d" % umask, *variables])
    return len(body).to_bytes(8, "big") + body


def address(environ: dict[bytes, bytes]) -> str:
    """The name of the fork server's socket in its folder."""
    return f"{crc32(identity(environ)):08x}.sock"


def _ask(folder: bytes) -> _socket.socket | None:
    """A channel to a forked provider; None if there is none."""
    environ, here = dict(os.environb), os.getcwdb()
    umask = os.umask(0o077)
    os.umask(umask)
    message = request(environ, here, umask)
    try:
        os.chdir(folder)  # the path of a socket is limited in length
        return _negotiate(address(environ), message)
    except OSError:
        return None
    finally:
        os.chdir(here)


def _negotiate(name: str, message: bytes) -> _socket.socket | None:
    started, deadline = False, time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        channel = connect(name)
        if channel is None:
            started = started or _start_fork_server()
            time.sleep(_LOOK_EVERY_S)
            continue
        answer = hand_over(channel, message, (0, 1, 2))
        if answer == ACCEPTED:
            return channel
        channel.close()
        if answer != STALE:
            return None
        started = False
    return None


def connect(name: str) -> _socket.socket | None:
    """A channel to the fork server that listens there; None if there is none."""
    channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        channel.connect(name)
    except (FileNotFoundError, ConnectionRefusedError):
        channel.close()
        return None
    return channel


def hand_over(channel: _socket.socket, message: bytes, numbers: tuple[int, int, int]) -> bytes:
    """The response of the fork server, which may still be loading; empty or STALE if it ended.

    Once it is ACCEPTED, a provider serves with these streams until the channel closes, and no other may be started.
    """
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in numbers)
    channel.settimeout(_PATIENCE_S)
    try:
        sent = channel.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
        channel.sendall(message[sent:])
        answer = channel.recv(1)
        if answer == ACCEPTED:
            channel.sendall(CONFIRMED)
        return answer
    except (ConnectionError, BrokenPipeError):
        return STALE


def _start_fork_server() -> bool:
    """Start a fork server in a new session, in this folder. It exits if another one was first. Returns True."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            log = os.open("parent.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            nothing = os.open(os.devnull, os.O_RDWR)
            for number, source in ((0, nothing), (1, log), (2, log)):
                os.dup2(source, number)
            os.closerange(3, _FILE_DESCRIPTORS)
            _remove_secrets()
            _exec("fork_server")
        os._exit(0)
    os.wait()
    return True


def _remove_secrets() -> None:
    """Remove master passwords: they are for this run of Terraform, and the fork server outlives it."""
    for name in [name for name in os.environ if name.startswith(_SECRETS)]:
        del os.environ[name]


def _exec(module: str) -> None:
    os.execv(sys.executable, [sys.executable, "-c", _START.format(module=module)])


def _stay(channel: _socket.socket) -> int:
    """Wait for the provider, and return its exit status. Also returns if Terraform ends, which ends the provider."""
    terraform = os.getppid()
    channel.settimeout(_ORPHAN_S)
    while os.getppid() == terraform:
        try:
            status = channel.recv(1)
        except TimeoutError:
            continue
        return status[0] if status else 1
    return 1


def main() -> None:
    """Serve with the fork server in the folder of the first argument, else directly."""
    # Ctrl-C reaches the whole process group; Terraform decides when a provider stops.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    channel = _ask(os.fsencode(sys.argv[1]))
    if channel is None:
        _exec("__main__")
    else:
        os._exit(_stay(channel))


if __name__ == "__main__":
    main()
