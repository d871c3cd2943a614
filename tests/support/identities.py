"""Identities of the AS2 engine for tests, made when first asked for, once a process.

``identity("acme")`` is one of ours; ``pem("acme")`` and ``private_pem("acme")`` are what other programs read. Keys are those of
``tests.support.certificates``; the certificates are made by ``cryptography``, so that our own reader is not its own witness.
"""

import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.as2.cms import Certificate, Identity
from tests.support.certificates import key, key_pem

BEGIN = datetime.datetime(2026, 1, 1)


@cache
def x509_certificate(name: str, kind: str = "rsa", key_identifier: bool = True) -> x509.Certificate:
    """A self-signed certificate of a name; ``kind`` is rsa or ec."""
    named = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests")]
    )
    private = key(name, kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(private.public_key())
        .serial_number(int.from_bytes(f"{kind}{name}".encode()[:18], "big"))
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + datetime.timedelta(days=3650))
    )
    if key_identifier:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    return builder.sign(private, hashes.SHA256())


@cache
def pinned(name: str, kind: str = "rsa") -> Certificate:
    """The certificate of a name, as the engine holds it."""
    return Certificate(x509_certificate(name, kind).public_bytes(Encoding.DER))


@cache
def identity(name: str, kind: str = "rsa") -> Identity:
    """The certificate of a name with its private key."""
    return Identity(pinned(name, kind), key(name, kind))


def pem(name: str, kind: str = "rsa") -> bytes:
    """The certificate of a name as PEM."""
    return x509_certificate(name, kind).public_bytes(Encoding.PEM)


def private_pem(name: str, kind: str = "rsa") -> bytes:
    """The private key of a name as PEM."""
    return key_pem(key(name, kind))
