"""How orders with a partner are judged: what the agreements of the documents say that are matched with one another."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.thread.items import KnownItems
from gateway.tracking.order import Order
from gateway.tracking.thread.deadlines import DeadlineTerms
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.tolerance import Judging, Terms
from gateway.trading.directory import Partner
from gateway.trading.matching import Matching

# Whose agreement says how a kind of statement is judged; what our own systems say is judged like what it is compared with.
_SETS: dict[str, tuple[str, ...]] = {
    Kind.ACKNOWLEDGED: ("855",),
    Kind.CHANGE_ANSWERED: ("865", "855"),
    Kind.SHIPPED: ("856",),
    Kind.MOVED: ("856",),
    Kind.RECEIVED: ("861", "856"),
    Kind.INVOICED: ("810",),
    Kind.ADJUSTED: ("810",),
    Kind.CHANGED: ("860", "850"),
    Kind.CANCELLED: ("860", "850"),
}
_OTHERWISE = ("850", "855", "856", "810")
_NOTHING = Matching()
_NO_DEADLINES = DeadlineTerms()


def terms_for(uow: UnitOfWork, partner: Partner | None, order: Order, statements: Sequence[Statement]) -> Terms:
    """Return how an order is judged: what was agreed, and what master data says of what its statements name."""
    known = KnownItems(uow, order.partner, order.role, statements)
    if partner is None:
        return Terms(Judging(agreed=False), convert=known.convert, also_known=known.also_known)
    role = order.role
    judgings = {kind: matching_for(partner, role, kind).judging for kind in _SETS}
    general = _first(partner, role, _OTHERWISE)
    invoices = matching_for(partner, role, Kind.INVOICED)
    receipt_needed = invoices.agreed and invoices.against == "receipt"
    return Terms(general.judging, judgings, receipt_needed, known.convert, known.also_known)


def matching_for(partner: Partner, role: str, kind: str) -> Matching:
    """Return what was agreed for statements of a kind."""
    return _first(partner, role, _SETS.get(kind, _OTHERWISE))


def deadlines_for(partner: Partner | None, role: str) -> DeadlineTerms:
    """Return what was agreed to be due around the days of an order."""
    agreements = partner.agreements.values() if partner is not None else ()
    agreed = {each.document: each for each in agreements if each.role == role}
    found = [agreed[set_id].deadlines for set_id in ("850", "856", "810") if set_id in agreed]
    return next((each for each in found if each != _NO_DEADLINES), _NO_DEADLINES)


def _first(partner: Partner, role: str, sets: tuple[str, ...]) -> Matching:
    """Return what the first agreement says that there is for one of these sets."""
    for set_id in sets:
        for direction in ("inbound", "outbound"):
            agreement = partner.agreement(set_id, direction)
            if agreement is not None and agreement.role == role:
                return agreement.match
    return _NOTHING
