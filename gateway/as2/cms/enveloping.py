"""Writes EnvelopedData and AuthEnvelopedData (RFC 5652 6, RFC 5083, RFC 5084, RFC 3560). Twin of ``opening``.

What is written has a definite length when the size of the content is known, so that the size of the message is known before the
first byte of it: ``Envelope.size``.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher as Ciphering
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from gateway.as2 import der
from gateway.as2.algorithms import CIPHERS, DIGESTS, MGF1, OAEP, RSA, Cipher
from gateway.as2.cms.certificates import Certificate
from gateway.as2.cms.signing import DATA
from gateway.as2.errors import AlgorithmNotAllowed, AS2Error, KeyUnusable
from gateway.as2.stream import BLOCK, Source

ENVELOPED_DATA = der.oid("1.2.840.113549.1.7.3")
AUTH_ENVELOPED_DATA = der.oid("1.2.840.113549.1.9.16.1.23")
TAG_SIZE = 16
Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class KeyTransport:
    """How the content key is carried: ``rsa`` (PKCS#1 v1.5), or ``oaep`` with its digest, and the one of its mask if another."""

    kind: Literal["rsa", "oaep"] = "rsa"
    digest: str = "sha256"
    mask_digest: str | None = None
    key_identifier: bool = False  # Name recipients by key identifier instead of issuer and serial.


BY_RSA = KeyTransport()


class Envelope:
    """An enveloped content, ready to be read once: iterate over its chunks. ``size`` is in bytes, None when unknown."""

    def __init__(self, head: bytes, blocks: Iterable[bytes], size: int | None) -> None:
        self.size = size
        self._chunks: Iterator[bytes] | None = itertools.chain((head,), blocks)

    def __iter__(self) -> Iterator[bytes]:
        """Give the message in chunks of about 64 KiB; raises AS2Error the second time, when the content is read already."""
        chunks, self._chunks = self._chunks, None
        if chunks is None:
            raise AS2Error("An envelope is read once. Make another one of the same content.")
        return chunks


def envelope(
    source: Source,
    recipients: Sequence[Certificate],
    *,
    random: Random,
    cipher: str = "aes256-cbc",
    key_transport: KeyTransport = BY_RSA,
    gcm_form: Literal["auth-enveloped", "enveloped"] = "auth-enveloped",
    size: int | None = None,
) -> Envelope:
    """Encrypt a content for every recipient (RFC 5652 6.1; several for a change of certificates, or a copy for ourselves).

    ``random`` gives that many random bytes. ``cipher`` is one of ``algorithms.CIPHERS``. A GCM cipher is written as
    AuthEnvelopedData (RFC 5083), or inside EnvelopedData with the tag behind the content, as some products want it. ``size`` is
    that of the content, when the source is no bytes and cannot seek. Raises KeyUnusable for a recipient without RSA key.
    """
    chosen = CIPHERS.get(cipher)
    if chosen is None:
        raise AlgorithmNotAllowed(f"There is no cipher {cipher}. Choose one of {', '.join(CIPHERS)}.")
    if not recipients:
        raise KeyUnusable("Nobody is named to encrypt for. Import the partner's certificate first.")
    key = random(chosen.key_size)
    infos = der.set_of(_recipient(each, key, key_transport) for each in recipients)
    by_key = key_transport.key_identifier and any(each.subject_key_identifier for each in recipients)
    vector = random(12 if chosen.mode == "gcm" else chosen.block)
    if isinstance(source, bytes):
        size = len(source)
    elif size is None:
        size = remaining(source)
    authenticated = chosen.mode == "gcm" and gcm_form == "auth-enveloped"
    opening = der.integer(2 if by_key and not authenticated else 0) + infos
    if chosen.mode == "gcm":
        return _gcm(source, chosen, key, vector, opening, size, authenticated=authenticated)
    return _cbc(source, chosen, key, vector, opening, size)


def remaining(source: BinaryIO) -> int | None:
    """Return how many bytes a file still holds, None when it cannot seek."""
    if not source.seekable():
        return None
    here = source.tell()
    end = source.seek(0, io.SEEK_END)
    source.seek(here)
    return end - here


def blocks_of(source: Source) -> Iterator[bytes]:
    """Give a source in blocks."""
    if isinstance(source, bytes):
        if len(source) <= BLOCK:
            yield source
        else:
            for at in range(0, len(source), BLOCK):
                yield source[at : at + BLOCK]
        return
    while block := source.read(BLOCK):
        yield block


def ciphering(cipher: Cipher, key: bytes, vector: bytes) -> Ciphering[modes.CBC]:
    """Return the CBC cipher of ``cryptography``."""
    kind = TripleDES(key) if cipher.name == "3des" else algorithms.AES(key)
    return Ciphering(kind, modes.CBC(vector))


def _recipient(certificate: Certificate, key: bytes, transport: KeyTransport) -> bytes:
    """Return a KeyTransRecipientInfo (RFC 5652 6.2.1)."""
    public = certificate.public_key
    if not isinstance(public, rsa.RSAPublicKey):
        raise KeyUnusable(
            f"The key of {certificate.subject} is no RSA key. Ask the partner for an RSA certificate to encrypt for."
        )
    how: padding.PKCS1v15 | padding.OAEP
    if transport.kind == "rsa":
        how, identifier = padding.PKCS1v15(), _RSA
    else:
        digest, mask = DIGESTS[transport.digest], DIGESTS[transport.mask_digest or transport.digest]
        how = padding.OAEP(padding.MGF1(mask.hash), digest.hash, None)
        identifier = der.sequence(der.oid(OAEP), _oaep_parameters(digest.name, mask.name))
    try:
        wrapped = public.encrypt(key, how)
    except ValueError:
        raise KeyUnusable(
            f"The key of {certificate.subject} is too short for {transport.kind}. Ask the partner for a longer one."
        ) from None
    by_key = certificate.subject_key_identifier if transport.key_identifier else None
    return der.sequence(
        der.integer(2 if by_key else 0),
        der.tlv(der.context(0, constructed=False), by_key) if by_key else certificate.issuer_and_serial,
        identifier,
        der.octets(wrapped),
    )


_RSA = der.sequence(der.oid(RSA), der.NULL)


def _oaep_parameters(digest: str, mask: str) -> bytes:
    """RSAES-OAEP-params; SHA-1 is what is meant when a field is missing (RFC 4055 4.1)."""
    hashed = der.tlv(der.context(0), DIGESTS[digest].with_null) if digest != "sha1" else b""
    masked = der.sequence(der.oid(MGF1), DIGESTS[mask].with_null)
    return der.sequence(hashed, der.tlv(der.context(1), masked) if mask != "sha1" else b"")


def _cbc(source: Source, cipher: Cipher, key: bytes, vector: bytes, opening: bytes, size: int | None) -> Envelope:
    encryptor = ciphering(cipher, key, vector).encryptor()
    algorithm = der.sequence(cipher.oid, der.octets(vector))

    def encrypted() -> Iterator[bytes]:
        count = 0
        for block in blocks_of(source):
            count += len(block)
            yield encryptor.update(block)
        _check_size(count, size)
        missing = cipher.block - count % cipher.block
        yield encryptor.update(bytes((missing,)) * missing) + encryptor.finalize()

    whole = None if size is None else size + cipher.block - size % cipher.block
    return _wrapped(ENVELOPED_DATA, opening, algorithm, encrypted(), whole, None)


def _gcm(
    source: Source, cipher: Cipher, key: bytes, nonce: bytes, opening: bytes, size: int | None, *, authenticated: bool
) -> Envelope:
    encryptor = Ciphering(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    algorithm = der.sequence(cipher.oid, der.sequence(der.octets(nonce), der.integer(TAG_SIZE)))

    def encrypted() -> Iterator[bytes]:
        count = 0
        for block in blocks_of(source):
            count += len(block)
            yield encryptor.update(block)
        _check_size(count, size)
        last = encryptor.finalize()
        yield last if authenticated else last + encryptor.tag

    if authenticated:
        return _wrapped(AUTH_ENVELOPED_DATA, opening, algorithm, encrypted(), size, lambda: der.octets(encryptor.tag))
    whole = None if size is None else size + TAG_SIZE
    return _wrapped(ENVELOPED_DATA, opening, algorithm, encrypted(), whole, None)


def _check_size(found: int, announced: int | None) -> None:
    """Refuse to go on when the file grew or shrank while it was read: the lengths are written already."""
    if announced is not None and found != announced:
        raise AS2Error(f"The content changed while it was read: {found} bytes instead of {announced}. Send it again.")


def _wrapped(
    kind: bytes,
    opening: bytes,
    algorithm: bytes,
    blocks: Iterator[bytes],
    size: int | None,
    mac: Callable[[], bytes] | None,
) -> Envelope:
    """Put ContentInfo around the encrypted blocks: of definite length when their size is known."""
    mac_size = 2 + TAG_SIZE if mac else 0
    if size is None:
        inside = der.indefinite(der.SEQUENCE) + DATA + algorithm + der.indefinite(der.context(0))
        head = (
            der.indefinite(der.SEQUENCE)
            + kind
            + der.indefinite(der.context(0))
            + der.indefinite(der.SEQUENCE)
            + opening
            + inside
        )
        return Envelope(head, _pieces(blocks, mac), None)
    prefix = der.header(der.context(0, constructed=False), size)
    inside = der.header(der.SEQUENCE, len(DATA) + len(algorithm) + len(prefix) + size) + DATA + algorithm + prefix
    content = opening + inside
    head = der.header(der.SEQUENCE, len(content) + size + mac_size) + content
    head = der.header(der.context(0), len(head) + size + mac_size) + head
    head = kind + head
    head = der.header(der.SEQUENCE, len(head) + size + mac_size) + head
    return Envelope(head, _then(blocks, mac), len(head) + size + mac_size)


def _then(blocks: Iterator[bytes], mac: Callable[[], bytes] | None) -> Iterator[bytes]:
    yield from blocks
    if mac:
        yield mac()


def _pieces(blocks: Iterator[bytes], mac: Callable[[], bytes] | None) -> Iterator[bytes]:
    """Give the blocks as pieces of a string of indefinite length, and what ends all open values."""
    for block in blocks:
        if block:
            yield der.octets(block)
    yield der.END * 2  # The string, and EncryptedContentInfo.
    yield (mac() if mac else b"") + der.END * 3
