"""What proves a divergence between gateway and ERP, and the repair: the same papers again, under the same keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.pipeline.oversight.effects import Batch, Effect, apply, refusal
from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.tracking.document import Document
from gateway.tracking.reconciling import PAPERS, Divergence
from gateway.tracking.thread.statement import Kind, Statement

_SAYS = {**PAPERS, "ordered": Kind.ORDERED, "received": Kind.RECEIVED}


@dataclass(frozen=True, slots=True)
class Finding:
    """A divergence with what proves our figure, and what is proposed. ``deliver``: documents for the ERP again."""

    order_id: str
    order_number: str
    partner: str
    divergence: Divergence
    proof: tuple[str, ...] = ()
    proposal: str = ""
    deliver: tuple[str, ...] = field(default=())


def explain(uow: UnitOfWork, order_id: str, order_number: str, partner: str, divergence: Divergence) -> Finding:
    """Return a divergence with its proof and a proposal; nothing is changed."""
    said = [each for each in uow.statements_of(order_id) if each.kind == _SAYS[divergence.figure]]
    proof, ready, waits = [], [], []
    for statement in said:
        document = uow.find(Document, statement.subject)
        proof.append(_proof(statement, document))
        if document is None or divergence.system != "erp" or divergence.figure not in PAPERS:
            continue
        refused = refusal(uow, document, Effect.ERP_SAME_KEY)
        if refused:
            waits.append(f"{document.id}: {refused}")
        else:
            ready.append(document.id)
    deliver = tuple(ready) if divergence.lacks else ()
    proposal = _proposal(divergence, deliver, waits)
    return Finding(order_id, order_number, partner, divergence, tuple(proof), proposal, deliver)


def _proof(statement: Statement, document: Document | None) -> str:
    words = f"{statement.kind} {statement.number}, by {statement.source} on {statement.came_at:%Y-%m-%d %H:%M}"
    if document is None:
        return f"{words}: {statement.subject}"
    booked = f", which the ERP booked as {document.erp_reference}" if document.erp_reference else ""
    return f"{words}: document {document.id} is {document.state}{booked}"


def _proposal(divergence: Divergence, deliver: tuple[str, ...], waits: list[str]) -> str:
    if deliver:
        return f"hand {', '.join(deliver)} to the ERP again under the same key; what it has it ignores"
    if divergence.lacks and waits:
        return f"look why the ERP has not got it: {'; '.join(waits)}"
    if divergence.figure == "received":
        return "ask the warehouse to send its receipts of this order again, or a correction of them; a copy changes nothing"
    if divergence.lacks:
        return f"look in the {divergence.system} why it has less; nothing was handed to it that can be handed again"
    return f"look in the {divergence.system} for what was booked twice or by hand; the gateway has no paper for it"


def repair(uow: UnitOfWork, stamps: Stamps, batch: Batch, document_ids: list[str]) -> int:
    """Hand documents to the ERP again under the same key; return how many."""
    done = 0
    for document_id in document_ids:
        document = uow.find(Document, document_id)
        if document is not None and not refusal(uow, document, batch.effect):
            apply(uow, stamps, batch, document_id)
            done += 1
    return done
