"""What of an order is due by a day that its documents name: ship notices before the goods, invoices and postings after them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from gateway.trading.spans import SpanText


class DeadlinesText(BaseModel):
    """What is due around the days of an order, in the calendar of its plant. Without ``deadlines`` nothing is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ship_notice_before: SpanText | None = Field(
        None, description="How long before work begins on the day promised, else wanted, the 856 must be there."
    )
    invoice_within: SpanText | None = Field(
        None, description="How long after the day of a shipment the 810 for it must be there."
    )
    receipt_posted_within: SpanText | None = Field(
        None,
        description="How long after the WMS said that goods came the ERP must have said that it posted them, such as 30m.",
    )
    warn_before: SpanText | None = Field(
        None,
        description="How long before something is due it is an event, promise.due_soon; by default never. What has less time "
        "than that is warned of at half of it.",
    )
