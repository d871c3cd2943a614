"""What becomes of the goods until they are here: shipped, on the way, received."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from gateway.tracking.thread.comparing import compare_day, compare_quantity
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import LineSaid, Statement
from gateway.tracking.thread.states import LineState
from gateway.tracking.thread.tolerance import ZERO

_ENDED = (LineState.CANCELLED, LineState.REJECTED)


def ship(folding: Folding, statement: Statement) -> None:
    """Take in a ship notice, and compare it with order and promise. Less than ordered is no difference: more may come."""
    folding.judged.append(statement.id)
    arrives = _day(statement.head.get("expected_on"))
    left = _day(statement.head.get("shipped_on"))
    folding.shipments[statement.number] = arrives
    for said in statement.said():
        for line, quantity in folding.shares(statement, said, "shipped"):
            if line.state in _ENDED:
                words = f"line {line.number} is shipped though it is {line.state}"
                folding.find(Check.TURN, Verdict.OUTSIDE, statement, line.number, line.state, quantity, words)
            line.shipped += quantity
            line.shipments[statement.number] = line.shipments.get(statement.number, ZERO) + quantity
            line.shipped_on = max((day for day in (left, line.shipped_on) if day), default=None)
            expect(folding, statement, line, arrives or said.on)
            if line.state not in _ENDED:
                compare_quantity(folding, statement, line, line.due, line.shipped, "shipped in all", under=False)


def expect(folding: Folding, statement: Statement, line: Line, arrives: date | None) -> None:
    """Note when a line is expected, and compare it with the day that was promised, or else wanted."""
    if arrives is None:
        return
    line.expected_on = max((arrives, line.expected_on)) if line.expected_on else arrives
    compare_day(folding, statement, line, line.promised_on or line.wish.wanted_on, arrives, "expected")


def move(folding: Folding, statement: Statement) -> None:
    """Take in a milestone of a shipment: it has left, or arrives at another time."""
    number = str(statement.head.get("shipment", statement.number))
    arrives = _day(statement.head.get("expected_on"))
    folding.judged.append(statement.id)
    if number not in folding.shipments:
        words = f"a milestone of shipment {number}, whose ship notice has not come"
        folding.find(Check.ORDER, Verdict.WAITING, statement, None, number, None, words)
        return
    if arrives is not None:
        folding.shipments[number] = arrives
    for line in folding.lines.values():
        if number not in line.shipments:
            continue
        line.departed = True
        if arrives is not None:
            line.expected_on = arrives  # The newest word on it counts, also when it is sooner.
            compare_day(folding, statement, line, line.promised_on or line.wish.wanted_on, arrives, "expected")


def receive(folding: Folding, statements: Iterable[Statement]) -> None:
    """Take in all receipts, then compare what came of each shipment with what was shipped.

    The last receipt of a shipment is the one that is judged: what one brought short the next may bring.
    """
    came: dict[tuple[str, str], Decimal] = {}
    last: dict[tuple[str, str], Statement] = {}
    for statement in statements:
        folding.judged.append(statement.id)
        for said in statement.said():
            shipment = said.reference or str(statement.head.get("shipment") or "")
            for line, quantity in folding.shares(statement, said, "received"):
                _receive(folding, statement, said, line, quantity)
                line.receipts[shipment] = line.receipts.get(shipment, ZERO) + quantity
                key = (shipment, line.number)
                came[key], last[key] = came.get(key, ZERO) + quantity, statement
    for (shipment, number), quantity in came.items():
        _compare_receipt(folding, last[shipment, number], folding.lines[number], shipment, quantity)


def _receive(folding: Folding, statement: Statement, said: LineSaid, line: Line, quantity: Decimal) -> None:
    line.received += quantity
    line.receipt_known = True
    line.received_on = max(day for day in (said.on or statement.said_at.date(), line.received_on) if day)
    if said.lot is not None:
        line.lots[said.lot] = line.lots.get(said.lot, ZERO) + quantity
    if said.refused:
        refused = folding.quantity(statement, line, said, said.refused)
        line.refused += refused or ZERO
        words = f"{said.refused:f} of {quantity:f} refused" + (f": {said.words}" if said.words else "")
        folding.find(Check.CONDITION, Verdict.OUTSIDE, statement, line.number, quantity, said.refused, words)


def _compare_receipt(folding: Folding, statement: Statement, line: Line, shipment: str, quantity: Decimal) -> None:
    shipped = line.shipments.get(shipment)
    if shipped is not None:
        compare_quantity(folding, statement, line, shipped, quantity, "received")
    elif shipment and shipment not in folding.shipments:
        words = f"received for shipment {shipment}, whose ship notice has not come"
        folding.find(Check.ORDER, Verdict.WAITING, statement, line.number, shipment, quantity, words)
    elif shipment:
        words = f"shipment {shipment} has none of line {line.number}"
        folding.find(Check.LINE, Verdict.OUTSIDE, statement, line.number, ZERO, quantity, words)
    elif line.shipped:
        compare_quantity(folding, statement, line, line.shipped, line.received, "received in all", under=False)
    else:
        compare_quantity(folding, statement, line, line.due, line.received, "received in all", under=False)


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
