"""Commands forked from a process that has loaded what they work with: `python -m aurora_cli.fork_server`.

To load its modules, the model of the spec and the descriptions of AWS's services takes a command 0.6 s of processor time, more
than all else that it does; a fleet runs hundreds of them. Standard input is a socket. Each message on it asks for a command:
`{"task": 1, "name": "orders", "words": ["plan", ...]}`, with the descriptors of its standard output and error. The answers are
`{"task": 1}`, with a descriptor of its process, and how that ended, `{"task": 1, "status": 0}`; `null` where it could not begin.

The server has one thread, opens no connection and knows no cluster, so that a fork has what a new process would. It ends with its
standard input; commands have sessions of their own, and go on.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from aurora_cli.commands.table import PROGRAM
from aurora_cli.errors import AuroraError
from aurora_cli.main import main as run_command
from aurora_cli.operations.fleet.executors.forks import MESSAGE_BYTES

INTERRUPTED = 130
_LEFT_OUT = frozenset({"__main__", "fork_server", "emulator", "database", "provider", "embedded", "executors"})
"""Programs of their own, the sandbox's, and what commands on one cluster do not need."""
_SERVICES = ("application-autoscaling", "cloudwatch", "ec2", "iam", "kms", "logs", "rds", "secretsmanager", "sts")


def main() -> None:
    """Serve until standard input ends."""
    preload()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored, as in the background of a script
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # a command heeds it once it can
    with socket.socket(fileno=sys.stdin.fileno()) as channel:
        _serve(channel)


def _serve(channel: socket.socket) -> None:
    poll, running = select.poll(), dict[int, tuple[int, int]]()
    poll.register(channel, select.POLLIN)
    while True:
        for descriptor, event in poll.poll():
            if descriptor in running:
                poll.unregister(descriptor)
                os.close(descriptor)
                task, child = running.pop(descriptor)
                _say(channel, [], task=task, status=os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                continue
            if event & ~select.POLLIN:  # who asked is gone, and wants nothing any more
                return
            message, streams, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 2)
            request = json.loads(message)
            pid = _fork() if len(streams) == 2 else None  # fewer where it has as many descriptors as it may have
            if pid == 0:
                # All threads of a command are joined and its streams written by now; to free what is shared takes 0.04 s.
                os._exit(_command(request["name"], request["words"], streams))
            for stream in streams:
                os.close(stream)
            if pid is None:
                _say(channel, [], task=request["task"], status=None)
                continue
            process = os.pidfd_open(pid)
            running[process] = request["task"], pid
            poll.register(process, select.POLLIN)
            _say(channel, [process], task=request["task"])


def _fork() -> int | None:
    """None where the system allows no more processes: those that run go on."""
    try:
        return os.fork()
    except OSError:
        return None


def _say(channel: socket.socket, descriptors: list[int], **answer: int | None) -> None:
    with suppress(OSError):  # nobody listens any more, as the next look at the channel says
        socket.send_fds(channel, [json.dumps(answer).encode()], descriptors)


def _command(name: str, words: list[str], streams: list[int]) -> int:
    """In the fork: what `python -m aurora_cli` does."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, stream in enumerate((nothing, *streams)):
            os.dup2(stream, number)
        for number in [int(one.name) for one in Path("/proc/self/fd").iterdir()]:  # there may be room for a billion
            if number > len(streams):
                with suppress(OSError):
                    os.close(number)
        with suppress(OSError), open("/proc/self/comm", "w", encoding="utf-8") as shown:  # noqa: PTH123 - in `top` and `ps`
            shown.write(name)
        sys.argv = [PROGRAM, *words]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        return run_command()
    except KeyboardInterrupt:  # before the command handles it
        return INTERRUPTED


def preload() -> None:
    """Load what commands work with: data of the package and of libraries alone."""
    import aurora_cli
    from aurora_cli.aws.clients import load_services
    from aurora_cli.fleet.fleet_file import Account, FleetFile
    from aurora_cli.fleet.rollout import Limits
    from aurora_cli.hcl.render import render_stack
    from aurora_cli.spec.resolve.resolve import Layer, resolve
    from aurora_cli.terraform import argv

    _import(aurora_cli)
    least = {"name": "any", "region": "us-east-1", "engine": "postgres", "network": {"allow": ["10.0.0.0/16"]}}
    render_stack(resolve([Layer(least, "preload")]).spec)
    for model in (FleetFile, Account, Limits):
        model.model_rebuild()
    argv.version(("terraform",))
    with suppress(AuroraError):  # the configuration of AWS may be wrong, which commands say
        load_services(_SERVICES)
    gc.collect()
    gc.freeze()


def _import(package: Any) -> None:
    for one in iter_modules(package.__path__, f"{package.__name__}."):
        if one.name.rpartition(".")[2] not in _LEFT_OUT:
            with suppress(ImportError):  # of an extra that is not installed
                module = import_module(one.name)
                if one.ispkg:
                    _import(module)


if __name__ == "__main__":
    main()
