"""Why two verdicts on one set may differ: each class by its name and by what must be so for it.

A class is found from the data and from what the two say of them. What fits none is `UNEXPLAINED`, which no test lets pass.
What each is about says `gateway.x12.second_opinion.words`; who is right, and why, ``docs/second-opinion.md``.
Serves X12.6 and X12.20.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gateway.x12.faults import FaultCode, Level
from gateway.x12.periods import PERIOD
from gateway.x12.second_opinion.findings import NOTES, Finding
from gateway.x12.second_opinion.scene import Scene
from gateway.x12.standards.definition import Composite, Element

UNEXPLAINED = "unexplained"

_OVER = frozenset({FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM})
_LENGTHS = frozenset({FaultCode.TOO_SHORT, FaultCode.TOO_LONG})
_LEVELS = frozenset({FaultCode.HL_NUMBER, FaultCode.HL_PARENT, FaultCode.HL_CHILDREN})
_PRESENCE = NOTES | {FaultCode.ELEMENT_MISSING, FaultCode.TRAILING_SEPARATOR}
_WRITTEN = frozenset({FaultCode.LINE_BREAK, FaultCode.SEGMENT_LINE_BREAK, FaultCode.SEGMENT_BLANK})


class Reason(NamedTuple):
    """A class of disagreement: its name, and what must be so of a finding (ours or not) that only one of the two has."""

    name: str
    holds: Callable[[Finding, Scene, bool], bool]


def reason_for(found: Finding, scene: Scene, *, ours: bool) -> str:
    """Return the first class to which a finding belongs that only one of the two has."""
    return next((reason.name for reason in REASONS if reason.holds(found, scene, ours)), UNEXPLAINED)


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


def _period(found: Finding, scene: Scene, ours: bool) -> bool:
    kind = scene.kind(found)
    return (
        ours and found.code in (FaultCode.DATE, FaultCode.TIME) and isinstance(kind, Element) and kind.number == PERIOD
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
    if isinstance(scene.kind(found), Composite) or not mark or not any(mark in value for value in scene.values(found)):
        return False
    same = {other.code for other in scene.others(found, ours=ours)}
    return found.code is FaultCode.CHARACTER if not ours else FaultCode.CHARACTER in same


def _only_separators(found: Finding, scene: Scene, _ours: bool) -> bool:
    return found.code in _PRESENCE and scene.has_empty_parts(found)


def _decimal(found: Finding, scene: Scene, ours: bool) -> bool:
    kind = scene.kind(found)
    if not isinstance(kind, Element) or kind.type != "R":
        return False
    digits = any(value.strip("-.").isdigit() or "E" in value for value in scene.values(found))
    return found.code is FaultCode.CHARACTER and (ours or digits)


def _letters(found: Finding, scene: Scene, ours: bool) -> bool:
    foreign = any(not value.isascii() for value in scene.values(found))
    return not ours and found.code is FaultCode.CHARACTER and foreign


# Where the two walk otherwise


def _lower_case(found: Finding, scene: Scene, ours: bool) -> bool:
    if ours:
        return scene.segments[found.position - 1][0].islower()
    return found.of_structure and any(fields[0].islower() for fields in scene.segments[: found.position])


def _not_judged(found: Finding, scene: Scene, ours: bool) -> bool:
    return ours and found.code.level is Level.ELEMENT and found.position in scene.passed_over


def _next_place(found: Finding, scene: Scene, ours: bool) -> bool:
    if ours or found.code not in _OVER or scene.misplaced_before(found):
        return False
    return scene.places(found.segment) > 1


def _late(found: Finding, scene: Scene, ours: bool) -> bool:
    late = (other for other in scene.ours if other.code is FaultCode.SEGMENT_OUT_OF_ORDER)
    return (
        not ours
        and found.code is FaultCode.SEGMENT_MISSING
        and any(other.segment == found.segment and other.position >= found.position for other in late)
    )


def _begins_again(found: Finding, scene: Scene, ours: bool) -> bool:
    before = scene.segments[found.position - 2][0] if found.position > 1 else ""
    return ours and found.code is FaultCode.SEGMENT_MISSING and before == scene.fields(found)[0]


def _other_reading(found: Finding, scene: Scene, ours: bool) -> bool:
    return found.of_structure and any(other.of_structure for other in (scene.theirs if ours else scene.ours))


def _not_kept(_found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and scene.more


def _cascade(found: Finding, scene: Scene, ours: bool) -> bool:
    return not ours and found.of_structure and scene.misplaced_before(found)


def _walked_on(found: Finding, scene: Scene, ours: bool) -> bool:
    return ours and found.of_structure and scene.misplaced_before(found)


REASONS = (
    Reason("guide-of-health-care", _guide),
    Reason("envelope-of-the-set", _envelope),
    Reason("written", _written),
    Reason("cut-short", _cut_short),
    Reason("levels", _levels),
    Reason("trailing-separator", _trailing),
    Reason("too-many-repetitions", _repetitions),
    Reason("note-of-a-composite", _note_of_composite),
    Reason("first-component", _first_component),
    Reason("binary-data", _binary),
    Reason("blank-value", _blank_value),
    Reason("length-of-a-moment", _length_of_moment),
    Reason("format-of-its-own", _period),
    Reason("several-things-of-one-value", _several),
    Reason("early-year", _early_year),
    Reason("trailing-blank", _trailing_blank),
    Reason("separator-in-a-simple-element", _inner_separator),
    Reason("nothing-but-separators", _only_separators),
    Reason("decimal-form", _decimal),
    Reason("letters-beyond-ascii", _letters),
    Reason("lower-case", _lower_case),
    Reason("not-judged-out-of-place", _not_judged),
    Reason("next-place", _next_place),
    Reason("late", _late),
    Reason("loop-begins-again", _begins_again),
    Reason("cascade", _cascade),
    Reason("walked-on", _walked_on),
    Reason("other-reading", _other_reading),
    Reason("more-than-kept", _not_kept),
)
