"""Opens EnvelopedData and AuthEnvelopedData (RFC 5652 6, RFC 5083, RFC 5084, RFC 3560). Twin of ``enveloping``.

Whatever fails once our key is in use raises the same error with the same words, and a key that cannot be unwrapped is replaced by
a random one (RFC 3218 2.3.2), so that nobody learns where it failed. What was written to the sink is worth nothing then.

A message that was opened is not yet a message that somebody sent: a CBC cipher tells garbage from content only by chance. Who
answers a partner must give the same answer when the opened content makes no sense as when it could not be opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher as Ciphering
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from gateway.as2 import der
from gateway.as2.algorithms import CIPHER_OF, CIPHERS, OAEP, REFUSED_CIPHERS, RSA, Cipher, body, shown
from gateway.as2.ber import Element, malformed
from gateway.as2.cms import names
from gateway.as2.cms.certificates import Identity
from gateway.as2.cms.enveloping import AUTH_ENVELOPED_DATA, ENVELOPED_DATA, Random, ciphering
from gateway.as2.cms.parameters import gcm_parameters, initialization_vector, oaep_padding
from gateway.as2.errors import AlgorithmNotAllowed, DecryptionFailed, MalformedCMS, NotARecipient
from gateway.as2.stream import Source, Stream

RECIPIENTS = 64
SHOWN = 3  # Recipients named to people.
ALL_CIPHERS = frozenset(CIPHERS)


@dataclass(frozen=True, slots=True)
class Opened:
    """How a message was protected: cipher, key transport (``rsa``, ``oaep-sha256``), and for which of our certificates.

    ``form`` is ``enveloped`` or ``auth-enveloped``; ``recipients`` counts all who can open it, ``size`` the bytes of the content.
    """

    cipher: str
    key_transport: str
    fingerprint: str
    form: str
    recipients: int
    size: int


@dataclass(frozen=True, slots=True)
class _Ours:
    """The recipient that we are: whose key, how the content key was wrapped, and the wrapped key."""

    identity: Identity
    padding: padding.PKCS1v15 | padding.OAEP
    transport: str
    wrapped: bytes


def open_envelope(
    source: Source,
    identities: Sequence[Identity],
    sink: BinaryIO,
    *,
    random: Random,
    allow: frozenset[str] = ALL_CIPHERS,
) -> Opened:
    """Decrypt a message for one of our identities into the sink, and return how it was protected.

    ``allow`` names the ciphers that the agreement allows. Raises MalformedCMS for what is no such message, AlgorithmNotAllowed,
    NotARecipient when no identity is named in it, and DecryptionFailed for everything else.
    """
    start = 0 if isinstance(source, bytes) else source.tell() if source.seekable() else -1
    stream = Stream(source)
    authenticated, recipients = _begin(stream)
    ours = _find(recipients, identities)
    stream.enter(der.SEQUENCE, "EncryptedContentInfo")
    stream.element(64).expect(der.OID, "contentType")
    cipher, parameters = _cipher(stream.element(4096), allow)
    if authenticated and cipher.mode != "gcm":
        raise AlgorithmNotAllowed(f"{cipher.name} cannot authenticate. Ask the partner to send EnvelopedData with it.")
    key = _unwrap(ours, cipher, random)
    if cipher.mode == "cbc":
        vector = initialization_vector(parameters, cipher)
        plain = _cbc(stream, cipher, key, vector)
    else:
        nonce, tag_size = gcm_parameters(parameters)
        attributes = _attributes(source, start) if authenticated else b""
        plain = _gcm(stream, key, nonce, tag_size, attributes, authenticated=authenticated)
    size = 0
    for block in _alike(plain):
        sink.write(block)
        size += len(block)
    form = "auth-enveloped" if authenticated else "enveloped"
    return Opened(cipher.name, ours.transport, ours.identity.certificate.fingerprint, form, len(recipients), size)


def _begin(stream: Stream) -> tuple[bool, list[Element]]:
    """Read up to the encrypted content; tell whether it is AuthEnvelopedData, and who can open it."""
    stream.enter(der.SEQUENCE, "ContentInfo")
    kind = stream.element(64).content
    if kind not in (ENVELOPED_DATA[2:], AUTH_ENVELOPED_DATA[2:]):
        raise malformed("it is no EnvelopedData")
    stream.enter(der.context(0), "content")
    stream.enter(der.SEQUENCE, "EnvelopedData")
    stream.element(16).small_integer("version")
    if stream.peek() == der.context(0):
        stream.skip()  # originatorInfo: certificates in a message prove nothing.
    recipients = stream.element().expect(der.SET, "recipientInfos").children()
    if len(recipients) > RECIPIENTS:
        raise malformed(f"it has more than {RECIPIENTS} recipients")
    return kind == AUTH_ENVELOPED_DATA[2:], recipients


def _find(recipients: list[Element], identities: Sequence[Identity]) -> _Ours:
    """Return the first recipient whose key we hold, or raise NotARecipient."""
    read = [each.children() for each in recipients if each.tag == der.SEQUENCE]
    for exactly in (True, False):
        for parts in read:
            if len(parts) < 4:
                raise malformed("a recipient lacks fields")
            for identity in identities:
                if _names(parts[1], identity, exactly=exactly):
                    return _ours(identity, parts[2], parts[3])
    named = "; ".join(_shown(parts[1]) for parts in read[:SHOWN]) or "none by an RSA key"
    raise NotARecipient(
        f"The message is encrypted for {len(recipients)} recipients ({named}), none of them one of our {len(identities)}"
        " certificates. Ask the partner to encrypt for the certificate that gateway cert list shows as active."
    )


def _shown(recipient: Element) -> str:
    """Name a recipient for people."""
    if recipient.tag != der.SEQUENCE:
        return f"key identifier {recipient.octets().hex()}"
    parts = recipient.children()
    return names.of_certificate(parts[0].raw, parts[1].content) if len(parts) == 2 else "without a name"


def _names(recipient: Element, identity: Identity, *, exactly: bool) -> bool:
    """Tell whether a RecipientIdentifier names this certificate; not exactly: its issuer may be written in other string types."""
    certificate = identity.certificate
    if recipient.tag != der.SEQUENCE:
        return recipient.tag & ~0x20 == 0x80 and recipient.octets() in certificate.key_identifiers
    parts = recipient.children()
    if len(parts) != 2 or parts[1].content != certificate.serial:
        return False
    return not exactly or parts[0].raw == certificate.issuer_der


def _ours(identity: Identity, algorithm: Element, wrapped: Element) -> _Ours:
    parts = algorithm.expect(der.SEQUENCE, "keyEncryptionAlgorithm").children()
    kind = parts[0].content if parts else b""
    key = wrapped.octets()
    if kind == body(RSA):
        return _Ours(identity, padding.PKCS1v15(), "rsa", key)
    if kind == body(OAEP):
        how, digest = oaep_padding(parts[1] if len(parts) > 1 else None)
        return _Ours(identity, how, f"oaep-{digest}", key)
    raise AlgorithmNotAllowed(
        f"The key transport {shown(kind)} is not supported. Ask the partner to use RSA or RSA-OAEP."
    )


def _cipher(algorithm: Element, allow: frozenset[str]) -> tuple[Cipher, Element | None]:
    parts = algorithm.expect(der.SEQUENCE, "contentEncryptionAlgorithm").children()
    kind = parts[0].content if parts else b""
    cipher = CIPHER_OF.get(kind)
    if cipher is None or cipher.name not in allow:
        named = cipher.name if cipher else shown(kind)
        because = "not supported" if cipher is None else "not allowed by the agreement"
        weak = " because it is no longer safe" if kind in REFUSED_CIPHERS and "AES" not in named else ""
        raise AlgorithmNotAllowed(f"The cipher {named} is {because}{weak}. Ask the partner to encrypt with aes256-cbc.")
    return cipher, parts[1] if len(parts) > 1 else None


def _unwrap(ours: _Ours, cipher: Cipher, random: Random) -> bytes:
    """Return the content key, or a random one that opens nothing: nobody must learn that the unwrapping failed."""
    substitute = random(cipher.key_size)
    try:
        key = ours.identity.rsa.decrypt(ours.wrapped, ours.padding)
    except ValueError:
        return substitute
    return key if len(key) == cipher.key_size else substitute


def _alike(plain: Iterator[bytes]) -> Iterator[bytes]:
    """Let every failure of decryption look the same."""
    try:
        yield from plain
    except (InvalidTag, ValueError, MalformedCMS):
        raise DecryptionFailed from None


def _cbc(stream: Stream, cipher: Cipher, key: bytes, vector: bytes) -> Iterator[bytes]:
    """Decrypt, holding the last block back until its padding can be looked at (RFC 5652 6.3)."""
    decryptor = ciphering(cipher, key, vector).decryptor()
    held = b""
    for block in stream.octets(0):
        plain = decryptor.update(block)
        if plain:
            yield b"".join((held, memoryview(plain)[: -cipher.block]))
            held = plain[-cipher.block :]
    decryptor.finalize()
    missing = held[-1] if held else 0
    if not 1 <= missing <= cipher.block or held[-missing:] != held[-1:] * missing:
        raise DecryptionFailed
    yield held[:-missing]


def _gcm(
    stream: Stream, key: bytes, nonce: bytes, tag_size: int, attributes: bytes, *, authenticated: bool
) -> Iterator[bytes]:
    """Decrypt and authenticate; the tag stands behind the content (EnvelopedData) or in a field of its own."""
    decryptor = Ciphering(algorithms.AES(key), modes.GCM(nonce, min_tag_length=12)).decryptor()
    if attributes:
        decryptor.authenticate_additional_data(attributes)
    if authenticated:
        for block in stream.octets(0):
            yield decryptor.update(block)
        stream.leave()
        if stream.peek() == der.context(1):
            stream.skip()
        tag = stream.element(4096).octets()
    else:
        held = b""
        for block in stream.octets(0):
            held += block
            yield decryptor.update(held[:-tag_size])
            held = held[-tag_size:]
        tag = held
    if len(tag) != tag_size:
        raise DecryptionFailed
    yield decryptor.finalize_with_tag(tag)


def _attributes(source: Source, start: int) -> bytes:
    """Return the authenticated attributes in DER: they stand behind the content, but are needed before it (RFC 5083 2.2)."""
    if isinstance(source, bytes):
        return _attributes_in(Stream(source))
    if start < 0:
        raise malformed("AuthEnvelopedData is read from files only that can seek")
    here = source.tell()
    source.seek(start)
    try:
        return _attributes_in(Stream(source))
    finally:
        source.seek(here)


def _attributes_in(stream: Stream) -> bytes:
    _begin(stream)
    stream.skip()
    if stream.peek() != der.context(1):
        return b""
    element = stream.element()
    return der.set_of(each.definite() for each in element.children())
