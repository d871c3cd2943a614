"""Breaks the order of a set: segments missing, unknown, out of order, too often. Serves X12.6 section 3.12; AK304."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Row, Subject
from gateway.x12.generate.order import begins_loop, follow
from gateway.x12.standards import library
from gateway.x12.standards.definition import Loop, Use

_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "TA1", "ISB", "ISE", "BIN", "BDS"})
_UNKNOWN = ("QQQ", "ZZ9", "XYZ", "Q1")
_COPIES = 60  # What may come more often takes too much room to be overdone.
_ROWS = 3000
_FARTHEST = 15  # How many segments one is moved over at most.


def _shuffled(chance: Chance, indexes: range) -> list[int]:
    order = list(indexes)
    chance.shuffle(order)
    return order


def _same_places(subject: Subject, rows: list[Row], wanted: list[Use | None]) -> bool:
    """Tell whether segments stand where they are wanted, None where a reader passes them over."""
    return follow(subject.definition.root, [row[0] for row in rows])[0] == wanted


def _span(uses: list[Use], start: int) -> int:
    """Return the index behind the repetition of the loop that begins at ``start``."""
    loop = uses[start].loop
    for index in range(start + 1, len(uses)):
        if uses[index] is uses[start] or not _within(uses[index], loop):
            return index
    return len(uses)


def _within(use: Use, loop: Loop) -> bool:
    around: Loop | None = use.loop
    while around is not None and around is not loop:
        around = around.parent
    return around is loop


def segment_missing(subject: Subject, chance: Chance) -> Change | None:
    """Leave out a mandatory segment, or all of a mandatory loop; the segment behind it shows that it is missing."""
    uses, rows = subject.uses, subject.rows
    for index in _shuffled(chance, range(1, len(rows) - 1)):
        use = uses[index]
        item: Use | Loop = use.loop if begins_loop(use) else use
        behind = _span(uses, index) if begins_loop(use) else index + 1
        alone = uses[behind] is not use and not (isinstance(item, Loop) and _within(uses[index - 1], item))
        if not item.required or not alone or uses[index - 1] is use:
            continue
        rest, places = rows[:index] + rows[behind:], uses[:index] + uses[behind:]
        if _same_places(subject, rest, [*places]):
            return subject.with_rows(rest, Expected(FaultCode.SEGMENT_MISSING, use.name, index + 1))
    return None


def segment_unknown(subject: Subject, chance: Chance) -> Change:
    """Put in a segment that no set of the version has."""
    known = library.segment_names(subject.definition.version)
    name = chance.choice([name for name in _UNKNOWN if name not in known])
    return _inserted(subject, chance, [name, "1"], FaultCode.SEGMENT_UNKNOWN)


def segment_of_other_sets(subject: Subject, chance: Chance) -> Change:
    """Put in a segment that other sets have, but not this one."""
    known = library.segment_names(subject.definition.version)
    name = chance.choice(sorted(known - subject.definition.segment_ids - _ENVELOPE))
    return _inserted(subject, chance, [name, "1"], FaultCode.SEGMENT_NOT_IN_SET)


def _inserted(subject: Subject, chance: Chance, row: Row, code: FaultCode) -> Change:
    index = chance.randint(1, len(subject.rows) - 1)
    rows = [*subject.rows[:index], row, *subject.rows[index:]]
    return subject.with_rows(rows, Expected(code, row[0], index + 1))


def segment_blank(subject: Subject, chance: Chance) -> Change:
    """Put a second terminator behind one."""
    index = chance.randint(1, len(subject.rows) - 1)
    rows = [*subject.rows[:index], [""], *subject.rows[index:]]
    return subject.with_rows(rows, Expected(FaultCode.SEGMENT_BLANK, "", index + 1), count=len(subject.rows))


def segment_late(subject: Subject, chance: Chance) -> Change | None:
    """Move a segment to where it has no place any more, while the loop to which it belongs goes on."""
    uses, rows, root = subject.uses, subject.rows, subject.definition.root
    for index in _shuffled(chance, range(1, len(rows) - 2)):
        use = uses[index]
        if begins_loop(use):
            continue
        own = follow(root, subject.names[: index + 1])[1].repetition_of(use.loop)
        for to in _shuffled(chance, range(index + 1, min(len(rows) - 1, index + _FARTHEST))):
            moved = [*rows[:index], *rows[index + 1 : to + 1], rows[index], *rows[to + 1 :]]
            order = follow(root, [row[0] for row in moved[:to]])[1]
            late = order.before(use.name) and not order.anywhere(use.name)
            wanted = [*uses[:index], *uses[index + 1 : to + 1], None, *uses[to + 1 :]]
            if late and order.repetition_of(use.loop) == own and _same_places(subject, moved, wanted):
                return subject.with_rows(moved, Expected(FaultCode.SEGMENT_OUT_OF_ORDER, use.name, to + 1))
    return None


def segment_too_often(subject: Subject, chance: Chance) -> Change | None:
    """Repeat a segment once more than it may come."""
    uses, rows = subject.uses, subject.rows
    for index in _shuffled(chance, range(1, len(rows) - 1)):
        use = uses[index]
        if begins_loop(use) or use.maximum is None or use.maximum > _COPIES or uses[index + 1] is use:
            continue
        first = next(at for at in range(index, -1, -1) if uses[at - 1] is not use)
        more = use.maximum - (index - first)
        changed = [*rows[: index + 1], *[rows[index]] * more, *rows[index + 1 :]]
        wanted = [*uses[: index + 1], *[use] * (more - 1), None, *uses[index + 1 :]]
        if _same_places(subject, changed, wanted):
            position = index + 1 + more
            return subject.with_rows(changed, Expected(FaultCode.SEGMENT_OVER_MAXIMUM, use.name, position))
    return None


def loop_too_often(subject: Subject, chance: Chance) -> Change | None:
    """Repeat a loop once more than it may come."""
    uses, rows, root = subject.uses, subject.rows, subject.definition.root
    for index in _shuffled(chance, range(1, len(rows) - 1)):
        use = uses[index]
        if not begins_loop(use) or use.loop.maximum is None or use.loop.maximum > _COPIES:
            continue
        behind = _span(uses, index)
        if uses[behind] is use:
            continue  # One takes the last repetition.
        repeated = _repetitions_before(uses, index)
        more = use.loop.maximum - repeated
        if len(rows) + more * (behind - index) > _ROWS:
            continue
        full = [*rows[:index], *rows[index:behind] * more]
        order = follow(root, [row[0] for row in full])[1]
        places: list[Use | None] = [*uses[:index], *uses[index:behind] * more, *uses[behind:]]
        if order.place(use.name) is None and _same_places(subject, [*full, *rows[behind:]], places):
            changed = [*full, *rows[index:]]
            return subject.with_rows(changed, Expected(FaultCode.LOOP_OVER_MAXIMUM, use.name, len(full) + 1))
    return None


def _repetitions_before(uses: list[Use], index: int) -> int:
    """Return how many repetitions of the loop that begins at ``index`` stand directly before that one."""
    use, count = uses[index], 0
    while index and _within(uses[index - 1], use.loop):
        index -= 1
        count += uses[index] is use
    return count


def loop_not_opened(subject: Subject, chance: Chance) -> Change | None:
    """Leave out the first segment of a loop; what comes behind it stands in no other place of the set."""
    uses, rows, root = subject.uses, subject.rows, subject.definition.root
    places = [use.name for use in root.uses()]
    for index in _shuffled(chance, range(1, len(rows) - 1)):
        use, behind = uses[index], uses[index + 1]
        inner = begins_loop(use) and behind.loop is use.loop and behind is not use
        if not inner or use.name == "HL" or places.count(behind.name) > 1:
            continue
        order = follow(root, subject.names[:index])[1]
        if not order.anywhere(behind.name) and not order.before(behind.name):
            rest = rows[:index] + rows[index + 1 :]
            return subject.with_rows(rest, Expected(FaultCode.SEGMENT_UNEXPECTED, behind.name, index + 1))
    return None


RULES: dict[str, Breaker] = {
    "segment-missing": segment_missing,
    "segment-unknown": segment_unknown,
    "segment-of-other-sets": segment_of_other_sets,
    "segment-blank": segment_blank,
    "segment-late": segment_late,
    "segment-too-often": segment_too_often,
    "loop-too-often": loop_too_often,
    "loop-not-opened": loop_not_opened,
}
