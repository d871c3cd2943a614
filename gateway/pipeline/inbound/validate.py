"""Validate: judge a stored document again, under the guide and tolerances that are in force now.

Documents are judged for the first time while they are read. This step is the way back in after a guide, a tolerance or an
agreement was changed.
"""

from __future__ import annotations

from gateway.pipeline.inbound.claim import Claims
from gateway.pipeline.inbound.judge import judge_set, numbers_of
from gateway.pipeline.inbound.stored import stored_set
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.x12.explanation import explain_set


async def run(task: Task, world: World) -> Outcome:
    """Judge one document."""
    document = await world.ledger.load(Document, task.subject)
    if document is None:
        return Advance()
    configuration = world.configuration()
    agreement = agreement_for(configuration, document)
    if agreement is None:
        return Park("no-agreement", f"set {document.set_id} from {document.partner}")
    transaction = await stored_set(document, world)
    judgment = judge_set(transaction, agreement, configuration)
    numbers = numbers_of(judgment, agreement, configuration)
    if numbers is not None:
        await world.ledger.tx(lambda uow: Claims(uow, world).claim(document, numbers))
    faults = [told.as_dict() for told in explain_set(judgment, configuration.guide)]
    accepted = judgment.accepted or agreement.acknowledgment.accept_with_errors
    event = DocumentEvent.ACCEPT if accepted else DocumentEvent.REJECT
    state = DOCUMENT_LIFE.after(DocumentState(document.state), event)
    now = world.clock()

    def commit(uow: UnitOfWork) -> list[Task]:
        uow.change(
            Document,
            document.id,
            state=state,
            faults=faults,
            agreement=agreement.key,
            role=agreement.role,
            updated_at=now,
        )
        note_event(uow, world, f"document.{state}", document, faults=len(faults))
        if not accepted:
            return []
        uow.close_cases(document.id, "judged again and accepted", now)
        return [Task(StepName.TRANSLATE, document.id, document.tracking_id, now)]

    if accepted:
        return Advance(commit)
    shown = "; ".join(f"{fault['where']}: {fault['message']}" for fault in faults if not fault["tolerated"])
    return Park("document-rejected", shown, commit)
