"""Advise: tell a partner by an 824 that a document of its was read and refused for business reasons; and read its own 824s.

Where the agreement says ``advice: "824"`` one goes out with the commit that opens the case, and one only: a document that is
tried again and refused again is not refused twice in the partner's books. What does not match its order is advised where
``answer`` says so, each difference once. An 824 is a document, so the partner's 997 for it is matched with it like any other.
An 824 that comes in is a verdict on a document of ours; it is never advised in turn.
"""

from __future__ import annotations

from gateway.pipeline.outbound.numbers import Numbers, next_numbers
from gateway.pipeline.outbound.transmit import outbound_transmission, sending_of
from gateway.pipeline.oversight.promises import keep_named
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.task import Task
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.thread.finding import Check
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Partner
from gateway.x12.advice import (
    GROUP_ID,
    OTHER,
    SET_ID,
    Advice,
    Reason,
    advice_version,
    application_advice,
    read_advice,
    reason_words,
)
from gateway.x12.model import Segments, same_number
from gateway.x12.standards import set_definition
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, write

# Cause of the case -> TED01. What is our own affair (no agreement, no connection) is no business of the partner.
_CODES = {"totals-differ": "011", "translation-failed": OTHER, "erp-rejected": OTHER}
# What was compared with the order -> TED01, where a difference has a code of its own.
_COMPARED: dict[str, str] = {
    Check.PRICE: "UNP",
    Check.QUANTITY: "IQT",
    Check.DATE: "DTE",
    Check.CURRENCY: "CUR",
    **dict.fromkeys((Check.CHARGES, Check.TAX, Check.TOTAL), "011"),
    **dict.fromkeys((Check.LINE, Check.ITEM, Check.UNIT, Check.NUMBER), "848"),
}
_VERDICT = "TR"


def advise(
    uow: UnitOfWork, world: World, document: Document, agreement: Agreement, cause: str, detail: str
) -> list[Task]:
    """Write the 824 about a refused document and store it; return its sending. Nothing where none is due."""
    name = f"{document.id}-advice"
    due = agreement.acknowledgment.advice == SET_ID and cause in _CODES
    if not due or uow.find(Transmission, name) is not None:
        return []
    return _send(uow, world, document, agreement, name, cause, _reasons(cause, detail))


def advise_findings(
    uow: UnitOfWork, world: World, document: Document, agreement: Agreement, said: list[tuple[str, str]]
) -> list[Task]:
    """Write the 824 about what of a document differs from its order: pairs of what was compared, and words.

    What an 824 has named before is not named again.
    """
    name, told = f"{document.id}-differs", set[str]()
    while (before := uow.find(Document, name)) is not None:
        told.update(before.notes)
        name = f"{document.id}-differs-{len(told)}"
    new = {words: check for check, words in said if words not in told}
    if not new:
        return []
    reasons = [Reason(_COMPARED.get(check, OTHER), words) for words, check in new.items()]
    return _send(uow, world, document, agreement, name, "differs", reasons, list(new))


def _send(
    uow: UnitOfWork,
    world: World,
    document: Document,
    agreement: Agreement,
    name: str,
    cause: str,
    reasons: list[Reason],
    notes: list[str] | None = None,
) -> list[Task]:
    partner = world.configuration().directory.partners.get(document.partner)
    if partner is None:
        return []
    now = world.clock()
    numbers = next_numbers(uow, partner.id, agreement.control_numbers)
    group = numbers.group(uow)
    out = _interchange(world, partner, document, numbers, group, _advice(document, reasons))
    data = write(out, agreement.style)
    transmission = outbound_transmission(uow, world, name, partner, agreement, data, document.tracking_id)
    transmission.name = SET_ID
    transmission.control_number = f"{numbers.interchange:09d}"
    uow.add(transmission)
    record = _record(document, transmission, out, group)
    record.notes = notes or []
    uow.add(record)
    kept = {"bytes": transmission.digest}
    note_event(uow, world, "advice.composed", document, cause=cause, transmission=name, kept=kept)
    return sending_of(transmission, data, partner, now)


def _reasons(cause: str, detail: str) -> list[Reason]:
    """Say what is wrong in the words of the case, each reason for itself."""
    if cause == "erp-rejected":
        # The first words name our ERP and the last ones are for our own people; between them stands its answer.
        detail = detail.partition(" answered ")[2].partition(": ")[2].rpartition(". Correct the cause")[0] or "refused"
    return [Reason(_CODES[cause], text) for text in detail.split("; ") if text.strip()]


