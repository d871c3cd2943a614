"""Breaks what an ISA says of its delimiters, where no value suffers by it. Serves X12.5; TA105 026 and 027."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.envelope import element_edit
from gateway.x12.generate.mutants.subject import Breaker, Change, Edit, Expected, Subject
from gateway.x12.standards.versions import REPETITION_SINCE

_LETTERS = tuple("QXZqxz7")


def _is_used(subject: Subject, mark: str) -> bool:
    """Tell whether a mark stands anywhere behind the ISA."""
    start = subject.transaction.interchange
    return mark.encode("latin-1") in subject.data[start.offset + start.length :]


def _other_component(subject: Subject, mark: str) -> Change | None:
    """Put ``mark`` into ISA16; None where something has components, which it would no longer separate."""
    start, old = subject.transaction.interchange, subject.marks.component
    if not old or _is_used(subject, old):
        return None
    head = subject.data[start.offset : start.offset + start.length]
    at = start.offset + head.rindex(old.encode("latin-1"))
    edit = Edit(at, len(old), mark.encode("latin-1"))
    return Change((edit,), (Expected(FaultCode.COMPONENT_SEPARATOR),))


def component_separator_letter(subject: Subject, chance: Chance) -> Change | None:
    """Separate components by a letter or digit, which stands in no value."""
    letters = [letter for letter in _LETTERS if not _is_used(subject, letter)]
    return _other_component(subject, chance.choice(letters)) if letters else None


def component_separator_equal(subject: Subject, chance: Chance) -> Change | None:
    """Separate components by what ends segments, or separates elements, already."""
    return _other_component(subject, chance.choice([subject.marks.element, subject.marks.segment]))


def repetition_separator_equal(subject: Subject, chance: Chance) -> Change | None:
    """Name in ISA11 what separates components or ends segments already; nothing is repeated that it would separate."""
    start, marks = subject.transaction.interchange, subject.marks
    if start.version < REPETITION_SINCE or (marks.repetition and _is_used(subject, marks.repetition)):
        return None
    mark = chance.choice([mark for mark in (marks.component, marks.segment) if mark and mark not in "\r\n"])
    return Change((element_edit(subject, start, 11, mark),), (Expected(FaultCode.REPETITION_SEPARATOR),))


RULES: dict[str, Breaker] = {
    "component-separator-letter": component_separator_letter,
    "component-separator-equal": component_separator_equal,
    "repetition-separator-equal": repetition_separator_equal,
}
