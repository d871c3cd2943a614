"""Legal holds: what is held is never purged. A hold names a document, a transmission, or an order by its number.

What belongs to it is found when something is to be purged, so a hold on an order holds what comes later under its number, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import LifecycleError, NotFound
from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.retention import Hold
from gateway.tracking.transmission import Transmission


def place(
    uow: UnitOfWork, stamps: Stamps, name: str, about: Sequence[Document | Transmission], reason: str, person: str
) -> Hold:
    """Hold ``name``, and say so on the timeline of everything known under it now; raise LifecycleError if it is held."""
    if any(hold.id == name for hold in uow.find_holds()):
        raise LifecycleError(f"{name} is held already. List what is held with: gateway evidence holds")
    now = stamps.clock()
    known = uow.find(Hold, name)
    hold = Hold(name, reason, person, now)
    if known is None:
        uow.add(hold)
    else:  # It was released; that both happened stands in the log.
        values = {"released_by": None, "released_at": None, "release_reason": None}
        uow.change(Hold, name, reason=reason, placed_by=person, placed_at=now, **values)
    _note(uow, stamps, "hold.placed", name, about, reason, person)
    return hold


def release(
    uow: UnitOfWork, stamps: Stamps, name: str, about: Sequence[Document | Transmission], reason: str, person: str
) -> None:
    """Let ``name`` be purged again once its time is over; raise NotFound if it is not held."""
    if all(hold.id != name for hold in uow.find_holds()):
        raise NotFound(f"{name} is not held. List what is held with: gateway evidence holds")
    uow.change(Hold, name, released_by=person, released_at=stamps.clock(), release_reason=reason)
    _note(uow, stamps, "hold.released", name, about, reason, person)


def _note(
    uow: UnitOfWork,
    stamps: Stamps,
    kind: str,
    name: str,
    about: Sequence[Document | Transmission],
    reason: str,
    person: str,
) -> None:
    now = stamps.clock()
    facts = {"reason": reason, "person": person, "hold": name}
    for each in about:
        uow.add(Event(kind, now, each.id, each.partner, each.tracking_id, facts))
    if not about:
        uow.add(Event(kind, now, name[:80], None, stamps.new_id().rjust(32, "0")[-32:], facts))
