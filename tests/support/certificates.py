"""Keys and certificates made on the spot; none is in the repository. Times are given, because a certificate has dates."""

import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = datetime.datetime(2026, 11, 21, 8, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def key(name: str, kind: str = "rsa"):
    """Return the private key called ``name``; the same one each time."""
    return _key(name, kind)


@cache
def _key(name: str, kind: str):
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def certificate(name: str, kind: str = "rsa", begin: int = -10, end: int = 365) -> x509.Certificate:
    """Return the self-signed certificate of the key called ``name``, valid from ``begin`` to ``end`` days from NOW."""
    return _certificate(name, kind, begin, end)


@cache
def _certificate(name: str, kind: str, begin: int, end: int) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    private = key(name, kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + begin * DAY)
        .not_valid_after(NOW + end * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return builder.sign(private, hashes.SHA256())


def pem(made: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return made.public_bytes(serialization.Encoding.PEM)


def der(made: x509.Certificate) -> bytes:
    """Return a certificate as DER."""
    return made.public_bytes(serialization.Encoding.DER)


def key_pem(made, passphrase: bytes | None = None) -> bytes:
    """Return a private key as PEM, encrypted when there is a passphrase."""
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


def fingerprint(made: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate in hex."""
    return made.fingerprint(hashes.SHA256()).hex()
