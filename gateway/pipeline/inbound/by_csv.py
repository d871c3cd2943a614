"""Read, for partners who send CSV instead of X12: the same documents, cases and deliveries, under the columns that were agreed.

Which document a file is says its content type (``text/csv; document=order_acknowledgment``, as the REST door writes it), else
its name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

from gateway.canonical.message import BY_SET, MESSAGE_TYPES, MessageType, Source
from gateway.canonical.values import Part
from gateway.pipeline.inbound.submitted import documented, fault, refused
from gateway.pipeline.ports import Blob, World
from gateway.pipeline.step import Outcome
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement
from gateway.trading.csv_document import document_of
from gateway.trading.csv_layout import CsvLayout
from gateway.trading.csv_table import CsvFault
from gateway.trading.directory import Partner

CSV_TYPE = "text/csv"
_DOCUMENT = "document="


def content_type_of(row: MessageType) -> str:
    """Return the content type under which CSV of a message type is kept."""
    return f"{CSV_TYPE}; {_DOCUMENT}{row.name}"


def content_type_by_name(name: str) -> str:
    """Return what a file is by its name; everything but JSON and CSV is read as X12."""
    end = name.lower().rpartition(".")[2]
    return {"json": "application/json", "csv": CSV_TYPE}.get(end, "application/edi-x12")


async def is_csv(transmission: Transmission, blob: Blob, world: World) -> bool:
    """Tell whether the bytes are CSV: by their type or name, unless they begin as X12 does."""
    if not transmission.content_type.startswith(CSV_TYPE) and not (transmission.name or "").lower().endswith(".csv"):
        return False
    begin = blob.data[:64] if blob.data is not None else await world.vault.read_range(blob.digest, 0, 64)
    return not begin.lstrip().startswith(b"ISA*")


def layouts_of(partner: Partner | None) -> dict[str, tuple[MessageType, Agreement, CsvLayout]]:
    """Return what a partner may send as CSV, by the name of the message."""
    return {row.name: (row, agreement, layout) for row, agreement, layout in _agreed(partner)}


def _agreed(partner: Partner | None) -> Iterator[tuple[MessageType, Agreement, CsvLayout]]:
    for agreement in partner.agreements.values() if partner else ():
        if agreement.csv is not None and agreement.direction == "inbound":
            yield BY_SET[agreement.document], agreement, agreement.csv


def named(document: str) -> MessageType | None:
    """Return the message type of a name, as order_acknowledgment or as 855."""
    return MESSAGE_TYPES.get(document) or BY_SET.get(document)


async def judged(data: bytes, layout: CsvLayout, row: MessageType, world: World) -> Part | list[CsvFault]:
    """Read a file; a large one in a thread, so that others need not wait."""
    if len(data) <= world.bounds.inline_bytes:
        return document_of(data, layout, row)
    return await asyncio.to_thread(partial(document_of, data, layout, row))


async def read(transmission: Transmission, blob: Blob, world: World) -> Outcome:
    """Read one CSV file."""
    if blob.size > world.bounds.message_bytes:
        bound = f"{world.bounds.message_bytes >> 20} MiB"
        return refused(transmission, world, f"CSV is at most {bound} here; send larger documents as X12")
    partner = world.configuration().directory.partners.get(transmission.partner or "")
    layouts = layouts_of(partner)
    found = _meant(transmission, layouts)
    if isinstance(found, str):
        return refused(transmission, world, found)
    row, agreement, layout = layouts[found.name]
    data = blob.data if blob.data is not None else await world.vault.read(blob.digest)
    body = await judged(data, layout, row, world)
    told: Part | list[dict[str, Any]] = body if isinstance(body, Part) else [as_fault(each) for each in body]
    return documented(transmission, world, row, agreement, told, Source(standard="csv"))


def as_fault(found: CsvFault) -> dict[str, Any]:
    """Return a fault in the shape that the ledger keeps."""
    return fault(found.where, found.message, found.fix, found.value) | {"rule": "csv of the agreement"}


def _meant(
    transmission: Transmission, layouts: dict[str, tuple[MessageType, Agreement, CsvLayout]]
) -> MessageType | str:
    """Return which document a file is, or in words why nobody knows."""
    if not layouts:
        return f"no CSV was agreed with {transmission.partner or 'an unknown sender'}; add csv: to an agreement"
    said = transmission.content_type.partition(_DOCUMENT)[2]
    if said:
        row = named(said)
        return row if row and row.name in layouts else f"no CSV was agreed for {said}; add csv: to its agreement"
    name = transmission.name or ""
    fitting = [row for row, _, layout in layouts.values() if layout.takes(name)]
    if len(fitting) == 1:
        return fitting[0]
    patterns = ", ".join(pattern for _, _, layout in layouts.values() for pattern in layout.files)
    count = "more than one" if fitting else "none"
    return f"the name {name[:100]!r} fits {count} of {patterns}; have the file named so that it fits one"
