"""A provider for one run of Terraform, forked before it starts.

Terraform starts a provider up to three times a run: for the schemas, to validate, and to plan or apply. Each start is a launcher,
two certificates, a TLS handshake and a fork. A provider that Terraform is told of by TF_REATTACH_PROVIDERS is there once.
https://developer.hashicorp.com/terraform/plugin/debugging

It ends when the channel to it closes: the processes of the run inherit that, and nobody else keeps it. Where there is none to be
had, the run is as it was: Terraform starts the launcher, which starts the fork server.
"""

from __future__ import annotations

import json
import os
import re
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.sandbox.provider.fork_client import ACCEPTED, ATTACHED, address, connect, hand_over, request
from aurora_cli.sandbox.provider.install import HOSTS, variables

if TYPE_CHECKING:
    from _socket import socket

_NEEDS_SCHEMAS = frozenset({"show", "validate"})
_NEEDS_A_PROVIDER = _NEEDS_SCHEMAS | {"plan", "apply", "import"}
_CONFIGURATION = re.compile(r'^\s*provider\s+"', re.MULTILINE)
_PATIENCE_MS = 20_000
_UMASK = 0o077


@contextmanager
def attached(
    mirror: Path, parents: Path, command: str, folder: Path, environ: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, str], Sequence[int]]]:
    """Within this context a run of Terraform can start: gives its environment, and the descriptors that it must inherit.

    Args:
        mirror: where the provider is installed.
        parents: the folder of the fork server.
        command: Terraform's command, e.g. `plan`.
        folder: where it runs.
        environ: its environment, as it is without a provider.
    """
    fork = _fork(mirror, parents, folder, environ) if _can_share(command, folder, environ) else None
    if fork is None:
        yield environ, ()
        return
    channel, config = fork
    with closing(channel):
        providers = json.dumps({f"{host}/hashicorp/aws": config for host in HOSTS})
        yield {**environ, "TF_REATTACH_PROVIDERS": providers}, (channel.fileno(),)


def _can_share(command: str, folder: Path, environ: Mapping[str, str]) -> bool:
    """Whether one process can be all providers of the run: it has one configuration, and its log is not asked for."""
    if command not in _NEEDS_A_PROVIDER or environ.get("AURORA_SANDBOX_DIRECT") or environ.get("TF_LOG"):
        return False
    if command in _NEEDS_SCHEMAS:
        return True
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in folder.glob("**/*.tf")]
    return sum(len(_CONFIGURATION.findall(text)) for text in texts) < 2 and not any(folder.glob("**/*.tf.json"))


def _fork(mirror: Path, parents: Path, folder: Path, environ: Mapping[str, str]) -> tuple[socket, Any] | None:
    """The channel to a new provider, and what Terraform must know of it; None if the fork server has none."""
    settings = {**environ, **variables(mirror), ATTACHED: "1"}
    env = {os.fsencode(name): os.fsencode(value) for name, value in settings.items()}
    message = request(env, os.fsencode(folder), _UMASK)
    channel = None
    try:
        channel = _connect(parents, address(env))
        said = _said(channel, message) if channel is not None else b""
    except OSError:
        said = b""
    if channel is not None and said:
        return channel, json.loads(said)
    if channel is not None:
        channel.close()
    return None


def _connect(parents: Path, name: str) -> socket | None:
    folder = os.open(parents, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return connect(f"/proc/self/fd/{folder}/{name}")  # the path of a socket is limited in length
    finally:
        os.close(folder)


def _said(channel: socket, message: bytes) -> bytes:
    """The line that the new provider writes when it listens; empty if there is none."""
    reader, writer = os.pipe()
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        accepted = hand_over(channel, message, (nothing, writer, nothing)) == ACCEPTED
    finally:
        os.close(nothing)
        os.close(writer)
    try:
        poll = select.poll()
        poll.register(reader, select.POLLIN)
        return os.read(reader, select.PIPE_BUF) if accepted and poll.poll(_PATIENCE_MS) else b""
    finally:
        os.close(reader)
