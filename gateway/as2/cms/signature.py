"""Reads SignedData (RFC 5652 5): who says that they signed, and with what. Proves nothing; ``verifying`` does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes

from gateway.as2 import der
from gateway.as2.algorithms import DIGEST_OF, DIGESTS, SIGNATURES
from gateway.as2.ber import Element, malformed
from gateway.as2.cms import names
from gateway.as2.cms.certificates import Certificate, read_time
from gateway.as2.cms.signing import ALGORITHM_PROTECTION, CONTENT_TYPE, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_TIME
from gateway.as2.errors import CertificateUnreadable
from gateway.as2.stream import Source, Stream

SIGNERS = 16  # More than anybody sends; each costs a signature check.
CERTIFICATES = 64


@dataclass(frozen=True, slots=True)
class Attributes:
    """The signed attributes as they stand, and the values that matter.

    ``content_type``, ``digest`` and ``protection`` are None when the attribute is not there exactly once with exactly one value.
    """

    element: Element
    content_type: bytes | None
    digest: bytes | None
    protection: Element | None
    signed_at: datetime | None
    names: tuple[bytes, ...]

    def forms(self) -> Iterator[bytes]:
        """Give the bytes that the signer may have hashed: as they stand under the tag of a SET, then in DER.

        The standard wants DER whatever stands on the wire (RFC 5652 5.4); some products sign the order in which they write.
        """
        wire = self.element.raw
        if wire[1] != 0x80:
            yield bytes((der.SET,)) + wire[1:]
        yield der.set_of(each.definite() for each in self.element.children())


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signer as the message names it. ``serial`` and ``issuer``, or ``key_identifier``; names of algorithms as we call them.

    ``scheme`` is None for an algorithm that we don't know, ``digest`` for such a digest; ``scheme_digest`` is the one
    that the signature algorithm names by itself. ``parameters`` are those of the signature algorithm.
    """

    issuer: bytes | None
    serial: bytes | None
    key_identifier: bytes | None
    digest: str | None
    digest_identifier: Element
    scheme: str | None
    scheme_digest: str | None
    scheme_identifier: Element
    parameters: Element | None
    attributes: Attributes | None
    signature: bytes

    @property
    def shown(self) -> str:
        """Who it says it is, for people."""
        if self.serial is not None and self.issuer is not None:
            return names.of_certificate(self.issuer, self.serial)
        return f"key identifier {(self.key_identifier or b'').hex()}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A read SignedData: its signers, the digests that it announces, what certificates it carries, its content if inside.

    ``content_type`` is the body of the OID of what was signed; ``encapsulated`` tells whether the content is inside. Then
    ``digests`` holds its digest by name for every digest that a signer may use, and the content went to the sink, or is
    ``content`` when none was given.
    """

    signers: tuple[SignerInfo, ...]
    announced: tuple[str, ...]
    carried: tuple[bytes, ...]
    content_type: bytes
    encapsulated: bool = False
    content: bytes | None = None
    digests: dict[str, bytes] = field(default_factory=dict)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates that it carries and that can be read. They prove nothing."""
        return tuple(_readable(self.carried))

    def digest(self, name: str) -> bytes:
        """Return the digest of the encapsulated content; raises MalformedCMS when the message did not announce that digest."""
        found = self.digests.get(name)
        if found is None:
            raise malformed(f"a signer uses {name}, which the message does not announce")
        return found


def read_signature(source: Source, sink: BinaryIO | None = None) -> Signature:
    """Read a SignedData; a content inside goes to the sink, or into memory without one. Raises MalformedCMS."""
    stream = Stream(source)
    stream.enter(der.SEQUENCE, "ContentInfo")
    if stream.element(64).content != SIGNED_DATA[2:]:
        raise malformed("it is no SignedData")
    stream.enter(der.context(0), "content")
    stream.enter(der.SEQUENCE, "SignedData")
    stream.element(16).small_integer("version")
    algorithms = stream.element(4096).expect(der.SET, "digestAlgorithms").children()
    announced = tuple(name for name in (_digest_name(each) for each in algorithms) if name)
    stream.enter(der.SEQUENCE, "encapContentInfo")
    content_type = stream.element(64).expect(der.OID, "eContentType").content
    encapsulated = stream.peek() is not None
    content, digests = _content(stream, announced, sink) if encapsulated else (None, {})
    stream.leave()
    carried = tuple(_carried(stream)) if stream.peek() == der.context(0) else ()
    if stream.peek() == der.context(1):
        stream.skip()  # Revocation lists: whom we trust stands in the partner's profile.
    signers = stream.element().expect(der.SET, "signerInfos").children()
    if len(signers) > SIGNERS:
        raise malformed(f"it has more than {SIGNERS} signers")
    read = tuple(_signer(each) for each in signers)
    return Signature(read, announced, carried, content_type, encapsulated, content, digests)


