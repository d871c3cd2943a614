"""Release: what planning wants goes to each supplier as an 862, or an 830 as far as it only forecasts, with the sums so far.

The supplier hears the number of the release, what we have received since its year began, and the last receipt. Who is to deliver
sooner than in the release before is at risk, and planning is told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.pipeline.outbound.accept import ErpMessage, MessageInvalid, store_own
from gateway.pipeline.outbound.parties import buyer_and_seller
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.intake import Also
from gateway.pipeline.thread.planned import Paper, keep_planned
from gateway.pipeline.thread.reporting import report
from gateway.tracking.release import ZERO, Release, add_up, pulled_in, release_id
from gateway.tracking.thread.statement import Kind, LineSaid
from gateway.tracking.transmission import Transmission
from gateway.trading.directory import Partner

SCHEDULE, FORECAST = "shipping_schedule", "forecast"
_SETS = {SCHEDULE: "862", FORECAST: "830"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity on a day, or over the bucket of time that begins on it."""

    on: date
    quantity: Decimal
    certainty: str = "firm"
    timing: str = "discrete"


@dataclass(frozen=True, slots=True)
class Called:
    """What is wanted of one item from one partner. ``since``, ``shipped`` and ``received`` say where the count begins."""

    partner: str
    items: tuple[tuple[str, str], ...]
    unit: str
    wants: tuple[Wanted, ...]
    plant: str = ""
    order_number: str | None = None
    planned_order: str | None = None
    since: date | None = None
    shipped: Decimal = ZERO
    received: Decimal = ZERO

    @property
    def item(self) -> str:
        """The number under which planning knows the item."""
        return next((value for kind, value in self.items if kind == "buyer_part"), self.items[0][1])


@dataclass(slots=True)
class _Line:
    called: Called
    release: Release
    sooner: int = 0


