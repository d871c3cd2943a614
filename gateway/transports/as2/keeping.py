"""Keeps what came and what goes: a whole request as one blob, head first, so that ``gateway as2 unpack`` opens it as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.as2.headers import Headers, parse_head
from gateway.as2.slices import Slice
from gateway.pipeline.ports import Blob, UnitOfWork, Vault

_CRLF = b"\r\n"
_FRAME = 1 << 20  # What an AS2 message adds to its payload besides the base64 of it.


@dataclass(frozen=True, slots=True)
class Kept:
    """A request in the vault, and the SHA-256 of its body alone, which tells a repetition although its head has changed."""

    blob: Blob
    body_digest: str


def bound_around(payload: int) -> int:
    """Return how many bytes a message may have whose payload has at most ``payload``: base64 takes a third more."""
    return payload * 7 // 5 + _FRAME


async def keep_all(chunks: Iterable[bytes], vault: Vault, limit: int | None = None) -> Blob:
    """Put chunks into the vault; small ones wait in memory for the transaction. Raises TooLarge."""
    stage = vault.stage(limit)
    complete = False
    try:
        for chunk in chunks:
            await stage.write(chunk)
        complete = True
    finally:
        if not complete:
            await stage.abandon()
    return await stage.finish()


async def keep_request(head: bytes, body: Iterable[bytes], vault: Vault, limit: int) -> Kept:
    """Put a request of at most ``limit`` bytes into the vault. ``head`` ends with an empty line. Raises TooLarge."""
    running = hashlib.sha256()

    def chunks() -> Iterable[bytes]:
        yield head
        for chunk in body:
            running.update(chunk)
            yield chunk

    blob = await keep_all(chunks(), vault, limit)
    return Kept(blob, running.hexdigest())


def weighed(head: bytes, body: Iterable[bytes]) -> Kept:
    """Return what a request is without keeping it: its blob holds nothing, and nobody may tell of it. Blocks."""
    running, size = hashlib.sha256(), len(head)
    for chunk in body:
        running.update(chunk)
        size += len(chunk)
    return Kept(Blob("", size), running.hexdigest())


def settle(uow: UnitOfWork, *blobs: Blob | None) -> None:
    """Write the blobs that are small into the transaction; large ones lie in the vault already."""
    for blob in blobs:
        if blob is not None and blob.data is not None:
            uow.keep(blob.data)


def joined(headers: Headers, body: bytes) -> bytes:
    """Return a receipt or answer as it is kept: head, empty line, body."""
    return headers.to_bytes() + _CRLF + body


def parted(data: bytes) -> tuple[Headers, bytes]:
    """Take apart what `joined` made."""
    head, _, body = data.partition(_CRLF + _CRLF)
    return parse_head(head), body


def chunks_of(data: Slice | None) -> Iterable[bytes]:
    """Return the chunks of a slice; none for None."""
    return data.chunks() if data is not None else ()
