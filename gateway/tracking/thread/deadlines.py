"""What is due around the days that the documents of an order name, read off the folded thread.

Pure: the thread says what has come, the calendar what a working day is. Who is chased for what is missing is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from gateway.tracking.calendar import Calendar, Span
from gateway.tracking.promise import INVOICE, POSTING, SHIP_NOTICE
from gateway.tracking.thread.awaiting import ARRIVED
from gateway.tracking.thread.effective import effective
from gateway.tracking.thread.fold import Thread
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import BY_DOCUMENT, Kind, Purpose, Statement
from gateway.tracking.thread.states import LineState
from gateway.tracking.thread.tolerance import ZERO, Terms

# Nobody can ship what was not sent to him, or need not.
_NOT_SENT = (LineState.UNKNOWN, LineState.CREATED, LineState.APPROVED)
_OVER = (LineState.CANCELLED, LineState.REJECTED, LineState.CLOSED)


@dataclass(frozen=True, slots=True)
class DeadlineTerms:
    """What was agreed to be due; what is None never is."""

    ship_notice_before: Span | None = None
    invoice_within: Span | None = None
    receipt_posted_within: Span | None = None
    warn_before: Span | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing that is due. ``key`` tells it from others of its kind in the order, whatever becomes of its day.

    ``met_at`` is when what was due had come whole, in ``met_by`` (a document or transmission); None while it has not.
    ``begins_at`` is when the time for it began, where there was no time before.
    """

    what: str
    key: str
    due_at: datetime
    met_at: datetime | None = None
    met_by: str | None = None
    begins_at: datetime | None = None


def deadlines(
    thread: Thread, statements: Sequence[Statement], agreed: DeadlineTerms, terms: Terms, calendar: Calendar
) -> list[Deadline]:
    """Return what is due for an order, and what of it has come."""
    found: list[Deadline] = []
    if agreed.ship_notice_before is not None:
        for line in thread.lines.values():
            found += _ship_notices(thread, line, statements, agreed.ship_notice_before, terms, calendar)
    if agreed.invoice_within is not None:
        found += _invoices(thread, statements, agreed.invoice_within, calendar)
    if agreed.receipt_posted_within is not None:
        found += _postings(effective(Folding(terms), statements), agreed.receipt_posted_within, calendar)
    return found


def _ship_notices(
    thread: Thread, line: Line, statements: Sequence[Statement], span: Span, terms: Terms, calendar: Calendar
) -> Iterator[Deadline]:
    """Each day on which a part of a line is promised, or else the line is wanted, has a ship notice before it."""
    if line.state in (*_NOT_SENT, *_OVER):
        return
    tolerance = terms.judging(Kind.SHIPPED).tolerance_for(line.items, line.plant or thread.head.get("plant"))
    enough = (100 - tolerance.quantity_under) / 100
    needed = ZERO
    for place, (day, quantity) in enumerate(_parts(line)):
        needed += quantity
        shipped = line.shipped >= needed * enough
        if day is None or not needed or (line.state in ARRIVED and not shipped):
            continue  # What is here needs no notice any more.
        due_at = calendar.before(calendar.begin(day), span)
        met = _last(statements, Kind.SHIPPED, set(line.shipments)) if shipped else None
        yield _deadline(SHIP_NOTICE, f"{line.number}/{place}", due_at, met)


def _parts(line: Line) -> list[tuple[date | None, Decimal]]:
    """Return which quantity is expected on which day, the first one first."""
    promised = [(day or line.wish.wanted_on, quantity) for day, quantity in line.promises]
    parts = promised if line.replied and promised else [(line.wish.wanted_on, line.due)]
    return sorted(parts, key=lambda part: part[0] or date.max)


def _invoices(thread: Thread, statements: Sequence[Statement], span: Span, calendar: Calendar) -> Iterator[Deadline]:
    """Each shipment has an invoice after it. Quantities count in the order of the shipments: an invoice need not name one."""
    shipped: dict[str, Decimal] = {}
    for notice in _shipments(thread, statements):
        left = notice.head.get("shipped_on")
        day = date.fromisoformat(str(left)) if left else calendar.day_of(notice.said_at)
        lines = [each for each in thread.lines.values() if notice.number in each.shipments]
        for line in lines:
            shipped[line.number] = shipped.get(line.number, ZERO) + line.shipments[notice.number]
        if all(line.state in _OVER for line in lines):
            continue
        whole = all(line.invoiced >= shipped[line.number] - line.refused or line.state in _OVER for line in lines)
        met = _last(statements, Kind.INVOICED) if whole else None
        yield _deadline(INVOICE, notice.number, calendar.after(calendar.end(day), span), met)


def _postings(counted: Sequence[Statement], span: Span, calendar: Calendar) -> Iterator[Deadline]:
    """Each receipt that the WMS told of is posted by the ERP after it; what was corrected is posted as it is now."""
    newest = {each.number: each for each in counted if each.kind == Kind.RECEIVED and each.source != BY_DOCUMENT}
    posted = [each for each in counted if each.kind == Kind.POSTED]
    for number, receipt in newest.items():
        corrected = receipt.purpose != Purpose.ORIGINAL
        met = [each for each in posted if each.number == number and (not corrected or each.came_at >= receipt.came_at)]
        first = min(met, key=lambda each: (each.came_at, each.id), default=None)
        due_at = calendar.after(receipt.came_at, span)
        yield replace(_deadline(POSTING, number, due_at, first), begins_at=receipt.came_at)


def _shipments(thread: Thread, statements: Sequence[Statement]) -> list[Statement]:
    """Return the ship notice of each shipment that counts, the newest word on it, by the day on which it left."""
    counted = {number for line in thread.lines.values() for number in line.shipments}
    newest = {each.number: each for each in statements if each.kind == Kind.SHIPPED and each.number in counted}
    return sorted(newest.values(), key=lambda each: (str(each.head.get("shipped_on") or ""), each.came_at, each.number))


def _last(statements: Sequence[Statement], kind: Kind, numbers: set[str] | None = None) -> Statement | None:
    found = [each for each in statements if each.kind == kind and (numbers is None or each.number in numbers)]
    return max(found, key=lambda each: (each.came_at, each.id), default=None)


def _deadline(what: str, key: str, due_at: datetime, met: Statement | None) -> Deadline:
    return Deadline(what, key, due_at, met.came_at if met else None, met.subject if met else None)
