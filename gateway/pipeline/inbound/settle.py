"""Writes a portion of an interchange down: its documents with their verdicts, what is a copy, and what happens next.

Runs inside one transaction. Duplicates are looked for here, so that two copies that arrive at once can't both be new.
"""

from __future__ import annotations

from datetime import timedelta

from gateway.pipeline.inbound.acknowledge import Answer, acknowledge
from gateway.pipeline.inbound.advise import advise, reconcile_advice
from gateway.pipeline.inbound.claim import Claims
from gateway.pipeline.inbound.draft import (
    Draft,
    apply_envelope,
    envelope_faults,
    explained_envelope,
    refuse_repeated,
    refuse_reused,
)
from gateway.pipeline.inbound.follow import follow_number
from gateway.pipeline.inbound.interchange import Portion, document_id
from gateway.pipeline.inbound.reuse import note_reuse
from gateway.pipeline.inbound.translate import apply_translation
from gateway.pipeline.outbound.reconcile import reconcile_functional, reconcile_interchange
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Park
from gateway.pipeline.task import StepName, Task
from gateway.tracking.case import root_of
from gateway.tracking.document import AcknowledgmentState, Document, DocumentState
from gateway.tracking.transmission import Transmission
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import answers_needed, read_functional_acknowledgment, read_interchange_acknowledgment
from gateway.x12.advice import SET_ID as ADVICE
from gateway.x12.faults import Fault, FaultCode, Level

_ENVELOPE = frozenset(code.slug for code in FaultCode if code.level in (Level.INTERCHANGE, Level.GROUP))


def settle_portion(uow: UnitOfWork, *, portion: Portion, drafts: list[Draft], world: World, again: bool) -> list[Task]:
    """Store the drafts of ``portion``; with its last portion the interchange is answered and its documents go on.

    ``again`` says that an earlier reading of the same bytes may have stored some of them.
    """
    transmission, judged, partner = portion.transmission, portion.judged, portion.origin.partner
    for fault in portion.faults:
        note_event(uow, world, "transmission.junk", transmission, message=fault.message, offset=fault.offset)
    if portion.start is None:
        return []
    if portion.origin.refusal or partner is None:
        return _refuse(uow, world, portion)
    if transmission.partner is None:
        uow.change(Transmission, transmission.id, partner=partner.id)
    if again:
        drafts = _not_stored(uow, portion, drafts)
    _refuse_reuse(uow, world, portion, drafts, partner)
    claims = Claims(uow, world)
    for draft in drafts:
        _find_first(uow, world, draft, partner)
        _claim_numbers(claims, draft)
        portion.copies.note(draft.document, draft.first if draft.is_copy else None)
    answers: list[Answer] = []
    tasks: list[Task] = []
    if judged is not None:
        _tell_envelope(uow, world, portion)
        if not judged.rejected:
            for received in judged.acknowledgments:
                response = read_interchange_acknowledgment(received)
                reconcile_interchange(uow, world, partner.id, response, transmission)
        answers, tasks = acknowledge(uow, world, portion, partner, drafts)
        tasks += _release_earlier(uow, world, portion, answers)
        tasks += follow_number(uow, world, portion, partner, [draft.document.set_id for draft in drafts])
    for draft in drafts:
        tasks += _store(uow, world, draft, answers)
    return tasks


def _tell_envelope(uow: UnitOfWork, world: World, portion: Portion) -> None:
    """Open a case for an interchange or for groups that are at fault; it names all of its kind in the transmission."""
    judged, transmission = portion.judged, portion.transmission
    assert judged is not None
    if judged.rejected:
        detail = "; ".join(fault.message for fault in judged.faults if not fault.tolerated)
        note_event(uow, world, "interchange.rejected", transmission, reason=detail)
        open_case(uow, world, "interchange-rejected", transmission, _of_level(portion, Level.INTERCHANGE))
    elif rejected := [group for group in answers_needed(judged.groups) if group.rejected]:
        for group in rejected:
            reason = "; ".join(fault.message for fault in group.faults if not fault.tolerated)
            note_event(uow, world, "group.rejected", transmission, group=group.start.control_number, reason=reason)
        open_case(uow, world, "group-rejected", transmission, _of_level(portion, Level.GROUP))


