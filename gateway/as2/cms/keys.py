"""Loads certificates and private keys from what people have: PEM, DER, bare base64, PKCS#7, PKCS#12, old ciphers included.

Files are read by others; here are bytes. No text of an error holds a key or a passphrase.
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from gateway.as2.ber import Element
from gateway.as2.cms.certificates import Certificate, Identity, PrivateKey
from gateway.as2.cms.signature import read_signature
from gateway.as2.cms.sniffing import sniff
from gateway.as2.errors import CertificateUnreadable, MalformedCMS, PrivateKeyUnreadable

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_BARE = re.compile(rb"\s*[A-Za-z0-9+/=\s]+")
_REFUSALS = (ValueError, TypeError, UnsupportedAlgorithm)


def load_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Return every certificate in PEM, DER, bare base64 or PKCS#7, in order. Raises CertificateUnreadable for none."""
    found: list[Certificate] = []
    for block in _blocks(data):
        if sniff(block) == "signed":
            try:
                found += read_signature(block).certificates
            except MalformedCMS as error:
                raise CertificateUnreadable(f"The PKCS#7 file cannot be read. {error.detail}") from None
        else:
            found.append(Certificate(_first(block)))
    if not found:
        raise CertificateUnreadable
    return tuple(found)


def load_private_key(data: bytes, passphrase: str | None = None) -> PrivateKey:
    """Return the private key in PEM or DER bytes (PKCS#8, PKCS#1, SEC 1), RSA or EC. Raises PrivateKeyUnreadable."""
    load = serialization.load_pem_private_key if b"-----BEGIN" in data else serialization.load_der_private_key
    secret = passphrase.encode() if passphrase else None
    for word in (secret, None) if secret else (None,):  # A passphrase for a key that has none does no harm.
        try:
            key = load(data, word)
        except _REFUSALS:
            continue
        if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            return key
        raise PrivateKeyUnreadable("The private key is neither RSA nor EC. Import a key of one of these kinds.")
    raise PrivateKeyUnreadable


def load_pkcs12(data: bytes, passphrase: str | None = None) -> tuple[Identity, tuple[Certificate, ...]]:
    """Return the identity in a PKCS#12 file, and the further certificates in it. Raises PrivateKeyUnreadable.

    Files of old products (RC2-40, 3DES, SHA-1) are read as well as new ones.
    """
    secret = passphrase.encode() if passphrase else None
    for word in (secret,) if secret else (None, b""):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # An odd certificate is our own reader's business.
                held = pkcs12.load_pkcs12(data, word)
        except _REFUSALS:
            continue
        if held.cert is None or not isinstance(held.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise PrivateKeyUnreadable(
                "The PKCS#12 file holds no RSA or EC key with its certificate. Export both together."
            )
        others = tuple(Certificate(_der(each)) for each in held.additional_certs)
        return Identity(Certificate(_der(held.cert)), held.key), others
    raise PrivateKeyUnreadable("The PKCS#12 file cannot be opened. Check its passphrase, or export it anew.")


def load_identity(data: bytes, passphrase: str | None = None, *, certificate: bytes | None = None) -> Identity:
    """Return a private key with its certificate: from PKCS#12, from PEM that holds both, or from two files.

    Of several certificates the one that belongs to the key is taken. Raises PrivateKeyUnreadable, CertificateUnreadable.
    """
    if certificate is None and b"-----BEGIN" not in data:
        return load_pkcs12(data, passphrase)[0]
    key = load_private_key(data, passphrase)
    public = key.public_key()
    for each in load_certificates(data if certificate is None else certificate):
        try:
            if each.public_key == public:
                return Identity(each, key)
        except CertificateUnreadable:
            continue
    raise PrivateKeyUnreadable("The private key does not belong to the certificate. Import the pair anew.")


def _first(block: bytes) -> bytes:
    """Return the first value of a block: some files carry line ends behind it, which are no part of the certificate."""
    try:
        return Element(block).raw
    except MalformedCMS:
        return block


def _der(held: pkcs12.PKCS12Certificate) -> bytes:
    return held.certificate.public_bytes(serialization.Encoding.DER)


def _blocks(data: bytes) -> Iterator[bytes]:
    """Give the DER of each certificate or PKCS#7 in the bytes."""
    if b"-----BEGIN" in data:
        for match in _BLOCK.finditer(data):
            if (b"CERTIFICATE" in match[1] and b"REQUEST" not in match[1]) or match[1] in (b"PKCS7", b"CMS"):
                yield _decoded(match[2])
    elif data[:1] == b"\x30" and not _BARE.fullmatch(data):
        yield data
    elif data.strip():
        yield _decoded(data)


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CertificateUnreadable from None
