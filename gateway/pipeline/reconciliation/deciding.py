"""Applying repairs and dismissing them: what would happen is said first, and what was done is never done again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from gateway.errors import NotFound
from gateway.pipeline.oversight.effects import WORDS, Batch, Effect, apply, refusal
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.reconciliation.cases import close_dismissed
from gateway.pipeline.records import Named, note_event
from gateway.pipeline.task import Task
from gateway.tracking.approval import Person
from gateway.tracking.document import Document
from gateway.tracking.reconciliation import REPAIR_LIFE, Reconciliation, Repair, RepairEvent, RepairState

EFFECT = Effect.ERP_SAME_KEY
_SHOWN = 10


@dataclass(slots=True)
class Plan:
    """What deciding some repairs does: those that it takes, those that are decided already, those that it can't take with why.

    ``deliver`` are the documents that are handed over again, each once however many repairs name it.
    """

    taken: list[Repair] = field(default_factory=list)
    decided: list[Repair] = field(default_factory=list)
    refused: list[tuple[Repair, str]] = field(default_factory=list)
    deliver: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    @property
    def effect(self) -> str:
        """Say what applying does, in words."""
        if not self.deliver:
            return "nothing leaves the house"
        return f"{len(self.deliver)} documents: {WORDS[EFFECT]}"


def planned(uow: UnitOfWork, run_id: str, lines: Collection[str], *, apply: bool = True) -> Plan:
    """Say what applying repairs of a run would do, or dismissing them; nothing is changed. Raises NotFound.

    ``lines`` name them, as a number of the run or as ORDER/LINE; without any, all are meant.
    """
    plan = Plan()
    for repair in _chosen(uow, run_id, lines):
        if repair.state != RepairState.PROPOSED:
            plan.decided.append(repair)
        elif apply and (refused := _refusal(uow, repair)):
            plan.refused.append((repair, refused))
        else:
            plan.taken.append(repair)
            plan.deliver += [each for each in repair.deliver if apply and each not in plan.deliver]
    return plan


def _refusal(uow: UnitOfWork, repair: Repair) -> str:
    """Return why a repair can't be applied from here now; nothing when it can."""
    if not repair.possible:
        return f"nothing can be sent from here for it: {repair.proposal}"
    for document_id in repair.deliver:
        document = uow.find(Document, document_id)
        refused = refusal(uow, document, EFFECT) if document is not None else "it is not known any more"
        if refused:
            return f"document {document_id}: {refused}"
    return ""


def apply_repairs(
    uow: UnitOfWork, world: World, run_id: str, lines: Collection[str], person: Person, reason: str
) -> Plan:
    """Apply repairs of a run: hand their documents over again under the same keys. What is applied already stays as it is.

    ``plan.tasks`` are the steps that follow. Raises NotFound.
    """
    plan = planned(uow, run_id, lines)
    batch = Batch(world.new_id(), EFFECT, f"{reason} ({person.name})")
    for document_id in plan.deliver:
        plan.tasks += apply(uow, world, batch, document_id)
    for repair in plan.taken:
        _decide(uow, world, repair, RepairEvent.APPLY, person, reason, batch.id)
        about = Named(repair.order_id, repair.partner, repair.tracking_id)
        facts = {"documents": repair.deliver, "replay": batch.id}
        order, line, system, figure = repair.order_number, repair.line, repair.system, repair.figure
        note_event(
            uow, world, "repair.applied", about, order=order, line=line, system=system, figure=figure,
            reference=repair.id, person=person.name, reason=reason, **facts,
        )  # fmt: skip
    return plan


def dismiss_repairs(
    uow: UnitOfWork, world: World, run_id: str, lines: Collection[str], person: Person, reason: str
) -> Plan:
    """Dismiss repairs of a run: what differs is right as it is. It is no news again as long as it differs by the same.

    Raises NotFound.
    """
    plan = planned(uow, run_id, lines, apply=False)
    for repair in plan.taken:
        _decide(uow, world, repair, RepairEvent.DISMISS, person, reason, None)
        about = Named(repair.order_id, repair.partner, repair.tracking_id)
        order, line, system, figure = repair.order_number, repair.line, repair.system, repair.figure
        note_event(
            uow, world, "repair.dismissed", about, order=order, line=line, system=system, figure=figure,
            reference=repair.id, person=person.name, reason=reason,
        )  # fmt: skip
    close_dismissed(uow, world, plan.taken, f"{reason} ({person.name})")
    return plan


def _decide(
    uow: UnitOfWork, world: World, repair: Repair, event: RepairEvent, person: Person, reason: str, replay: str | None
) -> None:
    repair.state = REPAIR_LIFE.after(RepairState(repair.state), event)
    repair.decided_at, repair.decided_by, repair.reason = world.clock(), person.name, reason
    repair.replay = replay
    names = ("state", "decided_at", "decided_by", "reason", "replay")
    uow.change(Repair, repair.id, **{name: getattr(repair, name) for name in names})


def _chosen(uow: UnitOfWork, run_id: str, lines: Collection[str]) -> list[Repair]:
    if uow.find(Reconciliation, run_id) is None:
        raise NotFound(f"There is no reconciliation {run_id}. List those that there are with: gateway reconcile list")
    repairs = uow.repairs_of(run_id)
    if not lines:
        return repairs
    found = [each for each in repairs if {str(each.number), _named(each)} & set(lines)]
    known = {name for each in found for name in (str(each.number), _named(each))}
    missing = sorted(set(lines) - known)
    if missing:
        shown = ", ".join(missing[:_SHOWN])
        raise NotFound(
            f"Run {run_id} found nothing under {shown}. See what it found with: gateway reconcile show {run_id}"
        )
    return found


def _named(repair: Repair) -> str:
    return f"{repair.order_number}/{repair.line}"
