"""A run: reports are compared with our orders line by line, and what differs is kept with its proof and a proposed repair."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TypeVar

from gateway.errors import ConcurrentChange, Problem
from gateway.pipeline.order_views import OrderQuery
from gateway.pipeline.ports import Blob, UnitOfWork, Vault, World
from gateway.pipeline.reconciliation.asked import Asked, Given, Tally
from gateway.pipeline.reconciliation.explaining import Finding, explain
from gateway.pipeline.reconciliation.keeping import same, store
from gateway.pipeline.reconciliation.ports import Books, ReportIndex
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.reconciliation import Reconciliation
from gateway.tracking.reconciling import Divergence, compare, same_line
from gateway.tracking.reported import ReportInvalid

T = TypeVar("T")

_SHOWN = 20  # Lines that only a report knows; the others are counted.
_PORTION = 50  # Orders that are explained in one transaction, so that documents need not wait long.
_BREATH = 50  # Lines that are compared at a stretch.
_TRIES = 6
_FIRST_SECONDS = 0.02


async def keep(vault: Vault, chunks: AsyncIterable[bytes] | Iterable[bytes], limit: int | None = None) -> Blob:
    """Take the bytes of a report into the vault; raise TooLarge."""
    stage = vault.stage(limit)
    if isinstance(chunks, AsyncIterable):
        async for chunk in chunks:
            await stage.write(chunk)
    else:
        for chunk in chunks:
            await stage.write(chunk)
    return await stage.finish()


async def run(world: World, books: Books, asked: Asked, reports: Sequence[Given]) -> Reconciliation:
    """Compare reports with our orders, and keep what came of it; nothing else is changed.

    Raises ReportInvalid, and Conflict when the id was used with other reports.
    """
    known = await world.ledger.load(Reconciliation, asked.id)
    if known is not None:
        return same(known, reports)
    began_at = world.clock()
    indexes: dict[str, ReportIndex] = {}
    try:
        for each in reports:
            indexes[each.system] = index = await asyncio.to_thread(books.index, each.lines)
            if not index.figures:
                raise ReportInvalid(Problem(each.name, 1, "", "it says nothing of any line", "bring a whole report"))
        tally = await _compared(books, asked.partner, indexes)
        for system, index in indexes.items() if asked.partner is None else ():
            tally.strangers += index.strangers()
            tally.unknown += [[system, *names] for names in index.unseen(_SHOWN)]
    finally:
        for index in indexes.values():
            index.close()
    findings = await _explained(world, tally, list(indexes))
    work = partial(store, world=world, asked=asked, reports=reports, began_at=began_at, tally=tally, findings=findings)
    return await _committed(world, work)


async def _compared(books: Books, partner: str | None, indexes: dict[str, ReportIndex]) -> Tally:
    tally = Tally(scope={(system, figure) for system, index in indexes.items() for figure in index.figures})
    async for order, lines in books.orders.with_lines(OrderQuery(partner=partner, role="buyer")):
        if tally.lines // _BREATH != (tally.lines + len(lines)) // _BREATH:
            await asyncio.sleep(0)  # Documents go on meanwhile.
        tally.lines += len(lines)
        tally.note(order, _differences(order, lines, indexes))
    return tally


def _differences(order: Order, lines: list[OrderLine], indexes: dict[str, ReportIndex]) -> list[Divergence]:
    found = []
    known = [same_line(line.number) for line in lines]
    for system, index in indexes.items():
        said = index.of_order(order.order_number, order.partner, order.release, known)
        for number, line in zip(known, lines, strict=True):
            found += compare(system, line, said.get(number), index.figures)
    return found


async def _explained(world: World, tally: Tally, systems: Collection[str]) -> list[Finding]:
    findings: list[Finding] = []
    for start in range(0, len(tally.found), _PORTION):
        portion = tally.found[start : start + _PORTION]
        findings += await _committed(world, partial(_explain, world=world, portion=portion, systems=systems))
    return findings


def _explain(
    uow: UnitOfWork, *, world: World, portion: list[tuple[Order, list[Divergence]]], systems: Collection[str]
) -> list[Finding]:
    return [each for order, found in portion for each in explain(uow, world, order, found, systems)]


async def _committed(world: World, work: Callable[[UnitOfWork], T]) -> T:
    """Run ``work`` in a transaction, and anew when another one was in the way: documents come meanwhile."""
    for number in range(_TRIES):
        try:
            return await world.ledger.tx(work)
        except ConcurrentChange:
            await asyncio.sleep(_FIRST_SECONDS * 2**number * (1 + world.random()))
    return await world.ledger.tx(work)
