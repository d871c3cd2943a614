"""Business numbers that must be unique beyond one document: those of a judged set, and the fault of one that came before.

Whoever judges knows what came before, in a file or in a ledger; nothing is remembered here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.x12.faults import Fault, FaultCode
from gateway.x12.guides.check import Check, Spot
from gateway.x12.guides.reference import Scene
from gateway.x12.guides.rule import Rule
from gateway.x12.model import TransactionSet
from gateway.x12.validator import MAX_FAULTS, Judgment


@dataclass(frozen=True, slots=True)
class Number:
    """A value that its rule wants to be unique, and where it stands. ``place`` names the rule: ``810 BIG02``."""

    rule: Rule
    place: str
    value: str
    spot: Spot
    segment: str


class Numbers(Check):
    """The numbers of one judged set for which a rule looks beyond the document, each value once."""

    def __init__(self, guide: str, judgment: Judgment, transaction: TransactionSet, rules: Iterable[Rule]) -> None:
        positions = {id(segment): index + 1 for index, segment in enumerate(transaction.segments)}
        super().__init__(guide, judgment, transaction, positions)
        self.found: list[Number] = []
        for rule in rules:
            self.run(rule)

    def _value(self, rule: Rule, spot: Spot, value: str, scene: Scene, seen: dict[str, int]) -> None:
        """Gather a value instead of judging it."""
        if seen.setdefault(value, spot.position) == spot.position and scene.segment is not None:
            place = f"{self.judgment.set_id} {rule.target.path.text}"
            self.found.append(Number(rule, place, value, spot, scene.segment[0]))

    def repeated(self, number: Number, first: str, *, same: bool) -> Fault:
        """Return the fault of a number that came before: ``first`` says where, ``same`` whether with the same content."""
        shown = self._place(number.rule, number.segment)
        with_what = "with the same content in" if same else "in"
        message = f"{number.value[:60]!r} in {shown} came before {with_what} {first}"
        fix = "send each document once: the first one counts" if same else "give the document a number of its own"
        if number.rule.when is not None and not same:
            fix += f", or mark it as a correction: the rule holds where {number.rule.when.words}"
        self._add(number.rule, FaultCode.REPEATED_BY_GUIDE, number.spot, message, fix, number.value)
        return self.faults.pop()


def add_fault(judgment: Judgment, fault: Fault) -> None:
    """Add a fault to a verdict where it belongs; the verdict of its group is the same list."""
    if len(judgment.faults) < MAX_FAULTS:
        judgment.faults.append(fault)
        judgment.faults.sort(key=lambda each: (each.position, each.element, each.component))


class NumbersOfFile:
    """What the documents of one file hold: finds the second one with a number. Test documents have numbers of their own."""

    def __init__(self) -> None:
        self._first: dict[tuple[object, ...], tuple[str, str]] = {}

    def judge(self, numbers: Numbers) -> None:
        """Add a fault for each number that an earlier document of the file has; keep those of an accepted one."""
        judgment, transaction = numbers.judgment, numbers.transaction
        start, group = transaction.interchange, transaction.group
        new: dict[tuple[object, ...], tuple[str, str]] = {}
        content = hashlib.sha256("\n".join(transaction.pieces[1:-1]).encode("utf-8", "surrogateescape")).hexdigest()
        where = f"this file: ISA13 {start.control_number}, GS06 {group.control_number if group else 'none'}"
        for number in numbers.found:
            key = (start.sender, start.usage == "T", number.place, number.value)
            if key in self._first:
                first, other = self._first[key]
                add_fault(judgment, numbers.repeated(number, first, same=content == other))
            else:
                new[key] = (f"{where}, ST02 {judgment.control_number}", content)
        if judgment.accepted:
            self._first |= new
