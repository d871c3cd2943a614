"""Fold statements into the thread of an order: where each line stands, what does not match, what still waits.

The order in which statements came plays no part: the same statements give the same thread (a test shuffles them).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.tracking.thread.awaiting import ARRIVED
from gateway.tracking.thread.committing import COMMITTING
from gateway.tracking.thread.effective import effective
from gateway.tracking.thread.finding import Check, Finding, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.fulfilling import move, receive, ship
from gateway.tracking.thread.invoicing import credits_of, match_invoice
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.quarantine import consume, keep_back
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.states import LineState, Trigger, order_state
from gateway.tracking.thread.tolerance import ZERO, Terms

_BEGINNING = (Kind.CREATED, Kind.ORDERED)
# What counts first, whenever it came: an order is known before its answers, sent before it is understood.
_RANK = {
    Kind.CREATED: 0,
    Kind.ORDERED: 1,
    Kind.APPROVED: 2,
    Kind.TRANSMITTED: 3,
    Kind.REFUSED: 4,
    Kind.UNDERSTOOD: 5,
}


@dataclass(slots=True)
class Thread:
    """What comes of it. ``judged`` has an entry for each statement that was compared, with what was found."""

    state: LineState
    lines: dict[str, Line]
    head: dict[str, Any]
    judged: dict[str, list[Finding]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)  # Names that master data may make known.

    def verdict(self, statement_id: str) -> Verdict:
        """Return what the findings about a statement amount to."""
        return worst(self.judged.get(statement_id, ()))

    @property
    def need_by(self) -> date | None:
        """The first day on which something that has not arrived is wanted."""
        missing = [line for line in self.lines.values() if line.received < line.due and line.state not in ARRIVED]
        days = [line.wish.wanted_on for line in missing]
        return min((day for day in days if day is not None), default=None)

    @property
    def value(self) -> Decimal:
        """What was ordered, in the order's currency."""
        return sum((line.ordered * (line.price or ZERO) for line in self.lines.values()), ZERO)


def worst(findings: Iterable[Finding]) -> Verdict:
    """Return the worst verdict; no finding is clean."""
    return max((finding.verdict for finding in findings), default=Verdict.CLEAN)


def fold(statements: Sequence[Statement], terms: Terms | None = None) -> Thread:
    """Fold all that was said about one order; without ``terms`` nothing may differ."""
    folding = Folding(terms or Terms())
    counted = effective(folding, statements)
    by_kind: dict[str, list[Statement]] = defaultdict(list)
    for statement in counted:
        by_kind[statement.kind].append(statement)
    if not any(by_kind[kind] for kind in _BEGINNING):
        return _unknown(folding, counted)
    folding.notices = by_kind[Kind.SHIPPED]
    begun = [each for each in counted if each.kind in COMMITTING]
    for statement in sorted(begun, key=lambda each: _RANK.get(Kind(each.kind), 6)):  # Stable: else as they came.
        COMMITTING[statement.kind](folding, statement)
    for statement in by_kind[Kind.SHIPPED]:
        ship(folding, statement)
    for statement in sorted(by_kind[Kind.MOVED], key=lambda each: (each.said_at, each.came_at, each.id)):
        move(folding, statement)  # As they happened: what comes late says less than what was said since.
    receive(folding, by_kind[Kind.RECEIVED])
    keep_back(folding, [*by_kind[Kind.HELD], *by_kind[Kind.RELEASED], *by_kind[Kind.PASSED]])
    consume(folding, by_kind[Kind.CONSUMED])
    credits = credits_of(folding, by_kind[Kind.ADJUSTED])
    for statement in by_kind[Kind.INVOICED]:
        match_invoice(folding, statement, credits)
    _decide(folding, by_kind[Kind.DECIDED])
    _advance(folding, by_kind)
    return _thread(folding)


def _unknown(folding: Folding, counted: list[Statement]) -> Thread:
    for statement in counted:
        words = "nobody has told us of this order yet; it is judged when the order comes"
        folding.find(Check.ORDER, Verdict.WAITING, statement, None, None, statement.number, words)
        folding.judged.append(statement.id)
    return _thread(folding)


def _decide(folding: Folding, decisions: list[Statement]) -> None:
    """Let what persons took as it is be; another difference in the same paper is a new one."""
    taken = {tuple(each) for decision in decisions for each in decision.head.get("taken", ())}
    for place, finding in enumerate(folding.findings):
        if finding.verdict >= Verdict.WAITING and decided_key(finding) in taken:
            folding.findings[place] = replace(finding, verdict=Verdict.DECIDED)


def decided_key(finding: Finding) -> tuple[str, str, str, str]:
    """Return what a decision names a finding by."""
    return finding.statement, finding.check, finding.line or "", finding.said


def _advance(folding: Folding, by_kind: dict[str, list[Statement]]) -> None:
    """Move each line as far as quantities and matches carry it."""
    invoices = {statement.id for statement in by_kind[Kind.INVOICED]}
    about_invoices = [finding for finding in folding.findings if finding.statement in invoices]
    paid = sum((statement.decimal("total") or ZERO for statement in by_kind[Kind.PAID]), ZERO)
    folding.paid = paid
    closed = bool(by_kind[Kind.CLOSED])
    for line in folding.lines.values():
        if line.state in (LineState.CREATED, LineState.APPROVED) and (line.shipped or line.received or line.invoiced):
            line.reach()
        if line.shipped:
            line.move(Trigger.SHIP)
        if line.departed:
            line.move(Trigger.DEPART)
        enough = _least(folding, line)
        if line.received:
            line.move(Trigger.RECEIVE_ALL if line.received >= enough else Trigger.RECEIVE_PART)
        if line.held_quantity:
            line.move(Trigger.HOLD)
        if line.invoiced:
            _pay(folding, line, [each for each in about_invoices if each.line in (None, line.number)], enough)
        if closed or (paid and line.state == LineState.MATCHED and paid >= _owed(folding)):
            line.move(Trigger.CLOSE)


def _pay(folding: Folding, line: Line, findings: list[Finding], enough: Decimal) -> None:
    verdict = worst(each for each in findings if each.verdict != Verdict.DECIDED)
    if verdict == Verdict.OUTSIDE:
        line.move(Trigger.INVOICE)
        line.move(Trigger.DISPUTE)
        return
    here = not folding.terms.receipt_needed or line.received >= enough
    complete = line.invoiced >= min(enough, line.received - line.refused if line.received else enough)
    invoiced = here and complete and line.state != LineState.ON_HOLD and line.move(Trigger.INVOICE)
    # Where nobody agreed on what matches, nothing is called matched.
    if invoiced and verdict < Verdict.WAITING and folding.terms.judging(Kind.INVOICED).agreed:
        line.move(Trigger.MATCH)


def _least(folding: Folding, line: Line) -> Decimal:
    """Return the quantity with which a line is complete: what is due, less what was agreed that may be missing."""
    judging = folding.terms.judging(Kind.RECEIVED)
    tolerance = judging.tolerance_for(line.items, line.plant or folding.head.get("plant"))
    return line.due * (100 - tolerance.quantity_under) / 100


def _owed(folding: Folding) -> Decimal:
    return sum((line.invoiced * (line.price or ZERO) for line in folding.lines.values()), ZERO)


def _thread(folding: Folding) -> Thread:
    judged: dict[str, list[Finding]] = {statement: [] for statement in folding.judged}
    for finding in folding.findings:
        judged.setdefault(finding.statement, []).append(finding)
    state = order_state(line.state for line in folding.lines.values())
    return Thread(state, folding.lines, folding.head, judged, folding.unknown)
