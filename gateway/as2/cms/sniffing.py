"""Tells what a CMS message is by its own word: the OID it begins with, never the MIME type around it (RFC 5652 3)."""

from __future__ import annotations

from typing import Literal

from gateway.as2 import der
from gateway.as2.cms.compression import COMPRESSED_DATA
from gateway.as2.cms.enveloping import AUTH_ENVELOPED_DATA, ENVELOPED_DATA
from gateway.as2.cms.signing import SIGNED_DATA
from gateway.as2.errors import MalformedCMS
from gateway.as2.stream import Stream

Kind = Literal["signed", "enveloped", "auth-enveloped", "compressed"]
HEAD = 64  # Bytes that are enough to tell.

_KINDS: dict[bytes, Kind] = {
    SIGNED_DATA[2:]: "signed",
    ENVELOPED_DATA[2:]: "enveloped",
    AUTH_ENVELOPED_DATA[2:]: "auth-enveloped",
    COMPRESSED_DATA[2:]: "compressed",
}


def sniff(data: bytes) -> Kind | None:
    """Tell what a message is from its first 64 bytes or more; None for anything else."""
    if data[:1] != b"\x30":
        return None
    stream = Stream(data[:HEAD])
    try:
        stream.enter(der.SEQUENCE, "ContentInfo")
        return _KINDS.get(stream.element(HEAD).content)
    except MalformedCMS:
        return None