@dataclass(slots=True)
class _Paper:
    """What goes to one partner."""

    partner: Partner
    lines: list[_Line] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of the release: one more than the last of any of its items."""
        return max(line.release.number for line in self.lines) + 1


def release(kind: str, number: str, issued_on: date | None, calls: Sequence[Called], *, cumulative: bool) -> Also:
    """Return what sends a schedule or forecast to each supplier that it names."""

    def also(uow: UnitOfWork, world: World, transmission: Transmission) -> list[Task]:
        papers: dict[str, _Paper] = {}
        for place, called in enumerate(calls):
            partner = world.configuration().directory.partners.get(called.partner)
            if partner is None:
                words = f"there is no partner {called.partner!r}; correct the name"
                fault = {"where": f"/lines/{place}/partner", "message": words, "code": "field-invalid"}
                raise MessageInvalid([fault])
            paper = papers.setdefault(called.partner, _Paper(partner))
            paper.lines.append(_Line(called, _standing(uow, world, called)))
        tasks: list[Task] = []
        day = issued_on or world.clock().date()
        for paper in papers.values():
            tasks += _send(uow, world, transmission, kind, number, day, paper, cumulative=cumulative)
        _tell_risk(uow, world, transmission, number, list(papers.values()))
        return tasks

    return also


def _standing(uow: UnitOfWork, world: World, called: Called) -> Release:
    """Return where the releases of an item stand; the first one begins the count."""
    key, now = release_id(called.partner, called.plant, called.item), world.clock()
    found = uow.find(Release, key)
    if found is not None:
        return found
    made = Release(
        id=key,
        partner=called.partner,
        plant=called.plant,
        item=called.item,
        unit=called.unit,
        since=called.since or date(now.year, 1, 1),
        updated_at=now,
        shipped=called.shipped,
        received=called.received,
    )
    uow.add(made)
    return made


def _send(
    uow: UnitOfWork,
    world: World,
    transmission: Transmission,
    kind: str,
    number: str,
    day: date,
    paper: _Paper,
    *,
    cumulative: bool,
) -> list[Task]:
    release_number = paper.number
    lines = [_line(each, place, day, cumulative=cumulative) for place, each in enumerate(paper.lines, start=1)]
    days = [want.on for each in paper.lines for want in each.called.wants]
    body: dict[str, Any] = {
        "purpose": "original",
        f"{'schedule' if kind == SCHEDULE else 'forecast'}_number": number,
        "issued_on": day.isoformat(),
        "schedule_type": "delivery_based",
        "quantity_type": "cumulative" if cumulative else "discrete",
        "horizon_from": min(days).isoformat(),
        "horizon_until": max(days).isoformat(),
        "release": str(release_number),
        "parties": _parties(world, paper),
        "lines": lines,
    }
    message = ErpMessage(type=kind, partner=paper.partner.id, body=body, correlation_id=None)
    key = f"{_SETS[kind]}:{transmission.id}:{paper.partner.id}"
    stored = store_own(uow, world, message.model_dump_json().encode(), key, transmission.tracking_id)
    if stored is None:
        return []
    document, tasks = stored
    said = {"number": number, "release": str(release_number), "transmission": document}
    report(uow, world, transmission, "schedule.released", {"set": _SETS[kind], **said})
    planned: dict[str, list[LineSaid]] = {}
    for each in paper.lines:
        _keep(uow, world, each, release_number, counted=kind == SCHEDULE)
        if each.called.planned_order is not None:
            planned.setdefault(each.called.planned_order, []).extend(_planned(each.called))
            total = sum((want.quantity for want in each.called.wants), ZERO)
            what = {"item": each.called.item, "plant": each.called.plant or None, "quantity": f"{total:f}"}
            about = {**said, "number": each.called.planned_order, **what}
            report(uow, world, transmission, "planned_order.released", about)
    told = Paper(paper.partner.id, Kind.CALLED if kind == SCHEDULE else Kind.FORECAST, number, document)
    return [*tasks, *keep_planned(uow, world, transmission, told, planned)]


def _planned(called: Called) -> list[LineSaid]:
    """Return what is planned of an item, a part for each day."""
    plant = called.plant or None
    return [
        LineSaid(items=called.items, quantity=want.quantity, unit=called.unit, on=want.on, plant=plant)
        for want in called.wants
    ]


def _line(line: _Line, place: int, day: date, *, cumulative: bool) -> dict[str, Any]:
    """Return a line: the item, what is wanted of it, what came last and in all."""
    called, standing = line.called, line.release
    items = [{"kind": kind, "value": value} for kind, value in called.items]
    if called.order_number is not None:
        items.append({"kind": "order", "value": called.order_number})
    total, schedules = standing.received, []
    for want in sorted(called.wants, key=lambda each: each.on):
        total += want.quantity
        quantity = total if cumulative else want.quantity
        schedules.append(
            {
                "quantity": f"{quantity:f}",
                "certainty": want.certainty,
                "timing": want.timing,
                "date": want.on.isoformat(),
            }
        )
    deliveries = []
    if standing.last_received is not None and standing.last_received_on is not None:
        deliveries.append(
            {
                "kind": "discrete",
                "quantity": f"{standing.last_received:f}",
                "date_kind": "received",
                "date": standing.last_received_on.isoformat(),
                "references": [{"kind": "shipper_id", "value": (standing.last_receipt or "")[:30]}],
            }
        )
    since = {"date_kind": "051", "date": standing.since.isoformat(), "until": day.isoformat()}
    deliveries.append({"kind": "cumulative", "quantity": f"{standing.received:f}", **since})
    return {
        "number": str(place),
        "item_ids": items,
        "unit": called.unit,
        "schedules": schedules,
        "deliveries": deliveries,
    }


def _parties(world: World, paper: _Paper) -> list[dict[str, Any]]:
    parties = buyer_and_seller(world.configuration().directory, paper.partner)
    plants = {line.called.plant for line in paper.lines}
    if len(plants) == 1 and (plant := plants.pop()):
        parties.append({"role": "ship_to", "name": plant[:60], "ids": [{"kind": "assigned_by_buyer", "value": plant}]})
    return parties


def _keep(uow: UnitOfWork, world: World, line: _Line, number: int, *, counted: bool) -> None:
    """Write down that an item was released; only a schedule says what is required, a forecast what may be."""
    values: dict[str, Any] = {"number": number, "updated_at": world.clock()}
    if counted:
        sums = add_up(line.release.received, [(want.on, want.quantity) for want in line.called.wants])
        line.sooner = pulled_in(line.release.sums(), sums, line.release.received)
        values |= {"required": sums[-1][1], "wants": [[day.isoformat(), f"{total:f}"] for day, total in sums]}
    uow.change(Release, line.release.id, **values)


def _tell_risk(
    uow: UnitOfWork, world: World, transmission: Transmission, number: str, papers: Sequence[_Paper]
) -> None:
    """List the suppliers from whom something is wanted sooner than before."""
    sooner = [(paper.partner.id, line) for paper in papers for line in paper.lines if line.sooner]
    if not sooner:
        return
    orders = [line.called.order_number for _partner, line in sooner if line.called.order_number is not None]
    data: dict[str, Any] = {
        "type": "schedule.pulled_in",
        "reference": number,
        "partners": list(dict.fromkeys(partner for partner, _line in sooner)),
        "days": max(line.sooner for _partner, line in sooner),
        "count": len(sooner),
    }
    report(
        uow,
        world,
        transmission,
        "supply.risk",
        data | ({"orders": list(dict.fromkeys(orders))[:200]} if orders else {}),
    )
