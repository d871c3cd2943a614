"""What is known while a thread is folded: its lines so far, what was found, and how a line that somebody names is recognised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gateway.tracking.master import item_name, unit_name, unit_of_name
from gateway.tracking.thread.finding import Check, Finding, Verdict
from gateway.tracking.thread.line import Items, Line
from gateway.tracking.thread.statement import Kind, LineSaid, Statement
from gateway.tracking.thread.tolerance import Terms, Tolerance

_MISTAKES = frozenset((Check.LINE, Check.ITEM, Check.UNIT, Check.NUMBER, Check.TURN, Check.CLOCK))
_OTHERS = ("document",)  # Sources that are not systems of ours: what partners write.


@dataclass(slots=True)
class Folding:
    """The thread in the making."""

    terms: Terms
    lines: dict[str, Line] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)  # Statements that were compared with something.
    known: bool = False  # Somebody has told us of the order.
    cancelled: bool = False
    closed: bool = False
    paid: Decimal = Decimal(0)
    head: dict[str, Any] = field(default_factory=dict)
    shipments: dict[str, date | None] = field(default_factory=dict)  # Number -> expected on.
    unknown: set[str] = field(default_factory=set)  # Names of items and units that master data may make known.
    notices: list[Statement] = field(default_factory=list)  # Ship notices that count, also those not yet taken in.

    def tolerance(self, statement: Statement, line: Line) -> Tolerance:
        """Return how far a statement may differ for a line."""
        return self.terms.judging(statement.kind).tolerance_for(line.items, line.plant or self.head.get("plant"))

    def find(
        self,
        check: Check,
        verdict: Verdict,
        statement: Statement,
        line: str | None,
        expected: object,
        said: object,
        words: str,
    ) -> None:
        """Write down a finding; where nothing was agreed, a difference is noted and nobody is asked.

        What one of our own systems mistakes is no difference that could be agreed with a partner: it always asks somebody.
        """
        ours = statement.kind == Kind.CONSUMED or (statement.source not in _OTHERS and check in _MISTAKES)
        if verdict == Verdict.OUTSIDE and not ours and not self.terms.judging(statement.kind).agreed:
            verdict = Verdict.NOTED
        shown = [
            "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
            for value in (expected, said)
        ]
        self.findings.append(Finding(check, verdict, statement.id, line, shown[0], shown[1], words))

    def recognise(self, statement: Statement, said: LineSaid) -> list[Line]:
        """Return the lines that are meant: one where it is clear, several with one item, none with a finding."""
        if said.line is not None:
            line = self.lines.get(said.line) or self.lines.get(said.line.lstrip("0"))
            if line is not None:
                self._compare_item(statement, line, said.items)
                return [line]
        found = self._by_item(said.items)
        if not found:
            named = said.line or ", ".join(value for _kind, value in said.items) or "?"
            what = Check.ITEM if said.items and said.line is None else Check.LINE
            words = f"the order has no line for {named}; it has {', '.join(self.lines) or 'none'}"
            self.find(what, Verdict.OUTSIDE, statement, said.line, None, named, words)
            self.unknown |= {item_name(value) for _kind, value in said.items}
        return found

    def left_before(self, line: Line, moment: datetime) -> bool:
        """Tell whether some of a line had been shipped, as its ship notice says, before a moment."""
        known = set(self.terms.also_known(line.items))
        return any(
            said.line == line.number or (said.line is None and known & set(self.terms.also_known(said.items)))
            for notice in self.notices
            if notice.said_at < moment
            for said in notice.said()
        )

    def _by_item(self, items: Items) -> list[Line]:
        """Return the lines with one of these items: the same id of the same kind first, else the same id."""
        said = [line for line in self.lines.values() if set(items) & set(line.items)]
        if said or not items:
            return said
        wanted = self.terms.also_known(items)
        exact = [line for line in self.lines.values() if set(wanted) & set(self.terms.also_known(line.items))]
        if exact:
            return exact
        values = {value for _kind, value in wanted}
        return [line for line in self.lines.values() if values & {value for _kind, value in line.items}]

    def _compare_item(self, statement: Statement, line: Line, items: Items) -> None:
        """Note another item under the number of a line."""
        if not items or not line.items:
            return
        if set(line.items) & set(items):
            return
        known = set(self.terms.also_known(line.items))
        if known & set(self.terms.also_known(items)):
            return
        shared = {kind for kind, _value in items} & {kind for kind, _value in line.items}
        if not shared:
            return  # Each side uses its own numbers, and nothing says that they differ.
        verdict = Verdict.NOTED if self.tolerance(statement, line).substitutes else Verdict.OUTSIDE
        said, expected = (", ".join(value for _kind, value in each) for each in (items, line.items))
        words = f"another item: {said} instead of {expected}"
        self.unknown |= {item_name(value) for _kind, value in (*items, *line.items)}
        self.find(Check.ITEM, verdict, statement, line.number, expected, said, words)

    def quantity(
        self, statement: Statement, line: Line, said: LineSaid, quantity: Decimal | None = None
    ) -> Decimal | None:
        """Return what is said in the unit of the line; None, with a finding, where it can't be converted."""
        value = said.quantity if quantity is None else quantity
        if value is None or said.unit is None or line.unit is None or said.unit == line.unit:
            return value
        converted = self.terms.convert(line.items, value, said.unit, line.unit)
        if converted is None:
            words = f"{said.unit} can't be converted into {line.unit} for this item; add the conversion to the item"
            self.find(Check.UNIT, Verdict.OUTSIDE, statement, line.number, line.unit, said.unit, words)
            self.unknown |= {unit_of_name(value) for _kind, value in line.items}
            self.unknown |= {unit_name(said.unit), unit_name(line.unit)}
        return converted

    def price(self, said: LineSaid, line: Line) -> Decimal | None:
        """Return the price that is said, for one unit of the line: who bills by the case says the price of a case."""
        if said.price is None or said.unit is None or line.unit is None or said.unit == line.unit:
            return said.price
        pieces = self.terms.convert(line.items, Decimal(1), said.unit, line.unit)
        return said.price / pieces if pieces else said.price

    def shares(self, statement: Statement, said: LineSaid, taken: str) -> list[tuple[Line, Decimal]]:
        """Return which line gets how much of what is said. Lines of one item are filled one after the other.

        ``taken`` names the figure of a line that says how much of it is filled.
        """
        lines = self.recognise(statement, said)
        if not lines:
            return []
        if len(lines) == 1:
            quantity = self.quantity(statement, lines[0], said)
            return [] if quantity is None else [(lines[0], quantity)]
        left = self.quantity(statement, lines[0], said)
        shares = []
        for line in lines:
            if left is None or left <= 0:
                break
            room = max(line.due - getattr(line, taken), Decimal(0))
            part = left if line is lines[-1] else min(left, room)
            if part:
                shares.append((line, part))
                left -= part
        return shares
