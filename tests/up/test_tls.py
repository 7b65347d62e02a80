"""The self-signed pair."""

import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from jobsite.up import tls
from jobsite.up.paths import Paths


def names(cert: Path) -> set[str]:
    found = x509.load_pem_x509_certificate(cert.read_bytes())
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in held}


def test_python_accepts_the_pair_and_the_key_is_private(top: Path) -> None:
    cert, key = tls.certificate(Paths(top), host="0.0.0.0")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert {"localhost", "127.0.0.1", "::1"} <= names(cert)


def test_it_stays_until_a_name_is_new_or_its_end_is_near(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, _ = tls.certificate(Paths(top), host="127.0.0.1")
    first = cert.read_bytes()
    tls.certificate(Paths(top), host="127.0.0.1")
    assert cert.read_bytes() == first
    tls.certificate(Paths(top), host="jobs.example")
    assert "jobs.example" in names(cert)
    second = cert.read_bytes()
    monkeypatch.setattr(tls, "RENEW_BEFORE", tls.LIFE)
    tls.certificate(Paths(top), host="jobs.example")
    assert cert.read_bytes() != second
    assert x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc > datetime.now(UTC)
