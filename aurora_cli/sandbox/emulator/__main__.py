"""`python -m aurora_cli.sandbox.emulator`: serve until stopped, or until the sandbox folder is deleted."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import errno
import os
import secrets
import select
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.sandbox.database.metrics import minute
from aurora_cli.sandbox.emulator.admin import Admin
from aurora_cli.sandbox.emulator.application import Application
from aurora_cli.sandbox.emulator.calls import CallLog
from aurora_cli.sandbox.emulator.inventory import SavedInventory
from aurora_cli.sandbox.emulator.loading import Loader
from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING
from aurora_cli.sandbox.emulator.server import EmulatorServer
from aurora_cli.sandbox.emulator.ticker import Ticker
from aurora_cli.sandbox.faults import FaultBook
from aurora_cli.sandbox.isolation import DEFAULT_REGION, Keys, new_keys
from aurora_cli.sandbox.processes import start_time
from aurora_cli.sandbox.state import EmulatorState, StateFiles

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.aws import Aws

LOOK_AROUND_S = 2.0


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m aurora_cli.sandbox.emulator", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the sandbox folder (state, log)")
    parser.add_argument(
        "--port", type=int, default=0, help="preferred port on 127.0.0.1; any free port if it is 0 or in use"
    )
    parser.add_argument("--region", default=DEFAULT_REGION, help="Region to preload")
    parser.add_argument("--detach", action="store_true", help="run in the background, in a new session")
    parser.add_argument("--ready-fd", type=int, help="file descriptor that receives the port once the emulator listens")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the emulator."""
    options = arguments(argv)
    if options.detach:
        detach()
    stop, wake = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: wake_up(wake))
    files = StateFiles(options.folder)
    token, keys = secrets.token_hex(16), new_keys()
    inventory = SavedInventory(files)
    loader, faults = Loader(options.region, lambda aws: begin(aws, inventory, files.folder, keys)), FaultBook()
    SERVING.replica_lag = faults.replica_lag
    admin = Admin(token, loader, inventory, CallLog(), faults)
    server = listen(options.port, Application(admin, keys.access_key_id))
    state = new_state(server.port, token, keys, options.region)
    files.write_state(state)
    threading.Thread(target=server.serve_forever, name="serve", daemon=True).start()
    if options.ready_fd is not None:
        os.write(options.ready_fd, f"{server.port}\n".encode())
        os.close(options.ready_fd)
    loader.start()
    serve_until(stop, files, state, inventory.end)
    hooks.end(files.folder)
    # moto may still be loading in its thread, which an orderly shutdown of the interpreter does not survive.
    sys.stderr.flush()
    os._exit(0)


def begin(aws: Aws, inventory: SavedInventory, folder: Path, keys: Keys) -> None:
    """Bring back the resources, and their servers, and follow them from then on."""
    hooks.start(folder, os.environ, keys)
    inventory.start(aws)
    hooks.begin()
    Ticker(aws, inventory, minute(os.environ)).start()


def wake_up(pipe: int) -> None:
    """A signal handler must not take a lock: the code that it interrupts may hold it."""
    os.write(pipe, b"x")


def detach() -> None:
    """Continue as a grandchild in a new session, so that neither Ctrl-C nor the end of the caller stops it."""
    if os.fork():
        os._exit(0)
    os.setsid()


def listen(port: int, application: Application) -> EmulatorServer:
    """A listening server on the preferred port, or on any free port if that one is in use."""
    try:
        return EmulatorServer(port, application)
    except OSError as error:
        if port == 0 or error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        return EmulatorServer(0, application)


def new_state(port: int, token: str, keys: Keys, region: str) -> EmulatorState:
    """The record of this process."""
    return EmulatorState(
        pid=os.getpid(),
        process_start=start_time(os.getpid()) or "",
        port=port,
        token=token,
        started_at=dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
        access_key_id=keys.access_key_id,
        secret_access_key=keys.secret_access_key,
        region=region,
    )


def serve_until(stop: int, files: StateFiles, state: EmulatorState, end: Callable[[], None]) -> None:
    """Wait until `stop` is readable, to which the signal handlers write; then `end`.

    Also returns when the state file is deleted, because no command can find this process without it.
    """
    while not select.select([stop], [], [], LOOK_AROUND_S)[0]:
        current = files.read_state()
        if current is None or current.token != state.token:
            return
    end()
    files.write_state(dataclasses.replace(state, stopped=True))


if __name__ == "__main__":
    main()
