"""Reads and writes heads of HTTP requests, MIME parts and reports, however odd. Knows nothing of what the fields mean.

Read tolerant, written strict: what is read may be folded, end its lines with LF alone, have blanks before the colon, and hold
bytes beyond ASCII; what is written has none of that. Serves RFC 5322 2.2, RFC 9112 5 and RFC 4130 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gateway.as2.errors import MalformedMIME

MOST_BYTES = 65536  # Of one head: the largest that a real peer sent had 3 kB.
MOST_FIELDS = 200

_NAME = re.compile(r"[!-9;-~]+")
_UNSAFE = re.compile(r"[\r\n\0]")


class Headers:
    """An ordered list of (name, value), asked by name in any case; not changed once made. Values are unfolded and stripped.

    ``raw`` are the bytes that were read, without the blank line behind them; empty where it was built from pairs.
    """

    __slots__ = ("_first", "fields", "raw")

    def __init__(self, fields: Iterable[tuple[str, str]] = (), raw: bytes = b"") -> None:
        self.fields: list[tuple[str, str]] = list(fields)
        self.raw = raw
        self._first: dict[str, str] | None = None  # Made when it is first asked: most heads that are written never are.

    def _by_name(self) -> dict[str, str]:
        found = self._first
        if found is None:
            found = self._first = {name.lower(): value for name, value in reversed(self.fields)}
        return found

    def get(self, name: str, default: str = "") -> str:
        """Return the first value under ``name``, which may be written in any case; else ``default``."""
        return self._by_name().get(name.lower(), default)

    def all(self, name: str) -> list[str]:
        """Return every value under ``name`` in order."""
        wanted = name.lower()
        return [value for each, value in self.fields if each.lower() == wanted]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.fields == other.fields

    def __repr__(self) -> str:
        return f"Headers({self.fields!r})"

    def to_bytes(self) -> bytes:
        """Write the fields as lines with CRLF, without the blank line that ends a head. Nothing is folded."""
        return b"".join(f"{name}: {value}\r\n".encode("utf-8", "surrogateescape") for name, value in self.fields)


def field(name: str, value: str) -> tuple[str, str]:
    """Return a field that is safe to send; raises MalformedMIME when its value would break out of its line."""
    if _UNSAFE.search(value):
        raise MalformedMIME(f"The value of {name} holds a line break. Correct it in the partner's settings.")
    return name, value


def text_of(raw: bytes) -> str:
    """Decode bytes of a header: UTF-8 where they are that, else Latin-1, so that every byte sequence has a reading."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def parse_head(raw: bytes) -> Headers:
    """Read the lines of a head, given without the blank line behind it and without an HTTP start line.

    A line that starts with a blank continues the one before (one blank stands for the fold). A line without a colon is
    left out, as is one before the first field. Raises MalformedMIME above MOST_BYTES or MOST_FIELDS.
    """
    if len(raw) > MOST_BYTES:
        raise MalformedMIME(f"A head is larger than {MOST_BYTES} bytes. Send fewer or shorter header fields.")
    text = raw.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    fields: list[tuple[str, str]] = []
    for line in text.split("\n"):
        if line[:1] in (" ", "\t"):
            if fields:
                name, value = fields[-1]
                more = line.strip(" \t")
                fields[-1] = (name, f"{value} {more}" if value and more else value or more)
            continue
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        if not colon or not _NAME.fullmatch(name):
            continue
        fields.append((name, value.strip(" \t")))
        if len(fields) > MOST_FIELDS:
            raise MalformedMIME(f"A head has more than {MOST_FIELDS} fields. Send fewer of them.")
    if not raw.isascii():
        fields = [(name, text_of(value.encode("latin-1"))) for name, value in fields]
    return Headers(fields, raw)


def from_pairs(pairs: Iterable[tuple[str | bytes, str | bytes]]) -> Headers:
    """Build headers from what an HTTP library gives: names and values as bytes, or as text with bytes as surrogates."""
    return Headers((_plain(name), _unfolded(_plain(value))) for name, value in pairs)


def _plain(value: str | bytes) -> str:
    if isinstance(value, str):
        if value.isascii():
            return value
        value = value.encode("utf-8", "surrogateescape")
    return text_of(value)


def _unfolded(value: str) -> str:
    if "\n" in value or "\r" in value:
        lines = (line.strip(" \t") for line in value.replace("\r", "\n").split("\n"))
        return " ".join(line for line in lines if line)
    return value.strip(" \t")
