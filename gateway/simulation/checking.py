"""Compares what the gateway says of each order, and what the ERP got, with what the plan says must have come of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.views import SqlViews
from gateway.simulation.plan import PlannedOrder
from gateway.tracking.document import Document
from gateway.tracking.order import Order, order_id
from gateway.tracking.thread.statement import Statement

_PAGE = 1000


@dataclass(slots=True)
class Report:
    """What was found: orders by scenario, and in words each that is not as it must be."""

    orders: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    papers: int = 0


async def check(database: SqlLedger, orders: Iterable[PlannedOrder], delivered: Path) -> Report:
    """Compare every order of a plan."""
    report = Report()
    cases = await _open_cases(database)
    papers = _delivered(delivered, report)
    for order in orders:
        report.orders[order.scenario.name] += 1
        key = order_id(order.partner, "buyer", order.number)
        row = await database.load(Order, key)
        scenario = order.scenario
        found = (
            (row.state, row.verdict) if row is not None else ("missing", ""),
            tuple(sorted(cases.pop(order.number, []))),
            papers.pop(order.number, 0),
        )
        expected = ((scenario.state, scenario.verdict), tuple(sorted(scenario.cases)), scenario.papers)
        if found != expected:
            report.wrong.append(f"{order.number} ({scenario.name}): {found}, where {expected} was expected")
    report.wrong += [f"cases about {number}: {causes}, of which nobody knows" for number, causes in cases.items()]
    report.wrong += [f"{count} papers of {number} at the ERP, which nobody sent" for number, count in papers.items()]
    return report


def _delivered(folder: Path, report: Report) -> Counter[str]:
    """Count what the ERP has by order; a paper that it has twice is wrong. The order's index stands in each paper's number."""
    seen: Counter[str] = Counter()
    for path in folder.glob("*/*.json"):
        report.papers += 1
        text = path.read_text()
        place = text.find('"order_number":"')
        seen[text[place + 16 : text.index('"', place + 16)]] += 1
    return seen


async def _open_cases(database: SqlLedger) -> dict[str, list[str]]:
    """Return the causes of the open cases by order number."""
    views, after = SqlViews(database), 0
    found: dict[str, list[str]] = defaultdict(list)
    while True:
        page = await views.open_cases(None, after, _PAGE)
        for case in page.items:
            found[await _order_of(database, case.subject)].append(case.cause)
        if page.after is None:
            return found
        after = page.after


async def _order_of(database: SqlLedger, subject: str) -> str:
    """Return the order that a document, or a report of a system, is about."""
    document = await database.load(Document, subject)
    if document is not None and document.order_number is not None:
        return document.order_number
    said: list[Statement] = await database.tx(lambda uow: uow.statements_about(subject))
    return said[0].order_id.rsplit(":", 1)[-1] if said else subject