def _of_level(portion: Portion, level: Level) -> str:
    """Return the faults of one level in all envelopes that were read so far, in words."""
    codes = {code.slug for code in FaultCode if code.level is level}
    told = [fault for fault in portion.envelopes.told if fault["code"] in codes and not fault["tolerated"]]
    return "; ".join(f"{fault['where']}: {fault['message']}" for fault in told[:20])


def _refuse(uow: UnitOfWork, world: World, portion: Portion) -> list[Task]:
    """Nothing of this interchange is processed: it is not known whose it is, or not for us."""
    origin, transmission, judged = portion.origin, portion.transmission, portion.judged
    if judged is None:
        return []
    note_event(uow, world, "interchange.refused", transmission, reason=origin.detail)
    open_case(uow, world, origin.refusal, transmission, origin.detail)
    if origin.partner is not None and transmission.partner is None:
        uow.change(Transmission, transmission.id, partner=origin.partner.id)
    if origin.refusal != "unknown-receiver" or origin.partner is None:
        return []
    unknown = Fault(
        FaultCode.RECEIVER_UNKNOWN,
        origin.detail,
        control_number=judged.start.control_number,
        offset=judged.start.offset,
        fix="send it to the id that was agreed",
    )
    judged.faults.append(unknown)
    portion.envelopes.tell([unknown], judged)
    return acknowledge(uow, world, portion, origin.partner, [])[1]


def _not_stored(uow: UnitOfWork, portion: Portion, drafts: list[Draft]) -> list[Draft]:
    """Return the drafts that an earlier reading did not store, and count the copies among the others."""
    new = []
    for draft in drafts:
        stored = uow.find(Document, draft.document.id)
        if stored is None:
            new.append(draft)
        else:
            portion.copies.note(stored, uow.find(Document, stored.duplicate_of) if stored.duplicate_of else None)
    return new


def _find_first(uow: UnitOfWork, world: World, draft: Draft, partner: Partner) -> None:
    """Look whether the numbers of a draft came before within the agreed window; an 824 needs no agreement of its own."""
    agreement = draft.read.agreement
    if agreement is None and draft.document.set_id != ADVICE:
        return
    window = agreement.duplicate_window if agreement is not None else _longest_window(partner)
    draft.first = uow.find_first(draft.document, world.clock() - window)
    if draft.first is not None and not draft.is_copy:
        refuse_reused(draft)


def _refuse_reuse(uow: UnitOfWork, world: World, portion: Portion, drafts: list[Draft], partner: Partner) -> None:
    """Reject an interchange or groups whose numbers were used before for others."""
    judged = portion.judged
    if judged is None or judged.rejected or not drafts:
        return
    faults = note_reuse(uow, judged, drafts[0].document, world.clock() - _longest_window(partner))
    if faults:
        portion.envelopes.tell(faults, judged)
        for draft in drafts:
            if draft.document.state != DocumentState.REJECTED:
                apply_envelope(draft, portion)


def _longest_window(partner: Partner) -> timedelta:
    return max((agreement.duplicate_window for agreement in partner.agreements.values()), default=timedelta(0))


def _claim_numbers(claims: Claims, draft: Draft) -> None:
    """Reject a draft whose business numbers another document holds; one that is its true copy is no fault."""
    if draft.read.numbers is None or draft.first is not None:
        return
    draft.first = claims.find_copied(draft.document, draft.read.numbers)
    if draft.first is not None:
        return
    waits = isinstance(draft.translation, Park)
    faults = claims.claim(draft.document, draft.read.numbers, holds=not waits)
    if faults:
        refuse_repeated(draft, faults)


def _store(uow: UnitOfWork, world: World, draft: Draft, answers: list[Answer]) -> list[Task]:
    """Store one document in the state that it has by now, and say what follows."""
    document = draft.document
    if draft.is_copy:
        assert draft.first is not None
        document.state, document.duplicate_of = DocumentState.DUPLICATE, draft.first.id
        uow.add(document)
        note_event(uow, world, "document.duplicate", document, first=draft.first.id)
        return []
    _note_answer(document, answers, accepted=document.state != DocumentState.REJECTED)
    tasks: list[Task] = []
    translation = draft.translation if document.state == DocumentState.ACCEPTED else None
    if isinstance(translation, Park):
        document.state, document.detail = DocumentState.PARKED, translation.detail
    elif translation is not None:
        assert draft.read.agreement is not None
        tasks = apply_translation(uow, world, document, draft.read.agreement, translation)
    uow.add(document)
    _tell(uow, world, draft, translation)
    if isinstance(translation, Park) and draft.read.agreement is not None:
        tasks += advise(uow, world, document, draft.read.agreement, translation.cause, translation.detail)
    return tasks


