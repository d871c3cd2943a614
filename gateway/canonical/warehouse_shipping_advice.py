"""A warehouse shipping advice: what a warehouse shipped for an order, and where it differs."""

from __future__ import annotations

from gateway.canonical.logistics import Marks, PackageCount
from gateway.canonical.money import Accounting
from gateway.canonical.transport import ScheduledMoment, TransportParty, TransportReference
from gateway.canonical.values import Amount, Code, Identifier, Measurement, Number, Part, QuantityOf, Text
from gateway.canonical.warehouse import (
    Consolidation,
    LineDetail,
    ListedCodes,
    PortOfCall,
    ShippedTotals,
    UnitLoading,
    WarehouseAllowance,
    WarehouseCarrier,
    WarehouseHeading,
    WarehouseLine,
    WarehousePallet,
    WarehouseShipment,
)


class ItemWeight(Part):
    """The weight of what was shipped of an item."""

    value: Number
    kind: Code
    unit: Code


class ShippedStock(WarehouseLine):
    """What was shipped of an item: ordered, shipped, the difference and its reason."""

    status: Code
    ordered: Number | None = None
    shipped: Number | None = None
    difference: Number | None = None
    unit: Code | None = None
    lot: Text | None = None
    weight: ItemWeight | None = None
    second_weight: ItemWeight | None = None
    second_upc_case: Text | None = None
    second_item_ids: tuple[Identifier, ...] = ()
    reason: Code | None = None
    adjustment: Code | None = None
    third_item_ids: tuple[Identifier, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    amounts: tuple[Amount, ...] = ()
    ports: tuple[PortOfCall, ...] = ()
    carrier: WarehouseCarrier | None = None
    parties: tuple[TransportParty, ...] = ()
    allowances_charges: tuple[WarehouseAllowance, ...] = ()
    listed_codes: tuple[ListedCodes, ...] = ()
    details: tuple[LineDetail, ...] = ()
    accounting: tuple[Accounting, ...] = ()


class ShippingAdviceLine(Part):
    """A line or package of the shipment: its marks, its pallet and what is in it."""

    number: Number
    marks: tuple[Marks, ...] = ()
    pallet: WarehousePallet | None = None
    references: tuple[TransportReference, ...] = ()
    items: tuple[ShippedStock, ...] = ()
    custom: dict[str, Text] | None = None


class WarehouseShippingAdvice(WarehouseHeading, WarehouseShipment):
    """What a warehouse shipped for ``depositor_order_number``."""

    carrier: WarehouseCarrier | None = None
    special_handling: tuple[Code, ...] = ()
    consolidation: Consolidation | None = None
    loading: tuple[UnitLoading, ...] = ()
    allowances_charges: tuple[WarehouseAllowance, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    listed_codes: tuple[ListedCodes, ...] = ()
    lines: tuple[ShippingAdviceLine, ...] = ()
    totals: ShippedTotals | None = None
    custom: dict[str, Text] | None = None
