"""The envelope of a canonical message, and the table of the message types: one row a document type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from gateway.canonical.catalog import Catalog
from gateway.canonical.credit_debit_adjustment import CreditDebitAdjustment
from gateway.canonical.forecast import Forecast
from gateway.canonical.freight_invoice import FreightInvoice
from gateway.canonical.inventory_advice import InventoryAdvice
from gateway.canonical.invoice import Invoice
from gateway.canonical.load_tender import LoadTender
from gateway.canonical.load_tender_response import LoadTenderResponse
from gateway.canonical.nonconformance_report import NonconformanceReport
from gateway.canonical.order_acknowledgment import OrderAcknowledgment
from gateway.canonical.order_change import OrderChange
from gateway.canonical.order_change_acknowledgment import OrderChangeAcknowledgment
from gateway.canonical.purchase_order import PurchaseOrder
from gateway.canonical.receiving_advice import ReceivingAdvice
from gateway.canonical.remittance_advice import RemittanceAdvice
from gateway.canonical.ship_notice import ShipNotice
from gateway.canonical.shipment_status import ShipmentStatus
from gateway.canonical.shipping_schedule import ShippingSchedule
from gateway.canonical.stock_transfer_receipt import StockTransferReceipt
from gateway.canonical.stock_transfer_shipment import StockTransferShipment
from gateway.canonical.test_results import TestResults
from gateway.canonical.values import Code, Part, Text
from gateway.canonical.warehouse_shipping_advice import WarehouseShippingAdvice
from gateway.canonical.warehouse_shipping_order import WarehouseShippingOrder

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

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    header: Header
    body: Body


@dataclass(frozen=True, slots=True)
class MessageType:
    """One row: the message type, its model, the X12 set that carries it, and where its numbers stand.

    ``number`` and ``order_number`` name fields of the body. Where the orders stand further down, ``order_number`` is None; then,
    and where the field is empty, they are collected: whatever is called ``order_number``, and what items and references say under
    the words of `ORDER_KINDS`.
    ``or_number`` names the field whose number counts where a sender leaves the first one out.
    """

    name: str
    model: type[Part]
    set_id: str
    title: str
    number: str
    order_number: str | None
    or_number: str | None = None

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

    def document_number(self, body: Any) -> str | None:
        """Return the number under which the business knows the document; None where it has none."""
        found: str | None = getattr(body, self.number)
        return getattr(body, self.or_number) if found is None and self.or_number else found

    def order_numbers(self, body: Any) -> list[str]:
        """Return the purchase orders that the document is about, each once, in order."""
        if self.order_number is not None and (named := getattr(body, self.order_number)):
            return [named]
        found: dict[str, None] = {}
        _collect_orders(body, found)
        return list(found)


@cache
def _defaults(model: type[Part]) -> dict[str, Any]:
    return {name: info.default for name, info in model.model_fields.items() if isinstance(info.default, str)}


ORDER_KINDS = {"item_ids": "order", "references": "purchase_order"}


def _collect_orders(part: Part, found: dict[str, None]) -> None:
    """Collect the order numbers of a document, on whichever of its parts they stand."""
    if own := getattr(part, "order_number", None):
        found[own] = None
    for name in _ways_to_orders(type(part)):
        inside = getattr(part, name) or ()
        for inner in inside if isinstance(inside, tuple) else (inside,):
            if name not in ORDER_KINDS:
                _collect_orders(inner, found)
            elif inner.kind == ORDER_KINDS[name] and inner.value:
                found[inner.value] = None


@cache
def _ways_to_orders(model: type[Part]) -> tuple[str, ...]:
    """Name the fields of a model below which an order number may stand."""
    parts = {name: _parts(info.annotation) for name, info in model.model_fields.items()}
    return tuple(name for name, inner in parts.items() if name in ORDER_KINDS or any(map(_names_orders, inner)))


@cache
def _names_orders(model: type[Part]) -> bool:
    """Tell whether a model, or one that it holds, has a place for an order number."""
    seen, waiting = {model}, [model]
    while waiting:
        fields = waiting.pop().model_fields
        if "order_number" in fields or not ORDER_KINDS.keys().isdisjoint(fields):
            return True
        inner = {part for info in fields.values() for part in _parts(info.annotation)}
        waiting += inner - seen
        seen |= inner
    return False


def _parts(annotation: Any) -> Iterator[type[Part]]:
    """Yield the models that an annotation speaks of: ``tuple[Party, ...]``, ``Totals | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


_ROWS = (
    MessageType("purchase_order", PurchaseOrder, "850", "purchase order", "order_number", "order_number"),
    MessageType(
        "order_acknowledgment", OrderAcknowledgment, "855", "order acknowledgment", "order_number", "order_number"
    ),
    MessageType("ship_notice", ShipNotice, "856", "ship notice", "shipment_number", None),
    MessageType("invoice", Invoice, "810", "invoice", "invoice_number", "order_number"),
    MessageType(
        "credit_debit_adjustment",
        CreditDebitAdjustment,
        "812",
        "credit or debit adjustment",
        "adjustment_number",
        "order_number",
    ),
    MessageType("remittance_advice", RemittanceAdvice, "820", "remittance advice", "remittance_number", None),
    MessageType("catalog", Catalog, "832", "catalog", "catalog_number", None),
    MessageType("inventory_advice", InventoryAdvice, "846", "inventory advice", "report_number", None),
    MessageType("nonconformance_report", NonconformanceReport, "842", "nonconformance report", "report_number", None),
    MessageType("test_results", TestResults, "863", "test results", "report_number", None),
    MessageType("order_change", OrderChange, "860", "order change", "order_number", "order_number"),
    MessageType(
        "order_change_acknowledgment",
        OrderChangeAcknowledgment,
        "865",
        "order change acknowledgment",
        "order_number",
        "order_number",
    ),
    MessageType("receiving_advice", ReceivingAdvice, "861", "receiving advice", "receipt_number", None),
    MessageType("shipping_schedule", ShippingSchedule, "862", "shipping schedule", "schedule_number", None),
    MessageType("forecast", Forecast, "830", "forecast", "forecast_number", None, "release"),
    MessageType(
        "shipment_status", ShipmentStatus, "214", "shipment status", "shipment_number", None, "carrier_reference"
    ),
    MessageType("load_tender", LoadTender, "204", "load tender", "tender_number", None),
    MessageType("load_tender_response", LoadTenderResponse, "990", "load tender response", "tender_number", None),
    MessageType("freight_invoice", FreightInvoice, "210", "freight invoice", "invoice_number", None),
    MessageType(
        "warehouse_shipping_order",
        WarehouseShippingOrder,
        "940",
        "warehouse shipping order",
        "depositor_order_number",
        "order_number",
    ),
    MessageType(
        "stock_transfer_shipment",
        StockTransferShipment,
        "943",
        "stock transfer shipment",
        "depositor_order_number",
        None,
        "shipment_number",
    ),
    MessageType(
        "stock_transfer_receipt", StockTransferReceipt, "944", "stock transfer receipt", "receipt_number", None
    ),
    MessageType(
        "warehouse_shipping_advice",
        WarehouseShippingAdvice,
        "945",
        "warehouse shipping advice",
        "depositor_order_number",
        None,
        "shipment_number",
    ),
)

MESSAGE_TYPES: dict[str, MessageType] = {row.name: row for row in _ROWS}
BY_SET: dict[str, MessageType] = {row.set_id: row for row in _ROWS}
