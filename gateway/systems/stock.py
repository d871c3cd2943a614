"""What a warehouse says of its stock for a partner: a customer that may order it, or a supplier that fills it up."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, model_validator

from gateway.canonical.values import Code
from gateway.pipeline.thread.sending_stock import Stocked, send_stock
from gateway.systems.door import Door, Meaning
from gateway.systems.words import Body, Item, Number60, Part, PartnerName, Quantity


class StockLine(Part):
    """How much there is of an item."""

    item_ids: tuple[Item, ...] = Field(min_length=1, max_length=10)
    unit: Code
    lot: Number60 | None = None
    quantities: dict[Code, Quantity] = Field(
        min_length=1,
        max_length=20,
        description="How much by kind: on_hand, committed, available_for_sale, held, damaged and so on.",
    )


class StockReport(Body):
    """Stock for one partner; it goes there as an 846. The gateway keeps none of it."""

    partner: PartnerName = Field(description="Who is told.")
    report_number: str = Field(min_length=1, max_length=30, pattern=r"^[^\x00-\x1f\x7f]+$")
    counted_at: AwareDatetime
    plant: Number60 | None = None
    expected: bool = Field(
        False, description="Whether a supplier is told what its open orders still bring: in_transit and on_order."
    )
    lines: tuple[StockLine, ...] = Field(min_length=1, max_length=5000)

    @model_validator(mode="after")
    def _each_once(self) -> StockReport:
        seen = set()
        for place, line in enumerate(self.lines, start=1):
            key = (frozenset((each.kind, each.value) for each in line.item_ids), line.lot, line.unit)
            if key in seen:
                raise ValueError(f"line {place} names an item, lot and unit that a line before names; add them up")
            seen.add(key)
        return self


def read_stock(body: StockReport) -> Meaning:
    """Return what a report of stock does."""
    lines = [
        Stocked(
            tuple((each.kind, each.value) for each in line.item_ids),
            line.unit,
            tuple(line.quantities.items()),
            line.lot,
        )
        for line in body.lines
    ]
    also = send_stock(body.report_number, body.counted_at, body.partner, body.plant, lines, expected=body.expected)
    return Meaning(body.counted_at, also=also)


DOORS = (
    Door("/api/v1/wms/stock", "postStock", "Tell a partner of our stock, by an 846", "wms", StockReport, read_stock),
)
