"""Lanes: what keeps documents in order on their way to an ERP."""

from __future__ import annotations

from gateway.pipeline.inbound.routing import erp_of
from gateway.tracking.document import Document
from gateway.trading.agreement import Agreement


def delivery_lane(agreement: Agreement, document: Document) -> str | None:
    """Return the lane that keeps documents in order on their way to the ERP, where the agreement asks for it."""
    erp = erp_of(document, agreement)
    if agreement.ordered_by == "partner":
        return f"erp:{erp}:{document.partner}"
    if agreement.ordered_by == "order" and document.order_number is not None:
        return f"erp:{erp}:{document.partner}:{document.order_number}"
    return None
