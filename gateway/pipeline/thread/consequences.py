"""What a match leads to: a case for the one who can settle it, an event for whoever listens, and a document that goes on."""

from __future__ import annotations

from collections.abc import Collection

from gateway.pipeline.inbound.lane import delivery_lane
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.records import Named, Subject, close_case, note_event, open_case
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.terms import matching_for
from gateway.tracking.case import root_of
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.event import Event
from gateway.tracking.order import Match, Order
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.statement import SYSTEM_KINDS, Kind

OUTSIDE, WAITING = Verdict.OUTSIDE.word, Verdict.WAITING.word
_GOOD = (Verdict.CLEAN.word, Verdict.NOTED.word, Verdict.DECIDED.word)
# A proposal that differs, and counts all the same: by so little as was agreed, or because somebody took it.
ACCEPTED, PROPOSING = (Verdict.NOTED.word, Verdict.DECIDED.word), (Kind.ACKNOWLEDGED, Kind.CHANGE_ANSWERED)
ORDER_UNKNOWN, RECEIVING_ADVICE, CHANGE = "order-unknown", "861", "860"
# What a document is called whose match is a case, and an event.
_NAMES: dict[str, str] = {
    Kind.ACKNOWLEDGED: "acknowledgment",
    Kind.CHANGE_ANSWERED: "acknowledgment",
    Kind.SHIPPED: "shipment",
    Kind.MOVED: "shipment",
    Kind.RECEIVED: "receipt",
    Kind.INVOICED: "invoice",
    Kind.ADJUSTED: "invoice",
    Kind.HELD: "hold",
    Kind.RELEASED: "hold",
    Kind.CONSUMED: "consumption",
}
# Who can't be judged at all needs data first; who contradicts, an answer of the sender.
_BY_CHECK: dict[str, str] = {
    Check.UNIT: "unit-unknown",
    Check.ITEM: "item-unknown",
    Check.LINE: "line-unknown",
    Check.NUMBER: "statement-contradicts",
    Check.TURN: "statement-contradicts",
    Check.CLOCK: "clock-wrong",
}
# Where what is said comes from systems around the order, somebody else can put it right than where a partner wrote it.
_BY_KIND: dict[tuple[str, str], str] = {
    **{(kind, check): "line-misnamed" for kind in SYSTEM_KINDS for check in (Check.LINE, Check.ITEM)},
    (Kind.CONSUMED, Check.HOLD): "quarantine-broken",
    (Kind.CONSUMED, Check.QUANTITY): "over-consumption",
}
_AT_FAULT = {"item-unknown": Check.ITEM, "unit-unknown": Check.UNIT, "quarantine-broken": Check.HOLD}
THREAD_CAUSES = frozenset(
    (
        *_BY_CHECK.values(),
        *_BY_KIND.values(),
        *(f"{name}-differs" for name in ("acknowledgment", "shipment", "receipt", "invoice", "order")),
    )
)


def cause_of(match: Match) -> str:
    """Return the cause of the case for a match that is outside of what was agreed: what must be settled first."""
    if match.kind in (Kind.CANCELLED, Kind.CHANGED):
        return "order-differs"
    checks = [finding["check"] for finding in match.findings if finding["verdict"] == OUTSIDE]
    for check in (*_BY_CHECK, *(check for _kind, check in _BY_KIND)):
        if check in checks and (cause := _BY_KIND.get((match.kind, check)) or _BY_CHECK.get(check)):
            return cause
    return f"{_NAMES.get(match.kind, 'order')}-differs"


def _at_fault(order: Order, match: Match, cause: str) -> str:
    """Return what must be put right: an item, unit or lot heals many papers at once; else it is the order."""
    check = _AT_FAULT.get(cause)
    said = {
        finding["said"] for finding in match.findings if finding["check"] == check and finding["verdict"] == OUTSIDE
    }
    return ", ".join(sorted(said)) or f"order {order.order_number}"


def words_of(order: Order, match: Match) -> str:
    """Say what differs, line by line."""
    said = [
        (f"line {finding['line']}: " if finding["line"] else "") + finding["words"]
        for finding in match.findings
        if finding["verdict"] in (OUTSIDE, WAITING)
    ]
    return f"order {order.order_number}, {match.kind} {match.number}: " + "; ".join(said)


def follow_match(
    uow: UnitOfWork, world: World, order: Order, match: Match, before: str, current: Document | None
) -> list[Task]:
    """Do what a match that has changed asks for; ``current`` is the document that is being stored now, if it is one."""
    about = current if current is not None and current.id == match.subject else _subject(uow, order, match)
    if before == WAITING:
        _note_known(uow, world, match)
    tasks = advice_due(uow, world, order, match)
    _note_matched(uow, world, order, match, before, about)
    if match.verdict == OUTSIDE:
        cause = cause_of(match)
        _close_others(uow, world, match, cause)
        open_case(
            uow,
            world,
            cause,
            about,
            words_of(order, match),
            root_of(cause, order.partner, _at_fault(order, match, cause)),
        )
        kind = f"{_NAMES.get(match.kind, 'order')}.discrepancy"
        checks = ",".join(
            dict.fromkeys(finding["check"] for finding in match.findings if finding["verdict"] == OUTSIDE)
        )
        data = {"order": order.order_number, "number": match.number, "set": match.kind, "checks": checks}
        uow.add(Event(kind, world.clock(), order.id, order.partner, order.tracking_id, data))
        return [*tasks, *_answer_due(world, order, match, about)]
    if before == OUTSIDE:
        _close_others(uow, world, match, None)
        note_event(uow, world, "discrepancy.settled", about, order=order.order_number, number=match.number)
    if match.verdict in ACCEPTED and match.kind in PROPOSING:
        tasks += _answer_due(world, order, match, about, (CHANGE,))
    if isinstance(about, Document) and about is not current and match.verdict != WAITING:
        tasks += _let_go(uow, world, about)
    return tasks


