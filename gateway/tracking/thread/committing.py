"""What both sides commit to: the order, its changes, and what the partner answers to them, line by line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from gateway.tracking.thread.comparing import compare_promise
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.line import Line, Wish
from gateway.tracking.thread.statement import Kind, LineSaid, Reply, Statement
from gateway.tracking.thread.states import LineState, Trigger

ACCEPTS = "accepts"  # In the head of a change that orders what the partner proposed: the id of what proposed it.
_ZERO = Decimal(0)
_NOT_SHIPPED_YET = frozenset(LineState) - {LineState.REJECTED, LineState.CANCELLED}


def create(folding: Folding, statement: Statement) -> None:
    """Open the lines of an order. What several say about its beginning is one order: the later one says how it is."""
    folding.known = True
    folding.head |= {name: value for name, value in statement.head.items() if value is not None}
    for place, said in enumerate(statement.said(), start=1):
        number = said.line or str(place)
        line = folding.lines.get(number)
        wish = Wish(said.quantity or _ZERO, said.price, said.on)
        if line is None:
            line = folding.lines[number] = Line(number, said.items, said.unit, [wish], state=LineState.UNKNOWN)
            line.plant = said.plant
            line.move(Trigger.CREATE)
        else:
            line.wishes, line.unit, line.items = [wish], said.unit or line.unit, said.items or line.items
    if statement.kind == Kind.ORDERED:
        _move_all(folding, Trigger.APPROVE)


def approve(folding: Folding, _statement: Statement) -> None:
    """Release the order."""
    _move_all(folding, Trigger.APPROVE)


def transmit(folding: Folding, _statement: Statement) -> None:
    """The order is with the partner."""
    _move_all(folding, Trigger.TRANSMIT)


def understand(folding: Folding, _statement: Statement) -> None:
    """The partner could read the order."""
    _move_all(folding, Trigger.UNDERSTAND)


def refuse(folding: Folding, _statement: Statement) -> None:
    """The partner could not read the order."""
    _move_all(folding, Trigger.REFUSE)


def cancel(folding: Folding, statement: Statement) -> None:
    """Take back the order, or the lines that are named."""
    named = statement.said()
    lines = [line for said in named for line in folding.recognise(statement, said)] if named else folding.lines.values()
    for line in lines:
        _cancel(folding, statement, line)
    folding.judged.append(statement.id)


def _cancel(folding: Folding, statement: Statement, line: Line) -> None:
    if line.state == LineState.CANCELLED:
        return
    shipped = folding.left_before(line, statement.said_at)
    if shipped or not line.move(Trigger.CANCEL):
        state = LineState.SHIPPED if shipped else line.state
        words = f"line {line.number} is {state} and can't be cancelled any more"
        folding.find(Check.TURN, Verdict.OUTSIDE, statement, line.number, None, state, words)


def change(folding: Folding, statement: Statement) -> None:
    """Lay a new version over the lines that an 860 names; what was promised for them is asked for anew."""
    folding.judged.append(statement.id)
    for said in statement.said():
        if said.reply == Reply.ADD and said.line is not None and said.line not in folding.lines:
            wish = Wish(said.quantity or _ZERO, said.price, said.on)
            line = folding.lines[said.line] = Line(said.line, said.items, said.unit, [wish])
            line.reach()
            continue
        for line in folding.recognise(statement, said):
            if said.reply == Reply.DELETE:
                _cancel(folding, statement, line)
                continue
            quantity = folding.quantity(statement, line, said)
            if quantity is None and said.quantity is not None:
                continue
            wish = Wish(
                line.ordered if quantity is None else quantity,
                line.price if said.price is None else said.price,
                line.wish.wanted_on if said.on is None else said.on,
                bool(statement.head.get(ACCEPTS)),
            )
            if not line.move(Trigger.REVISE):
                words = f"line {line.number} is {line.state} and can't be changed any more"
                folding.find(Check.TURN, Verdict.OUTSIDE, statement, line.number, None, line.state, words)
                continue
            line.wishes.append(wish)


def acknowledge(folding: Folding, statement: Statement) -> None:
    """Lay what the partner promises over the lines. An answer without lines is one for all of them."""
    folding.judged.append(statement.id)
    whole = statement.head.get("reply")
    by_line: dict[str, list[LineSaid]] = {}
    for said in statement.said():
        for line in folding.recognise(statement, said):
            by_line.setdefault(line.number, []).append(said)
    for line in folding.lines.values():
        said_of_line = by_line.get(line.number)
        if said_of_line is None and whole is not None:
            said_of_line = [LineSaid(line=line.number, reply=whole)]
        if said_of_line is not None and line.state in _NOT_SHIPPED_YET | {LineState.REJECTED}:
            _answer(folding, statement, line, said_of_line)


def _answer(folding: Folding, statement: Statement, line: Line, parts: list[LineSaid]) -> None:
    """Take in what the partner says to one line, in one or several parts; what can't be reckoned changes nothing."""
    said = [(part, folding.quantity(statement, line, part)) for part in parts]
    if any(quantity is None and part.quantity is not None for part, quantity in said):
        return
    wish = _answered_wish(statement, line, said)
    if wish is not line.wish:
        words = "it answers the order before the last change, which is still unanswered"
        folding.find(Check.CROSSED, Verdict.NOTED, statement, line.number, line.ordered, wish.quantity, words)
        return
    line.replied, line.promises, line.backordered, line.rejected, line.promised_price = True, [], _ZERO, _ZERO, None
    for part, converted in said:
        quantity = line.ordered if converted is None else converted
        if part.reply in (Reply.REJECTED, Reply.DELETE):
            line.rejected += quantity
        elif part.reply == Reply.BACKORDERED:
            line.backordered += quantity
            line.promises.append((part.on, quantity))
        else:
            line.promises.append((part.on or wish.wanted_on, quantity))
            price = folding.price(part, line)
            line.promised_price = price if price is not None else line.promised_price
    differs = compare_promise(folding, statement, line)
    _reply(folding, statement, line, differs)


