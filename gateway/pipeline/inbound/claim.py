"""Claim: a business number belongs to the document that came first with it, where the partner's guide says so.

Runs inside one transaction, so that two that arrive at once can't both be the first. What was refused holds no number: a
rejected document, one that waits for a person before it became a message (a replay judges it anew), and one that an 824
refused. A document never stands in its own way, however often it is read.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.pipeline.ports import UnitOfWork, World
from gateway.tracking.business_number import BusinessNumber, number_id, number_key
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.transmission import Transmission
from gateway.x12.faults import Fault
from gateway.x12.guides.numbers import Number, Numbers, add_fault

_EVER = datetime.min.replace(tzinfo=UTC)


class Claims:
    """The numbers of the documents that are written in one transaction, and those in the ledger."""

    def __init__(self, uow: UnitOfWork, world: World) -> None:
        self._uow = uow
        self._world = world
        self._new: dict[tuple[str, bool, str], Document] = {}  # Not stored yet.

    def find_copied(self, document: Document, numbers: Numbers) -> Document | None:
        """Return the document that holds a number of ``document`` and is the same under the same control numbers.

        That came more than a window ago: what comes within it is found by its control numbers alone.
        """
        holders = (self._holder(document, number, _row(document, number)) for number in numbers.found)
        return next((first for first in holders if first is not None and _is_copy(document, first)), None)

    def claim(self, document: Document, numbers: Numbers, *, holds: bool = True) -> list[Fault]:
        """Write the numbers of ``document`` down for it; return a fault for each that another one holds.

        The faults are added to the verdict too. ``holds`` is false for a document that waits for a person from the start.
        """
        rows = [(number, _row(document, number)) for number in numbers.found]
        held = [(number, self._holder(document, number, row)) for number, row in rows]
        faults = [
            numbers.repeated(number, _told(document, first), same=document.digest == first.digest)
            for number, first in held
            if first is not None
        ]
        for fault in faults:
            add_fault(numbers.judgment, fault)
        if not faults and document.state != DocumentState.REJECTED:
            for _number, row in rows:
                if holds:
                    self._new.setdefault((row.place, row.test, row.value), document)
                if self._uow.find(BusinessNumber, row.id) is None:
                    self._uow.add(row)
        return faults

    def _holder(self, document: Document, number: Number, row: BusinessNumber) -> Document | None:
        """Return the document that came first with a number and was not refused."""
        within = number.rule.text.unique_within
        file_only = not within
        now = self._world.clock()
        since = document.created_at - timedelta(seconds=1) if file_only else _before(now, within)
        for first in self._uow.find_numbered(row, since):
            if file_only and first.transmission_id != document.transmission_id:
                continue
            if not self._lets_go(first):
                return first
        found = self._new.get((row.place, row.test, row.value))
        return found if found is not None and found.id != document.id else None

    def _lets_go(self, first: Document) -> bool:
        if first.state != DocumentState.PARKED:
            return False
        return first.canonical is None or self._uow.find(Transmission, f"{first.id}-advice") is not None


def _before(now: datetime, within: timedelta) -> datetime:
    return _EVER if within >= now - _EVER else now - within


def _row(document: Document, number: Number) -> BusinessNumber:
    place = f"{document.direction} {number.place}"[:255]
    key = number_key(number.value)
    name = number_id(document.id, place, key)
    return BusinessNumber(name, document.id, document.partner, place, document.test, key, document.created_at)


def _is_copy(document: Document, first: Document) -> bool:
    """Whether ``document`` is the same under the same control numbers, however long ago the first one came."""
    names = ("digest", "sender", "receiver", "interchange_number", "group_id", "group_number", "control_number")
    return all(getattr(document, name) == getattr(first, name) for name in names)


def _told(document: Document, first: Document) -> str:
    """Say where the first one stands, so that both sides find it."""
    numbers = f"ISA13 {first.interchange_number}, GS06 {first.group_number}, ST02 {first.control_number}"
    here = "this file: " if first.transmission_id == document.transmission_id else ""
    return f"{here}{numbers} (document {first.id}, tracking id {first.tracking_id})"