def names_unknown(match: Match) -> bool:
    """Tell whether a match waits for the order itself, or for the ship notice without which no order is meant."""
    return any(
        finding["check"] == Check.ORDER and finding["verdict"] == WAITING and not finding["line"]
        for finding in match.findings
    )


def _note_known(uow: UnitOfWork, world: World, match: Match) -> None:
    """Close the case of something that named an unknown order, once none of its orders is unknown any more."""
    if not any(names_unknown(each) for each in (match, *uow.matches_about(match.subject))):
        close_case(uow, world, f"{match.subject}:{ORDER_UNKNOWN}", "the order has come")


def advice_due(uow: UnitOfWork, world: World, order: Order, match: Match) -> list[Task]:
    """Make it due to tell the supplier what was wrong with its goods, where that was agreed; the step knows what was told."""
    if match.kind != Kind.RECEIVED or order.role != "buyer" or not differs(match):
        return []
    partner = world.configuration().directory.partners.get(order.partner)
    if partner is None or partner.agreement(RECEIVING_ADVICE, "outbound") is None:
        return []
    return [Task(StepName.ADVISE_RECEIPT, match.subject, order.tracking_id, world.clock())]


def _answer_due(
    world: World, order: Order, match: Match, about: Subject, answers: Collection[str] = ("812", "824")
) -> list[Task]:
    """Make it due to answer who sent what differs, where such an answer was agreed; the step knows what was answered."""
    partner = world.configuration().directory.partners.get(order.partner)
    ours = not isinstance(about, Document) or about.direction != "inbound"
    if ours or partner is None or not set(answers) & set(matching_for(partner, order.role, match.kind).answer):
        return []
    return [Task(StepName.ANSWER, match.subject, order.tracking_id, world.clock())]


def _note_matched(uow: UnitOfWork, world: World, order: Order, match: Match, before: str, about: Subject) -> None:
    """Tell finance that an invoice matches, so that it may be paid; that it does not is told as a discrepancy."""
    partner = world.configuration().directory.partners.get(order.partner)
    if match.kind != Kind.INVOICED or match.verdict not in _GOOD or before in _GOOD or partner is None:
        return
    if matching_for(partner, order.role, match.kind).agreed:
        note_event(
            uow, world, "invoice.matched", about, order=order.order_number, number=match.number, verdict=match.verdict
        )


def differs(match: Match) -> bool:
    """Tell whether goods came otherwise than they were announced: more, less, damaged, another item under a line.

    What names a line that the order does not have is a mistake of who counted, not of who shipped.
    """
    return any(
        (finding["check"] in (Check.QUANTITY, Check.CONDITION) or (finding["check"] == Check.ITEM and finding["line"]))
        and finding["verdict"] in (OUTSIDE, Verdict.NOTED.word)
        for finding in match.findings
    )


def _subject(uow: UnitOfWork, order: Order, match: Match) -> Subject:
    """Return what a match is about; what a system told is known by its name, and is the affair of the order's partner."""
    return uow.find(Document, match.subject) or Named(match.subject, order.partner, order.tracking_id)


def _close_others(uow: UnitOfWork, world: World, match: Match, cause: str | None) -> None:
    """Close the cases of a match whose cause is settled; a document for several orders keeps its case while one is outside."""
    others = uow.matches_about(match.subject)
    open_now = {cause_of(each) for each in others if each.id != match.id and each.verdict == OUTSIDE} | {cause}
    for case in uow.open_cases(match.subject):
        if case.cause in THREAD_CAUSES - open_now:
            close_case(uow, world, case.id, "settled by what came since")


def _let_go(uow: UnitOfWork, world: World, document: Document) -> list[Task]:
    """Send a document on that was kept from the ERP, once nothing about it is open any more."""
    agreement = agreement_for(world.configuration(), document)
    held = document.state in (DocumentState.PARKED, DocumentState.TRANSLATED) and document.detail == HELD
    if agreement is None or not held:
        return []
    if any(each.verdict in (OUTSIDE, WAITING) for each in uow.matches_about(document.id)):
        return []
    uow.change(Document, document.id, detail=None, updated_at=world.clock())
    lane = delivery_lane(agreement, document)
    task = Task(StepName.DELIVER, document.id, document.tracking_id, world.clock(), lane)
    uow.schedule(task)
    return [task]


HELD = "it is kept from the ERP until it matches, or somebody takes it as it is"
