"""What the books of the ERP say: a receipt that the warehouse told of is posted."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from gateway.pipeline.thread.saying.said import Said, told
from gateway.systems.door import Door, Meaning
from gateway.systems.words import Body, Number60, Part
from gateway.tracking.thread.statement import Kind


class PostedOrder(Part):
    """An order of which something was received."""

    order_number: Number60
    release: Number60 | None = None


class PostedReceipt(Body):
    """A receipt is in the books. What the warehouse corrects afterwards is posted, and said, again."""

    receipt_number: Number60 = Field(description="The number under which the warehouse told of the receipt.")
    posted_at: AwareDatetime
    document_number: Number60 | None = Field(None, description="The number of the posting in the ERP.")
    orders: tuple[PostedOrder, ...] = Field(min_length=1, max_length=500, description="The orders of which goods came.")


def read_posted(body: PostedReceipt) -> Meaning:
    """Return what a posting says, order by order."""
    head = told(posting=body.document_number)
    orders = dict.fromkeys((each.order_number, each.release or "") for each in body.orders)
    sayings = [
        Said(number, Kind.POSTED, body.receipt_number, release=release, head=dict(head)) for number, release in orders
    ]
    return Meaning(body.posted_at, sayings)


DOORS = (
    Door("/api/v1/finance/posted-receipts", "postPostedReceipt", "Say that the ERP posted a receipt", "finance",
         PostedReceipt, read_posted),
)  # fmt: skip
