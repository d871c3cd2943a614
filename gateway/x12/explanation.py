"""One explanation for each fault, the same wherever it is shown: command line, JSON, API and HTML.

It says what is wrong, what was expected and by which rule, where (the segment with the place marked), how to put it right, and
shows a segment that would be right. All of it is made from the fault, the definition and the guide when somebody wants to see
it: judging costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.x12.envelope import JudgedInterchange
from gateway.x12.enveloping import envelope_example, envelope_mark
from gateway.x12.examples import Examples
from gateway.x12.expecting import expected_words, rule_words
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.guided import Guides, guided_example, rule_of
from gateway.x12.guides.wording import rule_words as words_of_guide
from gateway.x12.showing import Marked, mark_all, mark_element
from gateway.x12.validator import Judgment

Sent = Mapping[int, Sequence[str]]  # Segments of the envelope as they were sent, by their byte offset.

_ABSENT = frozenset({FaultCode.SEGMENT_MISSING, FaultCode.SEGMENT_REQUIRED_BY_GUIDE})
_SET_ELEMENTS = {
    FaultCode.SET_UNSUPPORTED: 1,
    FaultCode.SET_ID: 1,
    FaultCode.SET_NOT_IN_GROUP: 1,
    FaultCode.SET_NUMBER: 2,
    FaultCode.SET_REPEATED: 2,
    FaultCode.SEGMENT_COUNT: 1,
    FaultCode.SET_NUMBERS_DIFFER: 2,
    FaultCode.SET_NUMBER_ZEROS: 2,
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one fault. ``shown`` is None where nothing was sent that could be shown."""

    fault: Fault
    expected: str
    rule: str
    fix: str
    shown: Marked | None
    example: str

    def as_dict(self) -> dict[str, object]:
        """The fault as it is known everywhere, and what explains it."""
        return self.fault.as_dict() | {
            "fix": self.fix,
            "rule": self.rule,
            "expected": self.expected,
            "shown": self.shown.text if self.shown else "",
            "marker": self.shown.carets if self.shown else "",
            "example": self.example,
        }

    def lines(self) -> Iterator[str]:
        """Yield what a terminal shows: place and code, the segment with the place marked, the words, the remedy."""
        fault = self.fault
        yield f"{fault.where}  {fault.code.ack_code} {fault.code.slug}"
        if self.shown is not None:
            yield f"  {self.shown.text}"
            yield f"  {self.shown.carets}"
        yield f"  {fault.message}"
        yield f"  Expected: {self.expected} ({self.rule})"
        told = not self.example or "for example" in self.fix
        yield f"  To fix: {self.fix}" + ("" if told else f", for example  {self.example}")


def explain_set(
    judgment: Judgment, guides: Guides | None = None, faults: Iterable[Fault] | None = None
) -> list[Explanation]:
    """Explain the faults of one set, in their order; ``guides`` finds the guide that a fault names."""
    told = judgment.faults if faults is None else list(faults)
    if not told or judgment.transaction is None:
        return [_plain(fault) for fault in told]
    examples = Examples(judgment)
    return [_explained(fault, examples, guides) for fault in told]


def explain_envelope(faults: Iterable[Fault], judged: JudgedInterchange, sent: Sent | None = None) -> list[Explanation]:
    """Explain the faults of an interchange and its groups; ``sent`` holds its segments where they are known."""
    return [
        Explanation(
            fault,
            expected_words(fault),
            rule_words(fault),
            _fix(fault),
            envelope_mark(fault, judged, sent or {}),
            envelope_example(fault, judged),
        )
        for fault in faults
    ]


def explain_junk(fault: Fault, text: str = "") -> Explanation:
    """Explain bytes outside of every interchange."""
    shown = mark_all(text) if text else None
    return Explanation(fault, expected_words(fault), rule_words(fault), _fix(fault), shown, envelope_example(fault))


def _plain(fault: Fault) -> Explanation:
    """Explain a fault of which nothing but itself is known."""
    return Explanation(fault, expected_words(fault), rule_words(fault), _fix(fault), None, "")


def _explained(fault: Fault, examples: Examples, guides: Guides | None) -> Explanation:
    definition = examples.definition
    _guide, rule = rule_of(fault, guides)
    expected = expected_words(fault, definition)
    if rule is not None and (asked := words_of_guide(rule)):
        expected = f"{rule.target.path.text}: {asked}"
    example = guided_example(fault, examples, guides) or examples.of(fault)
    return Explanation(fault, expected, rule_words(fault, definition), _fix(fault), _marked(fault, examples), example)


def _fix(fault: Fault) -> str:
    """Return the advice; a fault that came without any has the one that always holds."""
    return fault.fix or f"send {expected_words(fault)}"


def _marked(fault: Fault, examples: Examples) -> Marked | None:
    """Show the segment of a fault. A segment that is missing is marked where it belongs: before the one that stands there."""
    segments, marks = examples.segments, examples.marks
    level = fault.code.level
    if level is Level.SET:
        index = fault.position - 1 if fault.position else 0
        number = _SET_ELEMENTS.get(fault.code, len(segments[index]))
        return mark_element(segments[index], marks, number)
    if not 0 < fault.position <= len(segments):
        return None
    fields = segments[fault.position - 1]
    if fault.code in _ABSENT:
        shown = mark_element(fields, marks)
        return Marked(shown.text, 0, 1)
    if fault.code is FaultCode.TRAILING_SEPARATOR:
        last = max(number for number, value in enumerate(fields) if value or not number)
        shown = mark_element(fields, marks, last + 1)
        return Marked(shown.text, max(shown.start - len(marks.element), 0), shown.length)
    return mark_element(fields, marks, fault.element, fault.component, fault.repetition)
