"""Keys and certificates for the demonstration, made on the spot and thrown away with its folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def write_key(name: str, private: Path, *certificates: Path) -> None:
    """Make a key that is valid for a year, and write it to ``private`` and its certificate to each of ``certificates``."""
    key = rsa.generate_private_key(65537, 2048)
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=366))
    )
    made = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    for path in certificates:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    _write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write_ssh_key(private: Path) -> str:
    """Make a key for logging in over SSH, write it to ``private``, and return the line of its .pub file."""
    key = asyncssh.generate_private_key("ssh-ed25519", private.parent.name)
    _write_private(private, key.export_private_key())
    return key.export_public_key().decode().strip()


def _write_private(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(data)
