"""Small writes that several steps make alike: an event on the timeline, a case for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.tracking.case import CAUSES, Case, closed_event, root_of
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a case or event is about and that has no record of its own."""

    id: str
    partner: str | None
    tracking_id: str


Subject = Document | Transmission | Receipt | Named


def note_event(uow: UnitOfWork, stamps: Stamps, kind: str, about: Subject, **data: Any) -> None:
    """Put an event on the timeline of ``about``; it is published with the commit. It names the replay that led to it."""
    if isinstance(about, Document) and about.replay is not None:
        data["replay"] = about.replay
    uow.add(Event(kind, stamps.clock(), about.id, about.partner, about.tracking_id, data))


def open_case(
    uow: UnitOfWork,
    stamps: Stamps,
    cause: str,
    about: Subject,
    detail: str,
    root: str = "",
    owner: str | None = None,
) -> None:
    """Open a case about ``about``, unless one with this cause is open; say so on its timeline.

    ``root`` is the root cause (`gateway.tracking.case.root_of`), where it is more than the cause with this partner; ``owner`` is
    whose it is, where that does not follow from the cause.
    """
    case_id = f"{about.id}:{cause}"
    row = CAUSES[cause]
    now = stamps.clock()
    root = root or root_of(cause, about.partner)
    known = uow.find(Case, case_id)
    if known is None:
        uow.add(
            Case(
                case_id,
                about.id,
                about.partner,
                cause,
                owner or row.owner,
                row.title,
                detail,
                row.next_action.replace("ID", about.id),
                now,
                about.tracking_id,
                root=root,
            )
        )
    else:
        again = {"owner": owner or row.owner, "detail": detail, "root": root}
        uow.change(Case, case_id, **again, opened_at=now, closed_at=None, resolution=None)
    note_event(uow, stamps, "case.opened", about, cause=cause, title=row.title, detail=detail)


def close_case(uow: UnitOfWork, stamps: Stamps, case_id: str, reason: str) -> bool:
    """Close one case if it is open, and say so on the timeline; return whether it was."""
    case = uow.find(Case, case_id)
    if case is None or case.closed_at is not None:
        return False
    now = stamps.clock()
    uow.change(Case, case_id, closed_at=now, resolution=reason)
    uow.add(closed_event(case, reason, now))
    return True
