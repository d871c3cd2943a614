"""The hash chain over the log of events: what is hashed, and how one block holds on to the one before. Knows no store.

Each event has one text; the SHA-256 of it is its *leaf*. A *block* lists the leaves of some events, one line each; the SHA-256
of those lines is its *root*. Its *header* names the block before by its hash, the root and the events; the SHA-256 of the header
is the hash of the block. A *checkpoint* names one block, and the checkpoint before. Whoever knows a checkpoint can prove every
byte of every event before it with `sha256sum` alone.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

NOTHING_BEFORE = "0" * 64
_PACKED = struct.Struct(">Q32s")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as the ledger holds it, text for text. ``data`` is JSON exactly as it is stored."""

    seq: int
    type: str
    at: str
    subject: str
    partner: str | None
    tracking_id: str
    data: str

    @property
    def text(self) -> bytes:
        """The one text of it: a JSON object of all columns in the order of their names."""
        words = {
            "at": _quoted(self.at),
            "data": self.data,
            "partner": _quoted(self.partner),
            "seq": str(self.seq),
            "subject": _quoted(self.subject),
            "tracking_id": _quoted(self.tracking_id),
            "type": _quoted(self.type),
        }
        return ("{" + ",".join(f'"{name}":{value}' for name, value in words.items()) + "}").encode()

    @property
    def leaf(self) -> Leaf:
        """Its place in a block."""
        return Leaf(self.seq, hashlib.sha256(self.text).hexdigest())


@dataclass(frozen=True, slots=True)
class Leaf:
    """An event in a block: its number and the SHA-256 of its text."""

    seq: int
    digest: str

    @property
    def line(self) -> str:
        """The line for it, without its end."""
        return f"{self.digest} {self.seq}"


@dataclass(slots=True)
class Seal:
    """A row of the ledger: one block. ``id`` is its number with leading zeros, ``leaves`` holds those of its events, packed."""

    id: str
    previous: str
    root: str
    first: int
    last: int
    count: int
    sealed_at: datetime
    hash: str
    leaves: bytes

    @property
    def number(self) -> int:
        """The place of the block in the chain; the first one is 1."""
        return int(self.id)

    @property
    def header(self) -> bytes:
        """The text whose SHA-256 is the hash of the block."""
        return (
            f"block {self.number}\nprevious {self.previous}\nroot {self.root}\n"
            f"events {self.first} {self.last} {self.count}\nsealed {moment(self.sealed_at)}\n"
        ).encode()

    @property
    def lines(self) -> bytes:
        """The text whose SHA-256 is the root."""
        return lines_of(unpack_leaves(self.leaves))


@dataclass(slots=True)
class Checkpoint:
    """A row of the ledger: what the chain was at a time. ``token`` is the answer (DER) of a time stamp authority about it."""

    id: str
    previous: str
    block: int
    block_hash: str
    made_at: datetime
    hash: str
    authority: str | None = None
    token: bytes | None = None

    @property
    def number(self) -> int:
        """The place of the checkpoint among all; the first one is 1."""
        return int(self.id)

    @property
    def text(self) -> bytes:
        """The text whose SHA-256 is its hash, and which is time-stamped."""
        return (
            f"checkpoint {self.number}\nprevious {self.previous}\nblock {self.block} {self.block_hash}\n"
            f"made {moment(self.made_at)}\n"
        ).encode()


def seal(before: Seal | None, leaves: list[Leaf], sealed_at: datetime) -> Seal:
    """Make the block that follows ``before`` of the leaves of at least one event, in the order of their numbers."""
    number = before.number + 1 if before is not None else 1
    made = Seal(
        id=numbered(number),
        previous=before.hash if before is not None else NOTHING_BEFORE,
        root=hashlib.sha256(lines_of(leaves)).hexdigest(),
        first=leaves[0].seq,
        last=leaves[-1].seq,
        count=len(leaves),
        sealed_at=sealed_at,
        hash="",
        leaves=pack_leaves(leaves),
    )
    made.hash = hashlib.sha256(made.header).hexdigest()
    return made


def checkpoint(before: Checkpoint | None, block: Seal, made_at: datetime) -> Checkpoint:
    """Make the checkpoint that follows ``before`` and names ``block``."""
    number = before.number + 1 if before is not None else 1
    previous = before.hash if before is not None else NOTHING_BEFORE
    made = Checkpoint(numbered(number), previous, block.number, block.hash, made_at, "")
    made.hash = hashlib.sha256(made.text).hexdigest()
    return made


def numbered(number: int) -> str:
    """Return a number of a block or a checkpoint as its id, which sorts as it counts."""
    return f"{number:010d}"


def moment(time: datetime) -> str:
    """Return a UTC time as it stands in every text that is hashed."""
    return time.isoformat(timespec="microseconds")


def lines_of(leaves: Iterable[Leaf]) -> bytes:
    """Return the lines of a block."""
    return "".join(f"{leaf.line}\n" for leaf in leaves).encode()


def pack_leaves(leaves: Iterable[Leaf]) -> bytes:
    """Return leaves as they are stored: eight bytes of number and 32 of digest each."""
    return b"".join(_PACKED.pack(leaf.seq, bytes.fromhex(leaf.digest)) for leaf in leaves)


def unpack_leaves(packed: bytes) -> Iterator[Leaf]:
    """Yield the leaves that `pack_leaves` packed; of what is not whole the last piece is left away."""
    for place in range(0, len(packed) - _PACKED.size + 1, _PACKED.size):
        seq, digest = _PACKED.unpack_from(packed, place)
        yield Leaf(seq, digest.hex())


def _quoted(value: str | None) -> str:
    return json.dumps(value, ensure_ascii=False)
