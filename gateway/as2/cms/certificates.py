"""A certificate as AS2 uses it: pinned by fingerprint, found by issuer and serial or key identifier (RFC 5280).

Odd certificates of real partners (negative or zero serial, wrong string types, three-letter country, wrong or missing key usage)
are read all the same: only what CMS needs is looked at, by our own reader. ``oddities`` names what to warn about. Trust is not
decided here: who is trusted stands in the partner's profile.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.as2 import der
from gateway.as2.ber import Element, malformed
from gateway.as2.cms import names
from gateway.as2.errors import CertificateUnreadable, KeyUnusable, MalformedCMS, PrivateKeyUnreadable

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_EXTENSIONS = der.context(3)
_SUBJECT_KEY_IDENTIFIER = bytes.fromhex("551d0e")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a certificate as they stand: DER of names and key, the octets of the serial, the extensions by OID."""

    serial: bytes
    issuer: bytes
    not_before: datetime | None
    not_after: datetime | None
    subject: bytes
    public_key_info: bytes
    extensions: dict[bytes, tuple[bool, bytes]]


@dataclass(frozen=True, repr=False)
class Certificate:
    """An X.509 certificate by its DER bytes. Raises CertificateUnreadable when made from something else.

    ``serial`` are the octets of the INTEGER as they stand (zero and negative allowed); ``issuer_der`` is the Name as it stands.
    """

    der: bytes

    def __post_init__(self) -> None:
        """Refuse what has no issuer, serial or key; all else is read when asked for."""
        try:
            _ = self.fields
        except MalformedCMS as error:
            raise CertificateUnreadable(
                f"The certificate cannot be read ({error.detail.split(': ')[-1].split('. ')[0]}). Import it as PEM or DER."
            ) from None

    def __repr__(self) -> str:
        """Whose it is, in one line."""
        return f"<Certificate {self.subject}, SHA-256 {self.fingerprint}>"

    @cached_property
    def fields(self) -> Fields:
        """What stands in the certificate; read once, when it is made."""
        return _fields(self.der)

    @property
    def serial(self) -> bytes:
        """The octets of the serial number as they stand."""
        return self.fields.serial

    @property
    def issuer_der(self) -> bytes:
        """The issuer's Name as it stands."""
        return self.fields.issuer

    @property
    def not_before(self) -> datetime | None:
        """When it begins to be valid, in UTC; None when that cannot be read."""
        return self.fields.not_before

    @property
    def not_after(self) -> datetime | None:
        """When it ends to be valid, in UTC; None when that cannot be read."""
        return self.fields.not_after

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, in lower-case hexadecimal digits."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def subject(self) -> str:
        """Whose certificate it is, for people."""
        return names.text(self.fields.subject)

    @cached_property
    def issuer(self) -> str:
        """Who issued it, for people."""
        return names.text(self.fields.issuer)

    @cached_property
    def shown(self) -> str:
        """How a message names it, for people."""
        return names.of_certificate(self.fields.issuer, self.fields.serial)

    @cached_property
    def issuer_and_serial(self) -> bytes:
        """IssuerAndSerialNumber in DER, as it stands in messages."""
        return der.sequence(self.fields.issuer, der.tlv(der.INTEGER, self.fields.serial))

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        """The key identifier that the certificate names, or None."""
        found = self.fields.extensions.get(_SUBJECT_KEY_IDENTIFIER)
        try:
            return Element(found[1]).expect(der.OCTETS, "subjectKeyIdentifier").content if found else None
        except MalformedCMS:
            return None

    @cached_property
    def key_identifiers(self) -> frozenset[bytes]:
        """Every identifier that a message may use for the key: the named one, and SHA-1 of the key (RFC 5280 4.2.1.2)."""
        found = {self.subject_key_identifier} if self.subject_key_identifier else set()
        try:
            bits = Element(self.fields.public_key_info).children()[1].content[1:]
        except (MalformedCMS, IndexError):
            return frozenset(found)
        return frozenset({*found, hashlib.sha1(bits, usedforsecurity=False).digest()})

    @cached_property
    def public_key(self) -> PublicKey:
        """The key, RSA or elliptic curve; raises CertificateUnreadable for another or a broken one."""
        try:
            key = serialization.load_der_public_key(self.fields.public_key_info)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise CertificateUnreadable(
                f"The public key of {self.subject} cannot be read. Ask the partner for another certificate."
            ) from None
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise CertificateUnreadable(
                f"The key of {self.subject} is neither RSA nor EC. Ask the partner for another."
            )
        return key


@dataclass(frozen=True)
class Identity:
    """A certificate with the private key that belongs to it."""

    certificate: Certificate
    private_key: PrivateKey

    def __post_init__(self) -> None:
        """Refuse a key that belongs to another certificate."""
        if self.private_key.public_key() != self.certificate.public_key:
            raise PrivateKeyUnreadable(
                f"The private key does not belong to the certificate of {self.certificate.subject}. Import the pair anew."
            )

    @property
    def rsa(self) -> rsa.RSAPrivateKey:
        """The private key, which must be RSA; raises KeyUnusable."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key
        raise KeyUnusable(f"The key of {self.certificate.subject} is no RSA key. Choose ecdsa, or another certificate.")


def _fields(data: bytes) -> Fields:
    whole = Element(data).expect(der.SEQUENCE, "Certificate")
    if whole.end != len(data):
        raise malformed("something follows the certificate")
    outer = whole.children()
    if not outer:
        raise malformed("fields are missing")
    parts = outer[0].expect(der.SEQUENCE, "tbsCertificate").children()
    if parts and parts[0].tag == der.context(0):
        parts = parts[1:]
    if len(parts) < 6:
        raise malformed("fields are missing")
    serial, _signature, issuer, validity, subject, key = parts[:6]
    issuer.expect(der.SEQUENCE, "issuer")
    key.expect(der.SEQUENCE, "subjectPublicKeyInfo")
    times = [read_time(each) for each in validity.children()[:2]] if validity.constructed else []
    extensions = next((each for each in parts[6:] if each.tag == _EXTENSIONS), None)
    return Fields(
        serial.expect(der.INTEGER, "serialNumber").content,
        issuer.raw,
        times[0] if times else None,
        times[1] if len(times) > 1 else None,
        subject.raw,
        key.raw,
        _extensions(extensions) if extensions else {},
    )


def _extensions(wrapped: Element) -> dict[bytes, tuple[bool, bytes]]:
    """Read the extensions by OID: critical, value. What cannot be read is as if it were not there."""
    found: dict[bytes, tuple[bool, bytes]] = {}
    try:
        for each in wrapped.children()[0].children():
            kind, *rest = each.children()
            found.setdefault(kind.content, (len(rest) > 1 and rest[0].content != b"\0", rest[-1].octets()))
    except (MalformedCMS, IndexError, ValueError):
        return found
    return found


def read_time(element: Element) -> datetime | None:
    """Read UTCTime or GeneralizedTime in UTC, with or without seconds; None for anything else."""
    digits = element.content.rstrip(b"Z").decode("latin-1")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if element.tag == der.UTC_TIME:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    digits = digits.ljust(14, "0") if len(digits) in (12, 14) else ""
    try:
        numbers = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))]
        year, month, day, hour, minute, second = numbers
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
