"""Send what we have in stock to a partner as an 846: to a customer, or to a supplier who fills our shelves.

What was counted the warehouse says, and the gateway keeps none of it. What open orders still bring the gateway knows, so that
the supplier can be told that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.pipeline.outbound.accept import ErpMessage, MessageInvalid, NoAgreement, store_own
from gateway.pipeline.outbound.parties import buyer_and_seller
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.intake import Also
from gateway.pipeline.thread.items import own_kinds
from gateway.tracking.transmission import Transmission
from gateway.trading.directory import Partner

_SET, _MESSAGE = "846", "inventory_advice"
_IN_TRANSIT, _ON_ORDER = "in_transit", "on_order"
_MOST_OPEN = 2000
_ZERO = Decimal(0)
_KINDS = {"buyer": "location_inventory", "seller": "seller_inventory"}


@dataclass(frozen=True, slots=True)
class Stocked:
    """How much there is of an item, by kind of quantity."""

    items: tuple[tuple[str, str], ...]
    unit: str
    quantities: tuple[tuple[str, Decimal], ...]
    lot: str | None = None


def send_stock(
    number: str, counted_at: datetime, to: str, plant: str | None, lines: Sequence[Stocked], *, expected: bool
) -> Also:
    """Return what reports our stock to a partner. ``expected`` adds what its open orders bring: in transit, and on order.

    Raises MessageInvalid and NoAgreement when it is run.
    """

    def also(uow: UnitOfWork, world: World, transmission: Transmission) -> list[Task]:
        partner = world.configuration().directory.partners.get(to)
        agreement = partner.agreement(_SET, "outbound") if partner is not None else None
        if partner is None or agreement is None:
            words = f"There is no agreement to send an {_SET} (inventory advice) to {to}."
            raise NoAgreement(f"{words} Add one with direction: outbound to partners/{to}.yaml and send it again.")
        if expected and agreement.role != "buyer":
            words = "only a supplier is told what its orders bring; leave it out"
            raise MessageInvalid([{"where": "/expected", "message": words, "code": "field-invalid"}])
        moment = counted_at.astimezone(UTC)
        body: dict[str, Any] = {
            "purpose": "original",
            "report_kind": _KINDS[agreement.role],
            "report_number": number,
            "reported_on": moment.date().isoformat(),
            "reported_at": f"{moment:%H:%M}",
            "parties": _parties(world, partner, agreement.role, plant),
            "lines": [
                _line(place, line, _expected(uow, partner, line, plant) if expected else [])
                for place, line in enumerate(lines, start=1)
            ],
        }
        message = ErpMessage(type=_MESSAGE, partner=to, body=body, correlation_id=None)
        data = message.model_dump_json().encode()
        stored = store_own(uow, world, data, f"{_SET}:{transmission.id}", transmission.tracking_id)
        return stored[1] if stored is not None else []

    return also


def _parties(world: World, partner: Partner, role: str, plant: str | None) -> list[dict[str, Any]]:
    parties = buyer_and_seller(world.configuration().directory, partner, role)
    if plant is not None:
        parties.append({"role": "warehouse", "name": plant, "ids": [{"kind": f"assigned_by_{role}", "value": plant}]})
    return parties


def _line(place: int, line: Stocked, expected: list[dict[str, Any]]) -> dict[str, Any]:
    ids = [{"kind": kind, "value": value} for kind, value in line.items]
    if line.lot is not None:
        ids.append({"kind": "lot", "value": line.lot})
    counted = [{"kind": kind, "value": f"{value:f}", "unit": line.unit} for kind, value in line.quantities]
    said = {kind for kind, _value in line.quantities}
    return {
        "number": str(place),
        "item_ids": ids,
        "quantities": counted + [each for each in expected if each["kind"] not in said],
    }


def _expected(uow: UnitOfWork, partner: Partner, line: Stocked, plant: str | None) -> list[dict[str, Any]]:
    """Return what the partner has shipped of an item and not yet brought, and what it still owes, by unit."""
    kinds = own_kinds("buyer")
    item = next((value for kind, value in line.items if kind in kinds), line.items[0][1])
    found: dict[tuple[str, str], Decimal] = {}
    for row in uow.open_lines(item, plant, _MOST_OPEN):
        if (row.partner, row.role) != (partner.id, "buyer"):
            continue
        moving = max(row.shipped - row.received, _ZERO)
        owed = max(row.ordered - row.rejected - max(row.shipped, row.received), _ZERO)
        for kind, quantity in ((_IN_TRANSIT, moving), (_ON_ORDER, owed)):
            key = (kind, row.unit or line.unit)
            found[key] = found.get(key, _ZERO) + quantity
    return [{"kind": kind, "value": f"{value:f}", "unit": unit} for (kind, unit), value in sorted(found.items())]
