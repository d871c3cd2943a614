"""Reads a captured request or answer, as products and proxies store it: a start line or none, a head, a body."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.as2.content import NewSpool, Sink
from gateway.as2.errors import MalformedMIME
from gateway.as2.headers import MOST_BYTES, Headers, parse_head
from gateway.as2.slices import BLOCK, Slice

_BLANK = re.compile(rb"\r?\n")
_START = re.compile(rb"(?:[A-Z]{3,8} \S+(?: HTTP/\d[^\r\n]*)?|HTTP/\d[^\r\n]*)\r?\n")
_INTERIM = re.compile(rb"HTTP/\d(?:\.\d)? 1\d\d(?: [^\r\n]{0,200})?\r?\n(?:[^\r\n]{1,1000}\r?\n){0,20}\r?\n")
_END = re.compile(rb"\r\n[ \t]*\r\n|\n[ \t]*\n|\n[ \t]*\r\n")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_LONGEST_CHUNK_LINE = 1100


def read_capture(data: Slice, new_spool: NewSpool, largest: int) -> tuple[Headers, Slice]:
    """Return the head and the body of a captured request or answer; chunks are joined, a told length is passed over.

    Data without any head come back whole, under empty headers. Raises MalformedMIME for chunks that are cut off, and
    for a head that never ends.
    """
    start = data.at(0, MOST_BYTES)
    skipped = 0
    while blank := _BLANK.match(start, skipped) or _INTERIM.match(
        start, skipped
    ):  # 100 Continue stands before an answer.
        skipped = blank.end()
    line = _START.match(start, skipped)
    first = line.end() if line else skipped
    if not _FIELD.match(start, first):
        return Headers(), data
    end = _END.search(start, first)
    if end is None:
        if len(data) > MOST_BYTES:
            raise MalformedMIME(
                "The head of the capture does not end. Store the request with the empty line behind its head."
            )
        return parse_head(start[first:]), data.part(len(data))
    headers = parse_head(start[first : end.start()])
    body = data.part(end.end())
    if "chunked" in headers.get("transfer-encoding").lower() and _CHUNK.match(body.at(0, _LONGEST_CHUNK_LINE)):
        body = Sink(new_spool, largest).take(_joined(body))
    return headers, body


def _joined(body: Slice) -> Iterator[bytes]:
    """Give the content of the chunks (RFC 9112 7.1)."""
    at = 0
    while True:
        line = _CHUNK.match(body.at(at, _LONGEST_CHUNK_LINE))
        if line is None:
            raise MalformedMIME(
                "The chunks of the capture are damaged. Capture the request anew, or store its body joined."
            )
        size = int(line.group(1), 16)
        at += line.end()
        if size == 0:
            return
        if at + size > len(body):
            raise MalformedMIME("The capture ends within a chunk. Capture the whole request.")
        yield from body.part(at, at + size).chunks(BLOCK)
        at += size
        at += 2 if body.at(at, 2) == b"\r\n" else 1
