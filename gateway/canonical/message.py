"""The envelope of a canonical message, and the table of the message types: one row a document type."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from gateway.canonical.invoice import Invoice
from gateway.canonical.order_acknowledgment import OrderAcknowledgment
from gateway.canonical.purchase_order import PurchaseOrder
from gateway.canonical.ship_notice import ShipNotice
from gateway.canonical.values import Code, Part, Text

SCHEMA_VERSION = "1.0"


class Source(Part):
    """Where a message came from: the numbers under which the sender knows the document."""

    standard: Code
    set: Code | None = None
    version: Code | None = None
    sender: Text | None = None
    receiver: Text | None = None
    interchange: Text | None = None
    group: Text | None = None
    control_number: Text | None = None


class Header(Part):
    """Who sends what to whom, under which id. ``message_id`` never changes: it is the idempotency key of the message."""

    message_id: Text
    type: Code
    schema_version: Code = SCHEMA_VERSION
    direction: Code
    partner: Code
    correlation_id: Text
    created_at: dt.datetime
    test: bool = False
    source: Source | None = None


Body = TypeVar("Body", bound=Part)


class Message(BaseModel, Generic[Body]):
    """A canonical message: a header and the document itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    header: Header
    body: Body


@dataclass(frozen=True, slots=True)
class MessageType:
    """One row: the message type, its model, the X12 set that carries it, and where its numbers stand."""

    name: str
    model: type[Part]
    set_id: str
    title: str
    number: str
    order_number: str | None

    @property
    def envelope(self) -> Any:
        """The model of a whole message of this type: header and body."""
        return Message.__class_getitem__(self.model)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema 2020-12 of a whole message of this type."""
        schema: dict[str, Any] = self.envelope.model_json_schema(mode="serialization")
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

    @property
    def defaults(self) -> dict[str, Any]:
        """What a body says when its writer left it out: the purpose ``original`` and the like."""
        return _defaults(self.model)

    def document_number(self, body: Any) -> str:
        """Return the number under which the business knows the document."""
        return str(getattr(body, self.number))

    def order_numbers(self, body: Any) -> list[str]:
        """Return the purchase orders that the document is about, each once, in order."""
        if self.order_number is not None:
            value = getattr(body, self.order_number)
            return [value] if value else []
        found: dict[str, None] = {}
        _shipped_orders(body, found)
        return list(found)


@cache
def _defaults(model: type[Part]) -> dict[str, Any]:
    return {name: info.default for name, info in model.model_fields.items() if isinstance(info.default, str)}


def _shipped_orders(level: Any, found: dict[str, None]) -> None:
    """Collect the order numbers of a ship notice, on whichever of its levels they stand."""
    for inner in (*getattr(level, "shipments", ()), *level.orders, *level.packages, *level.items):
        if inner.order_number:
            found[inner.order_number] = None
        _shipped_orders(inner, found)


_ROWS = (
    MessageType("purchase_order", PurchaseOrder, "850", "purchase order", "order_number", "order_number"),
    MessageType(
        "order_acknowledgment", OrderAcknowledgment, "855", "order acknowledgment", "order_number", "order_number"
    ),
    MessageType("ship_notice", ShipNotice, "856", "ship notice", "shipment_number", None),
    MessageType("invoice", Invoice, "810", "invoice", "invoice_number", "order_number"),
)

MESSAGE_TYPES: dict[str, MessageType] = {row.name: row for row in _ROWS}
BY_SET: dict[str, MessageType] = {row.set_id: row for row in _ROWS}