def _content(
    stream: Stream, announced: tuple[str, ...], sink: BinaryIO | None
) -> tuple[bytes | None, dict[str, bytes]]:
    """Read the content inside, once, with all digests that are announced."""
    running = {name: hashes.Hash(DIGESTS[name].hash) for name in announced}
    pieces: list[bytes] = []
    stream.enter(der.context(0), "eContent")
    for block in _content_octets(stream):
        for each in running.values():
            each.update(block)
        if sink:
            sink.write(block)
        else:
            pieces.append(block)
    stream.leave()
    return None if sink else b"".join(pieces), {name: each.finalize() for name, each in running.items()}


def _content_octets(stream: Stream) -> Iterator[bytes]:
    """PKCS#7 1.5 allows another type than OCTET STRING; its body is what was signed."""
    if (stream.peek() or 0) & ~0x20 == der.OCTETS:
        yield from stream.octets()
    else:
        yield stream.element().content


def _carried(stream: Stream) -> Iterator[bytes]:
    """Give the certificates as they stand; attribute certificates are left out."""
    stream.enter(der.context(0), "certificates")
    count = 0
    while stream.peek() is not None:
        element = stream.element()
        count += 1
        if count > CERTIFICATES:
            raise malformed(f"it carries more than {CERTIFICATES} certificates")
        if element.tag == der.SEQUENCE:
            yield element.raw
    stream.leave()


def _readable(carried: tuple[bytes, ...]) -> Iterator[Certificate]:
    for each in carried:
        try:
            yield Certificate(each)
        except CertificateUnreadable:
            continue


def _digest_name(identifier: Element) -> str | None:
    parts = identifier.children()
    return DIGEST_OF.get(parts[0].content) if parts else None


def _signer(element: Element) -> SignerInfo:
    parts = element.expect(der.SEQUENCE, "SignerInfo").children()
    if len(parts) < 5:
        raise malformed("a signer lacks fields")
    _version, signer, digest, *rest = parts
    issuer = serial = key_identifier = None
    if signer.tag == der.SEQUENCE:
        named = signer.children()
        if len(named) != 2:
            raise malformed("a signer is not named by issuer and serial")
        issuer, serial = named[0].raw, named[1].expect(der.INTEGER, "serialNumber").content
    elif signer.tag & ~0x20 == 0x80:
        key_identifier = signer.octets()
    else:
        raise malformed(f"a signer is named by a value with tag {signer.tag:#x}")
    attributes = _attributes(rest.pop(0)) if rest[0].tag == der.context(0) else None
    if len(rest) < 2:
        raise malformed("a signer lacks its signature")
    algorithm = rest[0].expect(der.SEQUENCE, "signatureAlgorithm").children()
    if not algorithm or rest[1].tag & ~0x20 != der.OCTETS:
        raise malformed("a signer lacks its signature")
    scheme, scheme_digest = SIGNATURES.get(algorithm[0].content, (None, None))
    return SignerInfo(
        issuer,
        serial,
        key_identifier,
        _digest_name(digest),
        digest,
        scheme,
        scheme_digest,
        rest[0],
        algorithm[1] if len(algorithm) > 1 else None,
        attributes,
        rest[1].octets(),
    )


def _attributes(element: Element) -> Attributes:
    """Read the signed attributes."""
    values: dict[bytes, Element | None] = {}
    seen: list[bytes] = []
    for each in element.children():
        parts = each.children()
        if len(parts) != 2:
            raise malformed("a signed attribute is not a name with values")
        name, found = parts[0].content, parts[1].children()
        values[name] = None if name in seen or len(found) != 1 else found[0]  # Twice or twofold is as good as missing.
        seen.append(name)
    content_type, digest = values.get(CONTENT_TYPE[2:]), values.get(MESSAGE_DIGEST[2:])
    time = values.get(SIGNING_TIME[2:])
    return Attributes(
        element,
        content_type.content if content_type and content_type.tag == der.OID else None,
        digest.octets() if digest and digest.tag & ~0x20 == der.OCTETS else None,
        values.get(ALGORITHM_PROTECTION[2:]),
        read_time(time) if time else None,
        tuple(seen),
    )
