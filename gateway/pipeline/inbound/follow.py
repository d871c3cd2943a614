"""Follow the numbers of interchanges, where that is agreed: what was skipped is owed, and what comes late closes its case."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.pipeline.inbound.interchange import Portion
from gateway.pipeline.oversight.promises import chase_at, keep
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.tracking.numbering import NumberSeries, follow, read_number
from gateway.tracking.promise import INTERCHANGE, OwedBy, Promise, PromiseState, promise_id
from gateway.tracking.transmission import Transmission
from gateway.trading.directory import Partner


def follow_number(uow: UnitOfWork, world: World, portion: Portion, partner: Partner, sets: list[str]) -> list[Task]:
    """Compare the number of an interchange with those before it; return the step that looks for what was skipped."""
    agreement = partner.answering(sets)
    start, transmission = portion.start, portion.transmission
    if agreement is None or agreement.missing_within is None or start is None:
        return []
    number = read_number(start.control_number)
    if number is None:
        return []
    now = world.clock()
    name = ":".join((partner.id, "*".join(start.sender), "*".join(start.receiver)))
    skipped = uow.find(Promise, promise_id(name, f"{number:09d}"))
    if skipped is not None:
        keep(uow, world, skipped, transmission.id)
        return []
    series = uow.find(NumberSeries, name)
    before = series.last if series is not None else None
    followed = follow(before, number)
    if series is None:
        uow.add(NumberSeries(name, partner.id, followed.last, transmission.id, now))
    elif followed.last != before:
        uow.change(NumberSeries, name, last=followed.last, seen_in=transmission.id, seen_at=now)
    shown = {"interchange": f"{number:09d}", "before": f"{before or 0:09d}"}
    if followed.backwards and not portion.copies.are_all:
        note_event(uow, world, "interchange.backwards", transmission, **shown)
    elif followed.leaps:
        note_event(uow, world, "interchange.leapt", transmission, **shown)
    for missing in followed.missing:
        uow.add(_owed(name, missing, partner, transmission, now, agreement.missing_within))
    return chase_at(
        transmission.id, transmission.tracking_id, [now + agreement.missing_within] if followed.missing else []
    )


def _owed(
    series: str, number: int, partner: Partner, transmission: Transmission, now: datetime, within: timedelta
) -> Promise:
    return Promise(
        id=promise_id(series, f"{number:09d}"),
        subject=transmission.id,
        partner=partner.id,
        what=INTERCHANGE,
        owed_by=OwedBy.PARTNER,
        state=PromiseState.WAITING,
        made_at=now,
        due_at=now + within,
        tracking_id=transmission.tracking_id,
    )
