"""One rule of a guide, found in the set's definition; every mistake that can be seen without a document is seen here.

Knows no YAML: a mistake names the key it stands under, and `gateway.x12.guide` gives it its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gateway.x12.elements import judge_value
from gateway.x12.faults import FaultCode
from gateway.x12.guides.mask import Mask, MaskError, read_mask
from gateway.x12.guides.reference import Condition, Reference, read_condition, read_reference
from gateway.x12.guides.text import RuleText
from gateway.x12.guides.total import Total, read_total
from gateway.x12.path import PathError, Target, parse, resolve
from gateway.x12.standards.definition import Element, Loop

_OF_ELEMENTS = ("codes", "length", "pattern", "unique", "not_before", "total")
_OF_SEGMENTS = ("min_use", "max_use")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, found in the definition."""

    target: Target
    text: RuleText
    line: int
    when: Condition | None = None
    mask: Mask | None = None
    not_before: Reference | None = None
    total: Total | None = None

    @property
    def name(self) -> str:
        """The segment it is about; of a loop the one that opens it."""
        return self.target.use.name if self.target.use else self.target.hops[-1].loop.trigger.name

    @property
    def loop(self) -> str:
        """The path of the loop it is about or within."""
        return (self.target.use.loop if self.target.use else self.target.hops[-1].loop).path

    @property
    def conditional(self) -> bool:
        """Whether it is about some of the segments or loops of that name only."""
        last = self.target.hops[-1] if self.target.use is None else None
        return bool(self.target.filters or self.when or (last is not None and (last.filters or last.children)))

    @property
    def place(self) -> tuple[object, ...]:
        """What two rules about the same place have in common."""
        return self.target.hops, self.target.use, self.target.filters, self.target.elements

    def beyond(self) -> list[str]:
        """Say, in words, what it allows beyond the standard."""
        kind, said = self.target.element, []
        if kind is not None and self.text.codes and kind.codes:
            more = [code for code in self.text.codes if code not in kind.codes]
            said += [f"the codes {', '.join(more)}"] if more else []
        if kind is not None and self.text.length:
            low, high = self.text.lengths
            said += [f"{high} characters"] if high > kind.maximum else []
            said += [f"{low} characters"] if low < kind.minimum else []
        item = self.target.use or (self.target.hops[-1].loop if self.target.hops else None)
        if self.text.max_use and item is not None and item.maximum is not None and self.text.max_use > item.maximum:
            said.append(f"{self.text.max_use} of them")
        return said


class Mistake(NamedTuple):
    """What is wrong with a rule: the key in it (empty for its path), the reason and the advice."""

    key: str
    reason: str
    advice: str = "correct it"


def read_rule(path: str, text: RuleText, line: int, root: Loop) -> tuple[Rule | None, list[Mistake]]:
    """Find a rule in the set ``root``: None where it has mistakes, or is about what the set may lack."""
    try:
        target = resolve(parse(path), root)
    except PathError as error:
        return None, [Mistake("", str(error), "correct the path")]
    if target is None:
        return None, []
    mistakes = list(_of_place(text, target, root)) or list(_of_values(text, target))
    parts, more = _parts(text, target, root)
    mistakes += more
    if mistakes:
        return None, mistakes
    return Rule(target, text, line, *parts), []


_Parts = tuple[Condition | None, Mask | None, Reference | None, Total | None]


def _parts(text: RuleText, target: Target, root: Loop) -> tuple[_Parts, list[Mistake]]:
    """Read the keys that have a language of their own."""
    mistakes = []
    when = mask = earliest = total = None
    try:
        when = read_condition(text.when, target, root) if text.when is not None else None
    except PathError as error:
        mistakes.append(Mistake("when", str(error)))
    try:
        mask = read_mask(text.pattern) if text.pattern is not None else None
    except MaskError as error:
        mistakes.append(Mistake("pattern", str(error)))
    try:
        earliest = read_reference(text.not_before, target, root) if text.not_before is not None else None
        if earliest is not None and earliest.target is not None and not _is_date(earliest.target.element):
            mistakes.append(Mistake("not_before", f"{text.not_before} is no date", "name a date"))
    except PathError as error:
        mistakes.append(Mistake("not_before", str(error)))
    try:
        total = read_total(text.total, root) if text.total is not None else None
    except PathError as error:
        mistakes.append(Mistake("total", str(error)))
    if mask is not None and target.element is not None:
        mistakes += _of_mask(mask, text, target.element)
    return (when, mask, earliest, total), mistakes


