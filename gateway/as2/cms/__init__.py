"""Cryptographic Message Syntax for AS2 (RFC 5652, 5083, 3274): sign and verify, envelope and open, compress and decompress.

Contents are bytes or binary files and are read in blocks, so memory does not grow with them; results are bytes, an iterator of
chunks, or go to a binary file (the sink). What is wrong raises a subclass of ``gateway.as2.errors.AS2Error``.

    sign(digest, "sha256", identity, signed_at=...)       -> bytes               detached SignedData
    read_signature(source, sink=None)                     -> Signature           who says that they signed, and with what
    verify(signature, digests, trusted, allow=...)        -> Verified            who did; raises when nobody of the trusted did
    envelope(source, recipients, random=..., cipher=...)  -> Envelope            iterate over its chunks; ``.size`` or None
    open_envelope(source, identities, sink, random=...)   -> Opened              EnvelopedData and AuthEnvelopedData
    compress(source)                                      -> Iterator[bytes]
    decompress(source, sink, limit=...)                   -> int                 bytes written
    oddities(certificate, at=None)                        -> tuple[str, ...]     warnings about odd certificates
    sniff(first_bytes)                                    -> "signed" | "enveloped" | "auth-enveloped" | "compressed" | None

``digests`` is asked for the digest of the content by name, such as ``sha256``. ``random`` gives that many random bytes: nothing
here takes any from elsewhere, but for the padding and nonces inside the RSA and ECDSA operations of ``cryptography``.

Knows no MIME, no partner and no clock.
"""

from gateway.as2.cms.certificates import Certificate, Identity
from gateway.as2.cms.compression import compress, decompress
from gateway.as2.cms.enveloping import BY_RSA, Envelope, KeyTransport, Random, envelope
from gateway.as2.cms.keys import load_certificates, load_identity, load_pkcs12, load_private_key
from gateway.as2.cms.oddities import oddities
from gateway.as2.cms.opening import ALL_CIPHERS, Opened, open_envelope
from gateway.as2.cms.signature import Signature, SignerInfo, read_signature
from gateway.as2.cms.signing import PLAIN, Scheme, Style, sign
from gateway.as2.cms.sniffing import Kind, sniff
from gateway.as2.cms.verifying import Digests, Verified, verify

__all__ = [
    "ALL_CIPHERS",
    "BY_RSA",
    "PLAIN",
    "Certificate",
    "Digests",
    "Envelope",
    "Identity",
    "KeyTransport",
    "Kind",
    "Opened",
    "Random",
    "Scheme",
    "Signature",
    "SignerInfo",
    "Style",
    "Verified",
    "compress",
    "decompress",
    "envelope",
    "load_certificates",
    "load_identity",
    "load_pkcs12",
    "load_private_key",
    "oddities",
    "open_envelope",
    "read_signature",
    "sign",
    "sniff",
    "verify",
]