def _answered_wish(statement: Statement, line: Line, parts: list[tuple[LineSaid, Decimal | None]]) -> Wish:
    """Return the version of the line that is answered: the newest, unless the answer fits only one before it."""
    if len(line.wishes) < 2 or statement.kind == Kind.CHANGE_ANSWERED or line.state != LineState.REVISED:
        return line.wish
    said = sum((quantity for _part, quantity in parts if quantity is not None), _ZERO)
    days = {part.on for part, _quantity in parts if part.on is not None}

    def fits(wish: Wish) -> bool:
        return (not said or said == wish.quantity) and (not days or wish.wanted_on is None or days == {wish.wanted_on})

    if fits(line.wish):
        return line.wish
    return next((wish for wish in reversed(line.wishes[:-1]) if fits(wish)), line.wish)


def _reply(folding: Folding, statement: Statement, line: Line, differs: bool) -> None:
    days = {on for on, quantity in line.promises if quantity}
    if line.rejected and not line.promised:
        trigger = Trigger.REJECT
    elif line.backordered:
        trigger = Trigger.BACKORDER
    elif len(days) > 1:
        trigger = Trigger.SPLIT
    else:
        trigger = Trigger.CHANGE if differs or line.rejected else Trigger.ACCEPT
    if line.may(trigger):
        line.move(trigger)
    elif line.state not in (LineState.CANCELLED,):
        line.reach()
        line.move(trigger)
    else:
        words = f"line {line.number} is {line.state}, so it can't be {trigger} any more"
        folding.find(Check.TURN, Verdict.OUTSIDE, statement, line.number, None, line.state, words)


def _move_all(folding: Folding, trigger: Trigger) -> None:
    for line in folding.lines.values():
        line.move(trigger)


COMMITTING: dict[str, Callable[[Folding, Statement], None]] = {
    Kind.CREATED: create,
    Kind.ORDERED: create,
    Kind.APPROVED: approve,
    Kind.TRANSMITTED: transmit,
    Kind.UNDERSTOOD: understand,
    Kind.REFUSED: refuse,
    Kind.CANCELLED: cancel,
    Kind.CHANGED: change,
    Kind.ACKNOWLEDGED: acknowledge,
    Kind.CHANGE_ANSWERED: acknowledge,
}
