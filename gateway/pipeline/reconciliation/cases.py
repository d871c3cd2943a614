"""Cases about what differs: one a line of an order, those that one repair heals under one root; they close by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import Named, close_case, open_case
from gateway.tracking.case import Case, root_of
from gateway.tracking.reconciliation import Repair, RepairState

CAUSE = "reconciliation-differs"


def open_cases(uow: UnitOfWork, world: World, found: Iterable[Repair]) -> None:
    """Open a case for each line that differs and that nobody has dismissed; one that is open is brought up to date."""
    by_line: dict[str, list[Repair]] = {}
    for each in found:
        if each.state == RepairState.PROPOSED:
            by_line.setdefault(_line(each), []).append(each)
    for line, repairs in by_line.items():
        first = repairs[0]
        detail, root = _detail(repairs), _root(repairs)
        known = uow.find(Case, f"{line}:{CAUSE}")
        if known is None or known.closed_at is not None:
            about = Named(line, first.partner, first.tracking_id)
            open_case(uow, world, "reconciliation-differs", about, detail, root)
        elif (known.detail, known.root) != (detail, root):
            uow.change(Case, known.id, detail=detail, root=root)


def close_healed(uow: UnitOfWork, world: World, healed: Iterable[Repair]) -> None:
    """Close the cases of lines that differ in nothing any more."""
    _close(uow, world, healed, "a later run found it healed")


def close_dismissed(uow: UnitOfWork, world: World, dismissed: Iterable[Repair], reason: str) -> None:
    """Close the cases of lines of which all that differs was dismissed."""
    _close(uow, world, dismissed, f"dismissed: {reason}")


def _close(uow: UnitOfWork, world: World, ended: Iterable[Repair], reason: str) -> None:
    still: dict[str, set[str]] = {}
    for line, order_id in {_line(each): each.order_id for each in ended}.items():
        if order_id not in still:
            still[order_id] = {_line(each) for each in uow.open_repairs_of(order_id)}
        if line not in still[order_id]:
            close_case(uow, world, f"{line}:{CAUSE}", reason)


def _line(repair: Repair) -> str:
    """Return the id of the line of the order."""
    return repair.about.partition("|")[0]


def _detail(repairs: Sequence[Repair]) -> str:
    first = repairs[0]
    said = "; ".join(f"{each.divergence.words}: {each.proposal}" for each in repairs)
    return f"order {first.order_number} line {first.line}: {said} (run {first.run_id})"


def _root(repairs: Sequence[Repair]) -> str:
    """Return the root cause: the document that is missing there, else the figure of the system, where lines differ alike."""
    first = repairs[0]
    papers = {tuple(each.deliver) for each in repairs}
    if len(papers) == 1 and first.deliver:
        return root_of(CAUSE, first.partner, " ".join(first.deliver))
    return root_of(CAUSE, first.partner, " ".join(sorted({f"{each.system} {each.figure}" for each in repairs})))
