"""A go-plugin server: handshake on stdout, gRPC with TLS over a Unix socket.

Or without TLS, for a Terraform that is told where its provider listens (TF_REATTACH_PROVIDERS): one process then serves all
providers that this Terraform would start, with their one configuration. See `attach`.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from tf.gen import grpc_controller_pb2, grpc_controller_pb2_grpc, grpc_stdio_pb2_grpc
from tf.gen.tfplugin_pb2_grpc import add_ProviderServicer_to_server

from aurora_cli.sandbox.provider.certificate import Certificate, load_certificate
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.fork_client import ATTACHED
from aurora_cli.sandbox.provider.protocol import ephemeral
from aurora_cli.sandbox.provider.servicer import Servicer
from aurora_cli.writing import make_missing

_COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
_MESSAGE_LIMIT = 256 << 20  # the limit of Terraform's plugin servers
_THREADS = 32
_ORPHAN_SECONDS = 1.0
_LONGEST_FOLDER = 64  # a Unix socket's path has at most 104 bytes on macOS and 108 on Linux


class _Controller(grpc_controller_pb2_grpc.GRPCControllerServicer):  # type: ignore[misc]
    """go-plugin's shutdown request."""

    def __init__(self, done: threading.Event) -> None:
        self._done = done

    def Shutdown(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        self._done.set()
        return grpc_controller_pb2.Empty()


class _Stdio(grpc_stdio_pb2_grpc.GRPCStdioServicer):  # type: ignore[misc]
    """go-plugin requests streams of stdout and stderr; stderr reaches Terraform's log without them."""

    def StreamStdio(self, request: Any, context: Any) -> Any:  # noqa: N802
        return iter(())


def serve(
    provider: Provider,
    cache_dir: Path | None,
    environ: Mapping[str, str] = os.environ,
    *,
    done: threading.Event | None = None,
) -> int:
    """Serve until Terraform stops the provider or ends; returns the exit status.

    Args:
        provider: the provider to serve.
        cache_dir: folder with the saved certificate; a missing one is created.
        environ: contains go-plugin's magic cookie, or ATTACHED.
        done: for a fork, whose parent process is not Terraform: set by `fork_server` when Terraform has ended.
    """
    attached = ATTACHED in environ
    if not attached and environ.get(_COOKIE[0]) != _COOKIE[1]:
        sys.stderr.write("This program is a Terraform plugin. Terraform starts it; do not run it directly.\n")
        return 1
    started_by_terraform, done = done is None, done or threading.Event()
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS),
        options=[("grpc.max_receive_message_length", _MESSAGE_LIMIT), ("grpc.max_send_message_length", _MESSAGE_LIMIT)],
    )
    servicer = Servicer(provider)
    add_ProviderServicer_to_server(servicer, server)
    ephemeral.add_methods(server, servicer.ValidateEphemeralResourceConfig, servicer.OpenEphemeralResource)
    grpc_controller_pb2_grpc.add_GRPCControllerServicer_to_server(_Controller(done), server)
    grpc_stdio_pb2_grpc.add_GRPCStdioServicer_to_server(_Stdio(), server)
    with tempfile.TemporaryDirectory(prefix="aurora-provider-", dir=_folder_of_sockets()) as folder:
        socket = f"{folder}/plugin.sock"
        if attached:
            server.add_insecure_port(f"unix://{socket}")
            server.start()
            _say(json.dumps(_reattach_config(socket)))
        else:
            certificate = certificate_in(cache_dir)
            server.add_secure_port(f"unix://{socket}", _credentials(certificate))
            server.start()
            _say(_handshake(socket, certificate))
        _wait(done, started_by_terraform)
        provider.stop.set()
        server.stop(grace=0.2).wait()
    return 0


def _folder_of_sockets() -> str | None:
    """The parent folder of the socket's folder: /tmp if the path of the temporary folder is too long for a socket."""
    return "/tmp" if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_FOLDER else None  # noqa: S108 - private in there


def certificate_in(cache_dir: Path | None) -> Certificate:
    """The certificate in that folder, created if it is missing; None: a new one for this process."""
    file = cache_dir / "certificate.json" if cache_dir is not None else None
    certificate = load_certificate(file)
    if file is not None and not file.exists():
        try:
            make_missing(file.parent)
            certificate.save(file)
        except OSError as error:
            sys.stderr.write(f"cannot save the provider's certificate in {file}: {error}\n")
    return certificate


def _credentials(certificate: Certificate) -> Any:
    """TLS that authenticates the provider. The private folder of the socket authenticates Terraform, whose certificate has
    a P-521 key that gRPC's BoringSSL does not support.
    """
    pairs = [(certificate.key_pem, certificate.certificate_pem)]
    return grpc.ssl_server_credentials(pairs, require_client_auth=False)


def _handshake(socket: str, certificate: Certificate) -> str:
    encoded = base64.b64encode(certificate.der).decode().rstrip("=")
    return f"1|6|unix|{socket}|grpc|{encoded}"


def _reattach_config(socket: str) -> dict[str, Any]:
    """What TF_REATTACH_PROVIDERS has for this provider (go-plugin's ReattachConfig). Test: Terraform does not end it."""
    where = {"Network": "unix", "String": socket}
    return {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": where}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _wait(done: threading.Event, started_by_terraform: bool) -> None:
    """Wait for the shutdown request, or until Terraform is no longer the parent because it was killed."""
    parent = os.getppid()
    while not done.wait(_ORPHAN_SECONDS):
        if started_by_terraform and os.getppid() != parent:
            return
