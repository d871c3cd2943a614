"""A shipping schedule: what a buyer calls off in the next days, to the hour where production wants it so."""

from __future__ import annotations

from gateway.canonical.heading import Totals
from gateway.canonical.logistics import Equipment, PackageCount, Packaging, PackDetail, Routing
from gateway.canonical.money import UnitPrice
from gateway.canonical.parties import Contact, Party
from gateway.canonical.schedules import Delivery, DeliveryPattern, ReleaseStatus, Scheduled
from gateway.canonical.values import Code, Day, Identifier, Moment, Part, QuantityOf, Reference, Text, UnitDetail


class ScheduledLine(Part):
    """One item: what is wanted when, and what was shipped and received so far. An order stands among the item ids."""

    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    unit: Code
    unit_detail: UnitDetail | None = None
    unit_price: UnitPrice | None = None
    packaging: tuple[Packaging, ...] = ()
    packs: tuple[PackDetail, ...] = ()
    release_status: ReleaseStatus | None = None
    quantities: tuple[QuantityOf, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    pattern: DeliveryPattern | None = None
    schedules: tuple[Scheduled, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    routings: tuple[Routing, ...] = ()
    custom: dict[str, Text] | None = None


class ShippingSchedule(Part):
    """What a buyer wants shipped when, from ``horizon_from`` to ``horizon_until``."""

    purpose: Code = "original"
    schedule_number: Text
    issued_on: Day | None = None
    schedule_type: Code
    quantity_type: Code | None = None
    horizon_from: Day | None = None
    horizon_until: Day | None = None
    release: Text | None = None
    forecast_number: Text | None = None
    contract: Text | None = None
    order_number: Text | None = None
    dates: tuple[Moment, ...] = ()
    parties: tuple[Party, ...] = ()
    lines: tuple[ScheduledLine, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
