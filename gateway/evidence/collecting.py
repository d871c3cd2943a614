"""Gathers the case: from the ids that somebody names to every record, event and kept file that belongs to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import NotFound
from gateway.evidence.archive import Archive
from gateway.tracking.chain import StoredEvent
from gateway.tracking.document import Document
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission

_ROUNDS = 4  # An answer to an answer is as far as the trade goes.


@dataclass(slots=True)
class Case:
    """Everything about what was asked for."""

    documents: dict[str, Document] = field(default_factory=dict)
    transmissions: dict[str, Transmission] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    events: dict[int, StoredEvent] = field(default_factory=dict)

    @property
    def subjects(self) -> list[str]:
        """Ids of all records."""
        return [*self.documents, *self.transmissions, *self.receipts]

    def purge_of(self, digest: str) -> StoredEvent | None:
        """Return the newest event of the case that says that these bytes were purged."""
        return next((each for _, each in sorted(self.events.items(), reverse=True) if _purges(each, digest)), None)


async def gather(archive: Archive, names: Sequence[str]) -> Case:
    """Return the case that ``names`` (ids, order or document numbers) belong to; raise NotFound for one that nothing has."""
    case = Case()
    for name in names:
        before = len(case.subjects)
        await _take_in(archive, case, [name])
        if len(case.subjects) == before and name not in case.subjects:
            raise NotFound(f"Nothing is known under {name}. Look for it with: gateway trace TEXT")
    await _follow(archive, case)
    case.events = {each.seq: each for each in await archive.events_about(case.subjects)}
    wanted = {data_of(each).get("configuration") for each in case.events.values()}
    for each in await archive.events_of("configuration.loaded"):
        if data_of(each).get("kept", {}).get("inventory") in wanted:
            case.events[each.seq] = each
    return case


async def everything_about(archive: Archive, names: Sequence[str]) -> set[str]:
    """Return the ids of every record that belongs to the case of any of ``names``; those that nothing has yet are left out."""
    case = Case()
    if names:
        await _take_in(archive, case, names)
        await _follow(archive, case)
    return set(case.subjects)


async def records_about(archive: Archive, name: str) -> list[Document | Transmission]:
    """Return the documents and transmissions that belong to what is known under an id or an order number now."""
    ids = sorted(await everything_about(archive, [name]))
    documents = [each for each in await archive.documents(ids) if each.id in ids] if ids else []
    return [*documents, *(await archive.transmissions(ids) if ids else [])]


async def _follow(archive: Archive, case: Case) -> None:
    """Take in what the records and events of a case name."""
    for _round in range(_ROUNDS):
        before = len(case.subjects)
        await _take_in(archive, case, _named(case), asked=False)
        if len(case.subjects) == before:
            break


async def _take_in(archive: Archive, case: Case, names: Sequence[str], *, asked: bool = True) -> None:
    # Others that came in the same transmission are not of this case, unless that is what was asked for.
    found = await archive.documents(names)
    case.documents |= {each.id: each for each in found if asked or each.id in names}
    case.transmissions |= {each.id: each for each in await archive.transmissions(names)}
    receipts = await archive.receipts(list(case.transmissions))
    case.receipts |= {each.id: each for each in receipts}
    for each in await archive.events_about(case.subjects):
        case.events[each.seq] = each


def _named(case: Case) -> list[str]:
    """Return what the records and events of a case name: what they came in and went out in, and what answers them."""
    ids: set[str] = set()
    for document in case.documents.values():
        ids |= {each for each in (document.transmission_id, document.sent_in, document.answers) if each}
    for receipt in case.receipts.values():
        ids |= {receipt.transmission_id} if receipt.transmission_id else set()
    for event in case.events.values():
        ids |= {value for value in _strings(data_of(event), ("by", "transmission")) if value}
    return sorted(ids - set(case.transmissions))


async def purge_of(archive: Archive, digest: str) -> StoredEvent | None:
    """Return the event that says that these bytes were purged; None when nobody has purged them."""
    for purge in await archive.purges([digest]):
        for event in await archive.events_about([purge.subject]):
            if _purges(event, digest):
                return event
    return None


def _purges(event: StoredEvent, digest: str) -> bool:
    return event.type == "purged" and digest in data_of(event).get("digests", {})


def _strings(data: dict[str, Any], names: Iterable[str]) -> Iterable[str]:
    return (value for name in names if isinstance(value := data.get(name), str))


def data_of(event: StoredEvent) -> dict[str, Any]:
    """Return the data of an event; of one that was damaged nothing."""
    try:
        data = json.loads(event.data)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
