"""Takes receipts apart into what was signed and the signature, and finds whose certificate fits. Serves RFC 1847 and 5652."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from gateway.as2.cms import Certificate, load_certificates, read_signature, verify
from gateway.as2.errors import AS2Error
from gateway.as2.headers import parse_head
from gateway.as2.mime import Entity, boundary_of, read_entity, split
from gateway.as2.slices import Slice
from gateway.as2.transfer import decoded

ALL_DIGESTS = frozenset(
    {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
)  # What was believed then is judged as then.


def part_receipt(data: bytes) -> tuple[bytes, bytes] | None:
    """Return the signed bytes and the detached signature of a receipt kept with its head; None when it is not signed so."""
    head, gap, _ = data.partition(b"\r\n\r\n")
    body = Slice(data[len(head) + len(gap) :])
    entity = Entity(parse_head(head), body, body)
    if entity.content_type.main != "multipart/signed":
        return None
    try:
        parts = split(body, boundary_of(entity.content_type, body))
        if len(parts) < 2:
            return None
        last = read_entity(parts[-1])
        return b"".join(parts[0].chunks()), b"".join(decoded(last.body.chunks(), last.encoding))
    except AS2Error:
        return None


def signer_of(signed: bytes, signature: bytes, certificates: Sequence[Certificate]) -> Certificate | None:
    """Return whose certificate proves a detached signature, or None."""
    try:
        read = read_signature(signature)
        digests = {name: hashlib.new(name, signed, usedforsecurity=False).digest() for name in ALL_DIGESTS}
        return verify(read, digests.__getitem__, certificates, allow=ALL_DIGESTS).certificate
    except (AS2Error, KeyError):
        return None


def certificates_in(data: bytes) -> list[Certificate]:
    """Return the certificates of a file (PEM or DER); none where there are none that can be read."""
    try:
        return list(load_certificates(data))
    except AS2Error:
        return []
