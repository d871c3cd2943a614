"""The MIC: over which bytes it is taken, how it is spelled, and how it is read. Knows no signature and no receipt.

Serves RFC 4130 7.3.1. Which bytes those are is for the reader of the layers to say; here are the three forms in which peers
hash them: as sent, with every line end as CRLF, and with only the head's line ends as CRLF.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from gateway.as2.slices import Slice

# name -> the spelling of RFC 5751 and later, the older one.
SPELLINGS: dict[str, tuple[str, str]] = {
    "md5": ("md5", "md5"),
    "sha1": ("sha-1", "sha1"),
    "sha224": ("sha-224", "sha224"),
    "sha256": ("sha-256", "sha256"),
    "sha384": ("sha-384", "sha384"),
    "sha512": ("sha-512", "sha512"),
}
_ALGORITHM = re.compile(
    r"(?:id)?(?:rsa|ecdsa|dsa)?(?:with)?(md5|sha1|sha2?(?:224|256|384|512))(?:with(?:rsa|ecdsa|dsa).*)?"
)
_LONE = re.compile(rb"\r\n|\n|\r")


class Form(StrEnum):
    """In which form bytes are hashed; the wire's order of likelihood."""

    AS_SENT = "as sent"
    CANONICAL = "line ends as CRLF"
    HEAD_CANONICAL = "line ends of the head as CRLF"


def algorithm_named(spelling: str) -> str | None:
    """Return our name (``sha256``) for a digest in any spelling: SHA-256, sha_256, sha2_256, rsa-sha256; None when unknown."""
    match = _ALGORITHM.fullmatch(re.sub(r"[-_ /\"]", "", spelling.strip().lower()))
    if match is None:
        return "sha1" if spelling.strip().lower() == "sha" else None
    name = match.group(1)
    return name if name in SPELLINGS else "sha" + name[4:]


def spelled(name: str, *, old: bool = False) -> str:
    """Return how a digest is written in ``micalg``: ``sha-256``, or ``sha256`` for partners who know only the old names."""
    return SPELLINGS[name][old]


@dataclass(frozen=True, slots=True)
class MIC:
    """A digest, the name of its algorithm (empty when unknown or absent) and how the sender spelled that."""

    value: bytes
    algorithm: str
    spelling: str = ""

    def __str__(self) -> str:
        """Write it as the value of Received-Content-MIC: ``base64, algorithm``."""
        text = binascii.b2a_base64(self.value, newline=False).decode("ascii")
        spelling = self.spelling or (spelled(self.algorithm) if self.algorithm else "")
        return f"{text}, {spelling}" if spelling else text

    def agrees(self, other: MIC) -> bool:
        """Tell whether both are the same digest by the same algorithm; an absent algorithm is taken to be the other's."""
        return self.value == other.value and (
            self.algorithm == other.algorithm or not (self.spelling and other.spelling)
        )


def parse_mic(value: str) -> MIC | None:
    """Read Received-Content-MIC: blanks and folds anywhere, any case, algorithm absent or first. None when it holds no digest."""
    first, _, second = (part.strip(' \t"') for part in value.partition(","))
    if algorithm_named(first) and second and not algorithm_named(second):
        first, second = second, first
    text = re.sub(r"\s+", "", first).strip("\"'<>")
    try:
        digest = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None
    if not digest:
        return None
    spelling = second.split(";")[0].split(",")[0].strip(" '\"")
    return MIC(digest, algorithm_named(spelling) or "", spelling)


def digest_of(chunks: Iterable[bytes], algorithm: str) -> bytes:
    """Hash blocks with the algorithm of our name."""
    running = hashlib.new(algorithm, usedforsecurity=False)
    for chunk in chunks:
        running.update(chunk)
    return running.digest()


def digests_of(chunks: Iterable[bytes], algorithms: Iterable[str]) -> dict[str, bytes]:
    """Hash blocks once with several algorithms."""
    running = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    for chunk in chunks:
        for each in running.values():
            each.update(chunk)
    return {name: each.digest() for name, each in running.items()}


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a MIC is taken over: an entity, or its content alone; ``head`` is how many of its bytes are head."""

    data: Slice
    head: int = 0

    def chunks(self, form: Form) -> Iterator[bytes]:
        """Give the bytes in one of the three forms, in blocks."""
        if form is Form.AS_SENT:
            return self.data.chunks()
        if form is Form.CANONICAL:
            return canonical(self.data.chunks())
        return self._head_canonical()

    def _head_canonical(self) -> Iterator[bytes]:
        if self.head:
            yield _LONE.sub(b"\r\n", self.data.at(0, self.head))
        yield from self.data.part(self.head).chunks()

    def forms(self) -> tuple[Form, ...]:
        """The forms that can differ from one another here: without a head the third is the first."""
        return tuple(Form) if self.head else (Form.AS_SENT, Form.CANONICAL)

    def mic(self, algorithm: str, spelling: str = "", form: Form = Form.AS_SENT) -> MIC:
        """Take the MIC over one of the forms."""
        return MIC(digest_of(self.chunks(form), algorithm), algorithm, spelling or spelled(algorithm))


def canonical(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Turn every line end, LF or CR alone too, into CRLF."""
    held = False  # A CR ended the last block; whether an LF follows is not known yet.
    for chunk in chunks:
        if held:
            chunk = b"\r" + chunk
        held = chunk.endswith(b"\r")
        if held:
            chunk = chunk[:-1]
        yield _LONE.sub(b"\r\n", chunk)
    if held:
        yield b"\r\n"
