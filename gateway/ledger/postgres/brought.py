"""What steps that were just taken on need, looked up for all of them at once: their record and its bytes, where these are small.

A step that is handed over in memory carries the same. Whatever is missing here, or is not what its digest says, is left to the
step, which looks for it by itself and says what is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.records import columns_of, from_row
from gateway.pipeline.ports import Blob
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission


def bring(connection: sa.Connection, tasks: list[Task]) -> None:
    """Let steps carry what they need."""
    _bring(connection, [task for task in tasks if task.step == StepName.READ], Transmission, "digest", _with_blob)
    _bring(connection, [task for task in tasks if task.step == StepName.DELIVER], Document, "canonical", _with_bytes)


def _bring(
    connection: sa.Connection,
    tasks: list[Task],
    kind: type[Any],
    digest: str,
    carry: Callable[[Any, bytes], Any],
) -> None:
    if not tasks:
        return
    columns, blobs = columns_of(kind), tables.blobs
    table = columns[0].table
    query = (
        sa.select(*columns, blobs.c.data)
        .join_from(table, blobs, table.c[digest] == blobs.c.digest)
        .where(table.c.id.in_([task.subject for task in tasks]))
    )
    found = {record.id: (record, data) for *row, data in connection.execute(query) if (record := from_row(kind, row))}
    for task in tasks:
        record, data = found.get(task.subject, (None, b""))
        if record is not None and hashlib.sha256(data).hexdigest() == getattr(record, digest):
            task.carry = carry(record, data)


def _with_blob(transmission: Transmission, data: bytes) -> tuple[Transmission, Blob]:
    return transmission, Blob(transmission.digest, transmission.size, data)


def _with_bytes(document: Document, data: bytes) -> tuple[Document, bytes]:
    return document, data
