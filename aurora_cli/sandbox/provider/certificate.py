"""The certificate by which Terraform identifies the provider process that it started (go-plugin's AutoMTLS)."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.writing import write_atomic

_LIFETIME = dt.timedelta(days=3650)
_MARGIN_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for `localhost`: PEM, and the DER form in the handshake line."""

    key_pem: bytes
    certificate_pem: bytes
    der: bytes
    not_after: float

    def save(self, file: Path) -> None:
        """Save it for later processes of the same user (0600): creating one takes 0.25 s of imports."""
        text = json.dumps(
            {
                "key_pem": self.key_pem.decode(),
                "certificate_pem": self.certificate_pem.decode(),
                "der": base64.b64encode(self.der).decode(),
                "not_after": self.not_after,
            }
        )
        write_atomic(file, text, sync=False)


def load_certificate(file: Path | None) -> Certificate:
    """The saved certificate, or a new one if it is missing, unreadable or about to expire."""
    if file is not None:
        try:
            raw = json.loads(file.read_text("utf-8"))
            saved = Certificate(
                raw["key_pem"].encode(),
                raw["certificate_pem"].encode(),
                base64.b64decode(raw["der"]),
                raw["not_after"],
            )
            if saved.not_after > time.time() + _MARGIN_SECONDS:
                return saved
        except (OSError, ValueError, KeyError):
            return make_certificate()
    return make_certificate()


def make_certificate() -> Certificate:
    """A new key and certificate, valid for ten years."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.timezone.utc)
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(usages, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Certificate(
        key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM),
        der=certificate.public_bytes(serialization.Encoding.DER),
        not_after=(now + _LIFETIME).timestamp(),
    )
