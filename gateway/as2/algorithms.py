"""The algorithms of AS2 by name and by object identifier (RFC 3370, 5754, 4055, 5084, 8702). Knows no message.

Names are ours: ``sha256``, ``aes256-cbc``. Tables are keyed by the body of the OBJECT IDENTIFIER, as it stands on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from gateway.as2 import der
from gateway.as2.ber import dotted


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash function: its name, what ``cryptography`` calls it, and its identifier, with and without NULL as parameters."""

    name: str
    hash: hashes.HashAlgorithm
    identifier: bytes
    with_null: bytes

    @property
    def size(self) -> int:
        """Bytes of a digest."""
        return self.hash.digest_size


@dataclass(frozen=True, slots=True)
class Cipher:
    """A content cipher: its name, the size of its key in bytes, its mode (cbc or gcm), the size of a block, its OID as TLV."""

    name: str
    key_size: int
    mode: str
    block: int
    oid: bytes


def _digest(name: str, made: hashes.HashAlgorithm, identifier: str) -> Digest:
    tlv = der.oid(identifier)
    return Digest(name, made, der.sequence(tlv), der.sequence(tlv, der.NULL))


def body(identifier: str) -> bytes:
    """Return the body of an OBJECT IDENTIFIER, the key of the tables here."""
    return der.oid(identifier)[2:]


DIGESTS: dict[str, Digest] = {
    each.name: each
    for each in (
        _digest("md5", hashes.MD5(), "1.2.840.113549.2.5"),  # noqa: S303 - read for a partner who can do nothing better
        _digest("sha1", hashes.SHA1(), "1.3.14.3.2.26"),  # noqa: S303
        _digest("sha224", hashes.SHA224(), "2.16.840.1.101.3.4.2.4"),
        _digest("sha256", hashes.SHA256(), "2.16.840.1.101.3.4.2.1"),
        _digest("sha384", hashes.SHA384(), "2.16.840.1.101.3.4.2.2"),
        _digest("sha512", hashes.SHA512(), "2.16.840.1.101.3.4.2.3"),
    )
}
STRONG_DIGESTS = frozenset({"sha256", "sha384", "sha512"})

RSA = "1.2.840.113549.1.1.1"
PSS = "1.2.840.113549.1.1.10"
OAEP = "1.2.840.113549.1.1.7"
MGF1 = "1.2.840.113549.1.1.8"
P_SPECIFIED = "1.2.840.113549.1.1.9"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"

# What names an RSA v1.5 or ECDSA signature together with its digest.
RSA_WITH = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
ECDSA_WITH = {
    "sha1": "1.2.840.10045.4.1",
    "sha224": "1.2.840.10045.4.3.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}

# Body of the OID -> scheme, and the digest that it names (None: the one of the signer's digestAlgorithm).
SIGNATURES: dict[bytes, tuple[str, str | None]] = {
    body(RSA): ("rsa", None),
    body(PSS): ("pss", None),
    body(EC_PUBLIC_KEY): ("ecdsa", None),
    body("1.3.14.3.2.29"): ("rsa", "sha1"),  # sha1WithRSASignature of the OIW, still sent by old products.
    **{body(identifier): ("rsa", name) for name, identifier in RSA_WITH.items()},
    **{body(identifier): ("ecdsa", name) for name, identifier in ECDSA_WITH.items()},
}
# A digest may be named by the signature algorithm that uses it: some products put that into digestAlgorithm.
DIGEST_OF: dict[bytes, str] = {
    **{key: name for key, (_scheme, name) in SIGNATURES.items() if name},
    **{each.identifier[4:]: each.name for each in DIGESTS.values()},
}

_AES = "2.16.840.1.101.3.4.1."
CIPHERS: dict[str, Cipher] = {
    each.name: each
    for each in (
        Cipher("aes128-cbc", 16, "cbc", 16, der.oid(_AES + "2")),
        Cipher("aes192-cbc", 24, "cbc", 16, der.oid(_AES + "22")),
        Cipher("aes256-cbc", 32, "cbc", 16, der.oid(_AES + "42")),
        Cipher("aes128-gcm", 16, "gcm", 16, der.oid(_AES + "6")),
        Cipher("aes192-gcm", 24, "gcm", 16, der.oid(_AES + "26")),
        Cipher("aes256-gcm", 32, "gcm", 16, der.oid(_AES + "46")),
        Cipher("3des", 24, "cbc", 8, der.oid("1.2.840.113549.3.7")),
    )
}
CIPHER_OF: dict[bytes, Cipher] = {each.oid[2:]: each for each in CIPHERS.values()}

# Known so that they can be refused by name.
REFUSED_CIPHERS: dict[bytes, str] = {
    body("1.2.840.113549.3.2"): "RC2",
    body("1.2.840.113549.3.4"): "RC4",
    body("1.3.14.3.2.7"): "DES",
    body(_AES + "7"): "AES-128-CCM",
    body(_AES + "27"): "AES-192-CCM",
    body(_AES + "47"): "AES-256-CCM",
    body("1.2.840.113549.1.9.16.3.18"): "ChaCha20-Poly1305",
    body("1.2.840.113533.7.66.10"): "CAST5",
}


def shown(oid_body: bytes) -> str:
    """Return a name for people: of a cipher we know to refuse, or the dotted identifier."""
    return REFUSED_CIPHERS.get(oid_body) or dotted(oid_body)
