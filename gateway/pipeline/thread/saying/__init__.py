"""What each kind of canonical message says about orders. One row a message type; who adds a type adds a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.pipeline.thread.saying.change import of_change, of_change_answer
from gateway.pipeline.thread.saying.invoice import of_invoice
from gateway.pipeline.thread.saying.order import of_acknowledgment, of_order
from gateway.pipeline.thread.saying.payment import of_adjustment, of_remittance
from gateway.pipeline.thread.saying.quality import of_nonconformance_report, of_test_results
from gateway.pipeline.thread.saying.receipt import of_receiving_advice, of_stock_transfer_receipt
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.saying.shipment import of_ship_notice
from gateway.pipeline.thread.saying.transport import of_shipment_status

SAYING: dict[str, Callable[[Any], list[Said]]] = {
    "purchase_order": of_order,
    "order_acknowledgment": of_acknowledgment,
    "ship_notice": of_ship_notice,
    "invoice": of_invoice,
    "order_change": of_change,
    "order_change_acknowledgment": of_change_answer,
    "credit_debit_adjustment": of_adjustment,
    "remittance_advice": of_remittance,
    "receiving_advice": of_receiving_advice,
    "stock_transfer_receipt": of_stock_transfer_receipt,
    "nonconformance_report": of_nonconformance_report,
    "test_results": of_test_results,
    "shipment_status": of_shipment_status,
}


def said_by(message_type: str, body: Any) -> list[Said]:
    """Return what a message says, one entry an order; nothing for a type that is not about orders."""
    say = SAYING.get(message_type)
    return say(body) if say is not None else []
