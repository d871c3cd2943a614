"""Read, for partners who send canonical JSON instead of X12: the same documents, cases and deliveries, no translation.

The body is ``{"type": "order_acknowledgment", "body": {...}}``; whatever a sender says of itself in a header is not taken
from there but from its key.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.canonical.message import MESSAGE_TYPES, Header, MessageType, Source
from gateway.canonical.values import Part
from gateway.pipeline.inbound.interchange import document_id
from gateway.pipeline.inbound.translate import Translation, apply_translation, message_bytes
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.trading.agreement import Agreement


class CanonicalSubmission(BaseModel):
    """A document as canonical JSON."""

    model_config = ConfigDict(extra="forbid")

    type: str
    body: dict[str, Any]
    test: bool = False


async def is_submission(transmission: Transmission, blob: Blob, world: World) -> bool:
    """Tell whether the bytes are canonical JSON: by their type, or by how they begin."""
    if "json" in transmission.content_type:
        return True
    begin = blob.data[:64] if blob.data is not None else await world.vault.read_range(blob.digest, 0, 64)
    return begin.lstrip()[:1] == b"{"


async def read(transmission: Transmission, blob: Blob, world: World) -> Outcome:
    """Read one JSON submission."""
    if blob.size > world.bounds.message_bytes:
        bound = f"{world.bounds.message_bytes >> 20} MiB"
        return refused(transmission, world, f"canonical JSON is at most {bound} here; send larger documents as X12")
    data = blob.data if blob.data is not None else await world.vault.read(blob.digest)
    try:
        submission = CanonicalSubmission.model_validate_json(data)
    except ValidationError as error:
        return refused(transmission, world, f"it is no canonical submission: {_in_words(error)}")
    row = MESSAGE_TYPES.get(submission.type)
    if row is None:
        return refused(transmission, world, f"type {submission.type!r} is none of {', '.join(MESSAGE_TYPES)}")
    agreement = agreement_of(transmission, row, world)
    body: Part | list[dict[str, Any]]
    try:
        body = row.model.model_validate(submission.body)
    except ValidationError as error:
        body = [_fault(item) for item in error.errors(include_url=False)]
    return documented(
        transmission, world, row, agreement, body, Source(standard="canonical-json"), test=submission.test
    )


def agreement_of(transmission: Transmission, row: MessageType, world: World) -> Agreement | None:
    """Return what was agreed about a message type that somebody handed in."""
    partner = world.configuration().directory.partners.get(transmission.partner or "")
    return partner.agreement(row.set_id, "inbound") if partner else None


def documented(
    transmission: Transmission,
    world: World,
    row: MessageType,
    agreement: Agreement | None,
    body: Part | list[dict[str, Any]],
    source: Source,
    *,
    test: bool = False,
) -> Outcome:
    """Make a document of a body, or of the faults that stand in its place, and send it the way of all documents."""
    document = _document(transmission, row, test, agreement, world)
    if agreement is None:
        document.state = DocumentState.PARKED
        return Advance(partial(_store, world=world, document=document, transmission=transmission, cause="no-agreement"))
    if isinstance(body, list):
        document.state = DocumentState.REJECTED
        document.faults = body
        return Advance(
            partial(_store, world=world, document=document, transmission=transmission, cause="document-rejected")
        )
    translation = Translation(row, body, message_bytes(_header(document, row, source), body), [])

    def commit(uow: UnitOfWork) -> list[Task]:
        if uow.find(Document, document.id) is not None:
            return []
        tasks = apply_translation(uow, world, document, agreement, translation)
        _store(uow, world=world, document=document, transmission=transmission, cause="")
        return tasks

    return Advance(commit)


def _store(uow: UnitOfWork, *, world: World, document: Document, transmission: Transmission, cause: str) -> list[Task]:
    if uow.find(Document, document.id) is not None:
        return []
    uow.add(document)
    uow.change(Transmission, transmission.id, state=TransmissionState.READ)
    note_event(uow, world, f"document.{'received' if not cause else document.state}", document, type=document.set_id)
    if cause:
        shown = "; ".join(f"{fault['where']}: {fault['message']}" for fault in document.faults)
        open_case(uow, world, cause, document, shown or f"set {document.set_id} from {document.partner}")
    return []


def refused(transmission: Transmission, world: World, reason: str) -> Outcome:
    """Keep a transmission that can't be read, with a case that says why."""

    def commit(uow: UnitOfWork) -> list[Task]:
        uow.change(Transmission, transmission.id, state=TransmissionState.REFUSED, detail=reason)
        note_event(uow, world, "transmission.refused", transmission, reason=reason)
        open_case(uow, world, "not-readable", transmission, reason)
        return []

    return Advance(commit)


def _document(
    transmission: Transmission,
    row: MessageType,
    test: bool,
    agreement: Agreement | None,
    world: World,
) -> Document:
    return Document(
        id=document_id(transmission, 1),
        transmission_id=transmission.id,
        direction="inbound",
        partner=transmission.partner or "unknown",
        set_id=row.set_id,
        state=DocumentState.ACCEPTED,
        created_at=transmission.created_at,
        updated_at=world.clock(),
        tracking_id=transmission.tracking_id,
        agreement=agreement.key if agreement else "",
        role=agreement.role if agreement else "",
        test=test,
        length=transmission.size,
        digest=transmission.digest,
    )


def _header(document: Document, row: MessageType, source: Source) -> Header:
    return Header(
        message_id=document.id,
        type=row.name,
        schema_version="1.0",
        direction="inbound",
        partner=document.partner,
        correlation_id=document.tracking_id,
        created_at=document.created_at,
        test=document.test,
        source=source,
    )


def _fault(item: Any) -> dict[str, Any]:
    """Give a finding of the schema the shape of a fault."""
    value = item.get("input")
    shown = str(value)[:99] if isinstance(value, str | int | float) else ""
    where = "/" + "/".join(str(part) for part in item["loc"])
    return fault(where, str(item["msg"]), "correct the field as docs/schemas describes it", shown)


def fault(where: str, message: str, fix: str, value: str) -> dict[str, Any]:
    """Return a fault of a document that is no X12, in the shape that all faults have."""
    return {
        "where": where,
        "segment": "",
        "position": 0,
        "element": 0,
        "component": 0,
        "repetition": 0,
        "code": "field-invalid",
        "ack_code": "",
        "value": value,
        "message": message,
        "fix": fix,
        "rule": "canonical schema",
        "offset": 0,
        "tolerated": False,
    }


def _in_words(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
