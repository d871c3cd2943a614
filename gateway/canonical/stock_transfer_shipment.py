"""A stock transfer shipment advice: what is on its way to a warehouse."""

from __future__ import annotations

from gateway.canonical.values import Code, Identifier, Quantity, Text
from gateway.canonical.warehouse import (
    Consolidation,
    LineWeight,
    ShippedTotals,
    UnitLoading,
    WarehouseCarrier,
    WarehouseHeading,
    WarehouseLine,
    WarehouseShipment,
)


class TransferredItem(WarehouseLine):
    """What is on its way of an item; its lot stands among the references."""

    shipped: Quantity
    freight_class: Text | None = None
    rate_class: Code | None = None
    commodity: Identifier | None = None
    pallet_pattern: Text | None = None  # Blocks and tiers: 004005.
    inbound_hold: Code | None = None
    more_item_ids: tuple[Identifier, ...] = ()
    weights: tuple[LineWeight, ...] = ()


class StockTransferShipment(WarehouseHeading, WarehouseShipment):
    """What was sent to a warehouse, which will answer with what it received."""

    carrier: WarehouseCarrier
    consolidation: Consolidation | None = None
    loading: UnitLoading | None = None
    lines: tuple[TransferredItem, ...] = ()
    totals: ShippedTotals
    custom: dict[str, Text] | None = None
