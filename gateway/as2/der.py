"""Writes DER (X.690 10): one way for each value. Knows no structure of any standard.

Every function returns bytes that can stand inside another one. ``length`` and the two ends of an indefinite form serve those
who write a large value piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

INTEGER, BIT_STRING, OCTETS, NULL_TAG, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
NULL = b"\x05\x00"
END = b"\x00\x00"  # Ends a value of indefinite length.

_SHORT = tuple(bytes((number,)) for number in range(256))


def context(number: int, *, constructed: bool = True) -> int:
    """Return the tag of a context-specific field, ``[number]``."""
    return (0xA0 if constructed else 0x80) | number


def length(size: int) -> bytes:
    """Return the length octets of a value of ``size`` bytes."""
    if size < 0x80:
        return _SHORT[size]
    octets = (size.bit_length() + 7) >> 3
    return _SHORT[0x80 | octets] + size.to_bytes(octets, "big")


def header(tag: int, size: int) -> bytes:
    """Return tag and length of a value of ``size`` bytes that is written by somebody else."""
    return _SHORT[tag] + length(size)


def indefinite(tag: int) -> bytes:
    """Return the beginning of a value whose length nobody knows yet; ``END`` ends it (BER, X.690 8.1.3.6)."""
    return _SHORT[tag] + b"\x80"


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return tag, length and the parts one behind the other."""
    body = b"".join(parts)
    return header(tag, len(body)) + body


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of values that are DER already."""
    return tlv(SEQUENCE, *parts)


def set_of(parts: Iterable[bytes], tag: int = SET) -> bytes:
    """Return a SET OF with its values in the order that X.690 11.6 asks for."""
    return tlv(tag, *sorted(parts))


def integer(value: int) -> bytes:
    """Return an INTEGER, negative ones too."""
    size = (value.bit_length() if value >= 0 else (value + 1).bit_length()) // 8 + 1
    return tlv(INTEGER, value.to_bytes(size, "big", signed=True))


def octets(value: bytes) -> bytes:
    """Return an OCTET STRING."""
    return header(OCTETS, len(value)) + value


@lru_cache(maxsize=512)
def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER from ``1.2.840...``."""
    first, second, *others = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (first * 40 + second, *others):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        body += bytes(reversed(groups))
    return tlv(OID, bytes(body))


def time(at: datetime) -> bytes:
    """Return a time to the second: UTCTime from 1950 to 2049, GeneralizedTime else (RFC 5652 11.3)."""
    utc = at.astimezone(UTC) if at.tzinfo else at
    if 1950 <= utc.year < 2050:
        return tlv(UTC_TIME, utc.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(GENERALIZED_TIME, f"{utc.year:04d}{utc.strftime('%m%d%H%M%SZ')}".encode())
