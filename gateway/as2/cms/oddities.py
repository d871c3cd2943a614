"""What is odd about a certificate, in words: a warning for people, never a reason to refuse what a partner pinned.

Knows no clock: whether it is valid is asked with the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.as2.ber import Element
from gateway.as2.cms.certificates import Certificate
from gateway.as2.errors import CertificateUnreadable, MalformedCMS

SHORTEST_RSA, SHORTEST_EC = 2048, 256  # Bits (NIST SP 800-131A).
LONGEST_SERIAL = 20  # Octets (RFC 5280 4.1.2.2).

_KEY_USAGE, _EXTENDED_KEY_USAGE = bytes.fromhex("551d0f"), bytes.fromhex("551d25")
_COUNTRY = bytes.fromhex("550406")
_DIGITAL_SIGNATURE, _NON_REPUDIATION, _KEY_ENCIPHERMENT = 0x80, 0x40, 0x20


def oddities(certificate: Certificate, at: datetime | None = None) -> tuple[str, ...]:
    """Return a sentence for each oddity, none for an ordinary certificate; ``at`` also judges its dates."""
    return (
        *_serial(certificate),
        *_names(certificate),
        *_usage(certificate),
        *_key(certificate),
        *_dates(certificate, at),
    )


def _serial(certificate: Certificate) -> Iterator[str]:
    serial = certificate.serial
    value = int.from_bytes(serial, "big", signed=True)
    if value <= 0:
        yield f"its serial number is {'zero' if not value else 'negative'}"
    if len(serial) > LONGEST_SERIAL:
        yield f"its serial number has {len(serial)} bytes, more than {LONGEST_SERIAL}"


def _names(certificate: Certificate) -> Iterator[str]:
    try:
        pairs = [
            pair.children()[:2] for group in Element(certificate.fields.subject).children() for pair in group.children()
        ]
        countries = [value.content for kind, value in pairs if kind.content == _COUNTRY]
    except (MalformedCMS, ValueError):
        yield "its subject cannot be read"
        return
    if any(len(country) != 2 for country in countries):
        yield "its country is not two letters"


def _usage(certificate: Certificate) -> Iterator[str]:
    extensions = certificate.fields.extensions
    if _KEY_USAGE in extensions:
        try:
            bits = Element(extensions[_KEY_USAGE][1]).content[1:2]
        except MalformedCMS:
            bits = b""
        usage = bits[0] if bits else 0
        if not usage & (_DIGITAL_SIGNATURE | _NON_REPUDIATION):
            yield "its key usage does not allow signing"
        if not usage & _KEY_ENCIPHERMENT:
            yield "its key usage does not allow encryption"
    if extensions.get(_EXTENDED_KEY_USAGE, (False, b""))[0]:
        yield "its extended key usage is critical"


def _key(certificate: Certificate) -> Iterator[str]:
    try:
        key = certificate.public_key
    except CertificateUnreadable:
        yield "its key is neither RSA nor elliptic curve, or cannot be read"
        return
    shortest = SHORTEST_RSA if isinstance(key, rsa.RSAPublicKey) else SHORTEST_EC
    if key.key_size < shortest:
        yield f"its key has {key.key_size} bits, less than {shortest}"


def _dates(certificate: Certificate, at: datetime | None) -> Iterator[str]:
    begin, end = certificate.not_before, certificate.not_after
    if begin is None or end is None:
        yield "its dates cannot be read"
    if at and begin and at < begin:
        yield f"it is not valid before {begin:%Y-%m-%d}"
    if at and end and at > end:
        yield f"it expired on {end:%Y-%m-%d}"
