"""Recompute: judge and translate a stored document anew, under what is in force now, and keep what came of it. Nothing leaves."""

from __future__ import annotations

from gateway.pipeline.inbound.judge import judge_set
from gateway.pipeline.inbound.stored import stored_set
from gateway.pipeline.inbound.translate import Translation, translation_of
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park
from gateway.pipeline.task import Task
from gateway.tracking.document import Document
from gateway.x12.explanation import explain_set


async def run(task: Task, world: World) -> Outcome:
    """Recompute one document; its state stays as it is."""
    document = await world.ledger.load(Document, task.subject)
    if document is None:
        return Advance()
    configuration = world.configuration()
    agreement = agreement_for(configuration, document)
    if agreement is None:
        return Park("no-agreement", f"set {document.set_id} from {document.partner}")
    transaction = await stored_set(document, world)
    judgment = judge_set(transaction, agreement, configuration)
    faults = [told.as_dict() for told in explain_set(judgment, configuration.guide)]
    found = translation_of(document, transaction, judgment, agreement, configuration)
    before = document.canonical

    def commit(uow: UnitOfWork) -> list[Task]:
        verdict = "accepted" if judgment.accepted else "rejected"
        detail = found.detail if isinstance(found, Park) else None
        after = before
        if isinstance(found, Translation):
            after = uow.keep(found.data)
            notes = found.notes
            uow.change(Document, document.id, canonical=after, notes=notes, faults=faults, updated_at=world.clock())
        note_event(
            uow,
            world,
            "document.recomputed",
            document,
            verdict=verdict if detail is None else "not translated",
            changed=after != before,
            faults=len(faults),
            detail=detail,
            kept={"canonical": after},
        )
        return []

    return Advance(commit)
