"""Breaks how a document is written: letters, characters, line breaks. Serves X12.6 section 3.3 (character sets)."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.envelope import element_edit
from gateway.x12.generate.mutants.places import Place, plain_rows, replaced, values
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Subject

_OUTSIDE = ("ß", "€", "Ω", "Ł")  # In neither the basic nor the extended character set.


def _whole_texts(subject: Subject, chance: Chance) -> list[Place]:
    """Return texts of two characters or more that are elements of their own."""
    return [
        place
        for place in values(subject, chance)
        if place.kind.type == "AN" and not place.component and len(place.value) > 1
    ]


def line_broken(subject: Subject, chance: Chance) -> Change | None:
    """Break the line in the middle of a value."""
    if subject.marks.segment in "\r\n":
        return None
    for place in _whole_texts(subject, chance):
        at = chance.randint(1, len(place.value) - 1)
        value = place.value[:at] + chance.choice(["\n", "\r\n"]) + place.value[at:]
        return replaced(subject, place, value, FaultCode.LINE_BREAK)
    return None


def character_outside(subject: Subject, chance: Chance) -> Change | None:
    """Put in a character, in UTF-8, that X12 does not know."""
    for place in _whole_texts(subject, chance):
        mark = chance.choice(_OUTSIDE).encode("utf-8").decode("latin-1")
        return replaced(subject, place, mark + place.value[1:], FaultCode.CHARACTER_SET)
    return None


def code_lower_case(subject: Subject, chance: Chance) -> Change | None:
    """Write a code in small letters."""
    for place in values(subject, chance):
        small = place.value.lower()
        if place.kind.type == "ID" and place.kind.codes and small not in place.kind.codes:
            return replaced(subject, place, small, FaultCode.CODE_LOWER_CASE)
    return None


def segment_lower_case(subject: Subject, chance: Chance) -> Change:
    """Write the identifier of a segment in small letters."""
    index = plain_rows(subject, chance)[0]
    name, *rest = subject.rows[index]
    small = name.lower()
    return subject.with_row(index, [small, *rest], Expected(FaultCode.SEGMENT_LOWER_CASE, small, index + 1))


def envelope_lower_case(subject: Subject, chance: Chance) -> Change | None:
    """Write the identifier of a header or trailer in small letters."""
    part = chance.choice([subject.group, subject.group_end, subject.end])
    if part is None:
        return None
    tag = subject.data[part.offset : part.offset + part.length].decode("latin-1").split(subject.marks.element)[0]
    edit = element_edit(subject, part, 0, tag.lower())
    return Change((edit,), (Expected(FaultCode.ENVELOPE_LOWER_CASE),))


RULES: dict[str, Breaker] = {
    "line-broken": line_broken,
    "character-outside": character_outside,
    "code-lower-case": code_lower_case,
    "segment-lower-case": segment_lower_case,
    "envelope-lower-case": envelope_lower_case,
}
