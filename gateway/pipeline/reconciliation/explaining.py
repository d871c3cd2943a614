"""What proves a divergence between gateway and another system, and the repair: the same papers again, under the same keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from gateway.pipeline.inbound.routing import erp_of
from gateway.pipeline.oversight.effects import Effect, refusal
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from gateway.tracking.reconciling import PAPERS, PRICE, Divergence, same_line
from gateway.tracking.thread.statement import Kind, Statement

ERP, WMS = "erp", "wms"
_SAYS: dict[str, tuple[Kind, ...]] = {
    **{figure: (kind,) for figure, kind in PAPERS.items()},
    "ordered": (Kind.ORDERED, Kind.CHANGED),
    PRICE: (Kind.ORDERED, Kind.CHANGED),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A divergence with what proves our figure, and what is proposed. ``deliver``: documents to be handed over again."""

    order: Order
    divergence: Divergence
    proof: tuple[str, ...] = ()
    proposal: str = ""
    deliver: tuple[str, ...] = field(default=())


def explain(
    uow: UnitOfWork, world: World, order: Order, divergences: Iterable[Divergence], systems: Collection[str]
) -> list[Finding]:
    """Return the divergences of an order with proof and proposal; nothing is changed. ``systems`` have reported."""
    said = uow.statements_of(order.id)
    return [_explained(uow, world, order, each, said, systems) for each in divergences]


def _explained(
    uow: UnitOfWork,
    world: World,
    order: Order,
    divergence: Divergence,
    said: Iterable[Statement],
    systems: Collection[str],
) -> Finding:
    proof, ready, waits = [], [], []
    for statement in said:
        if statement.kind not in _SAYS[divergence.figure] or not _speaks_of(statement, divergence.line):
            continue
        document = uow.find(Document, statement.subject)
        proof.append(_proof(statement, divergence, document))
        if document is None or divergence.figure not in PAPERS or not _is_for(world, document, divergence, systems):
            continue
        refused = refusal(uow, document, Effect.ERP_SAME_KEY)
        if refused:
            waits.append(f"{document.id}: {refused}")
        else:
            ready.append(document.id)
    deliver = tuple(dict.fromkeys(ready)) if divergence.lacks else ()
    return Finding(order, divergence, tuple(proof), _proposal(divergence, deliver, waits), deliver)


def _speaks_of(statement: Statement, line: str) -> bool:
    """Tell whether a statement may be about a line; one that names items alone may."""
    numbers = [each.line for each in statement.said()]
    return not numbers or any(number is None or same_line(number) == same_line(line) for number in numbers)


def _is_for(world: World, document: Document, divergence: Divergence, systems: Collection[str]) -> bool:
    """Tell whether a document is handed to the system that differs: ``erp`` is whichever ERP does not report for itself."""
    agreement = agreement_for(world.configuration(), document)
    if agreement is None:
        return False
    gets = erp_of(document, agreement)
    return gets == divergence.system or (divergence.system == ERP and gets not in {*systems, WMS} - {ERP})


def _proof(statement: Statement, divergence: Divergence, document: Document | None) -> str:
    words = f"{statement.kind} {statement.number}, by {statement.source} on {statement.came_at:%Y-%m-%d %H:%M}"
    shown = "; ".join(_figures(statement, divergence))
    words += f" ({shown})" if shown else ""
    if document is None:
        return f"{words}: {statement.subject}"
    booked = f", which the ERP booked as {document.erp_reference}" if document.erp_reference else ""
    return f"{words}: document {document.id} is {document.state}{booked}"


def _figures(statement: Statement, divergence: Divergence) -> Iterator[str]:
    """Yield what a statement says of the line in the figure that differs."""
    for said in statement.said():
        if said.line is None or same_line(said.line) != same_line(divergence.line):
            continue
        if divergence.figure == PRICE and said.price is not None:
            yield f"at {said.price:f}"
        elif divergence.figure != PRICE and said.quantity is not None:
            yield f"{said.quantity:f} {said.unit}" if said.unit else f"{said.quantity:f}"


def _proposal(divergence: Divergence, deliver: tuple[str, ...], waits: list[str]) -> str:
    system = _called(divergence.system)
    if deliver:
        return f"hand {', '.join(deliver)} to {system} again under the same key; what it has it ignores"
    if divergence.lacks and waits:
        return f"look why {system} has not got it: {'; '.join(waits)}"
    if divergence.figure == PRICE:
        return (
            f"ask the buyer which price counts: correct it in {system}, or have the ERP send the change of the order (860);"
            " invoices are matched with ours until then"
        )
    if divergence.figure == "received" and divergence.system == ERP and divergence.lacks:
        return "post the receipts named here in the ERP: they came from the warehouse, and no paper of them was for the ERP"
    if divergence.figure == "received":
        return "ask the warehouse to send its receipts of this order again, or a correction of them; a copy changes nothing"
    if divergence.lacks:
        return f"look in {system} why it has less; nothing was handed to it that can be handed again"
    return f"look in {system} for what was booked twice or by hand; the gateway has no paper for it"


def _called(system: str) -> str:
    return {ERP: "the ERP", WMS: "the WMS"}.get(system, f"the ERP {system}")
