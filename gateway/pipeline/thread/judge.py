"""Judge: take in what is said about an order, fold the whole thread anew, and do what follows from what has changed.

All of it happens in the transaction that stores what was said, with the order locked: two documents for one order that come at
the same time are judged one after the other, and the second one knows the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import close_case
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import ORDER_UNKNOWN, follow_match
from gateway.pipeline.thread.due import follow_deadlines, follow_waiting
from gateway.pipeline.thread.releases import add_to_releases
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.shelf import claim, still_unknown
from gateway.pipeline.thread.telling import tell
from gateway.pipeline.thread.terms import terms_for
from gateway.pipeline.thread.unknown import note_unknown
from gateway.pipeline.thread.whereabouts import called_in, waiting_room
from gateway.pipeline.thread.writing import write_lines, write_matches, write_order, write_totals
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order import Match, Order, OrderLine, order_id
from gateway.tracking.thread.finding import Verdict
from gateway.tracking.thread.fold import Thread, fold
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.states import LineState


@dataclass(frozen=True, slots=True)
class Origin:
    """Who said something, and when. ``subject`` is the document or transmission that brought it."""

    partner: str
    role: str
    source: str
    subject: str
    tracking_id: str
    said_at: datetime
    came_at: datetime
    whose: str = ""  # Tells statements about orders of several partners apart, where one paper speaks of them.


@dataclass(slots=True)
class Judged:
    """What came of it: the order and its thread, the matches that changed, and the steps that follow."""

    order: Order
    thread: Thread
    changed: list[tuple[Match, str]] = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    before: str = ""
    tasks: list[Task] = field(default_factory=list)


def take_in(
    uow: UnitOfWork,
    world: World,
    origin: Origin,
    said: Said,
    current: Document | None = None,
    also: Sequence[Kind] = (),
) -> Judged:
    """Store what was said about one order, and judge the order anew. ``also`` is what follows from the same word at once."""
    order, new = _order(uow, origin, said)
    statements = [] if new else uow.statements_of(order.id)
    name = order.order_number + (f"/{order.release}" if order.release else "")
    subject = f"{origin.subject}:{origin.whose}{name}"
    statement = statement_of(origin, said, order.id, f"{subject}:{said.kind}")
    came = [statement] if _keep(uow, statements, statement) else []
    for kind in also:
        word = Said(said.order_number, kind, said.number, release=said.release)
        _keep(uow, statements, statement_of(origin, word, order.id, f"{subject}:{kind}"))
    statements += called_in(uow, order, statement)
    waited = claim(uow, order, statement, new=new)
    judged = judge(uow, world, order, [*statements, *waited], current, new=new)
    tell(uow, world.clock(), order, judged.thread, judged.lines, [*came, *waited])
    add_to_releases(uow, world.clock(), order, judged.thread, judged.lines, statement)
    if order.state != LineState.UNKNOWN:
        for paper in {each.subject for each in waited}:
            if not still_unknown(uow, paper):
                close_case(uow, world, f"{paper}:{ORDER_UNKNOWN}", "the order has come")
    return judged


def keep_waiting(uow: UnitOfWork, origin: Origin, said: Said) -> None:
    """Keep what speaks of an invoice or shipment that has not come, until it comes."""
    assert said.via is not None, "what names an order does not wait for another paper to name it"
    kind, number = said.via
    room = waiting_room(origin.partner, origin.role, kind, number)
    _keep(uow, uow.statements_of(room), statement_of(origin, said, room, f"{origin.subject}:?{number}:{said.kind}"))


def statement_of(origin: Origin, said: Said, order_key: str, name: str) -> Statement:
    """Return what is said as a row of the ledger; ``name`` is its id."""
    return Statement(
        id=name,
        order_id=order_key,
        kind=said.kind,
        number=said.number,
        purpose=said.purpose,
        said_at=origin.said_at,
        came_at=origin.came_at,
        source=origin.source,
        subject=origin.subject,
        tracking_id=origin.tracking_id,
        head=said.head,
        lines=[line.to_data() for line in said.lines],
    )


def _keep(uow: UnitOfWork, statements: list[Statement], statement: Statement) -> bool:
    """Store a statement; what the same document said before, under another profile, is corrected. Return whether it is new."""
    for place, known in enumerate(statements):
        if known.id == statement.id:
            statements[place] = statement
            said = {name: getattr(statement, name) for name in ("purpose", "number", "head", "lines")}
            uow.change(Statement, known.id, **said)
            return False
    uow.add(statement)
    statements.append(statement)
    return True


def judge_again(uow: UnitOfWork, world: World, order_key: str) -> Judged | None:
    """Judge an order anew as it is known: after a tolerance, an item or a unit has changed."""
    order = uow.find(Order, order_key)
    return judge(uow, world, order, uow.statements_of(order_key), None) if order is not None else None


def judge(
    uow: UnitOfWork,
    world: World,
    order: Order,
    statements: list[Statement],
    current: Document | None,
    *,
    new: bool = False,
) -> Judged:
    """Fold an order and write down what has changed; ``current`` is the document that is being stored now."""
    now = world.clock()
    partner = world.configuration().directory.partners.get(order.partner)
    terms = terms_for(uow, partner, order, statements)
    thread = fold(statements, terms)
    known_matches = [] if new else uow.matches_of(order.id)
    note_unknown(uow, order, thread, known_matches)
    changed = write_matches(uow, order, thread, statements, known_matches, now)
    known, stood = [] if new else uow.lines_of(order.id), replace(order)
    lines, standing = write_lines(uow, order, thread, known, now)
    before = order.state
    verdicts = (thread.verdict(statement) for statement in thread.judged)
    verdict = max((each for each in verdicts if each != Verdict.DECIDED), default=Verdict.CLEAN)
    moved = write_order(uow, order, thread, verdict, now, new=new)
    if lines or stood != order:
        write_totals(uow, None if new else (stood, known), (order, standing))
    if moved:
        data = {"order": order.order_number, "before": before, "after": str(thread.state)}
        uow.add(Event("order.moved", now, order.id, order.partner, order.tracking_id, data))
    judged = Judged(order, thread, changed, lines, before)
    for match, verdict_before in changed:
        judged.tasks += follow_match(uow, world, order, match, verdict_before, current)
        judged.tasks += follow_waiting(uow, world, order, match, verdict_before)
    judged.tasks += follow_deadlines(uow, world, order, thread, statements, terms)
    _tell_of_promises(uow, now, judged)
    return judged


def _tell_of_promises(uow: UnitOfWork, now: datetime, judged: Judged) -> None:
    """Say so when a supplier promises another day or quantity than before: planning must know."""
    order = judged.order
    for row in judged.lines:
        line = judged.thread.lines[row.number]
        after, before = line.promised_on or line.wish.wanted_on, row.promised_on or row.wanted_on
        if not line.replied or (after, line.promised) == (before, row.promised or row.ordered):
            continue
        data = {
            "order": order.order_number,
            "line": line.number,
            "before": str(before or ""),
            "after": str(after or ""),
            "quantity": f"{line.promised:f}",
        }
        uow.add(Event("supply.commitment.changed", now, order.id, order.partner, order.tracking_id, data))


def _order(uow: UnitOfWork, origin: Origin, said: Said) -> tuple[Order, bool]:
    """Return the order that is meant, and whether it is new: the release that is named, else the only one there is."""
    key = order_id(origin.partner, origin.role, said.order_number, said.release)
    order = uow.find(Order, key)
    if order is None:
        others = uow.find_orders(origin.partner, origin.role, said.order_number)
        if len(others) == 1 and (not said.release or others[0].state == LineState.UNKNOWN):
            order = others[0]
    if order is not None:
        return order, False
    made = Order(
        id=key,
        partner=origin.partner,
        role=origin.role,
        order_number=said.order_number,
        release=said.release,
        state="",
        created_at=origin.came_at,
        updated_at=origin.came_at,
        tracking_id=origin.tracking_id,
    )
    return made, True
