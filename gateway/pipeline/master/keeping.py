"""Keep master data: each change is a version with its author, and what waited for it is judged again.

What is brought in together is one change set. An entry that says what is known already makes no version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.items import EVERYTHING
from gateway.tracking.event import Event
from gateway.tracking.master import (
    Conversion,
    CrossReference,
    Entry,
    Item,
    Location,
    MasterChange,
    Standing,
    connected,
    conversion_id,
    item_name,
    unit_name,
    unit_of_name,
)

KINDS: dict[type[Any], str] = {
    Item: "item",
    CrossReference: "cross-reference",
    Conversion: "unit",
    Location: "location",
}


@dataclass(slots=True)
class Kept:
    """What came of it; ``tasks`` are scheduled already."""

    change_set: str
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    tasks: list[Task] = field(default_factory=list)


def keep(uow: UnitOfWork, stamps: Stamps, by: str, tracking_id: str, entries: Sequence[Entry]) -> Kept:
    """Keep entries, with one version for each that says something new; ``by`` is who said it."""
    kept = Kept(stamps.new_id())
    waited = False
    # In one order wherever they come from, so that two who bring in the same do not wait for one another.
    chosen = {(KINDS[type(each)], each.id): each for each in entries}
    for kind, key in sorted(chosen):
        for entry in (*_contradicted(uow, chosen[kind, key]), chosen[kind, key]):
            known = uow.find(type(entry), entry.id)
            if known is not None and _said(known) == _said(entry):
                kept.unchanged += 1
                continue
            change = _write(uow, stamps, kept, entry, known, by, tracking_id)
            waited |= bool(change.names)
    if waited:
        task = Task(StepName.JUDGE_AGAIN, kept.change_set, tracking_id, stamps.clock())
        uow.schedule(task)
        kept.tasks.append(task)
    return kept


def _contradicted(uow: UnitOfWork, entry: Entry) -> list[Entry]:
    """Return what an entry takes out of force: the same conversion, said the other way round."""
    if not isinstance(entry, Conversion) or entry.state != Standing.KEPT:
        return []
    known = uow.find(Conversion, conversion_id(entry.item, entry.into, entry.unit))
    return [replace(known, state=Standing.REMOVED)] if known is not None and known.state == Standing.KEPT else []


def _write(
    uow: UnitOfWork, stamps: Stamps, kept: Kept, entry: Entry, known: Entry | None, by: str, tracking_id: str
) -> MasterChange:
    now, kind = stamps.clock(), KINDS[type(entry)]
    version = known.version + 1 if known is not None else 1
    if known is None:
        uow.add(replace(entry, version=version))
    else:
        said = {each.name: getattr(entry, each.name) for each in fields(entry)} | {"version": version}
        uow.change(type(entry), entry.id, **{name: new for name, new in said.items() if new != getattr(known, name)})
    names = sorted(_names(uow, entry)) if entry.state == Standing.KEPT else []
    change = MasterChange(
        id=f"{kept.change_set}-{len(kept.changed) + 1}",
        change_set=kept.change_set,
        kind=kind,
        entry=entry.id,
        version=version,
        changed_at=now,
        changed_by=by,
        tracking_id=tracking_id,
        before=_said(known) if known is not None else {},
        after=_said(entry),
        names=names,
    )
    uow.add(change)
    kept.changed.append(f"{kind} {entry.id}")
    data = {"type": kind, "reference": entry.id, "state": entry.state, "person": by}
    uow.add(Event("master.changed", now, change.id, None, tracking_id, data))
    return change


def _said(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, as JSON."""
    made = {}
    for each in fields(entry):
        value = getattr(entry, each.name)
        if each.name in ("id", "version") or value is None:
            continue
        made[each.name] = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return made


def _names(uow: UnitOfWork, entry: Entry) -> set[str]:
    """Return what orders wait for that an entry may make known."""
    if isinstance(entry, CrossReference):
        ids = {entry.value, entry.item, *(each.value for each in uow.other_ids(entry.item))}
        return {name for value in ids for name in (item_name(value), unit_of_name(value))}
    if isinstance(entry, Conversion) and entry.item:
        return {unit_of_name(value) for value in (entry.item, *(each.value for each in uow.other_ids(entry.item)))}
    if isinstance(entry, Conversion):
        known = uow.conversions_of([EVERYTHING])
        return {unit_name(unit) for unit in connected(known, {entry.unit, entry.into})}
    return set()
