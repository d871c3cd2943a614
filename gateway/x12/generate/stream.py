"""Writes whole interchanges as a stream of bytes, of any length in little memory. Serves X12.5 (ISA GS ST SE GE IEA)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from gateway.x12.delimiters import Delimiters
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.choosing import Mode
from gateway.x12.generate.document import SetMaker
from gateway.x12.generate.values import Values
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import SetDefinition

SETS_IN_GROUP = 500
GROUPS_IN_INTERCHANGE = 10
_PIECE = 1 << 14  # Characters gathered before they are handed on.


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: ``sets`` sets, or as many as it takes to fill ``size`` bytes. ``version`` is GS08.

    ``lines`` is how often the main loop of each set comes (PO1 in an 850, HL in an 856); None leaves that to chance.
    """

    set_id: str
    version: str = "004010"
    mode: Mode = Mode.SOME
    lines: int | None = None
    sets: int = 1
    size: int = 0
    sender: str = "SENDER"
    receiver: str = "RECEIVER"
    newline: bool = False
    delimiters: Delimiters = field(default_factory=Delimiters)


def generate(plan: Plan, chance: Chance) -> Iterator[bytes]:
    """Yield the bytes of conforming interchanges, Latin-1 where binary data are in them and ASCII elsewhere.

    Raises ValueError for a set that is not defined.
    """
    choice = set_definition(plan.set_id, plan.version)
    if choice is None:
        raise ValueError(f"set {plan.set_id} is not defined; gateway x12 sets lists those that are")
    return _Stream(plan, choice.definition, chance).chunks()


class _Stream:
    def __init__(self, plan: Plan, definition: SetDefinition, chance: Chance) -> None:
        self.plan = plan
        self.definition = definition
        self.chance = chance
        repeats = plan.version[:5] >= "00402"
        marks = plan.delimiters
        self.marks = replace(marks, repetition=(marks.repetition or _free(marks)) if repeats else "")
        self.day = Values(chance, self.marks).day(8)
        self.hour = f"{chance.randint(0, 23):02d}{chance.randint(0, 59):02d}"
        self.written = 0
        self.sets = 0

    def chunks(self) -> Iterator[bytes]:
        for number in count(1):
            yield from self._interchange(number)
            if self._enough():
                return

    def _enough(self) -> bool:
        return self.written >= self.plan.size if self.plan.size else self.sets >= self.plan.sets

    def _bytes(self, segments: Iterable[list[str]]) -> Iterator[bytes]:
        """Join segments, and hand them on in pieces of a moderate size."""
        mark, end = self.marks.element, self.marks.segment + ("\n" if self.plan.newline else "")
        held: list[str] = []
        size = 0
        for segment in segments:
            held.append(mark.join(segment))
            size += len(held[-1]) + len(end)
            if size >= _PIECE:
                self.written += size
                yield (end.join(held) + end).encode("latin-1")
                held, size = [], 0
        if held:
            self.written += size
            yield (end.join(held) + end).encode("latin-1")

    def _interchange(self, number: int) -> Iterator[bytes]:
        plan, control = self.plan, f"{number:09d}"
        blank, eleventh = " " * 10, self.marks.repetition or "U"
        head = ["ISA", "00", blank, "00", blank, "ZZ", f"{plan.sender:<15}", "ZZ", f"{plan.receiver:<15}", self.day[2:]]
        head += [self.hour, eleventh, plan.version[:5], control, "0", "T", self.marks.component]
        yield from self._bytes([head])
        for groups in range(1, GROUPS_IN_INTERCHANGE + 1):
            yield from self._group(groups)
            if self._enough() or groups == GROUPS_IN_INTERCHANGE:
                yield from self._bytes([["IEA", str(groups), control]])
                return

    def _group(self, number: int) -> Iterator[bytes]:
        plan, group_id = self.plan, self.definition.group_id
        day = self.day if plan.version[:6] >= "004010" else self.day[2:]
        yield from self._bytes(
            [["GS", group_id, plan.sender, plan.receiver, day, self.hour, str(number), "X", plan.version]]
        )
        for sets in range(1, SETS_IN_GROUP + 1):
            maker = SetMaker(self.definition, self.chance, self.marks, plan.mode, plan.lines)
            yield from self._bytes(maker.segments(f"{sets:04d}"))
            self.sets += 1
            if self._enough() or sets == SETS_IN_GROUP:
                yield from self._bytes([["GE", str(sets), str(number)]])
                return


def _free(marks: Delimiters) -> str:
    """Return a repetition separator that is not another delimiter."""
    return next(mark for mark in "^!`|" if mark not in marks.all())
