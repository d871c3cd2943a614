"""Drafts: the record of each set of a portion and, where it is whole, its translation. Made outside of any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.pipeline.inbound.interchange import Portion, ReadSet, document_id
from gateway.pipeline.inbound.translate import Translation, translation_of
from gateway.pipeline.ports import Configuration, World
from gateway.pipeline.step import Park
from gateway.tracking.document import Document, DocumentState
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import ACKNOWLEDGMENTS
from gateway.x12.advice import SET_ID as ADVICE
from gateway.x12.explanation import explain_set
from gateway.x12.faults import Fault, FaultCode


@dataclass(slots=True)
class Draft:
    """A document before it is stored. ``first`` is the document that came before under the same numbers.

    ``configuration`` is the one under which it was judged.
    """

    read: ReadSet
    document: Document
    configuration: Configuration
    translation: Translation | Park | None = None
    first: Document | None = None

    @property
    def is_copy(self) -> bool:
        """Whether the same content came before."""
        return self.first is not None and self.first.digest == self.document.digest


def drafts_of(portion: Portion, partner: Partner, world: World, configuration: Configuration) -> list[Draft]:
    """Make the drafts of a portion; those of a whole interchange are translated already."""
    drafts = [
        Draft(each, _document(world, portion, partner, each, configuration), configuration) for each in portion.sets
    ]
    judged = portion.judged
    for draft in drafts:
        if judged is None:
            continue
        apply_envelope(draft, portion)
        if draft.document.state == DocumentState.ACCEPTED and draft.read.agreement is not None:
            draft.translation = translation_of(
                draft.document, draft.read.transaction, draft.read.judgment, draft.read.agreement, configuration
            )
    return drafts


def _document(
    world: World, portion: Portion, partner: Partner, each: ReadSet, configuration: Configuration
) -> Document:
    """Make the record of a set; its state is the verdict on the set alone."""
    transaction, judgment, agreement = each.transaction, each.judgment, each.agreement
    start, group = transaction.interchange, transaction.group
    marks = start.delimiters
    if transaction.id in ACKNOWLEDGMENTS:
        state = DocumentState.RECONCILED
    elif not judgment.accepted and not _accepts_errors(agreement):
        state = DocumentState.REJECTED
    elif transaction.id == ADVICE and agreement is None:
        state = DocumentState.RECONCILED
    else:
        state = DocumentState.ACCEPTED if agreement is not None else DocumentState.PARKED
    return Document(
        id=document_id(portion.transmission, each.ordinal),
        transmission_id=portion.transmission.id,
        direction="inbound",
        partner=partner.id,
        set_id=transaction.id,
        state=state,
        created_at=portion.transmission.created_at,
        updated_at=world.clock(),
        tracking_id=portion.transmission.tracking_id,
        version=transaction.version,
        agreement=agreement.key if agreement else "",
        role=agreement.role if agreement else "",
        sender="*".join(start.sender),
        receiver="*".join(start.receiver),
        interchange_number=start.control_number,
        group_id=group.functional_id if group else "",
        group_number=group.control_number if group else "",
        control_number=transaction.control_number,
        test=start.usage == "T",
        offset=transaction.offset,
        length=transaction.length,
        delimiters=[marks.element, marks.component, marks.segment, marks.repetition],
        digest=each.digest,
        faults=[told.as_dict() for told in explain_set(judgment, configuration.guide)],
    )


def _accepts_errors(agreement: Agreement | None) -> bool:
    return agreement is not None and agreement.acknowledgment.accept_with_errors


def envelope_faults(document: Document, portion: Portion) -> list[Fault]:
    """Return the faults of the interchange and of the document's group that reject it."""
    judged = portion.judged
    assert judged is not None
    faults = [fault for fault in judged.faults if not fault.tolerated]
    # Two groups may have one number, so its place tells in which of them a document stands.
    before = [group for group in judged.groups if group.start.offset < document.offset]
    if before and document.group_id:
        faults += [fault for fault in before[-1].faults if not fault.tolerated]
    return faults


def explained_envelope(faults: list[Fault], portion: Portion) -> list[dict[str, Any]]:
    """Return the faults of an envelope as a document keeps them."""
    assert portion.judged is not None
    return portion.envelopes.explained(faults, portion.judged)


def apply_envelope(draft: Draft, portion: Portion) -> None:
    """Reject a draft whose interchange or group is at fault."""
    document, faults = draft.document, envelope_faults(draft.document, portion)
    if faults:
        document.faults = document.faults + explained_envelope(faults, portion)
        document.state = DocumentState.REJECTED
        draft.translation = None


def refuse_repeated(draft: Draft, faults: list[Fault]) -> None:
    """Reject a draft whose business numbers came before, unless the agreement goes on in spite of faults."""
    document = draft.document
    told = explain_set(draft.read.judgment, draft.configuration.guide, faults)
    document.faults = [*document.faults, *(each.as_dict() for each in told)]
    if not _accepts_errors(draft.read.agreement):
        document.state = DocumentState.REJECTED
        draft.translation = None


def refuse_reused(draft: Draft) -> None:
    """Reject a draft whose numbers came before with another content."""
    document = draft.document
    fault = Fault(
        FaultCode.SET_REPEATED,
        f"ISA13 {document.interchange_number}, GS06 {document.group_number} and ST02 {document.control_number} came before"
        " with another content",
        set_id=document.set_id,
        control_number=document.control_number,
        fix="send it under numbers of its own",
        offset=document.offset,
    )
    draft.read.judgment.faults.append(fault)  # The acknowledgment of its group says it too.
    document.faults = [*document.faults, *(told.as_dict() for told in explain_set(draft.read.judgment, faults=[fault]))]
    document.state = DocumentState.REJECTED
    draft.translation = None
