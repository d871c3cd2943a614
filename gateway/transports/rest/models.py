"""What the REST interface says, as models: the source of its OpenAPI description."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from gateway.tracking.case import Case
from gateway.tracking.case_actions import actions_for
from gateway.tracking.document import AcknowledgmentState, Document
from gateway.tracking.event import Event
from gateway.tracking.receipt import Receipt
from gateway.x12.standards import set_definition


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReceiptBody(_Body):
    """We have the bytes. What became of them stands at ``location``."""

    id: str
    state: str = Field(description="State of the transmission when this was answered.")
    duplicate: bool = Field(description="The same bytes or idempotency key came before; this is the first receipt.")
    location: str


class FaultBody(_Body):
    """One thing that is wrong with a document or its envelope, and how to put it right."""

    where: str
    code: str
    ack_code: str
    message: str
    fix: str
    expected: str
    rule: str
    shown: str = Field(description="The segment as it was sent, cut around the place where it is long.")
    marker: str = Field(description="Carets below the place in shown.")
    example: str = Field(description="A segment that would be right.")
    segment: str
    position: int
    element: int
    component: int
    repetition: int
    value: str
    offset: int
    tolerated: bool


class EventBody(_Body):
    """One line of a timeline."""

    at: datetime
    type: str
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event, *, inside: bool) -> EventBody:
        """Show an event; its data only to those inside the house."""
        return cls(at=event.at, type=event.type, data=event.data if inside else {})


class CaseBody(_Body):
    """Something that a person must decide."""

    id: str
    subject: str
    partner: str | None
    cause: str
    owner: str
    title: str
    detail: str
    next_action: str
    opened_at: datetime
    closed_at: datetime | None
    resolution: str | None
    group: str = Field(description="The root cause: one fix heals all open cases of the group.")
    assignee: str | None = Field(description="Who works on it.")
    actions: list[str] = Field(description="What may be done: replay, recompute, send again, accept, close.")

    @classmethod
    def of(cls, case: Case) -> Self:
        """Show a case."""
        names = [name for name in CaseBody.model_fields if name not in ("actions", "group")]
        facts = {name: getattr(case, name) for name in names}
        return cls(**facts, group=case.root, actions=list(actions_for(case.cause)))


class DocumentBody(_Body):
    """One document."""

    id: str
    transmission: str
    direction: str
    partner: str
    set: str
    version: str = Field(description="GS08, as the sender named it.")
    judged_by: str = Field(
        description="The version by whose tables the set is judged, with what is read differently; empty where it is not defined."
    )
    state: str
    acknowledgment: str = Field(description=", ".join(AcknowledgmentState))
    test: bool
    interchange_number: str
    group_number: str
    control_number: str
    document_number: str | None
    order_number: str | None
    created_at: datetime
    updated_at: datetime
    duplicate_of: str | None
    erp: str | None = Field(
        description="The ERP that routing decided on, or that wrote it; null where nothing is routed, and to partners."
    )
    faults: list[FaultBody]
    notes: list[str]

    @classmethod
    def of(cls, document: Document, *, inside: bool) -> DocumentBody:
        """Show a document; ``inside`` is false for a partner, whom our systems are no business of."""
        choice = set_definition(document.set_id, document.version)
        return cls(
            id=document.id,
            transmission=document.transmission_id,
            direction=document.direction,
            partner=document.partner,
            set=document.set_id,
            version=document.version,
            judged_by=choice.judged_by if choice else "",
            state=document.state,
            acknowledgment=document.acknowledgment,
            test=document.test,
            interchange_number=document.interchange_number,
            group_number=document.group_number,
            control_number=document.control_number,
            document_number=document.document_number,
            order_number=document.order_number,
            created_at=document.created_at,
            updated_at=document.updated_at,
            duplicate_of=document.duplicate_of,
            erp=document.erp if inside else None,
            faults=fault_bodies(document.faults),
            notes=document.notes,
        )


def fault_bodies(faults: list[dict[str, Any]]) -> list[FaultBody]:
    """Show faults as the ledger keeps them; what an older one lacks is left empty."""
    return [FaultBody(**_fault(fault)) for fault in faults]


def _fault(fault: dict[str, Any]) -> dict[str, Any]:
    return {
        "where": "",
        "code": "",
        "ack_code": "",
        "message": "",
        "fix": "",
        "expected": "",
        "rule": "",
        "shown": "",
        "marker": "",
        "example": "",
        "segment": "",
        "position": 0,
        "element": 0,
        "component": 0,
        "repetition": 0,
        "value": "",
        "offset": 0,
        "tolerated": False,
    } | fault


class AcknowledgmentBody(_Body):
    """A 997, 999 or TA1 of ours that answers a document: a transmission of its own."""

    id: str
    set: str
    state: str
    content: str | None = Field(
        description="The interchange as it was sent; null when its bytes were purged after their time."
    )


class ConfirmationBody(_Body):
    """Who has confirmed that bytes arrived, and what proves it: an MDN over AS2, an acceptance over SFTP."""

    id: str
    direction: Literal["inbound", "outbound"] = Field(
        description="That of the bytes: inbound ones we confirm, outbound ones the partner."
    )
    transport: str
    message_id: str = Field(description="Exactly as it was received or sent.")
    state: str
    disposition: str | None
    mic: str | None = Field(description="Ours, as Base64.")
    mic_algorithm: str | None
    signer: str | None = Field(
        description="SHA-256 of the certificate that signed: the message, or the partner's receipt."
    )
    said: str | None = Field(description="What the partner's receipt is worth, in words.")
    warnings: list[str]
    created_at: datetime
    due_at: datetime | None
    received_at: datetime | None
    sha256: str | None = Field(description="Of the receipt as it is kept, head included.")
    request_sha256: str | None = Field(description="Of the whole request as it is kept, head included.")

    @classmethod
    def of(cls, receipt: Receipt) -> ConfirmationBody:
        """Show a receipt with what proves it."""
        evidence = receipt.evidence
        names = ("id", "transport", "message_id", "state", "disposition", "mic", "mic_algorithm")
        return cls(
            **{name: getattr(receipt, name) for name in names},
            direction="outbound" if receipt.direction == "outbound" else "inbound",
            signer=evidence.get("signer"),
            said=evidence.get("said"),
            warnings=evidence.get("warnings", []),
            created_at=receipt.created_at,
            due_at=receipt.due_at,
            received_at=receipt.received_at,
            sha256=receipt.receipt,
            request_sha256=evidence.get("request"),
        )


class LookupBody(_Body):
    """What stands under an id: a document, or a transmission with several or no documents."""

    kind: Literal["document", "transmission"]
    id: str
    state: str
    created_at: datetime
    size: int | None = Field(None, description="Bytes of the transmission.")
    sha256: str | None = Field(None, description="Of the bytes of the transmission.")
    detail: str | None = None
    purged_at: datetime | None = Field(
        None,
        description="When the bytes and the canonical message were deleted after their time; what is shown here stays.",
    )
    document: DocumentBody | None = None
    documents: list[DocumentBody] = []
    envelope_faults: list[FaultBody] = Field(
        [], description="What is wrong with the interchanges and groups of the transmission, and between them."
    )
    more_documents: str | None = Field(None, description="Where the others stand, when there are more than are shown.")
    canonical: dict[str, Any] | None = Field(None, description="The canonical message, once translated.")
    acknowledgments: list[AcknowledgmentBody] = []
    receipts: list[ConfirmationBody] = Field([], description="Who has confirmed that the bytes arrived.")
    timeline: list[EventBody] = []
    cases: list[CaseBody] = []


class DocumentList(_Body):
    """Some documents; ``after`` is the cursor for the next ones."""

    items: list[DocumentBody]
    after: int | None


class CaseList(_Body):
    """Some cases; ``after`` is the cursor for the next ones."""

    items: list[CaseBody]
    after: int | None
