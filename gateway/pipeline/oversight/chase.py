"""Chase: what the partner owed and did not send in time becomes a case."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.tracking.document import AcknowledgmentState, Document


async def run(task: Task, world: World) -> Outcome:
    """Look whether a document that we sent was acknowledged."""
    return Advance(lambda uow: _look(uow, world, task.subject))


def _look(uow: UnitOfWork, world: World, document_id: str) -> list[Task]:
    document = uow.find(Document, document_id)
    if document is not None and document.acknowledgment == AcknowledgmentState.WAITING:
        uow.change(Document, document.id, acknowledgment=AcknowledgmentState.OVERDUE, updated_at=world.clock())
        note_event(uow, world, "acknowledgment.overdue", document, set=document.set_id)
        detail = (
            f"{document.set_id} {document.document_number or document.control_number} was sent and not acknowledged"
        )
        open_case(uow, world, "acknowledgment-overdue", document, detail)
    return []
