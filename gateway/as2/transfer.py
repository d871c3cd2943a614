"""Undoes and applies Content-Transfer-Encodings in a stream. Knows bytes only. Serves RFC 2045 6."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

from gateway.as2.errors import MalformedMIME

_NO_BASE64 = bytes(byte for byte in range(256) if not (chr(byte).isalnum() and byte < 128) and byte not in b"+/=")
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n\0"
_BASE64_TEXT = re.compile(rb"\s*(?:-----BEGIN [A-Z0-9 #]+-----\s*)?([A-Za-z0-9+/]{16,}[A-Za-z0-9+/=\r\n \t]*)")
_ARMOUR = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 #]+-----")
_SOFT = re.compile(rb"[ \t]*\r?\n")
_LINE = 57  # Bytes that make a line of 76 characters.
_LONGEST_LINE = 1 << 20


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Undo an encoding: base64 and quoted-printable; ``7bit``, ``8bit``, ``binary`` and unknown ones go through as they are.

    Raises MalformedMIME for base64 that is cut off.
    """
    if encoding in ("base64", "x-base64"):
        return _from_base64(chunks)
    if encoding == "quoted-printable":
        return _from_quoted_printable(chunks)
    return iter(chunks)


def is_encoded(encoding: str) -> bool:
    """Tell whether ``decoded`` would change the bytes."""
    return encoding in ("base64", "x-base64", "quoted-printable")


def decoded_start(start: bytes, encoding: str) -> bytes:
    """Undo an encoding at the beginning of a body, as far as that goes; for telling what it is."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(start)
    text = _ARMOUR.sub(b"", start).translate(None, _NO_BASE64).partition(b"=")[0]
    return binascii.a2b_base64(text[: len(text) & ~3])


def looks_like_base64(start: bytes) -> bool:
    """Tell whether the first bytes of a body are base64 or PEM rather than binary."""
    match = _BASE64_TEXT.match(start)
    return match is not None and (match.end() == len(start) or start[match.end() :].lstrip()[:5] == b"-----")


def _from_base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        if b"-----" in chunk:  # PEM lines around it; they fit into the first and the last block.
            chunk = _ARMOUR.sub(b"", chunk)
        if chunk.translate(None, _PRINTABLE):
            raise MalformedMIME(
                "The base64 text holds bytes that are no text. Check that the message arrives unchanged."
            )
        rest += chunk.translate(None, _NO_BASE64)
        padding = rest.find(b"=")
        whole = len(rest) & ~3 if padding < 0 else padding & ~3
        if whole:
            yield binascii.a2b_base64(rest[:whole])
            rest = rest[whole:]
    rest = rest.partition(b"=")[0]
    if len(rest) == 1:
        raise MalformedMIME("The base64 text is cut off. Check that the message arrives whole, then send it again.")
    if rest:
        yield binascii.a2b_base64(rest + b"=" * (-len(rest) % 4))


def _from_quoted_printable(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"\n") + 1
        if cut:
            yield binascii.a2b_qp(rest[:cut])
            rest = rest[cut:]
        elif len(rest) > _LONGEST_LINE:
            raise MalformedMIME("A line of quoted-printable text is too long. Send lines of at most 76 characters.")
    if rest:
        yield binascii.a2b_qp(rest)


def to_base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Write base64 in lines of 76 characters that end with CRLF."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk if rest else chunk
        whole = len(data) // _LINE * _LINE
        if whole:
            yield _lines(data[:whole])
        rest = data[whole:]
    if rest:
        yield _lines(rest)


def base64_length(size: int) -> int:
    """Return how many bytes ``to_base64`` makes of ``size`` bytes."""
    lines, rest = divmod(size, _LINE)
    return lines * 78 + ((rest + 2) // 3 * 4 + 2 if rest else 0)


def _lines(data: bytes) -> bytes:
    line = binascii.b2a_base64
    return b"".join(line(data[at : at + _LINE], newline=False) + b"\r\n" for at in range(0, len(data), _LINE))
