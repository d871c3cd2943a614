"""Writes and reads CompressedData with zlib (RFC 3274, RFC 5402). A message that grows without bound is stopped on its way."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from gateway.as2 import der
from gateway.as2.algorithms import shown
from gateway.as2.ber import malformed
from gateway.as2.cms.enveloping import blocks_of
from gateway.as2.cms.signing import DATA
from gateway.as2.errors import DecompressionFailed, DecompressionTooLarge, MalformedCMS
from gateway.as2.stream import BLOCK, Source, Stream

COMPRESSED_DATA = der.oid("1.2.840.113549.1.9.16.1.9")
ZLIB = der.oid("1.2.840.113549.1.9.16.3.8")

_ALGORITHM = der.sequence(ZLIB)
_ALWAYS = 1 << 20  # Bytes that any message may grow to; only beyond does the ratio count.


def compress(source: Source, *, level: int = 6) -> Iterator[bytes]:
    """Compress a content; yields the CompressedData in chunks. ``level`` is zlib's, 1 fast to 9 small.

    A content in memory of at most 64 KiB makes one chunk of DER, all else a BER value of indefinite length.
    """
    if isinstance(source, bytes) and len(source) <= BLOCK:
        content = der.tlv(der.context(0), der.octets(zlib.compress(source, level)))
        inside = der.sequence(der.integer(0), _ALGORITHM, der.sequence(DATA, content))
        yield der.sequence(COMPRESSED_DATA, der.tlv(der.context(0), inside))
        return
    packing = zlib.compressobj(level)
    yield b"".join(
        (
            der.indefinite(der.SEQUENCE),
            COMPRESSED_DATA,
            der.indefinite(der.context(0)),
            der.indefinite(der.SEQUENCE),
            der.integer(0),
            _ALGORITHM,
            der.indefinite(der.SEQUENCE),
            DATA,
            der.indefinite(der.context(0)),
            der.indefinite(der.OCTETS | 0x20),
        )
    )
    for block in blocks_of(source):
        if packed := packing.compress(block):
            yield der.octets(packed)
    yield der.octets(packing.flush()) + der.END * 6


def decompress(source: Source, sink: BinaryIO, *, limit: int, ratio: int = 300) -> int:
    """Decompress a CompressedData into the sink; return the bytes written.

    Raises DecompressionTooLarge before more than ``limit`` bytes are written, or more than ``ratio`` times what was read
    (beyond the first MiB); DecompressionFailed for what zlib refuses or what ends too early; MalformedCMS for what is no
    CompressedData.
    """
    stream = Stream(source)
    _begin(stream)
    unpacking = zlib.decompressobj()
    read = written = 0
    try:
        for packed in stream.octets():
            read += len(packed)
            while packed and not unpacking.eof:
                block = unpacking.decompress(packed, BLOCK)
                packed = unpacking.unconsumed_tail
                written += len(block)
                if written > limit or written > max(_ALWAYS, ratio * read):
                    raise _too_large(limit, ratio, read, written)
                sink.write(block)
    except (zlib.error, MalformedCMS):
        raise DecompressionFailed from None
    if not unpacking.eof:
        raise DecompressionFailed(
            "The compressed content ends too early. Check that it arrives whole, then send again."
        )
    return written


def _begin(stream: Stream) -> None:
    """Go to the compressed octets."""
    stream.enter(der.SEQUENCE, "ContentInfo")
    if stream.element(64).content != COMPRESSED_DATA[2:]:
        raise malformed("it is no CompressedData")
    stream.enter(der.context(0), "content")
    stream.enter(der.SEQUENCE, "CompressedData")
    stream.element(16).small_integer("version")
    parts = stream.element(256).expect(der.SEQUENCE, "compressionAlgorithm").children()
    if not parts or parts[0].content != ZLIB[2:]:
        named = shown(parts[0].content) if parts else "without a name"
        raise DecompressionFailed(f"The compression {named} is not supported. Ask the partner to compress with zlib.")
    stream.enter(der.SEQUENCE, "encapContentInfo")
    stream.element(64).expect(der.OID, "eContentType")
    stream.enter(der.context(0), "eContent")


def _too_large(limit: int, ratio: int, read: int, written: int) -> DecompressionTooLarge:
    bound = f"{limit} bytes" if written > limit else f"{ratio} times its size"
    return DecompressionTooLarge(
        f"{read} compressed bytes grow beyond {bound}. Ask the partner to split the message, or raise the bound in its agreement."
    )
