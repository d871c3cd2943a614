"""Reads the parameters of algorithms: PSS and OAEP (RFC 4055 3.1, 4.1), initialization vectors (RFC 3565), GCM (RFC 5084 3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import padding

from gateway.as2 import der
from gateway.as2.algorithms import DIGEST_OF, DIGESTS, MGF1, P_SPECIFIED, Cipher, Digest, body
from gateway.as2.ber import Element, malformed
from gateway.as2.errors import AlgorithmNotAllowed, SignatureInvalid

NONCE_SIZES = range(8, 65)
TAG_SIZES = range(12, 17)
LONGEST_SALT = 512


def pss_padding(parameters: Element | None, digest: Digest) -> padding.PSS:
    """Return the padding of a PSS signature; raises SignatureInvalid when it names another digest than the signer.

    Without parameters: the digest of the signer, and a salt of any length. That is not the standard, but what is sent: the
    salt of pyas2lib is as long as the digest or as the key lets it be, by the OpenSSL below it.
    """
    if parameters is None or parameters.tag == der.NULL_TAG:
        return padding.PSS(padding.MGF1(digest.hash), padding.PSS.AUTO)
    hashed = mask = DIGESTS["sha1"]
    salt = 20
    for tag, value in _fields(parameters, "RSASSA-PSS-params"):
        if tag == der.context(0):
            hashed = named_digest(value)
        elif tag == der.context(1):
            mask = _mask_digest(value)
        elif tag == der.context(2):
            salt = value.small_integer("saltLength")
    if not 0 <= salt <= LONGEST_SALT:
        raise malformed("the PSS salt has an impossible length")
    if hashed != digest:
        raise SignatureInvalid("The signer names two digests for one signature. Ask the partner to sign anew.")
    return padding.PSS(padding.MGF1(mask.hash), salt)


def oaep_padding(parameters: Element | None) -> tuple[padding.OAEP, str]:
    """Return the padding of an OAEP key transport, and its digest by name. What is missing is SHA-1, as the standard has it."""
    hashed = mask = DIGESTS["sha1"]
    label = b""
    if parameters is not None and parameters.tag != der.NULL_TAG:
        for tag, value in _fields(parameters, "RSAES-OAEP-params"):
            if tag == der.context(0):
                hashed = named_digest(value)
            elif tag == der.context(1):
                mask = _mask_digest(value)
            elif tag == der.context(2):
                label = _label(value)
    return padding.OAEP(padding.MGF1(mask.hash), hashed.hash, label or None), hashed.name


def initialization_vector(parameters: Element | None, cipher: Cipher) -> bytes:
    """Return the vector of a CBC cipher, which is as long as its block."""
    vector = parameters.octets() if parameters and parameters.tag & ~0x20 == der.OCTETS else b""
    if len(vector) != cipher.block:
        raise malformed(f"the initialization vector has {len(vector)} bytes")
    return vector


def gcm_parameters(parameters: Element | None) -> tuple[bytes, int]:
    """Return the nonce and the size of the tag; a size that is not named is 12 bytes."""
    parts = parameters.expect(der.SEQUENCE, "GCMParameters").children() if parameters else []
    if not parts or parts[0].tag & ~0x20 != der.OCTETS:
        raise malformed("the GCM parameters hold no nonce")
    nonce, size = parts[0].octets(), parts[1].small_integer("aes-ICVlen") if len(parts) > 1 else 12
    if len(nonce) not in NONCE_SIZES or size not in TAG_SIZES:
        raise malformed("the GCM nonce or tag has an impossible length")
    return nonce, size


def named_digest(identifier: Element) -> Digest:
    """Return the digest that an AlgorithmIdentifier names; raises AlgorithmNotAllowed for one that we don't know."""
    parts = identifier.expect(der.SEQUENCE, "AlgorithmIdentifier").children()
    name = DIGEST_OF.get(parts[0].content) if parts else None
    if name is None:
        raise AlgorithmNotAllowed("The message uses a digest that we don't know. Ask the partner to use SHA-256.")
    return DIGESTS[name]


def _fields(parameters: Element, name: str) -> Iterator[tuple[int, Element]]:
    """Give tag and value of each field that is tagged explicitly."""
    for field in parameters.expect(der.SEQUENCE, name).children():
        inner = field.children()
        if len(inner) != 1:
            raise malformed(f"a field of {name} does not hold one value")
        yield field.tag, inner[0]


def _mask_digest(identifier: Element) -> Digest:
    parts = identifier.expect(der.SEQUENCE, "AlgorithmIdentifier").children()
    if len(parts) != 2 or parts[0].content != body(MGF1):
        raise AlgorithmNotAllowed("The message uses a mask function that we don't know. Ask the partner to use MGF1.")
    return named_digest(parts[1])


def _label(identifier: Element) -> bytes:
    parts = identifier.expect(der.SEQUENCE, "pSourceFunc").children()
    if len(parts) != 2 or parts[0].content != body(P_SPECIFIED):
        raise AlgorithmNotAllowed("The message uses a label that we don't know. Ask the partner to send none.")
    return parts[1].octets()
