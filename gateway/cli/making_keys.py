"""Makes a private key and the self-signed certificate that goes with it, and puts the key where only we can read it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from gateway.errors import Conflict

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``bits`` are those of an RSA key; None asks for one on the curve P-256, which only signs."""

    common_name: str
    bits: int | None
    days: int
    use: tuple[str, ...]


def new_pair(wanted: Wanted, now: datetime) -> tuple[PrivateKey, bytes]:
    """Make a key and its certificate (PEM), valid from a day ago, because clocks differ, for ``days`` from now on."""
    key: PrivateKey = (
        rsa.generate_private_key(65537, wanted.bits)
        if wanted.bits is not None
        else ec.generate_private_key(ec.SECP256R1())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted.common_name)])
    encrypts = wanted.bits is not None and bool({"encrypt", "tls"} & set(wanted.use))
    begin = now.replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - timedelta(days=1))
        .not_valid_after(begin + timedelta(days=wanted.days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment="sign" in wanted.use,
                key_encipherment=encrypts,
                data_encipherment=encrypts,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=False,  # Some products refuse a critical one that differs from what they would write.
        )
    )
    certificate = builder.sign(key, hashes.SHA256())
    return key, certificate.public_bytes(serialization.Encoding.PEM)


def store_key(key: PrivateKey, path: Path, passphrase: str | None) -> None:
    """Write a private key as PKCS#8, readable for us alone, encrypted when there is a passphrase.

    Raises Conflict when there is a file already: a key is never written over.
    """
    how: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    )
    data = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(
            f"There is a key {path} already, and a key is never written over. Choose another name."
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
