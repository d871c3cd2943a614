"""Which statements count: not what was replaced or taken back, and no copies. Two that contradict one another are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.statement import NUMBERED, SYSTEM_KINDS, Kind, Purpose, Statement

# Clocks of other systems are not ours; what is dated later than this is an error of theirs.
_AHEAD = timedelta(days=1)
_ANSWERS = (Kind.ACKNOWLEDGED, Kind.CHANGE_ANSWERED)
_HAPPENED = SYSTEM_KINDS | {Kind.MOVED}


def effective(folding: Folding, statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements that count, in the order in which they came."""
    kept: list[Statement] = []
    last: dict[tuple[str, str], Statement] = {}
    for statement in sorted(statements, key=lambda each: (each.came_at, each.id)):
        if statement.kind in _HAPPENED and statement.said_at > statement.came_at + _AHEAD:
            words = f"it is dated {statement.said_at:%Y-%m-%d %H:%M}, which had not come yet; correct the clock and send it again"
            folding.find(Check.CLOCK, Verdict.OUTSIDE, statement, None, statement.came_at, statement.said_at, words)
            folding.judged.append(statement.id)
            continue
        if statement.kind in _ANSWERS and _repeats(folding, statement, kept):
            continue
        if statement.kind in NUMBERED and not _takes_part(folding, statement, kept, last):
            continue
        kept.append(statement)
    return [each for each in kept if each.purpose != Purpose.CANCELLATION or each.kind not in NUMBERED]


def _takes_part(
    folding: Folding, statement: Statement, kept: list[Statement], last: dict[tuple[str, str], Statement]
) -> bool:
    """Tell whether a numbered paper counts; take away the one that it replaces or takes back."""
    key = (statement.kind, statement.number)
    before = last.get(key)
    if statement.purpose == Purpose.COPY:
        return before is None
    if before is None:
        if statement.purpose == Purpose.CANCELLATION:
            words = f"{statement.kind} {statement.number} is taken back, but it never came"
            folding.find(Check.NUMBER, Verdict.WAITING, statement, None, None, statement.number, words)
            folding.judged.append(statement.id)
        last[key] = statement
        return True
    if statement.purpose in (Purpose.REPLACEMENT, Purpose.CANCELLATION):
        if statement.said_at < before.said_at:
            words = f"it is older than what it changes ({before.said_at:%Y-%m-%d %H:%M})"
            folding.find(Check.TURN, Verdict.OUTSIDE, statement, None, before.said_at, statement.said_at, words)
            folding.judged.append(statement.id)
            return False
        if before in kept:
            kept.remove(before)
        last[key] = statement
        return True
    if statement.purpose == Purpose.ADDITION:
        return True
    if _same(statement, before):
        _note_copy(folding, statement, before)
        return False
    folding.judged.append(statement.id)
    if statement.source != before.source:
        words = f"{statement.source} contradicts {before.source} about {statement.kind} {statement.number}; the first one counts"
    else:
        words = f"{statement.kind} {statement.number} came before with another content; the first one counts"
    folding.find(Check.NUMBER, Verdict.OUTSIDE, statement, None, before.number, statement.number, words)
    return False


def _repeats(folding: Folding, statement: Statement, kept: list[Statement]) -> bool:
    """Tell whether an answer says what the one before it said, with no change between that it could answer anew."""
    before = next((each for each in reversed(kept) if each.kind in (*_ANSWERS, Kind.CHANGED)), None)
    if before is None or before.kind != statement.kind or not _same(statement, before):
        return False
    _note_copy(folding, statement, before)
    return True


def _same(statement: Statement, before: Statement) -> bool:
    return statement.lines == before.lines and statement.head == before.head


def _note_copy(folding: Folding, statement: Statement, before: Statement) -> None:
    words = f"the same {statement.kind} {statement.number} came before, in {before.subject}; it counts once"
    folding.find(Check.COPY, Verdict.NOTED, statement, None, before.number, statement.number, words)
    folding.judged.append(statement.id)
