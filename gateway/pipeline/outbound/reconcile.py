"""Reconcile: match what the partner acknowledges with what we sent, and keep its verdict.

An acknowledgment for something we did not send changes nothing and opens a case. A later verdict replaces an earlier one only
when it is worse, so that a second copy never turns a rejection into silence.
"""

from __future__ import annotations

from gateway.pipeline.oversight.promises import cancel_answers, keep_named
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.thread.sending import note_answered
from gateway.tracking.document import AcknowledgmentState, Document
from gateway.tracking.promise import ACKNOWLEDGMENT, INTERCHANGE_ACKNOWLEDGMENT
from gateway.tracking.transmission import Transmission
from gateway.x12.acknowledgment import GroupResponse, InterchangeResponse, SetResponse
from gateway.x12.standards import codes

# A verdict is replaced by one that is as grave or graver.
_GRAVITY: dict[str, int] = {
    AcknowledgmentState.ACCEPTED: 1,
    AcknowledgmentState.WITH_ERRORS: 2,
    AcknowledgmentState.REJECTED: 3,
}
_FOREMOST = (
    AcknowledgmentState.REJECTED,
    AcknowledgmentState.LATE,
    AcknowledgmentState.WITH_ERRORS,
    AcknowledgmentState.ACCEPTED,
    AcknowledgmentState.DUPLICATE,
)
_STATES = {"A": AcknowledgmentState.ACCEPTED, "E": AcknowledgmentState.WITH_ERRORS}


def reconcile_functional(uow: UnitOfWork, world: World, received: Document, response: GroupResponse) -> None:
    """Apply a 997 or 999 that a partner sent."""
    sent = uow.find_sent(received.partner, response.functional_id, response.control_number)
    if not sent:
        detail = f"it answers group {response.functional_id} {response.control_number}, which was not sent to {received.partner}"
        note_event(uow, world, "acknowledgment.orphan", received, group=response.control_number)
        uow.change(Document, received.id, acknowledgment=AcknowledgmentState.ORPHAN)
        open_case(uow, world, "acknowledgment-orphan", received, detail)
        return
    found = {
        _apply(uow, world, document, response.response_for(document.set_id, document.control_number), received.id)
        for document in sent
    }
    # One 997 speaks of several sets: it is called by what matters most of all that it says.
    uow.change(Document, received.id, acknowledgment=next(state for state in _FOREMOST if state in found))


def reconcile_interchange(
    uow: UnitOfWork, world: World, partner: str, response: InterchangeResponse, received: Transmission
) -> None:
    """Apply a TA1 that a partner sent: a rejection rejects every document of the interchange."""
    sent = uow.find_sent_interchange(partner, response.control_number)
    if not sent:
        note_event(uow, world, "acknowledgment.orphan", received, interchange=response.control_number)
        detail = f"a TA1 answers interchange {response.control_number}, which was not sent to {partner}"
        open_case(uow, world, "acknowledgment-orphan", received, detail)
        return
    for document in sent:
        words = codes("I18", "005010").get(response.code, "")
        note_event(
            uow,
            world,
            "interchange.acknowledged",
            document,
            verdict=response.verdict,
            code=response.code,
            words=words,
            by=received.id,
        )
        keep_named(uow, world, document.id, INTERCHANGE_ACKNOWLEDGMENT, received.id)
        if response.verdict == "R":
            answer = SetResponse(document.set_id, document.control_number, "R")
            _apply(uow, world, document, answer, received.id, f"TA1 {response.code}: {words}")


def _apply(
    uow: UnitOfWork, world: World, document: Document, answer: SetResponse, by: str, reason: str = ""
) -> AcknowledgmentState:
    """Keep a verdict on a document of ours, and say what it was: new, late, or known before."""
    state = _STATES.get(answer.verdict, AcknowledgmentState.REJECTED)
    details = explain_response(answer, document.version)
    late = document.acknowledgment == AcknowledgmentState.OVERDUE
    known = document.acknowledgment == state
    note_event(
        uow,
        world,
        "acknowledgment.received",
        document,
        verdict=answer.verdict,
        by=by,
        late=late,
        repeated=known,
        reasons=details or [reason],
    )
    if (
        _GRAVITY.get(document.acknowledgment, 0) > _GRAVITY[state]
        or document.acknowledgment == AcknowledgmentState.REJECTED
    ):
        return AcknowledgmentState.DUPLICATE if known else state
    now = world.clock()
    if not known:
        uow.change(Document, document.id, acknowledgment=state, acknowledged_at=now, updated_at=now)
    keep_named(uow, world, document.id, ACKNOWLEDGMENT, by)
    note_answered(uow, world, document, understood=state != AcknowledgmentState.REJECTED)
    if known:
        return AcknowledgmentState.DUPLICATE
    if state == AcknowledgmentState.REJECTED:
        cancel_answers(uow, world, document, "the partner could not read the document, so it can't answer it")
        open_case(
            uow, world, "acknowledgment-rejected", document, "; ".join(details) or reason or "no reason was given"
        )
        return state
    return AcknowledgmentState.LATE if late else state


def explain_response(answer: SetResponse, version: str) -> list[str]:
    """Say in words what a partner found wrong with a set of ours."""
    near = "005010" if version[:6] >= "005000" else "004010"
    # A 999 has codes of its own beside those of the 997: they begin with I.
    of_set, of_segment, of_element = (
        {**codes(newer, "005010"), **codes(older, near)}
        for older, newer in (("718", "618"), ("720", "620"), ("723", "621"))
    )
    words: list[str] = [f"AK502 {code}: {of_set.get(code, 'unknown code')}" for code in answer.codes]
    for note in answer.notes:
        place = f"segment {note.position} {note.segment}"
        if note.code and note.code != "8":
            words.append(f"{place}: AK304 {note.code}: {of_segment.get(note.code, 'unknown code')}")
        for inner in note.elements:
            value = f", value {inner.value!r}" if inner.value else ""
            words.append(
                f"{place}{inner.element:02d}: AK403 {inner.code}: {of_element.get(inner.code, 'unknown code')}{value}"
            )
    return words
