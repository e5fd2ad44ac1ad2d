"""Certificates as bad as real ones, and servers with the TLS of yesterday."""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(folder: Path, *, expired: bool = False, issued: bool = False, other: bool = False) -> Path:
    """Write a key and a certificate for 127.0.0.1.

    Args:
        folder: where to.
        expired: it ended yesterday.
        issued: an authority that nobody sends or knows signed it; else it is self-signed.
        other: it is for another name.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signer = rsa.generate_private_key(public_exponent=65537, key_size=2048) if issued else key
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName("www.example.gov.cn")]
    if not other:
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(_name("site"))
        .issuer_name(_name("authority" if issued else "site"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=-1 if expired else 30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer, hashes.SHA256())
    )
    path = folder / f"{expired}-{issued}-{other}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def context(pem: Path, *, old: bool = False) -> ssl.SSLContext:
    """Return a server's context; an old one speaks TLS 1.0 with weak ciphers only."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        made.set_ciphers("AES128-SHA:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            made.minimum_version = ssl.TLSVersion.TLSv1
            made.maximum_version = ssl.TLSVersion.TLSv1
    made.load_cert_chain(pem)
    return made