def _is_date(kind: Element | None) -> bool:
    return kind is not None and kind.type == "DT"


def _of_place(text: RuleText, target: Target, root: Loop) -> Iterator[Mistake]:
    """Check that what is asked can be asked of such a place."""
    path, elements = target.path.text, target.elements
    if elements is not None:
        for key in _OF_SEGMENTS:
            if getattr(text, key) is not None:
                yield Mistake(key, f"{path!r}: {key} is for segments and loops", "ask it of the segment")
        if not elements.single:
            yield Mistake("", f"{path!r}: a rule is about one element", "write a rule for each")
    else:
        for key in _OF_ELEMENTS:
            if getattr(text, key):
                yield Mistake(key, f"{path!r}: {key} is for elements", "ask it of an element")
        if target.loop is root:
            yield Mistake("", f"{path!r}: name a segment or loop within the set", "correct the path")
    if text.require and text.forbid:
        yield Mistake("forbid", f"{path!r}: it can't be required and forbidden", "keep one of the two")
    asked = [key for key in (*_OF_ELEMENTS, *_OF_SEGMENTS) if getattr(text, key)]
    if text.forbid and asked:
        yield Mistake("forbid", f"{path!r}: what is forbidden needs no {asked[0]}", "keep one of the two")
    if text.max_use is not None and text.least > text.max_use:
        yield Mistake("min_use", f"{path!r}: it must come {text.least} times and may come {text.max_use} times")
    item = target.use or (target.hops[-1].loop if target.hops else None)
    most = item.maximum if item is not None and elements is None else None
    if most is not None and text.max_use is None and text.least > most:
        advice = f"add max_use: {text.least} to widen it"
        yield Mistake("min_use", f"{path!r}: it must come {text.least} times, the standard allows {most}", advice)


def _of_values(text: RuleText, target: Target) -> Iterator[Mistake]:
    """Check that some value can be right."""
    path, kind = target.path.text, target.element
    low, high = text.lengths
    if text.length is not None and (low > high or high < 1):
        yield Mistake("length", f"{path!r}: a length reads 10 or 2..10, not {text.length}")
    if kind is None:
        return
    if text.codes is not None and not text.codes:
        yield Mistake("codes", f"{path!r}: no code is allowed", "name one at least, or forbid it")
    free = {FaultCode.CODE_UNKNOWN, FaultCode.CODE_LOWER_CASE} | (
        {FaultCode.TOO_LONG, FaultCode.TOO_SHORT} if text.length else set()
    )
    for code in text.codes or ():
        if not code or judge_value(kind, code) not in {None, *free}:
            reason = f"{path!r}: {code!r} can't stand in {kind.label} ({kind.type} {kind.minimum}/{kind.maximum})"
            yield Mistake("codes", reason, "correct the code, or widen its length")
    if text.not_before is not None and not _is_date(kind):
        yield Mistake("not_before", f"{path!r} is no date", "ask it of a date")
    if text.total is not None and kind.type[0] not in "NR":
        yield Mistake("total", f"{path!r} is no number", "ask it of a number")


def _of_mask(mask: Mask, text: RuleText, kind: Element) -> Iterator[Mistake]:
    least, most = mask.lengths
    low, high = text.lengths if text.length else (kind.minimum, kind.maximum)
    if kind.type[0] not in "NR" and (least > high or (most is not None and most < low)):
        yield Mistake("pattern", f"what fits {mask.text} never has the {low} to {high} characters allowed here")
