"""Why two verdicts on one set may differ: each class by its name and by what must be so for it.

A class is found from the data and from what the two say of them. What fits none is `UNEXPLAINED`, which no test lets pass.
Who is right in each class, and why, stands in ``tests/x12/oracles/disagreements.yaml``. Serves X12.6 and X12.20.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gateway.x12.faults import FaultCode, Level
from gateway.x12.second_opinion.findings import NOTES, Finding
from gateway.x12.second_opinion.scene import Scene
from gateway.x12.standards.definition import Composite, Element

UNEXPLAINED = "unexplained"

_OVER = frozenset({FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM})
_LENGTHS = frozenset({FaultCode.TOO_SHORT, FaultCode.TOO_LONG})
_LEVELS = frozenset({FaultCode.HL_NUMBER, FaultCode.HL_PARENT, FaultCode.HL_CHILDREN})
_WRITTEN = frozenset({FaultCode.LINE_BREAK, FaultCode.SEGMENT_LINE_BREAK, FaultCode.SEGMENT_BLANK})


class Reason(NamedTuple):
    """A class of disagreement: its name, what must be so of a finding (ours or not) that only one has, and why in words."""

    name: str
    holds: Callable[[Finding, Scene, bool], bool]
    words: str


def reason_for(found: Finding, scene: Scene, *, ours: bool) -> str:
    """Return the first class to which a finding belongs that only one of the two has."""
    return next((reason.name for reason in REASONS if reason.holds(found, scene, ours)), UNEXPLAINED)


def words_for(name: str) -> str:
    """Say in words why two verdicts differ in a class."""
    return next((reason.words for reason in REASONS if reason.name == name), "nobody has looked into this one yet")


# What is outside of the question


def _guide(_found: Finding, scene: Scene, _ours: bool) -> bool:
    return scene.shipped


def _envelope(found: Finding, _scene: Scene, _ours: bool) -> bool:
    return found.code.level in (Level.SET, Level.GROUP) or (found.segment in ("ST", "SE") and 0 < found.element <= 2)


def _written(found: Finding, _scene: Scene, ours: bool) -> bool:
    return ours and found.code in _WRITTEN


def _cut_short(found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and found.position == scene.cut_at


# What pyx12 does not look for


def _levels(found: Finding, _scene: Scene, ours: bool) -> bool:
    return ours and found.code in _LEVELS


def _trailing(found: Finding, scene: Scene, ours: bool) -> bool:
    if ours:
        return found.code is FaultCode.TRAILING_SEPARATOR
    return found.code is FaultCode.TOO_MANY_ELEMENTS and not any(scene.fields(found)[found.element :])


def _repetitions(found: Finding, scene: Scene, ours: bool) -> bool:
    if ours:
        return found.code is FaultCode.TOO_MANY_REPETITIONS
    return any(other.code is FaultCode.TOO_MANY_REPETITIONS for other in scene.others(found, ours=False))


def _note_of_composite(found: Finding, _scene: Scene, ours: bool) -> bool:
    return ours and found.code in NOTES and found.component > 0


def _first_component(found: Finding, _scene: Scene, ours: bool) -> bool:
    return ours and found.code is FaultCode.ELEMENT_MISSING and found.component == 1


def _blank_value(found: Finding, scene: Scene, ours: bool) -> bool:
    return ours and found.code is FaultCode.CHARACTER and any(value.isspace() for value in scene.values(found))


# What the two read otherwise


def _binary(found: Finding, scene: Scene, _ours: bool) -> bool:
    kind = scene.kind(found)
    return isinstance(kind, Element) and kind.type == "B"


def _length_of_moment(found: Finding, scene: Scene, ours: bool) -> bool:
    kind = scene.kind(found)
    if not isinstance(kind, Element) or kind.type not in ("DT", "TM"):
        return False
    wrong = (FaultCode.DATE, FaultCode.TIME)
    others = {other.code for other in scene.others(found, ours=ours)}
    return bool(found.code in wrong and ours and others & _LENGTHS) or (
        found.code in _LENGTHS and not ours and not others.isdisjoint(wrong)
    )


def _several(found: Finding, scene: Scene, ours: bool) -> bool:
    same = [other for other in scene.others(found, ours=False) if other.component == found.component]
    return not ours and bool(same) and found.code.level is Level.ELEMENT


def _early_year(found: Finding, scene: Scene, ours: bool) -> bool:
    early = any(len(value) == 8 and value.isdigit() and value < "1800" for value in scene.values(found))
    return not ours and found.code is FaultCode.DATE and early


def _trailing_blank(found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and found.code is FaultCode.CHARACTER and any(value.endswith(" ") for value in scene.values(found))


def _inner_separator(found: Finding, scene: Scene, ours: bool) -> bool:
    mark = scene.marks.component
    simple = not isinstance(scene.kind(found), Composite)
    return (
        not ours
        and found.code is FaultCode.CHARACTER
        and simple
        and bool(mark)
        and any(mark in value for value in scene.values(found))
    )


# Where the two walk otherwise


def _lower_case(found: Finding, scene: Scene, ours: bool) -> bool:
    if ours:
        return scene.segments[found.position - 1][0].islower()
    return found.of_structure and any(fields[0].islower() for fields in scene.segments[: found.position])


def _not_judged(found: Finding, scene: Scene, ours: bool) -> bool:
    return ours and found.code.level is Level.ELEMENT and found.position in scene.passed_over


def _next_place(found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and found.code in _OVER and scene.places(found.segment) > 1


def _late(found: Finding, scene: Scene, ours: bool) -> bool:
    late = (other for other in scene.ours if other.code is FaultCode.SEGMENT_OUT_OF_ORDER)
    return (
        not ours
        and found.code is FaultCode.SEGMENT_MISSING
        and any(other.segment == found.segment and other.position >= found.position for other in late)
    )


def _not_kept(_found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and scene.more


def _cascade(found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and found.of_structure and scene.misplaced_before(found)


def _walked_on(found: Finding, scene: Scene, ours: bool) -> bool:
    return ours and found.of_structure and scene.misplaced_before(found)


REASONS = (
    Reason(
        "guide-of-health-care",
        _guide,
        "pyx12 judges by its guide of health care, this gateway by the standard or not at all",
    ),
    Reason(
        "envelope-of-the-set",
        _envelope,
        "counts and numbers of ST and SE: pyx12 looks at them in its reader, which is not asked",
    ),
    Reason(
        "written",
        _written,
        "how the text is cut into segments: our reader has settled that before pyx12 sees them",
    ),
    Reason(
        "cut-short",
        _cut_short,
        "the data end within this segment, so this gateway says only that",
    ),
    Reason(
        "levels",
        _levels,
        "the numbers of HL levels: the walker of pyx12 does not look at them",
    ),
    Reason(
        "trailing-separator",
        _trailing,
        "separators behind the last value: to pyx12 they are nothing, or elements too many when there are enough of them",
    ),
    Reason(
        "too-many-repetitions",
        _repetitions,
        "pyx12 does not count repetitions; this gateway says nothing else of an element that repeats too often",
    ),
    Reason(
        "note-of-a-composite",
        _note_of_composite,
        "pyx12 knows no syntax notes between the components of a composite",
    ),
    Reason(
        "first-component",
        _first_component,
        "pyx12 lets the mandatory first component of an optional composite be empty",
    ),
    Reason(
        "binary-data",
        _binary,
        "binary data: any byte may be in them, and another element says how many there are; pyx12 knows neither",
    ),
    Reason(
        "blank-value",
        _blank_value,
        "a value of nothing but blanks: pyx12 takes it where it is as short as it may be",
    ),
    Reason(
        "length-of-a-moment",
        _length_of_moment,
        "a date or time of a wrong length: here it is no date or time (8, 9), to pyx12 a value too short or too long (4, 5)",
    ),
    Reason(
        "several-things-of-one-value",
        _several,
        "pyx12 says several things of one value, this gateway the one that matters",
    ),
    Reason(
        "early-year",
        _early_year,
        "a day before the year 1800: pyx12 takes none, the standard has no such rule",
    ),
    Reason(
        "trailing-blank",
        _trailing_blank,
        "a value ends with a blank that its least length does not need: pyx12 refuses that",
    ),
    Reason(
        "separator-in-a-simple-element",
        _inner_separator,
        "the component separator stands in an element that is no composite: pyx12 refuses that",
    ),
    Reason(
        "lower-case",
        _lower_case,
        "a segment in lower case: this gateway says so and reads it as the capitals mean, to pyx12 it is unknown",
    ),
    Reason(
        "not-judged-out-of-place",
        _not_judged,
        "the segment has no place where it stands, so pyx12 does not look into it",
    ),
    Reason(
        "next-place",
        _next_place,
        "the place of the segment is full: this gateway takes the next place of that name, pyx12 has it once too often",
    ),
    Reason(
        "late",
        _late,
        "a mandatory segment comes late: one fault here, to pyx12 it is missing, and has no place where it comes",
    ),
    Reason(
        "cascade",
        _cascade,
        "it follows from a fault before: pyx12 does not go on where a segment out of place belongs",
    ),
    Reason(
        "walked-on",
        _walked_on,
        "pyx12 stands elsewhere in the set since a fault before, and does not see this one",
    ),
    Reason(
        "more-than-kept",
        _not_kept,
        "there are more faults than this gateway keeps of one set",
    ),
)
