"""Turns findings on one set into faults: with their place, their words and, where an agreement tolerates them, as notes.

Keeps the first so many and counts the rest, whose words are never made: a set of nothing but faults costs little. Judges
nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import TypeAlias

from gateway.x12 import explain
from gateway.x12.beyond import beyond_basic
from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import Finding, SegmentJudge
from gateway.x12.faults import Fault, FaultCode
from gateway.x12.hierarchy import hierarchy_findings
from gateway.x12.model import TransactionSet
from gateway.x12.standards import library
from gateway.x12.standards.definition import Composite, Position, SetDefinition, Use
from gateway.x12.walker import Misplacement, Placed

EnvelopeFinding: TypeAlias = tuple[FaultCode, str, str, int]  # Code, message, advice, index of the segment.

_ENVELOPE_ELEMENTS = 2  # The first two of ST and SE are judged as the envelope of the set.


class Collector:
    """Gathers the faults of one set; ``most`` are kept, and as many notes."""

    def __init__(
        self,
        transaction: TransactionSet,
        definition: SetDefinition | None,
        tolerate: Collection[FaultCode],
        most: int,
        *,
        basic: bool = False,
    ) -> None:
        self.faults: list[Fault] = []
        self.more_faults = 0
        self.more_notes = 0
        self._transaction = transaction
        self._definition = definition
        self._version = definition.version if definition else ""
        self._short_dates = definition.short_dates if definition else False
        self._tolerate = tolerate
        self._basic = basic  # No characters but those of the basic set are allowed.
        self._room = {False: most, True: most}  # Notes are counted apart: they must not crowd out what rejects.
        self._ids = transaction.id, transaction.control_number
        self._offsets: list[int] | None = None
        # What stands in a segment that was cut says nothing but that it was.
        self._cut = len(transaction.segments) if transaction.cut_short else 0

    def _keeps(self, code: FaultCode) -> bool:
        """Tell whether one more fault of ``code`` is kept; count it among the rest otherwise."""
        tolerated = code in self._tolerate
        if self._room[tolerated]:
            self._room[tolerated] -= 1
            return True
        self.more_faults += 1
        self.more_notes += tolerated
        return False

    def _offset(self, position: int) -> int:
        if self._offsets is None:
            self._offsets = self._transaction.offsets()
        return self._offsets[position - 1]

    def envelope(self, findings: Iterable[EnvelopeFinding]) -> None:
        """Take what is wrong with ST and SE."""
        segments = self._transaction.segments
        for code, message, fix, at in findings:
            if self._keeps(code):
                position = at % len(segments) + 1
                self.faults.append(
                    Fault(
                        code,
                        message,
                        *self._ids,
                        segment=segments[at][0],
                        position=position,
                        offset=self._offset(position),
                        fix=fix,
                        tolerated=code in self._tolerate,
                    )
                )

    def blanks(self) -> None:
        """Take the terminators that follow one another."""
        code = FaultCode.SEGMENT_BLANK
        message, fix = explain.segment_words(code, "", "", "", "", "")
        tolerated = code in self._tolerate
        for position, offset in self._transaction.blanks():
            if self._keeps(code):
                self.faults.append(
                    Fault(code, message, *self._ids, position=position, offset=offset, fix=fix, tolerated=tolerated)
                )

    def breaks(self) -> None:
        """Take the lines that break within a segment."""
        for index, number, value in self._transaction.breaks():
            if index + 1 == self._cut:
                continue
            name = self._transaction.segments[index][0]
            code = FaultCode.LINE_BREAK if number else FaultCode.SEGMENT_LINE_BREAK
            if self._keeps(code):
                self.faults.append(self._broken(code, index, name, number, value))

    def _broken(self, code: FaultCode, index: int, name: str, number: int, value: str) -> Fault:
        message, fix = explain.written_words(code, name, number)
        return Fault(
            code,
            message,
            *self._ids,
            segment=name,
            position=index + 1,
            element=number,
            value=value,
            offset=self._offset(index + 1),
            fix=fix,
            tolerated=code in self._tolerate,
        )

    def raised(self, names: list[str], known: Collection[str]) -> list[str]:
        """Take the identifiers that are known in capitals only; return them all as they are to be read."""
        code = FaultCode.SEGMENT_LOWER_CASE
        read = list(names)
        for index, name in enumerate(names):
            capital = name.upper()
            if name in known or capital not in known or index + 1 == self._cut:
                continue
            read[index] = capital
            if code in self._tolerate:
                self._transaction.put_right(index, 0, capital)
            if self._keeps(code):
                self.faults.append(self._broken(code, index, name, 0, ""))
        return read

    def structure(self, placed: Placed) -> None:
        """Take what the walk found out of place."""
        told = {item.position for item in placed.misplaced if not item.cause and item.code not in self._tolerate}
        for item in placed.misplaced:
            # What a segment explains that nobody knows is a fault of its own where that segment is let pass.
            if item.position != self._cut and item.cause not in told and self._keeps(item.code):
                self.faults.append(self._misplaced(item))

    def _misplaced(self, item: Misplacement) -> Fault:
        known = library.segment_known(item.name, self._version)
        label = library.segment(item.name, self._version).label if known else ""
        path = item.loop.path
        message, fix = explain.segment_words(
            item.code, item.name, label, path, " or ".join(self._openers(item.name)), item.detail
        )
        return Fault(
            item.code,
            message,
            *self._ids,
            segment=item.name,
            position=item.position,
            loop=path,
            offset=self._offset(item.position),
            fix=fix,
            tolerated=item.code in self._tolerate,
        )

    def _openers(self, name: str) -> list[str]:
        """Return the segments that open the loops in which a segment may stand; its own loop it opens itself."""
        uses = self._definition.root.uses() if self._definition else ()
        around = [use.loop.parent if use is use.loop.trigger else use.loop for use in uses if use.name == name]
        return sorted({loop.trigger.name for loop in around if loop is not None and loop.parent is not None})

    def elements(self, placed: Placed) -> None:
        """Judge the elements of every segment that has a place."""
        transaction = self._transaction
        segments, sent, marks = transaction.segments, transaction.as_sent(), transaction.marks
        for index, use in enumerate(placed.uses):
            if use is None or index + 1 == self._cut:
                continue
            own = _ENVELOPE_ELEMENTS if use.name in ("ST", "SE") else 0
            judge = _segment_judge(use.name, self._version, self._short_dates)
            found = judge.findings(sent[index], marks)
            if self._basic:
                told = {(each.element, each.component, each.repetition) for each in found}
                found += beyond_basic(judge.segment, sent[index], marks, told)
            for finding in found:
                if finding.code is FaultCode.CODE_LOWER_CASE and finding.code in self._tolerate:
                    transaction.put_right(index, finding.element, _in_capitals(finding, segments[index], marks))
                if finding.element > own and self._keeps(finding.code):
                    self.faults.append(self._finding(finding, index, use, placed.occurrences[index]))

    def hierarchy(self, placed: Placed) -> None:
        """Judge the tree of HL levels; where a level lacks its HL, the numbers of the others tell nothing.

        A number that is none, or too long, was told as an element already.
        """
        segments = self._transaction.segments
        lost = {item.position for item in placed.misplaced if item.code is FaultCode.SEGMENT_UNEXPECTED}
        if any(use is not None and use.loop.name == "HL" for use in (placed.uses[at - 1] for at in lost)):
            return
        levels = [(index, use) for index, use in enumerate(placed.uses) if use is not None and use.name == "HL"]
        told = {(fault.position, fault.element) for fault in self.faults if fault.segment == "HL"}
        for number, finding in hierarchy_findings([segments[index] for index, _use in levels]):
            index, use = levels[number]
            if (index + 1, finding.element) in told:
                continue
            # Nobody knows which levels would have followed in a set that lacks its end.
            unknown = finding.code is FaultCode.HL_CHILDREN and not self._transaction.closed
            if not unknown and index + 1 != self._cut and self._keeps(finding.code):
                self.faults.append(self._finding(finding, index, use, placed.occurrences[index]))

    def _finding(self, finding: Finding, index: int, use: Use, occurrence: int) -> Fault:
        position = _position(use.segment.positions, finding.element)
        shown = position
        if finding.component and position is not None and isinstance(position.kind, Composite):
            shown = _position(position.kind.components, finding.component) or position
        message, fix = explain.element_words(
            finding.code, use.segment, shown, finding.element, finding.component, finding.value, finding.detail
        )
        kind = shown.kind if shown else None
        return Fault(
            finding.code,
            message,
            *self._ids,
            segment=use.name,
            position=index + 1,
            loop=use.loop.path,
            occurrence=occurrence,
            element=finding.element,
            component=finding.component,
            repetition=finding.repetition,
            element_number="" if kind is None or isinstance(kind, Composite) else kind.number,
            value=finding.value,
            offset=self._offset(index + 1),
            fix=fix,
            tolerated=finding.code in self._tolerate,
        )


def _in_capitals(finding: Finding, segment: list[str], marks: Delimiters) -> str:
    """Return the element of a finding with the value that it is about in capitals."""
    repetitions = segment[finding.element].split(marks.repetition) if finding.repetition else [segment[finding.element]]
    at = max(finding.repetition, 1) - 1
    components = repetitions[at].split(marks.component) if finding.component and marks.component else [repetitions[at]]
    components[max(finding.component, 1) - 1] = finding.value.upper()
    repetitions[at] = marks.component.join(components)
    return marks.repetition.join(repetitions)


@cache
def _segment_judge(name: str, version: str, short_dates: bool) -> SegmentJudge:
    return SegmentJudge(library.segment(name, version, short_dates))


def _position(positions: tuple[Position, ...], number: int) -> Position | None:
    return positions[number - 1] if 0 < number <= len(positions) else None
