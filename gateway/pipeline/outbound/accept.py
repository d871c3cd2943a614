"""Accept: the door for messages of an ERP. Stored first, answered then; the same key gets the first answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.canonical.message import MESSAGE_TYPES, Header, MessageType
from gateway.canonical.values import Part
from gateway.errors import Conflict, GatewayError, TranslationError
from gateway.pipeline.inbound.correlate import Correlated, correlate
from gateway.pipeline.inbound.routing import set_erp
from gateway.pipeline.inbound.translate import message_bytes
from gateway.pipeline.oversight.promises import answer_orders
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.trading.agreement import Agreement

_ERP = "erp:"  # The source of what an ERP sends is its name behind this.
_OWN = "gateway"  # The source of what we write ourselves.
PURCHASE_ORDER = "850"


class ErpMessage(BaseModel):
    """What an ERP sends: a canonical document for a partner."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="purchase_order, order_acknowledgment, ship_notice or invoice")
    partner: str = Field(description="the partner's short name")
    body: dict[str, Any] = Field(description="the document, as docs/schemas describes it")
    correlation_id: str | None = Field(None, max_length=100, description="the ERP's own number for it")


class MessageInvalid(GatewayError):
    """The message is not what the schema asks for. Correct the fields named and send it again."""

    code = "message-invalid"

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        self.faults = faults
        shown = "; ".join(f"{fault['where']}: {fault['message']}" for fault in faults[:10])
        super().__init__(f"The message is not what its schema asks for: {shown}. Correct it and send it again.")


