"""Revise: an 860 orders what a supplier proposed in its acknowledgment and we accepted, by agreement or by a person.

By itself a line is revised once only. What the supplier proposes for it after that is compared with what was wanted at first
(`gateway.tracking.thread.line.Line.asked`) and answered when a person takes it: two machines never answer one another for long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.canonical.message import BY_SET
from gateway.canonical.order_acknowledgment import AcknowledgedLine, OrderAcknowledgment
from gateway.canonical.order_change_acknowledgment import AnsweredLine, OrderChangeAcknowledgment
from gateway.pipeline.outbound.accept import ErpMessage, read_body, store_own
from gateway.pipeline.outbound.parties import buyer_and_seller
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import ACCEPTED, CHANGE, PROPOSING
from gateway.pipeline.thread.saying.order import reply_to
from gateway.pipeline.thread.saying.said import ARRIVAL
from gateway.tracking.document import Document
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.committing import ACCEPTS
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.statement import Kind, Reply, Statement
from gateway.tracking.thread.states import LineState
from gateway.trading.directory import Partner

_MESSAGE = "order_change"
Proposal = OrderAcknowledgment | OrderChangeAcknowledgment
# A line that differs, has not left, and can be ordered anew as it was proposed.
_OPEN = (LineState.CHANGED, LineState.SPLIT)
_COMMITTING = (*PROPOSING, Kind.CHANGED, Kind.CANCELLED)
_TERMS: frozenset[str] = frozenset((Check.QUANTITY, Check.PRICE, Check.DATE))
_WORDS: dict[frozenset[str], str] = {
    frozenset((Check.PRICE,)): "price_changed",
    frozenset((Check.DATE,)): "rescheduled",
    frozenset((Check.QUANTITY, Check.PRICE)): "price_and_quantity_changed",
    frozenset((Check.PRICE, Check.DATE)): "price_and_schedule_changed",
    frozenset((Check.QUANTITY, Check.DATE)): "quantity_and_schedule_changed",
    _TERMS: "several_changes",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """How much of a line is proposed for when; ``shipped`` tells whether that is the day on which it leaves."""

    quantity: Decimal | None
    unit: str | None
    on: date | None
    shipped: bool


async def proposal_in(world: World, document: Document | None) -> Proposal | None:
    """Read what an acknowledgment proposes, as it is kept."""
    if document is None or document.canonical is None:
        return None
    body = read_body(await world.vault.read(document.canonical), BY_SET[document.set_id])
    return body if isinstance(body, OrderAcknowledgment | OrderChangeAcknowledgment) else None


def revise(
    uow: UnitOfWork, world: World, partner: Partner, document: Document, match: Match, body: Proposal
) -> list[Task]:
    """Order what was proposed and is accepted, line by line; nothing where there is no such line, or it has been ordered."""
    order = uow.find(Order, match.order_id)
    if order is None or order.role != "buyer" or match.verdict not in ACCEPTED:
        return []
    if partner.agreement(CHANGE, "outbound") is None or not _is_last_word(uow, order, match):
        return []
    said = uow.statements_of(order.id)
    rows = [row for row in uow.lines_of(order.id) if row.state in _OPEN]
    if match.verdict == Verdict.NOTED.word:
        done = {line.line for each in said if each.head.get(ACCEPTS) for line in each.said()}
        rows = [row for row in rows if row.number not in done]
    lines = [line for row in rows if (line := _line(row, match, body.lines)) is not None]
    if not lines:
        return []
    message = ErpMessage(
        type=_MESSAGE, partner=partner.id, body=_body(world, partner, order, said, body, lines), correlation_id=None
    )
    key = f"{CHANGE}:{hashlib.sha256(match.id.encode()).hexdigest()}"
    data = message.model_dump_json().encode()
    stored = store_own(uow, world, data, key, order.tracking_id, heard=True, head={ACCEPTS: match.id})
    if stored is None:
        return []
    sent, tasks = stored
    told = {"order": order.order_number, "number": match.number, "count": len(lines), "transmission": sent}
    note_event(uow, world, "proposal.accepted", document, **told)
    return tasks


def _is_last_word(uow: UnitOfWork, order: Order, match: Match) -> bool:
    """Tell whether nothing was said about what both commit to since then; copies say nothing."""
    copies = {each.id for each in uow.matches_of(order.id) if any(one["check"] == Check.COPY for one in each.findings)}
    said = [each for each in uow.statements_of(order.id) if each.kind in _COMMITTING and each.id not in copies]
    return bool(said) and said[-1].id == match.id


def _body(
    world: World, partner: Partner, order: Order, said: Sequence[Statement], body: Proposal, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    ordered_on = next((each.head.get("ordered_on") for each in said if each.kind == Kind.ORDERED), None)
    known = {
        "release": order.release or None,
        "ordered_on": ordered_on,
        "request_reference": body.request_reference,
        "seller_reference": body.seller_reference,
        "currency": {"role": "buyer", "currency": order.currency} if order.currency else None,
    }
    return {
        "purpose": "change",
        "order_type": "release" if order.release else "stand_alone",
        "order_number": order.order_number,
        "changed_on": world.clock().date().isoformat(),
        "parties": buyer_and_seller(world.configuration().directory, partner),
        "lines": lines,
    } | {name: value for name, value in known.items() if value is not None}


def _line(row: OrderLine, match: Match, lines: Iterable[AcknowledgedLine | AnsweredLine]) -> dict[str, Any] | None:
    """Return a line as it is ordered now; None where something else differs in it, or what is proposed is not certain."""
    checks = {each["check"] for each in match.findings if each["line"] == row.number}
    meant = [line for line in lines if _means(line, row)]
    if not checks or checks - _TERMS or len(meant) != 1:
        return None
    [line] = meant
    parts = _parts(line)
    if any(part.unit not in (None, row.unit) for part in parts):
        return None
    days = dict.fromkeys(part.on for part in parts if part.on is not None)
    if len(days) > 1:
        checks.add(Check.DATE)
    unit = {"unit": row.unit} if row.unit else {}
    left = max(row.promised - row.received, Decimal(0))
    price = line.unit_price.amount if line.unit_price and line.unit_price.amount is not None else row.price
    basis = line.unit_price.basis if line.unit_price else None
    made: dict[str, Any] = {
        "number": row.number,
        "change": _word(checks, row),
        "quantity": {"value": f"{row.promised:f}", "left_to_receive": f"{left:f}", **unit},
        "item_ids": [{"kind": kind, "value": value} for kind, value in row.items if kind],
    }
    if price is not None:
        made["unit_price"] = {"amount": f"{price:f}"} | ({"basis": basis} if basis else {})
    dated = [(part, part.on.isoformat()) for part in parts if part.on is not None]
    if len(days) > 1:
        made["schedules"] = [
            {"quantity": f"{part.quantity:f}", **unit, "date_kind": _kind(part), "date": day}
            for part, day in dated
            if part.quantity is not None
        ]
    elif dated:
        made["dates"] = [{"kind": _kind(dated[0][0]), "date": dated[0][1]}]
    return made


def _word(checks: set[str], row: OrderLine) -> str:
    """Return what happens to a line in one word (element 670)."""
    if checks == {Check.QUANTITY}:
        return "quantity_increased" if row.promised > row.ordered else "quantity_decreased"
    return _WORDS[frozenset(checks)]


def _kind(part: _Part) -> str:
    return "requested_ship" if part.shipped else "delivery_requested"


def _means(line: AcknowledgedLine | AnsweredLine, row: OrderLine) -> bool:
    if line.number is not None:
        return row.number in (line.number, line.number.lstrip("0"))
    return bool(
        {(each.kind or "", each.value) for each in line.item_ids} & {(kind, value) for kind, value in row.items}
    )


def _parts(line: AcknowledgedLine | AnsweredLine) -> list[_Part]:
    """Return what is promised of a line, part by part, as its thread has it."""
    quantity = line.quantity.value if line.quantity else None
    unit = line.quantity.unit if line.quantity else None
    kind, day = _day([(each.kind, each.date) for each in line.dates])
    if day is None:
        kind, day = max(
            ((each.date_kind, each.date) for each in line.schedules if each.date is not None),
            key=lambda each: each[1], default=(None, None),
        )  # fmt: skip
    if not line.statuses:
        return [_Part(quantity, unit, day, _leaves(kind))]
    made = []
    for each in line.statuses:
        if reply_to(each.status) == Reply.REJECTED:
            continue
        own = _day([(one.kind, one.date) for one in each.dates])
        said = (each.date_kind, each.date) if each.date is not None else own if own[1] is not None else (kind, day)
        made.append(_Part(each.quantity, each.unit or unit, said[1], _leaves(said[0])))
    return made


def _day(dates: Iterable[tuple[str | None, date | None]]) -> tuple[str | None, date | None]:
    """Return the day that counts among some dates, with its kind."""
    named = {kind: day for kind, day in dates if day is not None}
    kind = next((kind for kind in ARRIVAL if kind in named), None)
    return kind, named.get(kind)


def _leaves(kind: str | None) -> bool:
    """Tell whether a kind of date is the day on which goods leave."""
    return kind is not None and "ship" in kind
