"""Cuts MIME entities out of bytes as they were sent: nothing is parsed and written again. Knows no signature and no AS2.

Serves RFC 2045, 2046 5.1 and 1847 as peers really write them: entities without any headers, boundaries that begin alike, text
before the first and behind the last boundary, a missing last line end or closing boundary, and LF alone as line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gateway.as2.errors import MalformedMIME
from gateway.as2.headers import MOST_BYTES, Headers, parse_head
from gateway.as2.names import find_filename
from gateway.as2.parameters import Value, parse_value
from gateway.as2.slices import BLOCK, Slice

MOST_PARTS = 200
MOST_LOOKS = 100_000  # How often the text of a boundary may stand in a body without being one.
_LONGEST_LINE = 260

_BLANK_LINE = re.compile(rb"(\r\n|\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r(?!\n))")
_EMPTY_LINE = re.compile(rb"[ \t]*(?:\r\n|\n)")
_FIELD_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]*[ \t]*:")
# A block of lines is a head only when one of its fields is of MIME, mail or AS2: data may look like fields.
_KNOWN = re.compile(
    rb"^(?:content-|mime-version|message-id|as2-|ediint-|disposition-notification|date[ \t]*:|from[ \t]*:|to[ \t]*:"
    rb"|subject[ \t]*:)",
    re.I | re.M,
)
_LINES = re.compile(rb"\r\n|\n|\r")
_BEHIND_BOUNDARY = re.compile(rb"(--)?[ \t]{0,200}(?:\r\n|\n|\r|\Z)")
_FIRST_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n")


@dataclass(frozen=True)
class Entity:
    """A head and a body, and both together as they were sent. ``whole`` and ``body`` are the same where there is no head."""

    headers: Headers
    whole: Slice
    body: Slice

    @property
    def has_head(self) -> bool:
        """True when the bytes begin with a head, be it an empty line only."""
        return self.body.start > self.whole.start

    @cached_property
    def content_type(self) -> Value:
        """The Content-Type, read."""
        return parse_value(self.headers.get("content-type"))

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding in lower case; absent means binary in AS2, not 7bit."""
        return self.headers.get("content-transfer-encoding").strip(' ";').lower() or "binary"

    @property
    def filename(self) -> str | None:
        """The file name that the head gives, safe to use as a name, or None."""
        return find_filename(self.headers.get("content-disposition"), self.headers.get("content-type"))


def read_entity(data: Slice) -> Entity:
    """Split an entity into head and body. What doesn't begin with a head of MIME is body from its first byte on.

    Raises MalformedMIME for a head of more than ``headers.MOST_BYTES`` or ``headers.MOST_FIELDS``.
    """
    start = data.at(0, 4096)
    empty = _EMPTY_LINE.match(start)
    if empty:
        return Entity(Headers(), data, data.part(empty.end()))
    if not _FIELD_LINE.match(start):
        return Entity(Headers(), data, data)
    end = _BLANK_LINE.search(start)
    if end is None and len(data) > len(start):
        start = data.at(0, MOST_BYTES + 4)
        end = _BLANK_LINE.search(start)
    if end is None:
        if len(data) > len(start):
            if _KNOWN.match(start):
                raise MalformedMIME(f"A head does not end within {MOST_BYTES} bytes. Put an empty line behind it.")
            return Entity(Headers(), data, data)
        head, body = start, len(start)
    else:
        head, body = start[: end.start()], end.end()
    if not _is_head(head):
        return Entity(Headers(), data, data)
    return Entity(parse_head(head), data, data.part(body))


def _is_head(raw: bytes) -> bool:
    """Tell whether every line is a field or goes on with one, and at least one is a field that MIME, mail or AS2 know."""
    if not _KNOWN.search(raw.replace(b"\r", b"\n") if b"\n" not in raw else raw):
        return False
    return all(not line or line[:1] in b" \t" or _FIELD_LINE.match(line) for line in _LINES.split(raw))


def boundary_of(content_type: Value, body: Slice) -> bytes:
    """Return the boundary of a multipart: the parameter, else the first line of the body that begins with two dashes.

    Raises MalformedMIME when there is neither.
    """
    named = content_type.get("boundary").rstrip()
    if named:
        return named.encode("utf-8", "surrogateescape")
    found = _FIRST_BOUNDARY.search(body.at(0, 4096))
    if found is None:
        raise MalformedMIME("The multipart names no boundary. Add boundary= to its Content-Type.")
    return found.group(1)


def split(body: Slice, boundary: bytes) -> list[Slice]:
    """Return the parts of a multipart body in order, each with its head, without the line end that belongs to the boundary.

    A boundary counts only at the start of a line and with nothing but blanks behind it, so one that a longer boundary begins
    with or that stands within data doesn't. A missing closing boundary ends the last part where the body ends. Raises
    MalformedMIME when there is no part, or more than MOST_PARTS.
    """
    parts: list[Slice] = []
    start = -1
    for end, behind, closing in _delimiters(body, b"--" + boundary):
        if start >= 0:
            parts.append(body.part(start, max(start, end)))
        if closing:
            if not parts:
                raise MalformedMIME("The multipart ends before its first part. Check that the body arrives whole.")
            return parts
        if len(parts) >= MOST_PARTS:
            raise MalformedMIME(f"The multipart has more than {MOST_PARTS} parts. Send fewer in one message.")
        start = behind
    if start < 0:
        raise MalformedMIME(
            "The boundary that Content-Type names is not in the body. Check that the body arrives whole."
        )
    parts.append(body.part(start))
    return parts


def _delimiters(body: Slice, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Give each line that is a boundary: where the part before it ends, where the next begins, whether it closes the multipart.

    The body is read once in blocks that overlap by the longest such line.
    """
    looks = 0
    for base in range(0, max(1, len(body)), BLOCK):
        before = min(base, 2)
        window = body.at(base - before, before + BLOCK + len(mark) + _LONGEST_LINE)
        at = window.find(mark, before)
        while 0 <= at < before + BLOCK:
            looks += 1
            if looks > MOST_LOOKS:
                raise MalformedMIME("The boundary stands too often within the body. Send the message with another one.")
            first = base - before + at
            line = _BEHIND_BOUNDARY.match(window, at + len(mark)) if first == 0 or window[at - 1] in b"\r\n" else None
            if line:
                ends = 2 if window[max(0, at - 2) : at] == b"\r\n" else 1
                yield first - ends, first + len(mark) + line.end() - line.start(), line.group(1) is not None
            at = window.find(mark, at + 1)
