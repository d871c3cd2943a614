"""A stock transfer receipt advice: what a warehouse received, and in which condition."""

from __future__ import annotations

from gateway.canonical.logistics import Marks, PackageCount
from gateway.canonical.transport import TransportReference
from gateway.canonical.values import Clock, Code, Day, Identifier, Number, Part, Quantity, Text
from gateway.canonical.warehouse import LineWeight, WarehouseHeading, WarehouseLine, WarehousePallet


class ReceivingCarrier(Part):
    """Who brought it, and under which seals."""

    mode: Code
    carrier: Code | None = None
    route: Text | None = None
    initials: Code | None = None
    number: Text | None = None
    seals: tuple[Text, ...] = ()
    seal_status: Code | None = None
    unit_load: Code | None = None


class ProbeTemperature(Part):
    """A temperature that was measured in the trailer."""

    place: Code
    value: Number
    unit: Code | None = None


class PalletCount(Part):
    """Pallets that came and went."""

    received: Number | None = None
    returned: Number | None = None
    contested: Number | None = None
    condition: Code | None = None


class ReceivingException(Part):
    """What is wrong with a part of what came: damaged, short, over."""

    quantity: Quantity
    condition: Code
    lot: Text | None = None
    damage_reason: Code | None = None
    references: tuple[TransportReference, ...] = ()


class ReceivedItem(WarehouseLine):
    """What came of an item."""

    received: Quantity
    lot: Text | None = None
    adjustment: Code | None = None
    more_item_ids: tuple[Identifier, ...] = ()
    weights: tuple[LineWeight, ...] = ()
    exceptions: tuple[ReceivingException, ...] = ()


class ReceivedLoad(Part):
    """A pallet or other load that came, with what was on it."""

    number: Number
    marks: tuple[Marks, ...] = ()
    pallets: tuple[WarehousePallet, ...] = ()
    references: tuple[TransportReference, ...] = ()
    lines: tuple[ReceivedItem, ...] = ()


class ReceivedTotals(Part):
    """What came in all, beside what was shipped."""

    received: Number
    shipped: Number | None = None
    damaged_or_held: Number | None = None
    packages_received: Number | None = None
    packages: Number | None = None


class _Head(Part):
    """What identifies the document: these fields come first in its JSON."""

    report: Code
    receipt_number: Text
    received_on: Day
    depositor_order_number: Text | None = None
    shipment_number: Text | None = None
    time_kind: Code | None = None
    received_at: Clock | None = None
    master_link: Text | None = None
    link_sequence: Text | None = None


class StockTransferReceipt(WarehouseHeading, _Head):
    """What a warehouse received of a shipment. In 005010 the lines stand in ``loads``."""

    carrier: ReceivingCarrier | None = None
    packages: tuple[PackageCount, ...] = ()
    temperatures: tuple[ProbeTemperature, ...] = ()
    pallet_counts: tuple[PalletCount, ...] = ()
    lines: tuple[ReceivedItem, ...] = ()
    loads: tuple[ReceivedLoad, ...] = ()
    totals: ReceivedTotals
    custom: dict[str, Text] | None = None
