"""Keeps a run: its reports, what it found, and what became of that which runs before it had found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.errors import Conflict
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.reconciliation.asked import Asked, Given, Tally
from gateway.pipeline.reconciliation.cases import close_healed, open_cases
from gateway.pipeline.reconciliation.explaining import Finding
from gateway.pipeline.records import Named, note_event
from gateway.tracking.reconciliation import (
    REPAIR_LIFE,
    Reconciliation,
    Repair,
    RepairEvent,
    RepairState,
    Trigger,
    about,
)
from gateway.tracking.transmission import Transmission, TransmissionState


def same(known: Reconciliation, reports: Sequence[Given]) -> Reconciliation:
    """Return a run that was made under the same id; raise Conflict when it was made with other reports."""
    digests = [(each["system"], each["digest"]) for each in known.reports]
    if digests != [(each.system, each.blob.digest) for each in reports]:
        raise Conflict
    return known


def store(
    uow: UnitOfWork,
    *,
    world: World,
    asked: Asked,
    reports: Sequence[Given],
    began_at: datetime,
    tally: Tally,
    findings: Sequence[Finding],
) -> Reconciliation:
    """Write a run with its reports and repairs, unless somebody else has just written it; return it."""
    known = uow.find(Reconciliation, asked.id)
    if known is not None:
        return same(known, reports)
    now = world.clock()
    made = Reconciliation(
        id=asked.id,
        trigger=asked.trigger,
        asked_by=asked.asked_by,
        began_at=began_at,
        ended_at=now,
        tracking_id=asked.tracking_id,
        partner=asked.partner,
        reports=[_report(uow, world, asked, each) for each in reports],
        lines=tally.lines,
        differ=tally.differ,
        stored=len(findings),
        strangers=tally.strangers,
        unknown=tally.unknown,
    )
    _settle(uow, world, made, findings, tally)
    uow.add(made)
    note_event(
        uow,
        world,
        "reconciliation.finished",
        Named(made.id, made.partner, made.tracking_id),
        lines=made.lines,
        differ=made.differ,
        healed=made.healed,
        strangers=made.strangers,
        person=made.asked_by,
        kept={each.system: each.blob.digest for each in reports},
    )
    return made


def _settle(uow: UnitOfWork, world: World, made: Reconciliation, findings: Sequence[Finding], tally: Tally) -> None:
    """Write the repairs of a run, and what became of those of runs before."""
    systems = sorted({system for system, _figure in tally.scope})
    before = {each.about: each for system in systems for each in uow.open_repairs(system)}
    kept: list[Repair] = []
    for number, finding in enumerate(findings, start=1):
        repair = _repair(made, number, finding, made.ended_at)
        earlier = before.pop(repair.about, None)
        made.dismissed += _as_before(uow, repair)
        if earlier is not None:
            _repeated(uow, earlier, repair)
        uow.add(repair)
        kept.append(repair)
        if earlier is None and repair.state == RepairState.PROPOSED:
            _tell(uow, world, repair)
    healed = _heal(uow, list(before.values()), tally, made.partner)
    made.healed = len(healed)
    close_healed(uow, world, healed)
    if made.trigger != Trigger.PERSON:  # A person who asked for the run sees what it found.
        open_cases(uow, world, kept)


def _report(uow: UnitOfWork, world: World, asked: Asked, given: Given) -> dict[str, object]:
    """Keep a report as a transmission, so that its bytes can be read, proved and purged like all others."""
    transmission = Transmission(
        id=world.new_id(),
        direction="inbound",
        source=f"report:{given.system}",
        partner=None,
        transport="report",
        created_at=world.clock(),
        digest=given.blob.digest,
        size=given.blob.size,
        content_type=given.content_type,
        state=TransmissionState.READ,
        tracking_id=asked.tracking_id,
        name=given.name[:255],
    )
    if given.blob.data is not None:
        uow.keep(given.blob.data)
    uow.add(transmission)
    kept = {"bytes": given.blob.digest}
    note_event(uow, world, "transmission.received", transmission, transport="report", size=given.blob.size, kept=kept)
    facts = {"system": given.system, "transmission": transmission.id, "digest": given.blob.digest}
    return facts | {"size": given.blob.size, "name": transmission.name, "as_of": given.as_of.isoformat()}


def _repair(made: Reconciliation, number: int, finding: Finding, now: datetime) -> Repair:
    order, found = finding.order, finding.divergence
    return Repair(
        id=f"{made.id}-{number}",
        run_id=made.id,
        number=number,
        about=about(order.id, found),
        order_id=order.id,
        order_number=order.order_number,
        partner=order.partner,
        line=found.line,
        system=found.system,
        figure=found.figure,
        here=found.here,
        there=found.there,
        reported=found.reported,
        found_at=now,
        tracking_id=order.tracking_id or made.tracking_id,
        proof=list(finding.proof),
        proposal=finding.proposal,
        deliver=list(finding.deliver),
    )


def _as_before(uow: UnitOfWork, repair: Repair) -> bool:
    """Dismiss what somebody dismissed before, as long as it differs by exactly the same; tell whether it was so."""
    for earlier in reversed(uow.dismissed_repairs(repair.about)):
        if (earlier.here, earlier.there) == (repair.here, repair.there):
            repair.state = RepairState.DISMISSED
            repair.decided_at, repair.decided_by, repair.reason = earlier.decided_at, earlier.decided_by, earlier.reason
            return True
    return False


def _repeated(uow: UnitOfWork, earlier: Repair, repair: Repair) -> None:
    """Close what a run before found of the same; what was applied in vain is part of the proof."""
    if earlier.state == RepairState.APPLIED and earlier.decided_at is not None:
        words = f"applied by {earlier.decided_by} on {earlier.decided_at:%Y-%m-%d %H:%M} ({earlier.id}), and it differs still"
        repair.proof.append(words)
    _end(uow, earlier, RepairEvent.REPEAT)


def _heal(uow: UnitOfWork, before: Sequence[Repair], tally: Tally, partner: str | None) -> list[Repair]:
    """Close what differs no more, as far as it was compared; return it."""
    healed = []
    for each in before if tally.complete else ():
        if (each.system, each.figure) in tally.scope and partner in (None, each.partner):
            _end(uow, each, RepairEvent.HEAL)
            healed.append(each)
    return healed


def _end(uow: UnitOfWork, repair: Repair, event: RepairEvent) -> None:
    uow.change(Repair, repair.id, state=REPAIR_LIFE.after(RepairState(repair.state), event))


def _tell(uow: UnitOfWork, world: World, repair: Repair) -> None:
    note_event(
        uow,
        world,
        "reconciliation.diverged",
        Named(repair.order_id, repair.partner, repair.tracking_id),
        order=repair.order_number,
        line=repair.line,
        system=repair.system,
        figure=repair.figure,
        expected=f"{repair.here:f}",
        quantity=f"{repair.there:f}",
        reference=repair.id,
    )
