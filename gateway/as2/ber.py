"""Reads BER (X.690 8), small values in memory: definite and indefinite lengths, constructed strings, everything within bounds.

``gateway.as2.stream`` reads what is too large for memory. Whatever is not BER raises MalformedCMS; nothing else is raised,
nothing goes deeper than DEPTH, and whoever sends a value of many small ones is stopped at CHILDREN.
"""

from __future__ import annotations

from gateway.as2 import der
from gateway.as2.errors import MalformedCMS

DEPTH = 24  # Real messages nest 12 deep; each level of a chain of certificates adds none.
CHILDREN = 20_000  # Values in one value.
ADVICE = "Check that it arrives whole and unchanged, then send again."


def malformed(what: str) -> MalformedCMS:
    """Return the error about bytes that are not what stands in the standard."""
    return MalformedCMS(f"The cryptographic message cannot be read: {what}. {ADVICE}")


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read tag and length at ``at``: the tag, where the body begins, where it stops (-1: indefinite, an END follows it).

    A tag is its identifier octets as one number, so ``0x30`` for a SEQUENCE. The body may not go beyond ``end``.
    """
    try:
        tag = data[at]
        body = at + 2
        size = data[at + 1]
        if tag & 0x1F == 0x1F:
            tag, body = _long_tag(data, at)
            size = data[body - 1]
        if size & 0x80:
            if size == 0x80:
                if not tag & 0x20 and tag < 0x100:
                    raise malformed("a primitive value has an indefinite length")
                if body > end:
                    raise malformed("it ends too early")
                return tag, body, -1
            octets = size & 0x7F
            if octets > 8:
                raise malformed("a length is longer than 8 bytes")
            size = int.from_bytes(data[body : body + octets], "big")
            body += octets
    except IndexError:
        raise malformed("it ends too early") from None
    if body + size > end:
        raise malformed("it ends too early")
    return tag, body, body + size


def _long_tag(data: bytes, at: int) -> tuple[int, int]:
    """Read a tag number above 30; return the tag and the index behind the first length octet."""
    for size in range(2, 6):
        if not data[at + size - 1] & 0x80:
            return int.from_bytes(data[at : at + size], "big"), at + size + 1
    raise malformed("a tag is longer than 5 bytes")


def end_of(data: bytes, at: int, end: int, depth: int = 0) -> int:
    """Return the index behind the END that closes the indefinite value whose body begins at ``at``, ``depth`` values deep."""
    level, count = 1, 0
    while level:
        if data[at : at + 2] == der.END:
            at += 2
            level -= 1
            continue
        _tag, body, stop = header(data, at, end)
        count += 1
        if stop < 0:
            level += 1
        at = body if stop < 0 else stop
        if level + depth > DEPTH + 1:
            raise malformed(f"values nest deeper than {DEPTH}")
        if count > CHILDREN:
            raise malformed(f"a value holds more than {CHILDREN} others")
    if at > end:
        raise malformed("it ends too early")
    return at


class Element:
    """One value in memory: its tag, its body, and the values inside. Cheap to make; reads its children when asked."""

    __slots__ = ("body", "data", "depth", "end", "start", "stop", "tag")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None, depth: int = 0) -> None:
        if depth > DEPTH:
            raise malformed(f"values nest deeper than {DEPTH}")
        self.data, self.start, self.depth = data, start, depth
        self.tag, self.body, stop = header(data, start, len(data) if end is None else end)
        if stop < 0:
            self.end = end_of(data, self.body, len(data) if end is None else end, depth)
            self.stop = self.end - 2
        else:
            self.stop = self.end = stop

    @property
    def content(self) -> bytes:
        """The body as it stands."""
        return self.data[self.body : self.stop]

    @property
    def raw(self) -> bytes:
        """Tag, length and body as they stand."""
        return self.data[self.start : self.end]

    @property
    def constructed(self) -> bool:
        """Whether there are values inside."""
        first = self.data[self.start]
        return bool(first & 0x20)

    def children(self) -> list[Element]:
        """Read the values inside; raises MalformedCMS when this is no constructed value."""
        if not self.constructed:
            raise malformed(f"a value with tag {self.tag:#x} should hold others")
        found: list[Element] = []
        data, at, stop, depth = self.data, self.body, self.stop, self.depth + 1
        while at < stop:
            child = Element(data, at, stop, depth)
            found.append(child)
            at = child.end
            if len(found) > CHILDREN:
                raise malformed(f"a value holds more than {CHILDREN} others")
        return found

    def expect(self, tag: int, name: str) -> Element:
        """Return itself when it has the tag; ``name`` is what the standard calls it."""
        if self.tag != tag:
            raise malformed(f"{name} has tag {self.tag:#x} instead of {tag:#x}")
        return self

    def octets(self) -> bytes:
        """Return the bytes of a string, put together from its pieces when it is constructed (X.690 8.7.3)."""
        if not self.constructed:
            return self.data[self.body : self.stop]
        pieces: list[bytes] = []
        for child in self.children():
            if child.tag & ~0x20 != der.OCTETS:
                raise malformed(f"a piece of a string has tag {child.tag:#x}")
            pieces.append(child.octets())
        return b"".join(pieces)

    def small_integer(self, name: str) -> int:
        """Return the value of an INTEGER of at most 8 bytes."""
        self.expect(der.INTEGER, name)
        if not 0 < self.stop - self.body <= 8:
            raise malformed(f"{name} is no number")
        return int.from_bytes(self.content, "big", signed=True)

    def definite(self) -> bytes:
        """Return the value in DER as far as lengths go: definite, shortest, strings in one piece, a SET OF in order."""
        if not self.constructed:
            return der.tlv(self.tag, self.content) if self.tag < 0x100 else self.raw
        if self.tag == der.OCTETS | 0x20:
            return der.octets(self.octets())
        parts = [child.definite() for child in self.children()]
        if self.tag == der.SET:
            parts.sort()
        if self.tag >= 0x100:
            return self.data[self.start : self.body] + b"".join(parts)
        return der.tlv(self.tag, *parts)


def dotted(body: bytes) -> str:
    """Return the OBJECT IDENTIFIER with this body as ``1.2.840...``, for people."""
    if not body or body[-1] & 0x80 or len(body) > 64:
        return f"of {len(body)} odd bytes"
    arcs: list[int] = []
    value = 0
    for octet in body:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))
