"""Checks ISA, GS, GE and IEA and gathers the verdicts: on each set, each group, each interchange.

Serves X12.5. The order of results is the order of the data: a set when its SE was read, a group when its GE was, an
interchange when its IEA was. A set's verdict is final only with its group and interchange.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.x12.faults import Fault, FaultCode
from gateway.x12.headers import group_faults, interchange_faults, stray_fault, written_faults
from gateway.x12.model import (
    Debris,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledgment,
    InterchangeEnd,
    InterchangeStart,
    Part,
    Stray,
    TransactionSet,
    same_number,
    whole_number,
)
from gateway.x12.standards import group_kinds
from gateway.x12.validator import Judgment

Judge: TypeAlias = Callable[[TransactionSet], Judgment]
Tolerate: TypeAlias = Callable[[InterchangeStart], Collection[FaultCode]]


@dataclass(slots=True)
class JudgedSet:
    """One set and the verdict on it."""

    transaction: TransactionSet
    judgment: Judgment


@dataclass(slots=True)
class JudgedGroup:
    """One group: its own faults and the judgments of its sets, in order. ``included`` is what GE01 counts."""

    start: GroupStart
    judgments: list[Judgment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    included: int = 0

    @property
    def accepted_sets(self) -> int:
        """How many sets are accepted; none when the group itself is at fault."""
        return 0 if self.rejected else sum(judgment.accepted for judgment in self.judgments)

    @property
    def rejected(self) -> bool:
        """Whether the group itself is at fault, so that none of its sets counts."""
        return any(not fault.tolerated for fault in self.faults)

    @property
    def verdict(self) -> str:
        """AK901: A accepted, P some sets rejected, R rejected."""
        accepted = self.accepted_sets
        if self.rejected or (self.judgments and not accepted):
            return "R"
        return "A" if accepted == len(self.judgments) else "P"


@dataclass(slots=True)
class JudgedInterchange:
    """One interchange: its own faults, its groups and the TA1 segments that it brought."""

    start: InterchangeStart
    groups: list[JudgedGroup] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    acknowledgments: list[InterchangeAcknowledgment] = field(default_factory=list)
    end: int = 0

    @property
    def rejected(self) -> bool:
        """Whether the interchange itself is at fault, so that nothing in it counts."""
        return any(not fault.tolerated for fault in self.faults)

    @property
    def verdict(self) -> str:
        """TA104: A accepted, R rejected."""
        return "R" if self.rejected else "A"


Judged: TypeAlias = InterchangeStart | JudgedSet | JudgedGroup | JudgedInterchange | Fault


def examine(parts: Iterable[Part], judge: Judge, tolerate: Tolerate | None = None) -> Iterator[Judged]:
    """Judge what a reader yields. A bare `Fault` is about bytes outside of every interchange.

    ``tolerate`` says which faults of an envelope become notes, once its ISA is read.
    """
    return _Examiner(judge, tolerate or _nothing).run(parts)


def _nothing(_start: InterchangeStart) -> Collection[FaultCode]:
    return ()


class _Examiner:
    def __init__(self, judge: Judge, tolerate_for: Tolerate) -> None:
        self.judge = judge
        self.tolerate_for = tolerate_for
        self.tolerate: Collection[FaultCode] = ()
        self.interchange: JudgedInterchange | None = None
        self.group: JudgedGroup | None = None
        self.seen_interchanges: set[tuple[object, ...]] = set()
        self.seen_groups: set[tuple[str, str]] = set()
        self.seen_sets: set[str] = set()
        self.before: list[Debris] = []  # What stands before the first ISA, until that says what is tolerated.

    def run(self, parts: Iterable[Part]) -> Iterator[Judged]:
        for part in parts:
            match part:
                case TransactionSet():
                    yield self._set(part)
                case InterchangeStart():
                    self._open_interchange(part)
                    yield from map(self._junk, self.before)
                    self.before.clear()
                    yield part
                case GroupStart():
                    self._open_group(part)
                case GroupEnd():
                    self._written("GE", part)
                    yield self._close_group(part)
                case InterchangeEnd():
                    self._written("IEA", part)
                    yield self._close_interchange(part)
                case InterchangeAcknowledgment():
                    assert self.interchange is not None
                    self.interchange.acknowledgments.append(part)
                    self._written("TA1", part)
                case Stray(text=""):
                    message, fix = "a segment is blank: two terminators follow each other", "remove one of them"
                    self._fault(FaultCode.ENVELOPE_BLANK, message, fix, offset=part.offset)
                case Stray():
                    found = stray_fault(part.text, part.interchange.delimiters.element)
                    self._fault(*found, offset=part.offset)
                case Debris(blank=False) if self.interchange is None:
                    self.before.append(part)
                case Debris(blank=False):
                    yield self._junk(part)

    def _junk(self, debris: Debris) -> Fault:
        message = f"{debris.length} bytes stand outside of every interchange: {debris.text[:40]!r}"
        return self._made(FaultCode.JUNK, message, "send only ISA to IEA", offset=debris.offset)

    def _made(
        self, code: FaultCode, message: str, fix: str, *, control: str = "", value: str = "", offset: int = 0
    ) -> Fault:
        return Fault(
            code, message, fix=fix, control_number=control, value=value, offset=offset, tolerated=code in self.tolerate
        )

    def _fault(self, code: FaultCode, message: str, fix: str, *, value: str = "", offset: int = -1) -> None:
        assert self.interchange is not None
        start = self.interchange.start
        at = start.offset if offset < 0 else offset
        self.interchange.faults.append(
            self._made(code, message, fix, control=start.control_number, value=value, offset=at)
        )

    def _group_fault(self, code: FaultCode, message: str, fix: str, offset: int) -> None:
        assert self.group is not None
        self.group.faults.append(self._made(code, message, fix, control=self.group.start.control_number, offset=offset))

    def _written(self, tag: str, part: GroupEnd | InterchangeEnd | InterchangeAcknowledgment) -> None:
        for code, message, fix in written_faults(tag, part.oddities):
            self._fault(code, message, fix, offset=part.offset)

    # Interchange

    def _open_interchange(self, start: InterchangeStart) -> None:
        self.interchange = JudgedInterchange(start)
        self.tolerate = self.tolerate_for(start)
        self.seen_groups.clear()
        for code, message, fix in interchange_faults(start):
            self._fault(code, message, fix)
        key = (start.sender, start.receiver, start.control_number.lstrip("0"))
        if key in self.seen_interchanges:
            message = f"interchange {start.control_number} comes twice in these data"
            self._fault(FaultCode.INTERCHANGE_REPEATED, message, "send each interchange once, with a number of its own")
        self.seen_interchanges.add(key)

    def _close_interchange(self, end: InterchangeEnd) -> JudgedInterchange:
        done = self.interchange
        assert done is not None
        done.end = end.offset + end.length
        control = done.start.control_number
        if end.elements is None:
            message = f"interchange {control} ends without IEA"
            self._fault(FaultCode.TRUNCATED, message, "send the whole interchange again", offset=end.offset)
            return done
        count, number = (*end.elements, "", "")[:2]
        if number != control:
            message = f"IEA02 is {number!r} but ISA13 is {control!r}"
            code = FaultCode.NUMBER_ZEROS if same_number(number, control) else FaultCode.NUMBERS_DIFFER
            self._fault(code, message, "send the same number in both", value=number, offset=end.offset)
        allowed = {len(done.groups)} | ({0, 1} if done.acknowledgments and not done.groups else set())
        if whole_number(count) not in allowed:
            message = f"IEA01 counts {count or 'nothing'} but the number of groups is {len(done.groups)}"
            self._fault(
                FaultCode.GROUP_COUNT, message, f"send IEA01 {len(done.groups)}", value=count, offset=end.offset
            )
        elif not (done.groups or done.acknowledgments or done.faults):
            message = "the interchange holds neither a group nor a TA1"
            self._fault(FaultCode.STRUCTURE, message, "send what belongs into it, or nothing", offset=end.offset)
        return done

    # Group

    def _open_group(self, start: GroupStart) -> None:
        assert self.interchange is not None
        self.group = JudgedGroup(start)
        self.interchange.groups.append(self.group)
        self.seen_sets.clear()
        number = start.control_number
        if whole_number(number) is None or len(number) > 9:
            message = f"GS06 {number!r} is no control number"
            self._group_fault(FaultCode.GROUP_NUMBER, message, "send 1 to 9 digits", start.offset)
        elif (start.functional_id, number.lstrip("0")) in self.seen_groups:
            message = f"group {number} comes twice in this interchange"
            self._group_fault(FaultCode.GROUP_REPEATED, message, "give each group a number of its own", start.offset)
        self.seen_groups.add((start.functional_id, number.lstrip("0")))
        if start.functional_id and start.functional_id not in group_kinds():
            message = f"GS01 {start.functional_id!r} is no kind of group"
            self._group_fault(FaultCode.GROUP_UNSUPPORTED, message, "send one such as PO, PR, SH or IN", start.offset)
        if not start.version:
            message = "GS08 is empty, so the version is not known"
            self._group_fault(FaultCode.GROUP_VERSION, message, "send the version, such as 004010", start.offset)
        for code, message, fix in group_faults(start):
            self._fault(code, message, fix, offset=start.offset)

    def _close_group(self, end: GroupEnd) -> JudgedGroup:
        done = self.group
        assert done is not None
        count = len(done.judgments)
        done.included = count
        if end.elements is None:
            message = f"group {done.start.control_number} ends without GE"
            self._group_fault(FaultCode.GROUP_UNCLOSED, message, "end the group with GE", end.offset)
        else:
            counted, number = (*end.elements, "", "")[:2]
            control = done.start.control_number
            if number != control:
                zeros = same_number(number, control)
                code = FaultCode.GROUP_NUMBER_ZEROS if zeros else FaultCode.GROUP_NUMBERS_DIFFER
                message = f"GE02 is {number!r} but GS06 is {control!r}"
                self._group_fault(code, message, "send the same number in both", end.offset)
            included = whole_number(counted)
            if included != count:
                message = f"GE01 counts {counted or 'nothing'} but the number of sets in the group is {count}"
                self._group_fault(FaultCode.SET_COUNT, message, f"send GE01 {count}", end.offset)
            done.included = count if included is None else included
        self.group = None
        return done

    # Set

    def _set(self, transaction: TransactionSet) -> JudgedSet:
        judgment = self.judge(transaction)
        control = transaction.control_number
        if self.group is None:
            self._fault(
                FaultCode.STRUCTURE,
                f"set {control} stands outside of every group",
                "send it between GS and GE",
                offset=transaction.offset,
            )
        else:
            if control in self.seen_sets:
                message = f"set {control} comes twice in this group"
                fault = Fault(
                    FaultCode.SET_REPEATED,
                    message,
                    set_id=judgment.set_id,
                    control_number=control,
                    offset=transaction.offset,
                    fix="give each set of a group a number of its own",
                    tolerated=FaultCode.SET_REPEATED in self.tolerate,
                )
                judgment.faults.append(fault)
            self.seen_sets.add(control)
            self.group.judgments.append(judgment.verdict_only())
        return JudgedSet(transaction, judgment)
