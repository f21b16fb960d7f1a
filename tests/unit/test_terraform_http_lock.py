"""The holder of a state lock behind an HTTP address: the server is asked, since Terraform does not pass on what it answers."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import StateLocked
from aurora_cli.sandbox.provider.certificate import Certificate, make_certificate
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.output.events import Diagnostic
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.runner import Terraform
from aurora_cli.terraform.state.http_lock import http_lock_holder
from tests.state_server import StateServer, state_server

TAKEN = {"ID": "4a1f", "Operation": "OperationTypeApply", "Who": "eva@laptop", "Created": "2030-01-31T07:00:00Z"}
FACTS = {"id": "4a1f", "operation": "Apply", "who": "eva@laptop", "created": "2030-01-31T07:00:00Z"}
OWN_ATTEMPT = "\nLock Info:\n  ID:        ours\n  Path:      \n  Operation: OperationTypePlan\n  Who:       ben@here\n"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with state_server() as address:
        yield address


@pytest.fixture(autouse=True)
def locked() -> None:
    StateServer.lock, StateServer.refuses = json.dumps(TAKEN).encode(), False


def initialised(folder: Path, kind: str = "http", **config: Any) -> Path:
    """A folder in which `init` has noted this backend."""
    (folder / ".terraform").mkdir()
    note = {"version": 3, "backend": {"type": kind, "config": config, "hash": 1}}
    (folder / ".terraform" / "terraform.tfstate").write_text(json.dumps(note))
    return folder


def ours(folder: Path, address: str, **config: Any) -> Path:
    where = {"lock_address": f"{address}/lock", "unlock_address": f"{address}/lock"}
    return initialised(folder, address=address, **{**where, **config})


def test_the_holder_is_who_the_server_says(tmp_path: Path, address: str) -> None:
    assert http_lock_holder(ours(tmp_path, address), {}) == FACTS
    assert json.loads(StateServer.lock or b"") == TAKEN, "asking leaves it as it is"


def test_an_attempt_that_succeeds_is_taken_back(tmp_path: Path, address: str) -> None:
    StateServer.lock = None
    assert http_lock_holder(ours(tmp_path, address), {}) == {}
    assert StateServer.lock is None


def test_the_settings_of_the_environment_count_as_they_do_for_terraform(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str | None]] = []

    def conflict(handler: StateServer) -> None:
        seen.append((handler.path, handler.headers["Authorization"]))
        handler._body()
        handler._answer(409, StateServer.lock or b"")

    monkeypatch.setattr(StateServer, "do_LOCK", conflict)
    env = {"TF_HTTP_USERNAME": "anna", "TF_HTTP_PASSWORD": "pw", "TF_HTTP_LOCK_ADDRESS": f"{address}/elsewhere"}
    assert http_lock_holder(initialised(tmp_path, address=address), env) == FACTS
    assert seen == [("/elsewhere", f"Basic {base64.b64encode(b'anna:pw').decode()}")]


def test_a_proxy_of_the_machine_is_not_asked_for_loopback(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert http_lock_holder(ours(tmp_path, address), {}) == FACTS


def mutual_tls(own: Certificate, folder: Path) -> ssl.SSLContext:
    """Of a server that has this certificate, and takes clients that have it."""
    (folder / "own.pem").write_bytes(own.certificate_pem + own.key_pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "own.pem")
    context.load_cert_chain(folder / "own.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_the_certificates_and_the_key_of_the_settings_are_used(tmp_path: Path) -> None:
    own, other = make_certificate(), make_certificate()
    pem = {"client_certificate_pem": own.certificate_pem.decode(), "client_private_key_pem": own.key_pem.decode()}
    trust = {"client_ca_certificate_pem": pem["client_certificate_pem"]}
    outside = {f"TF_HTTP_{name.upper()}": value for name, value in {**pem, **trust}.items()}
    found = []
    with state_server(mutual_tls(own, tmp_path)) as address:
        StateServer.lock = json.dumps(TAKEN).encode()
        cases: list[tuple[dict[str, Any], dict[str, str]]] = [
            ({**pem, **trust}, {}),
            ({}, outside),
            ({**pem, "skip_cert_verification": True}, {}),
            (trust, {}),
            (pem, {"TF_HTTP_SKIP_CERT_VERIFICATION": "true"}),
            ({**pem, "client_ca_certificate_pem": other.certificate_pem.decode()}, {}),
            ({**trust, **pem, "client_private_key_pem": other.key_pem.decode()}, {}),
            ({**trust, "client_private_key_pem": pem["client_private_key_pem"]}, {}),
        ]
        for number, (config, env) in enumerate(cases):
            folder = tmp_path / str(number)
            folder.mkdir()
            found.append(http_lock_holder(ours(folder, address, **config), env))
    assert found == [FACTS, FACTS, FACTS, {}, {}, {}, {}, {}], "the rest are refused, as Terraform's own requests are"


@pytest.mark.parametrize(
    "body", [b"", b"locked", b"[1]", b'{"ID": 5, "Who": null}', b"[" * 9999, b"\xff", b"{}", b'{"ID": ""}']
)
def test_an_answer_that_tells_nothing_gives_nothing(tmp_path: Path, address: str, body: bytes) -> None:
    StateServer.lock = body
    assert http_lock_holder(ours(tmp_path, address), {}) == {}


@pytest.mark.parametrize(
    "config",
    [
        {"lock_address": None},
        {"lock_address": "file:///etc/passwd"},
        {"lock_address": "http://127.0.0.1:1/lock"},
        {"lock_address": "http://["},
        {"client_certificate_pem": "x"},
        {"lock_address": "https://127.0.0.1:1/lock", "client_ca_certificate_pem": "no certificate"},
        {"lock_address": "https://127.0.0.1:1/lock", "skip_cert_verification": True},
    ],
)
def test_where_nobody_can_be_asked_there_is_no_error(tmp_path: Path, address: str, config: dict[str, Any]) -> None:
    assert http_lock_holder(ours(tmp_path, address, **config), {}) == {}
    StateServer.refuses = True
    assert http_lock_holder(tmp_path, {}) == {}


def test_another_backend_is_not_asked(tmp_path: Path, address: str) -> None:
    assert http_lock_holder(tmp_path, {}) == {}
    assert http_lock_holder(initialised(tmp_path, "s3", lock_address=address), {}) == {}


@pytest.mark.parametrize("said", ["HTTP remote state already locked: ID=4a1f", "HTTP remote state already locked: ID="])
def test_the_message_names_the_holder_and_the_command_and_not_the_own_attempt(
    tmp_path: Path, address: str, said: str
) -> None:
    folder = tmp_path / "orders" / "terraform"
    folder.mkdir(parents=True)
    binary = Binary("terraform", "Terraform", "1.15.0", False, ("terraform",))
    terraform = Terraform(binary, ours(folder, address), {}, tmp_path, lambda event: None)
    text = f"Error message: {said}{OWN_ATTEMPT}"
    outcome = Outcome(exit_status=1, diagnostics=[Diagnostic("error", "Error acquiring the state lock", text)])
    with pytest.raises(StateLocked) as caught:
        terraform._check("plan", outcome, "")
    assert caught.value.message == (
        "Terraform's state is locked: Apply by eva@laptop, since 2030-01-31T07:00:00Z (lock ID 4a1f)."
    )
    assert str(caught.value.hint).endswith("aurora-cli unlock orders")
    assert caught.value.details["facts"].items() >= FACTS.items()
    StateServer.lock = b"locked"
    with pytest.raises(StateLocked) as caught:
        terraform._check("plan", outcome, "")
    assert "the HTTP backend does not report whose" in caught.value.message
    assert "ben@here" not in caught.value.message