class NoAgreement(GatewayError):
    """There is no agreement to send this document to this partner. Add one to the partner's file and send it again."""

    code = "no-agreement"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the ERP is told."""

    id: str
    duplicate: bool
    state: str


@dataclass(frozen=True, slots=True)
class _Message:
    """A checked message: what it is, for whom, under which agreement."""

    text: ErpMessage
    row: MessageType
    agreement: Agreement
    body: Part


async def accept(erp: str, data: bytes, key: str | None, tracking_id: str, world: World) -> Accepted:
    """Store an ERP's message and make its composing due; return once both are committed.

    Raises MessageInvalid, NoAgreement, or Conflict when the key was used with another message.
    """
    message = _checked(data, world)
    transmission = _transmission(world, f"{_ERP}{erp}", message, data, key, tracking_id)
    document = _document(transmission, message)
    kept = message_bytes(_header(document, message), message.body)
    store = partial(
        _store,
        world=world,
        transmission=transmission,
        document=document,
        message=message,
        kept=kept,
        data=data,
        heard=True,
    )
    accepted, tasks = await world.ledger.tx(store)
    world.wake(tasks)
    return accepted


def store_own(
    uow: UnitOfWork,
    world: World,
    data: bytes,
    key: str,
    tracking_id: str,
    *,
    heard: bool = False,
    head: Mapping[str, Any] | None = None,
) -> tuple[str, list[Task]] | None:
    """Store a message that the gateway itself writes to a partner; None where one was stored under this key before.

    Where it is made of what the threads of orders hold they know what it says; ``heard`` tells them what is new to them, and
    ``head`` what they are told beyond what stands in it.
    Raises MessageInvalid and NoAgreement.
    """
    if uow.find_transmission(_OWN, key=key, digest="", since=world.clock()) is not None:
        return None
    message = _checked(data, world)
    transmission = _transmission(world, _OWN, message, data, key, tracking_id)
    document = _document(transmission, message)
    kept = message_bytes(_header(document, message), message.body)
    accepted, tasks = _store(
        uow,
        world=world,
        transmission=transmission,
        document=document,
        message=message,
        kept=kept,
        data=data,
        heard=heard,
        head=head,
    )
    return accepted.id, tasks


def _transmission(
    world: World, source: str, message: _Message, data: bytes, key: str | None, tracking_id: str
) -> Transmission:
    return Transmission(
        id=world.new_id(),
        direction="outbound",
        source=source,
        partner=message.text.partner,
        transport="erp",
        created_at=world.clock(),
        digest=hashlib.sha256(data).hexdigest(),
        size=len(data),
        content_type="application/json",
        state=TransmissionState.READ,
        tracking_id=tracking_id,
        idempotency_key=key,
    )


def _document(transmission: Transmission, message: _Message) -> Document:
    agreement = message.agreement
    return Document(
        id=f"{transmission.id}-1",
        transmission_id=transmission.id,
        direction="outbound",
        partner=message.text.partner,
        set_id=message.row.set_id,
        state=DocumentState.ACCEPTED,
        created_at=transmission.created_at,
        updated_at=transmission.created_at,
        tracking_id=transmission.tracking_id,
        version=agreement.version,
        agreement=agreement.key,
        role=agreement.role,
        test=agreement.usage == "T",
        digest=transmission.digest,
        document_number=message.row.document_number(message.body),
    )


def _header(document: Document, message: _Message) -> Header:
    return Header(
        message_id=document.id,
        type=message.row.name,
        schema_version="1.0",
        direction="outbound",
        partner=document.partner,
        correlation_id=message.text.correlation_id or document.tracking_id,
        created_at=document.created_at,
        test=document.test,
    )


def _checked(data: bytes, world: World) -> _Message:
    try:
        message = ErpMessage.model_validate_json(data)
    except ValidationError as error:
        raise MessageInvalid(_faults(error, "")) from None
    row = MESSAGE_TYPES.get(message.type)
    if row is None:
        words = f"{message.type!r} is none of {', '.join(MESSAGE_TYPES)}"
        raise MessageInvalid([{"where": "/type", "message": words, "code": "field-invalid"}])
    partner = world.configuration().directory.partners.get(message.partner)
    if partner is None:
        words = f"there is no partner {message.partner!r}; add partners/{message.partner}.yaml or correct the name"
        raise MessageInvalid([{"where": "/partner", "message": words, "code": "field-invalid"}])
    agreement = partner.agreement(row.set_id, "outbound")
    if agreement is None:
        raise NoAgreement(
            f"There is no agreement to send a {row.set_id} ({row.title}) to {message.partner}."
            f" Add one with direction: outbound to partners/{message.partner}.yaml and send it again."
        )
    try:
        return _Message(message, row, agreement, row.model.model_validate(message.body))
    except ValidationError as error:
        raise MessageInvalid(_faults(error, "/body")) from None


def _faults(error: ValidationError, under: str) -> list[dict[str, Any]]:
    return [
        {
            "where": under + "".join(f"/{part}" for part in item["loc"]),
            "message": str(item["msg"]),
            "code": "field-invalid",
        }
        for item in error.errors(include_url=False)
    ]


def _store(
    uow: UnitOfWork,
    *,
    world: World,
    transmission: Transmission,
    document: Document,
    message: _Message,
    kept: bytes,
    data: bytes,
    heard: bool,
    head: Mapping[str, Any] | None = None,
) -> tuple[Accepted, list[Task]]:
    row, agreement, body = message.row, message.agreement, message.body
    since = world.clock() - agreement.duplicate_window if transmission.idempotency_key is None else world.clock()
    known = uow.find_transmission(
        transmission.source, key=transmission.idempotency_key, digest=transmission.digest, since=since
    )
    if known is not None:
        if known.digest != transmission.digest:
            raise Conflict
        first = uow.find(Document, f"{known.id}-1")
        note_event(uow, world, "transmission.duplicate", known, transport="erp")
        return Accepted(f"{known.id}-1", True, first.state if first else known.state), []
    uow.keep(data)
    uow.add(transmission)
    orders = row.order_numbers(body)
    document.order_number = orders[0] if orders else None
    document.canonical = uow.keep(kept)
    correlated = correlate(uow, world, document, row, body, head) if heard else Correlated()
    document.notes = correlated.notes
    if world.routing and transmission.source.startswith(_ERP):
        _keep_with(uow, document, transmission.source.removeprefix(_ERP), correlated)
    answer_orders(uow, world, document, orders)
    uow.add(document)
    note_event(
        uow,
        world,
        "document.received",
        document,
        set=document.set_id,
        number=document.document_number,
        kept={"message": transmission.digest, "canonical": document.canonical},
        configuration=world.configuration().digest,
    )
    lane = f"send:{document.partner}" if agreement.ordered_by != "none" else None
    task = Task(StepName.COMPOSE, document.id, document.tracking_id, world.clock(), lane, carry=(document, body))
    uow.schedule(task)
    for each in correlated.tasks:
        uow.schedule(each)
    return Accepted(document.id, False, document.state), [task, *correlated.tasks]


def _keep_with(uow: UnitOfWork, document: Document, erp: str, correlated: Correlated) -> None:
    """Write down with which ERP orders are: who places one has it, whatever was decided for papers that came before it."""
    document.erp = erp
    set_erp(uow, [*correlated.orders.values()], erp, owner=document.set_id == PURCHASE_ORDER)


def read_body(data: bytes, row: MessageType) -> Part:
    """Read the body of a stored message again."""
    try:
        body: Part = row.envelope.model_validate_json(data).body
        return body
    except ValidationError as error:
        raise TranslationError(str(error)) from None
