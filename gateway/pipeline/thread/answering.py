"""Answer whose document differs: an 824 says so, an 812 debits what an invoice charges too much, an 860 orders what was proposed.

What was answered is not answered again, however often the document is judged: an 824 names each difference once, and an 812
or 860 goes into the thread of its order, so that what it debits or orders does not differ any more.
"""

from __future__ import annotations

import hashlib

from gateway.pipeline.inbound.advise import advise_findings
from gateway.pipeline.outbound.accept import ErpMessage, store_own
from gateway.pipeline.outbound.parties import buyer_and_seller
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import CHANGE, OUTSIDE, PROPOSING
from gateway.pipeline.thread.debiting import debit, debited_lines
from gateway.pipeline.thread.revising import Proposal, proposal_in, revise
from gateway.pipeline.thread.terms import matching_for
from gateway.tracking.document import Document
from gateway.tracking.order import Match, Order
from gateway.tracking.thread.statement import Kind, Statement
from gateway.trading.directory import Partner

ADVICE, ADJUSTMENT = "824", "812"
_MESSAGE = "credit_debit_adjustment"
_LAST_NUMBER = 999_999_999


async def run(task: Task, world: World) -> Outcome:
    """Answer a document as was agreed, if it still differs."""
    document = await world.ledger.load(Document, task.subject)
    partner = world.configuration().directory.partners.get(document.partner) if document is not None else None
    proposes = partner is not None and any(CHANGE in matching_for(partner, "buyer", kind).answer for kind in PROPOSING)
    body = await proposal_in(world, document) if proposes else None
    return Advance(lambda uow: _answer(uow, world, task, body))


def _answer(uow: UnitOfWork, world: World, task: Task, body: Proposal | None) -> list[Task]:
    document = uow.find(Document, task.subject)
    partner = world.configuration().directory.partners.get(document.partner) if document is not None else None
    if document is None or partner is None:
        return []
    open_now = [match for match in uow.matches_about(document.id) if match.verdict == OUTSIDE]
    # The 824 first: it says what differs, and after the 812 nothing may.
    tasks = _advise(uow, world, document, [each for each in open_now if _agreed(partner, document, each, ADVICE)])
    for match in open_now:
        if match.kind == Kind.INVOICED and _agreed(partner, document, match, ADJUSTMENT):
            tasks += _debit(uow, world, partner, document, match)
    return tasks + (_revise(uow, world, partner, document, body) if body is not None else [])


def _revise(uow: UnitOfWork, world: World, partner: Partner, document: Document, body: Proposal) -> list[Task]:
    tasks: list[Task] = []
    for match in uow.matches_about(document.id):
        if match.kind in PROPOSING and _agreed(partner, document, match, CHANGE):
            tasks += revise(uow, world, partner, document, match, body)
    return tasks


def _agreed(partner: Partner, document: Document, match: Match, answer: str) -> bool:
    return answer in matching_for(partner, document.role, match.kind).answer


def _advise(uow: UnitOfWork, world: World, document: Document, matches: list[Match]) -> list[Task]:
    agreement = agreement_for(world.configuration(), document)
    if agreement is None or not matches:
        return []
    findings = [each for match in matches for each in match.findings if each["verdict"] == OUTSIDE]
    said = [(each["check"], (f"line {each['line']}: " if each["line"] else "") + each["words"]) for each in findings]
    return advise_findings(uow, world, document, agreement, said)


def _debit(uow: UnitOfWork, world: World, partner: Partner, document: Document, match: Match) -> list[Task]:
    order, invoice = uow.find(Order, match.order_id), uow.find(Statement, match.id)
    if order is None or invoice is None or order.role != "buyer" or partner.agreement(ADJUSTMENT, "outbound") is None:
        return []
    lines = debited_lines(match, invoice, uow.lines_of(order.id))
    if not lines:
        return []
    number = f"D{uow.next_number(f'{partner.id}:adjustment', 1, _LAST_NUMBER):09d}"
    body = debit(order, match, lines, number, world.clock().date())
    body["parties"] = buyer_and_seller(world.configuration().directory, partner)
    message = ErpMessage(type=_MESSAGE, partner=partner.id, body=body, correlation_id=None)
    key = hashlib.sha256(repr((match.id, [sorted(each.items()) for each in match.findings])).encode()).hexdigest()
    data = message.model_dump_json().encode()
    stored = store_own(uow, world, data, f"{ADJUSTMENT}:{key}", document.tracking_id, heard=True)
    if stored is None:
        return []
    sent, tasks = stored
    note_event(
        uow,
        world,
        "invoice.debited",
        document,
        order=order.order_number,
        number=number,
        amount=body["amount"],
        transmission=sent,
    )
    return tasks
