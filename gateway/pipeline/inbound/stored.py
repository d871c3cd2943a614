"""Makes a stored document a transaction set again: its bytes from the vault, its envelope from its record."""

from __future__ import annotations

from gateway.pipeline.ports import World
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission
from gateway.x12.delimiters import Delimiters
from gateway.x12.model import GroupStart, InterchangeStart, TransactionSet


async def stored_set(document: Document, world: World) -> TransactionSet:
    """Return the set that ``document`` came from, cut as it was when it was read."""
    transmission = await world.ledger.load(Transmission, document.transmission_id)
    assert transmission is not None, "a document is stored after its transmission"
    data = await world.vault.read_range(transmission.digest, document.offset, document.length)
    element, component, segment, repetition = document.delimiters
    marks = Delimiters(element, component, segment, repetition)
    sender, receiver = (tuple(text.partition("*")[::2]) for text in (document.sender, document.receiver))
    usage = "T" if document.test else "P"
    elements = (
        "00",
        "",
        "00",
        "",
        *sender,
        *receiver,
        "",
        "",
        "",
        "00401",
        document.interchange_number,
        "0",
        usage,
        component,
    )
    start = InterchangeStart(0, 0, elements, marks)
    names = (document.group_id, "", "", "", "", document.group_number, "X", document.version)
    group = GroupStart(0, 0, names, start) if document.group_id else None
    pieces = data.decode("latin-1").split(segment)
    closed = any(piece.lstrip().startswith("SE" + element) for piece in pieces[-2:])
    if pieces and not pieces[-1].strip():
        pieces.pop()
    return TransactionSet(document.offset, document.length, pieces, start, group, closed)
