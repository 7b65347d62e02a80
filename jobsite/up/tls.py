"""A self-signed pair for `--tls`, made again when it is about to end or lacks a name."""

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jobsite.up.paths import Paths, write_private

LIFE = timedelta(days=397)  # What browsers accept at most.
RENEW_BEFORE = timedelta(days=30)


def certificate(paths: Paths, *, host: str) -> tuple[Path, Path]:
    """Certificate and key: the operator's own from TLS_CERT and TLS_KEY, else ours."""
    if os.environ.get("TLS_CERT"):
        return Path(os.environ["TLS_CERT"]).absolute(), Path(os.environ["TLS_KEY"]).absolute()
    cert, key = paths.tls / "cert.pem", paths.tls / "key.pem"
    names = _names(host)
    if not _still_good(cert, key, names):
        paths.tls.mkdir(exist_ok=True, mode=0o700)
        _make(cert, key, names)
    return cert, key


def _names(host: str) -> list[x509.GeneralName]:
    texts = sorted({"localhost", "127.0.0.1", "::1", socket.gethostname(), host} - {"0.0.0.0", "::"})  # noqa: S104
    return [_name(text) for text in texts]


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _still_good(cert: Path, key: Path, names: list[x509.GeneralName]) -> bool:
    if not (cert.exists() and key.exists()):
        return False
    found = x509.load_pem_x509_certificate(cert.read_bytes())
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC) and set(names) <= set(held)


def _make(cert: Path, key: Path, names: list[x509.GeneralName]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "jobsite (self-signed)")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(key, pem.decode())
    write_private(cert, signed.public_bytes(Encoding.PEM).decode())
