"""Correlate: what a document says about its orders goes into their threads; they move on, match, or wait for what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.canonical.catalog import Catalog
from gateway.canonical.inventory_advice import InventoryAdvice
from gateway.canonical.message import MessageType
from gateway.pipeline.master.proposing import propose
from gateway.pipeline.oversight.promises import cancel_for_order
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import OUTSIDE, WAITING
from gateway.pipeline.thread.hearing import hear
from gateway.pipeline.thread.judge import Judged, Origin, keep_waiting, take_in
from gateway.pipeline.thread.releases import compare_shipped
from gateway.pipeline.thread.saying import said_by
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.telling_stock import tell_stock
from gateway.pipeline.thread.terms import matching_for
from gateway.pipeline.thread.whereabouts import orders_meant
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from gateway.tracking.thread.finding import Check
from gateway.tracking.thread.statement import BY_DOCUMENT, Kind
from gateway.tracking.thread.states import LineState

# An order that came in, or went out, is where its thread begins; its papers are judged by it and never kept back.
_BEGINNING = (Kind.ORDERED, Kind.CANCELLED, Kind.CHANGED)
# An order that a customer sent has been sent: it is with us, and we could read it.
_CAME_IN = (Kind.TRANSMITTED, Kind.UNDERSTOOD)


@dataclass(slots=True)
class Correlated:
    """What a document came to in the threads of its orders.

    ``held``: it is not for the ERP before it matches. ``copy``: the ERP has it already, under other control numbers.
    ``orders`` are those that it is about, by their ids, locked.
    """

    notes: list[str] = field(default_factory=list)
    held: bool = False
    copy: bool = False
    tasks: list[Task] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)


def correlate(
    uow: UnitOfWork,
    world: World,
    document: Document,
    row: MessageType,
    body: Any,
    head: Mapping[str, Any] | None = None,
) -> Correlated:
    """Put what a document says into the thread of each order that it is about; test documents are about none.

    ``head`` is what we know of a document of our own beyond what stands in it.
    """
    made = Correlated()
    if document.test:
        return made
    origin = _origin(document)
    partner = world.configuration().directory.partners.get(document.partner)
    if isinstance(body, Catalog) and document.direction == "inbound":
        made.notes += propose(uow, world, document, body)
    if isinstance(body, InventoryAdvice) and document.direction == "inbound":
        made.notes += tell_stock(uow, world, document, body)
    sayings = [replace(each, head={**each.head, **(head or {})}) for each in said_by(row.name, body)]
    _hear(uow, world, document, origin, [each for each in sayings if each.anyone], made)
    for said in _meant(uow, document, origin, [each for each in sayings if not each.anyone]):
        came_in = said.kind == Kind.ORDERED and document.direction == "inbound"
        judged = take_in(uow, world, origin, said, document, _CAME_IN if came_in else ())
        made.tasks += judged.tasks
        made.orders[judged.order.id] = judged.order
        matches = [match for match, _before in judged.changed if match.subject == document.id]
        made.notes += _notes(matches)
        matching = matching_for(partner, document.role, said.kind) if partner is not None else None
        if matching is not None and matching.agreed and matching.outside == "hold" and said.kind not in _BEGINNING:
            inbound = document.direction == "inbound"
            made.copy |= inbound and any(each["check"] == Check.COPY for match in matches for each in match.findings)
            made.held |= inbound and any(match.verdict in (OUTSIDE, WAITING) for match in matches)
        _cancel(uow, world, document, judged)
    if row.name == "ship_notice" and (document.role, document.direction) == ("buyer", "inbound"):
        compare_shipped(uow, world, document, body)
    return made


def _hear(
    uow: UnitOfWork, world: World, document: Document, origin: Origin, sayings: list[Said], made: Correlated
) -> None:
    """Take in what a carrier or a warehouse says of goods that are not its own: of whosever orders they are.

    Who names lots only means those that it sent itself; others count theirs alike.
    """
    named = [each for each in sayings if each.order_number or each.via]
    lots = [each for each in sayings if not (each.order_number or each.via)]
    for whose, part in (("", named), (origin.partner, lots)):
        heard = hear(uow, world, replace(origin, partner=whose, role="buyer"), part, document)
        made.tasks += heard.tasks
        for judged in heard.judged:
            made.orders[judged.order.id] = judged.order
            made.notes += _notes([match for match, _before in judged.changed if match.subject == document.id])


def _meant(uow: UnitOfWork, document: Document, origin: Origin, sayings: list[Said]) -> list[Said]:
    """Return what is said order by order; what speaks of a paper that has not come waits for it."""
    meant = []
    for each in sayings:
        # Certificates come for most goods; one for an order that nobody told us of lets nothing go.
        if each.kind == Kind.PASSED and not uow.find_orders(document.partner, document.role, each.order_number):
            continue
        # An adjustment that the buyer writes means the opposite of the same words from the seller.
        by_buyer = (document.direction == "outbound") == (document.role == "buyer")
        said = each.negated() if each.kind == Kind.ADJUSTED and by_buyer else each
        found = orders_meant(uow, document.partner, document.role, said)
        if not found:
            keep_waiting(uow, origin, said)
        meant += found
    return meant


def _origin(document: Document) -> Origin:
    return Origin(
        partner=document.partner,
        role=document.role,
        source=BY_DOCUMENT,
        subject=document.id,
        tracking_id=document.tracking_id,
        said_at=document.created_at,
        came_at=document.created_at,
    )


def _notes(matches: list[Any]) -> list[str]:
    """Say on the document what differs."""
    return [
        (f"line {finding['line']}: " if finding["line"] else "") + finding["words"]
        for match in matches
        for finding in match.findings
        if finding["check"] != "order"
    ]


def _cancel(uow: UnitOfWork, world: World, document: Document, judged: Judged) -> None:
    """Wait for nothing any more where nobody goes on with the order."""
    state = judged.thread.state
    if state in (LineState.CANCELLED, LineState.REJECTED) and judged.before != state:
        cancel_for_order(uow, world, document, judged.order.order_number, f"the order is {state}")
