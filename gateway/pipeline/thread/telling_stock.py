"""Tell what a partner reports of its stock by an 846: an event for each item. The gateway keeps no stock itself."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gateway.canonical.inventory_advice import InventoryAdvice, InventoryLine, InventoryQuantity
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.thread.items import own_kinds
from gateway.pipeline.thread.saying.said import plant_of, purpose_of
from gateway.tracking.document import Document
from gateway.tracking.thread.statement import Purpose

_MOST_TOLD = 2000


def tell_stock(uow: UnitOfWork, world: World, document: Document, body: InventoryAdvice) -> list[str]:
    """Tell what a partner reports of its stock, an event for each item and unit; return notes for the document."""
    if purpose_of(body.purpose) in (Purpose.CANCELLATION, Purpose.COPY):
        return []
    ours = _ours(uow, document, body.lines)
    as_of = body.reported_on.isoformat() + (f" {body.reported_at}" if body.reported_at else "")
    told = 0
    for line in body.lines:
        for unit, quantities in _by_unit(line.quantities).items():
            told += 1
            if told > _MOST_TOLD:
                continue
            said = {
                "number": body.report_number,
                "line": line.number,
                "item": next((ours[each.value] for each in line.item_ids if each.value in ours), None)
                or next((each.value for each in line.item_ids), None),
                "lot": next((each.value for each in line.item_ids if each.kind == "lot"), None),
                "plant": plant_of(line) or plant_of(body),
                "unit": unit or None,
                "as_of": as_of,
            }
            known = {name: value for name, value in said.items() if value is not None}
            note_event(uow, world, "inventory.reported", document, quantities=quantities, **known)
    if told > _MOST_TOLD:
        return [f"events tell of the first {_MOST_TOLD} of {told} stocks; the message holds all of them"]
    return []


def _ours(uow: UnitOfWork, document: Document, lines: Sequence[InventoryLine]) -> dict[str, str]:
    """Return our own number of each item that is named, by the id that names it."""
    kinds = own_kinds(document.role)
    ours = {each.value: each.value for line in lines for each in line.item_ids if each.kind in kinds}
    others = {
        (each.kind, each.value)
        for line in lines
        if not any(each.kind in kinds for each in line.item_ids)
        for each in line.item_ids
    }
    for each in uow.known_as({value for _kind, value in others}, document.partner) if others else ():
        if (each.kind, each.value) in others:
            ours.setdefault(each.value, each.item)
    return ours


def _by_unit(quantities: Sequence[InventoryQuantity]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in quantities:
        if each.value is not None:
            of_unit = found.setdefault(each.unit or "", {})
            of_unit[each.kind] = f"{Decimal(of_unit.get(each.kind, '0')) + each.value:f}"
    return found
