"""The sandbox's certificate authority, and the certificates of its endpoints."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from aurora_cli.writing import write_atomic

CA_FILE, KEY_FILE = "ca.pem", "ca.key"
_LIFETIME = dt.timedelta(days=3650)
_LONGEST_NAME = 64
_PRIVATE = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Authority:
    """An authority that is kept in a folder.

    Args:
        folder: of the sandbox; gets `ca.pem`, which clients verify with, and its key.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / CA_FILE
        self._certificate, self._key = self._load() or self._make()

    def issue(self, host: str, *names_too: str) -> bytes:
        """A key and a certificate for a server at this address or name, which has these names too; PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        # A libpq before 15 compares an address with the DNS names of a certificate, and not with its addresses.
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in dict.fromkeys((host, *names_too))]
        with suppress(ValueError):  # it is a name
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        made = (
            self._builder(host, key, self._certificate.subject)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return bytes(key.private_bytes(*_PRIVATE) + made.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str, *names_too: str) -> ssl.SSLContext:
        """What a server at this address or name, which has these names too, answers with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["postgresql"])
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.write(self.issue(host, *names_too))
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def _load(self) -> tuple[x509.Certificate, Any] | None:
        try:
            certificate = x509.load_pem_x509_certificate(self.file.read_bytes())
            return certificate, serialization.load_pem_private_key((self._folder / KEY_FILE).read_bytes(), None)
        except (OSError, ValueError):
            return None

    def _make(self) -> tuple[x509.Certificate, Any]:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        ) | dict.fromkeys(("encipher_only", "decipher_only"), False)
        certificate = (
            self._builder("Sandbox database CA", key, None)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        write_atomic(self._folder / KEY_FILE, key.private_bytes(*_PRIVATE))
        write_atomic(self.file, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
        return certificate, key

    @staticmethod
    def _builder(common_name: str, key: Any, issuer: x509.Name | None) -> x509.CertificateBuilder:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_LONGEST_NAME])])
        now = dt.datetime.now(dt.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + _LIFETIME)
        )
