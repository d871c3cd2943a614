"""Turns the definition of a segment into one regular expression: types, lengths, codes, requirement, syntax notes.

What it matches has no fault; what it does not match may have none either (`gateway.x12.elements` tells). Serves X12.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, TypeAlias

from gateway.x12.periods import FORMATS, MONTH_AND_DAY, is_pair, sure_pattern
from gateway.x12.standards.definition import Composite, Element, Segment, SyntaxNote

Match: TypeAlias = Callable[[str], Any]

_TIME = {4: "", 6: "[0-5][0-9]", 7: "[0-5][0-9][0-9]", 8: "[0-5][0-9][0-9][0-9]"}


@lru_cache(maxsize=4096)  # Bounded, as senders choose their delimiters.
def segment_pattern(segment: Segment, mark: str, component: str, repetition: str) -> Match | None:
    """Return a matcher for good segments of one kind; None for kinds that need a closer look."""
    if any(position.repeats > 1 for position in segment.positions):
        return None
    sep = re.escape(mark)
    plain = _class_without(mark, repetition)
    notes = _Notes(segment.notes, sep)
    body, needed = "", False
    for number, position in reversed(list(enumerate(segment.positions, start=1))):
        value = _value(position.kind, plain, (mark, component, repetition)) + notes.after.get(number, "")
        if is_pair(segment.positions, number):
            value = _format(sep) + notes.after.get(number, "")
        here = value if position.required else f"(?:{value}|{notes.absent.get(number, '')})"
        # What stands behind the last mandatory element may be left out with its separator.
        needed = needed or position.required
        body = f"{sep}{here}{body}" if needed else f"(?:{sep}{here}{body}|)"  # ``(...)?`` takes twice as long.
    return re.compile(f"{notes.start}{segment.id}{body}(?<!{sep})\\Z").match


class _Notes:
    """Syntax notes as conditions that look ahead: where a value ends, where one is absent, or from the start."""

    def __init__(self, notes: Iterable[SyntaxNote], sep: str) -> None:
        self.sep = sep
        self.after: dict[int, str] = {}
        self.absent: dict[int, str] = {}
        self.start = ""
        for note in notes:
            self._add(note)

    def _add(self, note: SyntaxNote) -> None:
        first, others = note.positions[0], note.positions[1:]
        match note.kind:
            case "P":
                for other in others:
                    self._if_present(first, f"(?={self._ahead(first, other)})")
                    self._if_absent(first, f"(?!{self._ahead(first, other)})")
            case "C":
                for other in others:
                    if other > first:
                        self._if_present(first, f"(?={self._ahead(first, other)})")
                    else:
                        self._if_absent(other, f"(?!{self._ahead(other, first)})")
            case "E":
                ordered = sorted(note.positions)
                for at, one in enumerate(ordered):
                    for other in ordered[at + 1 :]:
                        self._if_present(one, f"(?!{self._ahead(one, other)})")
            case "L" if min(others) > first:
                self._if_present(first, f"(?={'|'.join(self._ahead(first, other) for other in others)})")
            case "L":
                self.start += f"(?:(?!{self._from_start(first)})|(?={self._any(others)}))"
            case _:
                self.start += f"(?={self._any(note.positions)})"

    def _if_present(self, number: int, condition: str) -> None:
        self.after[number] = self.after.get(number, "") + condition

    def _if_absent(self, number: int, condition: str) -> None:
        self.absent[number] = self.absent.get(number, "") + condition

    def _ahead(self, here: int, there: int) -> str:
        """From behind element ``here``: element ``there``, a later one, is present."""
        # Written out, as a repeated group takes several times as long.
        return f"{self.sep}[^{self.sep}]*+" * (there - here - 1) + f"{self.sep}[^{self.sep}]"

    def _from_start(self, number: int) -> str:
        return f"[^{self.sep}]*+{self.sep}" * number + f"[^{self.sep}]"

    def _any(self, numbers: Iterable[int]) -> str:
        return "|".join(map(self._from_start, numbers))


def _class_without(*marks: str) -> str:
    """Return a character class of printable ASCII without the given marks."""
    left_out = set("".join(marks))
    return "[" + "".join(re.escape(chr(code)) for code in range(32, 127) if chr(code) not in left_out) + "]"


def _value(kind: Element | Composite, plain: str, marks: tuple[str, str, str], inner_mark: str = "") -> str:
    """Return the pattern of one value that is present; ``inner_mark`` may end it too.

    ``marks`` separate elements, components and repetitions.
    """
    end = f"(?:{re.escape(marks[0])}|\\Z" + (f"|{inner_mark})" if inner_mark else ")")
    if isinstance(kind, Composite):
        return _composite(kind, marks)
    low, high = max(kind.minimum, 1), kind.maximum
    if kind.type == "ID" and kind.codes:
        return _codes(kind.codes)
    if kind.type == "DT":
        century = "(?!0000)[0-9]{4}" if high == 8 else "[0-9]{2}"
        return century + MONTH_AND_DAY if low == high else _NEVER
    if kind.type == "TM":
        ends = [end for size, end in _TIME.items() if low <= size <= high]
        return "(?:[01][0-9]|2[0-3])[0-5][0-9](?:" + "|".join(ends) + ")"
    if kind.type == "R":
        return f"-?(?:[0-9]{{{low},{high}}}|(?=[0-9.]{{{low + 1},{high + 1}}}{end})[0-9]*\\.[0-9]*)"
    if kind.type[0] == "N":
        return f"-?[0-9]{{{low},{high}}}"
    if kind.type == "B":
        return _NEVER
    return f"(?! +{end}){plain}{{{low},{high}}}"


@cache
def _format(sep: str) -> str:
    """Return the pattern of a format (1250) and, looking ahead, of the date behind it."""
    known = "|".join(f"{code}(?={sep}{sure_pattern(code)}(?:{sep}|\\Z))" for code in FORMATS)
    free = f"(?!(?:{'|'.join(FORMATS)}){sep})[A-Z0-9]{{2,3}}(?={sep})"
    return f"(?:{known}|{free})"


_NEVER = "(?!)"  # What stands here needs a closer look.


def _composite(kind: Composite, marks: tuple[str, str, str]) -> str:
    """Return the pattern of a composite that is present: its components, trailing ones left out."""
    component = marks[1]
    if kind.notes or not component:
        return _NEVER
    inner, sep, body = _class_without(*marks), re.escape(component), ""
    needed = False
    for place in reversed(kind.components[1:]):
        value = _value(place.kind, inner, marks, sep)
        needed = needed or place.required
        here = value if place.required else f"(?:{value}|)"
        body = f"{sep}{here}{body}" if needed else f"(?:{sep}{here}{body}|)"
    first = _value(kind.components[0].kind, inner, marks, sep)
    return (first if kind.components[0].required else f"(?:{first}|)") + body + f"(?<!{sep})"


@cache
def _codes(codes: frozenset[str]) -> str:
    """Return a pattern for a list of codes: a tree of their letters, so that long lists are as fast as short ones."""
    return _tree(sorted(codes))


def _tree(words: Iterable[str]) -> str:
    branches: dict[str, list[str]] = {}
    may_end = False
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            may_end = True
    ends = "".join(re.escape(letter) for letter, rest in branches.items() if rest == [""])
    parts = [f"[{ends}]"] if ends else []
    by_tail: dict[str, list[str]] = {}
    for letter, rest in branches.items():
        if rest != [""]:
            by_tail.setdefault(_tree(rest), []).append(letter)
    for tail, letters in by_tail.items():
        head = re.escape(letters[0]) if len(letters) == 1 else f"[{''.join(map(re.escape, letters))}]"
        parts.append(head + tail)
    made = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{made})?" if may_end and parts else made if parts else ""
