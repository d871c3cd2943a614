"""What quality keeps back and lets go, and what production takes all the same, or beyond what came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import Kind, LineSaid, Statement
from gateway.tracking.thread.tolerance import ZERO

TEST_RESULTS = "test_results"  # What a hold awaits, in its head, that test results let go by themselves.


def keep_back(folding: Folding, statements: Iterable[Statement]) -> None:
    """Take in holds and releases in the order in which quality decided them, whenever they came."""
    decided = sorted(statements, key=lambda each: (each.said_at, each.came_at, each.id))
    for place, statement in enumerate(decided):
        folding.judged.append(statement.id)
        if statement.kind == Kind.PASSED:
            _pass(folding, statement)
            continue
        for line, said in _meant(folding, statement):
            if statement.kind == Kind.HELD:
                _hold(folding, statement, line, said)
            else:
                _release(folding, statement, line, said, decided[place + 1 :])


def _hold(folding: Folding, statement: Statement, line: Line, said: LineSaid) -> None:
    key = said.lot or ""
    everything = line.lots.get(key, line.received) if key else line.received
    quantity = folding.quantity(statement, line, said)
    if said.quantity is not None and quantity is None:
        quantity = everything  # In a unit that nobody can convert: rather too much is kept back than too little.
    if statement.head.get("awaits") != TEST_RESULTS:
        line.untested.discard(key)
    elif not line.held.get(key):
        line.untested.add(key)
    _keep(line, key, statement.said_at, everything if quantity is None else quantity)


def _release(folding: Folding, statement: Statement, line: Line, said: LineSaid, later: list[Statement]) -> None:
    key = said.lot or ""
    kept = line.held.get(key, ZERO)
    named = f"lot {key}" if key else f"line {line.number}"
    if not kept and any(each.kind == Kind.HELD and line in _lines_of(folding, each, key) for each in later):
        words = f"it lets {named} go before it was kept back; send the release again with its right time"
        folding.find(Check.TURN, Verdict.OUTSIDE, statement, line.number, None, statement.said_at, words)
        return
    if not kept and not any(lot == key for _at, lot, _quantity in line.kept_back):
        words = f"{named} is let go, but nobody has kept it back"
        folding.find(Check.HOLD, Verdict.WAITING, statement, line.number, ZERO, key or line.number, words)
        return
    quantity = folding.quantity(statement, line, said)
    if said.quantity is not None and quantity is None:
        return  # It can't be converted: everything stays where it is.
    _keep(line, key, statement.said_at, ZERO if quantity is None else max(kept - quantity, ZERO))


def _pass(folding: Folding, statement: Statement) -> None:
    """Let go what only waited for test results. Certificates come for most goods, so one about nothing held is no finding."""
    for said in statement.said():
        for line in folding.lines.values():
            for key in _tested(folding, line, said):
                kept = line.held.get(key, ZERO)
                if kept and key in line.untested:
                    _keep(line, key, statement.said_at, ZERO)
                elif kept:
                    named = f"lot {key}" if key else f"line {line.number}"
                    words = f"the tests of {named} passed, but quality keeps it back for another reason; only quality lets it go"
                    folding.find(Check.HOLD, Verdict.NOTED, statement, line.number, kept, key or line.number, words)


def _tested(folding: Folding, line: Line, said: LineSaid) -> list[str]:
    """Return which parts of a line were tested: a lot, and the whole line where nothing else of it came."""
    if said.line is not None and said.line != line.number:
        return []
    if said.items and said.line is None:
        ids = [{value for _kind, value in folding.terms.also_known(items)} for items in (line.items, said.items)]
        if not ids[0] & ids[1]:
            return []
    if said.lot is None:
        return [""] if said.line is not None or said.items else []
    everything = line.received and line.lots.get(said.lot, ZERO) >= line.received
    return [said.lot, ""] if everything else [said.lot]


def _keep(line: Line, key: str, moment: datetime, quantity: Decimal) -> None:
    line.held[key] = quantity
    line.kept_back.append((moment, key, quantity))


def _meant(folding: Folding, statement: Statement) -> list[tuple[Line, LineSaid]]:
    """Return the lines that a hold is about: by line or item, else those that a lot was received for."""
    found = []
    for said in statement.said():
        if said.line is None and not said.items:
            lines = [line for line in folding.lines.values() if said.lot in line.lots] if said.lot else []
            if not lines:
                words = f"lot {said.lot} was not received for this order"
                folding.find(Check.LINE, Verdict.WAITING, statement, None, None, said.lot, words)
        else:
            lines = folding.recognise(statement, said)
        found += [(line, said) for line in lines]
    return found


def _lines_of(folding: Folding, statement: Statement, key: str) -> list[Line]:
    """Return the lines that a hold of a lot names, without finding anything about it."""
    meant = [said for said in statement.said() if (said.lot or "") == key]
    lots = [line for line in folding.lines.values() if key in line.lots]
    return [line for said in meant for line in folding.lines.values() if said.line == line.number] or (
        lots if meant else []
    )


def consume(folding: Folding, statements: Iterable[Statement]) -> None:
    """Compare what production takes with what came for the order, and with what quality kept back at that moment."""
    for statement in sorted(statements, key=lambda each: (each.said_at, each.came_at, each.id)):
        folding.judged.append(statement.id)
        for said in statement.said():
            for line, quantity in _taken(folding, statement, said):
                line.consumed += quantity
                if said.lot:
                    line.used[said.lot] = line.used.get(said.lot, ZERO) + quantity
                _compare_hold(folding, statement, line, said, quantity)
                _compare_received(folding, statement, line)


def _taken(folding: Folding, statement: Statement, said: LineSaid) -> list[tuple[Line, Decimal]]:
    """Return from which line how much is taken: of its lot, else of what is left of the item."""
    named = said.line is not None or bool(said.items)
    lines = folding.recognise(statement, said) if named else list(folding.lines.values())
    if said.lot and lines and any(line.lots for line in lines):
        lines = [line for line in lines if said.lot in line.lots]
        if not lines:
            words = f"lot {said.lot} was not received for this order"
            folding.find(Check.LINE, Verdict.WAITING, statement, said.line, None, said.lot, words)
    if not lines:
        return []
    left = folding.quantity(statement, lines[0], said)
    shares = []
    for line in lines:
        if left is None or left <= 0:
            break
        came = line.lots.get(said.lot, ZERO) - line.used.get(said.lot, ZERO) if said.lot in line.lots else None
        room = max(came if came is not None and said.lot else line.received - line.refused - line.consumed, ZERO)
        part = left if line is lines[-1] else min(left, room)
        if part:
            shares.append((line, part))
            left -= part
    return shares


def _compare_hold(folding: Folding, statement: Statement, line: Line, said: LineSaid, quantity: Decimal) -> None:
    """Find what was taken of a lot, or line, of which no more than what quality keeps back was left."""
    for key in (said.lot or "", "") if said.lot else ("",):
        kept = _kept_at(line, key, statement.said_at)
        came = line.lots.get(key, line.received) if key else line.received
        used = line.used.get(key, ZERO) if key else line.consumed
        if kept and used > came - kept:
            named = f"lot {key}" if key else f"line {line.number}"
            words = f"{quantity:f} of {named} was used though quality keeps {kept:f} of it back; stop its use and ask quality"
            folding.find(Check.HOLD, Verdict.OUTSIDE, statement, line.number, kept, quantity, words)
            return


def _kept_at(line: Line, key: str, moment: datetime) -> Decimal:
    known = [quantity for at, lot, quantity in line.kept_back if lot == key and at <= moment]
    return known[-1] if known else ZERO


def _compare_received(folding: Folding, statement: Statement, line: Line) -> None:
    came = line.received - line.refused
    if line.consumed > came:
        words = f"used in all {line.consumed:f}, of which {came:f} came"
        folding.find(Check.QUANTITY, Verdict.OUTSIDE, statement, line.number, came, line.consumed, words)