def _note_answer(document: Document, answers: list[Answer], *, accepted: bool) -> None:
    """Note with a document which acknowledgment it gets."""
    for answer in answers:
        if answer.group_id == document.group_id and answer.group_number == document.group_number:
            document.answers = answer.transmission_id
            document.acknowledgment = AcknowledgmentState.ACCEPTED if accepted else AcknowledgmentState.REJECTED


def _tell(uow: UnitOfWork, world: World, draft: Draft, translation: object) -> None:
    """Put the verdict on the timeline, and open the case that goes with it."""
    document = draft.document
    if document.state == DocumentState.REJECTED:
        shown = [f"{fault['where']}: {fault['message']}" for fault in document.faults if not fault["tolerated"]]
        configuration = draft.configuration.digest
        note_event(uow, world, "document.rejected", document, faults=len(shown), configuration=configuration)
        cause = "numbers-reused" if draft.first is not None else "document-rejected"
        if draft.first is None and _of_envelope(document):
            return  # What is at fault is its interchange or group, and that is a case already.
        codes = sorted({fault["code"] for fault in document.faults if not fault["tolerated"]})
        root = root_of(cause, document.partner, f"{document.set_id} {', '.join(codes[:5])}")
        open_case(uow, world, cause, document, "; ".join(shown[:20]), root)
        return
    if document.state == DocumentState.RECONCILED:
        if document.set_id == ADVICE:
            reconcile_advice(uow, world, document, draft.read.transaction.segments)
        elif draft.read.agreement is None and document.group_id:
            reconcile_functional(uow, world, document, read_functional_acknowledgment(draft.read.transaction.segments))
        return
    numbers = {"number": document.document_number, "order": document.order_number}
    kept = {"canonical": document.canonical} if document.canonical is not None else {}
    note_event(
        uow,
        world,
        "document.received",
        document,
        set=document.set_id,
        **numbers,
        kept=kept,
        configuration=draft.configuration.digest,
    )
    if isinstance(translation, Park):
        root = root_of(translation.cause, document.partner, document.set_id)
        open_case(uow, world, translation.cause, document, translation.detail, root)
    elif document.state == DocumentState.PARKED:
        root = root_of("no-agreement", document.partner, document.set_id)
        open_case(uow, world, "no-agreement", document, f"set {document.set_id} from {document.partner}", root)
    elif document.state == DocumentState.SET_ASIDE:
        note_event(uow, world, "document.set_aside", document)


def _of_envelope(document: Document) -> bool:
    """Tell whether a document is rejected with the envelope around it."""
    return any(fault["code"] in _ENVELOPE and not fault["tolerated"] for fault in document.faults)


def _release_earlier(uow: UnitOfWork, world: World, portion: Portion, answers: list[Answer]) -> list[Task]:
    """Make the accepted documents of portions before due, now that the interchange is whole; or reject them with it."""
    tasks = []
    for ordinal in portion.earlier:
        document = uow.find(Document, document_id(portion.transmission, ordinal))
        if document is None or document.state != DocumentState.ACCEPTED:
            continue
        faults = envelope_faults(document, portion)
        _note_answer(document, answers, accepted=not faults)
        values = {"answers": document.answers, "acknowledgment": document.acknowledgment}
        if faults:
            shown = [*document.faults, *explained_envelope(faults, portion)]
            uow.change(Document, document.id, state=DocumentState.REJECTED, faults=shown, **values)
            note_event(uow, world, "document.rejected", document, faults=len(shown))
        else:
            uow.change(Document, document.id, **values)
            tasks.append(Task(StepName.TRANSLATE, document.id, document.tracking_id, world.clock()))
    return tasks