def _advice(document: Document, reasons: list[Reason]) -> Advice:
    order = document.order_number if document.order_number != document.document_number else None
    return Advice(
        _VERDICT,
        document.set_id,
        document.group_number,
        document.control_number,
        document.document_number or "",
        version=document.version,
        references=[("PO", order)] if order else [],
        reasons=reasons or [Reason(OTHER, "refused")],
    )


def _interchange(
    world: World, partner: Partner, document: Document, numbers: Numbers, group: int, advice: Advice
) -> OutgoingInterchange:
    """Put an advice into an interchange, from the party to which the document was sent back to its sender."""
    now, version = world.clock(), advice_version(document.version)
    own, theirs = world.configuration().directory.own_identity, partner.identity
    body = application_advice(advice, f"{numbers.interchange:09d}", now, version)
    made = OutgoingSet(SET_ID, "0001", body)
    return OutgoingInterchange(
        own.key,
        theirs.key,
        version[:5],
        numbers.interchange,
        "T" if document.test else "P",
        now,
        [OutgoingGroup(GROUP_ID, own.application, theirs.application, group, version, [made])],
    )


def _record(document: Document, transmission: Transmission, out: OutgoingInterchange, group: int) -> Document:
    """Make the record of the 824, so that what the partner says about it finds it."""
    return Document(
        id=transmission.id,
        transmission_id=transmission.id,
        direction="outbound",
        partner=document.partner,
        set_id=SET_ID,
        state=DocumentState.COMPOSED,
        created_at=transmission.created_at,
        updated_at=transmission.created_at,
        tracking_id=document.tracking_id,
        version=out.groups[0].version,
        role=document.role,
        sender="*".join(out.sender),
        receiver="*".join(out.receiver),
        interchange_number=f"{out.control_number:09d}",
        group_id=GROUP_ID,
        group_number=str(group),
        control_number="0001",
        test=document.test,
        document_number=f"{out.control_number:09d}",
        order_number=document.order_number,
        sent_in=transmission.id,
    )


# What partners say about ours


def reconcile_advice(uow: UnitOfWork, world: World, received: Document, segments: Segments) -> None:
    """Apply an 824 that a partner sent: each verdict stands on the timeline of its document, and a refusal is a case."""
    for advice in read_advice(segments):
        reasons = [reason_words(reason, received.version) for reason in advice.reasons]
        said = "; ".join([advice.words, *reasons])
        sent = _sent(uow, received.partner, advice)
        if not sent:
            number = advice.reference or f"{advice.group_number}/{advice.control_number}"
            detail = f"an 824 answers {advice.set_id} {number}, which was not sent to {received.partner}: {said}"
            note_event(uow, world, "advice.orphan", received, reference=number)
            open_case(uow, world, "acknowledgment-orphan", received, detail)
        for document in sent:
            note_event(uow, world, "advice.received", document, verdict=advice.verdict, by=received.id, reasons=reasons)
            keep_named(uow, world, document.id, SET_ID, received.id)
            if not advice.accepted:
                open_case(uow, world, "advice-rejected", document, f"read, but refused by the business: 824, {said}")


def _sent(uow: UnitOfWork, partner: str, advice: Advice) -> list[Document]:
    """Find what an advice is about: by its control numbers, else by its document number, else by the purchase order.

    An order that several documents of the set are about names none of them.
    """
    choice = set_definition(advice.set_id, advice.version or "004010")
    if choice is not None and advice.group_number:
        found = uow.find_sent(partner, choice.definition.group_id, advice.group_number)
        named = [each for each in found if same_number(each.control_number, advice.control_number)]
        return named if advice.control_number else found
    for number in dict.fromkeys([advice.reference, *(value for _qualifier, value in advice.references)]):
        numbered = (
            [each for each in uow.find_named(partner, number) if advice.set_id in ("", each.set_id)] if number else []
        )
        if numbered:
            return _last_sent(numbered)
    ordered = uow.find_for_order(partner, advice.order_number, advice.set_id, "outbound") if advice.order_number else []
    return ordered if len({each.document_number for each in ordered}) == 1 else []


def _last_sent(found: list[Document]) -> list[Document]:
    """Return what was sent last under a number: an order and its change have the same. What names no set may mean several."""
    if len({each.set_id for each in found}) > 1:
        return []
    return [max(found, key=lambda each: each.id)]
