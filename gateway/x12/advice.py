"""824, application advice, written and read: what became of a document that could be read.

A 997 says whether the syntax was right, an 824 what the business behind it says. Serves the set 824 of 004010 and 005010.
Writing turns a verdict and its reasons into segments; reading turns segments, odd ones included, into verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.x12.model import Segments, element, whole_number
from gateway.x12.noting import copied
from gateway.x12.standards import codes, nearest_version
from gateway.x12.standards.versions import has_short_dates
from gateway.x12.writer import Echo, OutSegment

SET_ID = "824"
GROUP_ID = "AG"

OTHER = "024"  # TED01 for a reason that has no code of its own.
_FREE_TEXT = 60  # TED02
_NOTE = 80  # NTE02
_MOST_NOTES = 100
_MOST_REASONS = 100
_REFERENCE = 30  # OTI03 and REF02; longer from 005010 on, but not all partners read that.
# How the number of a document is called, by the set that carries it.
_QUALIFIERS = {"850": "PO", "855": "PO", "860": "PO", "865": "PO", "810": "IV", "856": "SI"}
_PLAIN_NUMBER = "TN"
_ACCEPTED = "ACE"  # The second letter of OTI01: accepted, with changes, with errors; P and R are not.
_SCOPES = {"T": "the document", "G": "its group", "I": "an item of it", "B": "a batch of it"}
_VERDICTS = {"A": "accepted", "C": "accepted with changes", "E": "accepted with errors", "P": "accepted in part"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A TED: why, as a code (element 647) and in words; where the partner says so, the segment, element and value."""

    code: str
    words: str = ""
    segment: str = ""
    position: int = 0
    element: int = 0
    value: str = ""


@dataclass(slots=True)
class Advice:
    """An OTI: the verdict on one document, named by its number, its control numbers, or both.

    ``verdict`` is OTI01: TA, TC, TE accepted, TP in part, TR rejected; G, I and B in its first place speak of a group, an item or
    a batch.
    """

    verdict: str
    set_id: str = ""
    group_number: str = ""
    control_number: str = ""
    reference: str = ""
    qualifier: str = ""
    version: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the partner goes on with all of it."""
        return self.verdict[1:2] in _ACCEPTED and bool(self.verdict[1:])

    @property
    def order_number(self) -> str:
        """The purchase order that it names, if any."""
        named = [(self.qualifier, self.reference), *self.references]
        return next((value for qualifier, value in named if qualifier == "PO" and value), "")

    @property
    def words(self) -> str:
        """The verdict in words."""
        scope = _SCOPES.get(self.verdict[:1], "the document")
        return f"{scope} is {_VERDICTS.get(self.verdict[1:2], 'rejected')} ({self.verdict or 'no code'})"


def application_advice(advice: Advice, number: str, written_at: datetime, version: str) -> list[OutSegment]:
    """Write the body (without ST and SE) of an 824 under the reference ``number``."""
    day = f"{written_at:%y%m%d}" if has_short_dates(version) else f"{written_at:%Y%m%d}"
    segments: list[OutSegment] = [["BGN", "00", copied(number, _REFERENCE), day, f"{written_at:%H%M}"]]
    reference, qualifier = _number(advice.reference), _QUALIFIERS.get(advice.set_id, _PLAIN_NUMBER)
    if not reference:
        reference, qualifier = _number(advice.control_number) or Echo("0"), _PLAIN_NUMBER
    group = advice.group_number if whole_number(advice.group_number) is not None else ""
    control = advice.control_number if group and 4 <= len(advice.control_number) <= 9 else ""
    named = [group[:9], Echo(control), advice.set_id, copied(advice.version, 12)]
    segments.append(["OTI", advice.verdict, qualifier, reference, "", "", "", "", *named])
    for name, value in advice.references[:12]:
        if _number(value):
            segments.append(["REF", name, _number(value)])
    for reason in advice.reasons[:_MOST_REASONS]:
        segments += _reason(reason)
    return segments


def _number(value: str) -> str:
    """Copy a number; one without letter and digit may be all delimiters to the partner, and would leave nothing."""
    return copied(value, _REFERENCE) if any(mark.isascii() and mark.isalnum() for mark in value) else ""


def _reason(reason: Reason) -> Iterator[OutSegment]:
    """Write one reason; the words for which TED02 is too short go on in notes."""
    first, *others = _lines(copied(reason.words, _FREE_TEXT + _MOST_NOTES * _NOTE)) or [""]
    place = [reason.segment, str(reason.position or ""), str(reason.element or "")]
    yield ["TED", reason.code, first, *(place if reason.segment else ["", "", ""]), "", copied(reason.value, 99)]
    for text in (text for text in others[:_MOST_NOTES] if any(map(str.isalnum, text))):
        yield ["NTE", "ADD", text]


def _lines(text: str) -> list[str]:
    """Break words into a first line of 60 characters and others of 80, between words where there are any."""
    made: list[str] = []
    rest = text
    while rest:
        room = _NOTE if made else _FREE_TEXT
        at = len(rest) if len(rest) <= room else rest.rfind(" ", 1, room + 1)
        at = room if at < 1 else at
        made.append(Echo(rest[:at].strip()))
        rest = rest[at:].strip()
    return made


def advice_version(asked: str) -> str:
    """Return GS08 of an 824 about a document in version ``asked``: the same, or the nearest one where that is none."""
    return Echo(asked[:12]) if whole_number(asked[:6]) and asked.isascii() else nearest_version(asked)


def read_advice(segments: Segments) -> list[Advice]:
    """Read the segments of an 824 (ST to SE). Missing parts are left empty; nothing is refused for being odd."""
    found: list[Advice] = []
    noted: list[list[str]] = []  # The words of each reason of the last advice.
    for segment in segments:
        if segment[0] == "OTI":
            _take(found, noted)
            found.append(_opened(segment))
        elif not found:
            continue
        elif segment[0] == "REF" and not found[-1].reasons:
            found[-1].references.append((element(segment, 1), element(segment, 2) or element(segment, 3)))
        elif segment[0] == "TED":
            found[-1].reasons.append(_read_reason(segment))
            noted.append([element(segment, 2)])
        elif segment[0] in ("NTE", "RED") and noted:
            # What a RED says beside its text is a code of an industry: its list in RED05, the code in RED06.
            said = element(segment, 2) if segment[0] == "NTE" else element(segment, 6) or element(segment, 1)
            noted[-1].append(said)
    _take(found, noted)
    return found


def _take(found: list[Advice], noted: list[list[str]]) -> None:
    """Join the words of each reason of the last advice."""
    if found:
        found[-1].reasons = [
            Reason(
                reason.code,
                " ".join(filter(None, words)),
                reason.segment,
                reason.position,
                reason.element,
                reason.value,
            )
            for reason, words in zip(found[-1].reasons, noted, strict=True)
        ]
    noted.clear()


def _opened(segment: list[str]) -> Advice:
    group, control, set_id, version = (element(segment, number) for number in (8, 9, 10, 11))
    return Advice(
        element(segment, 1), set_id, group, control, element(segment, 3), element(segment, 2), version=version
    )


def _read_reason(segment: list[str]) -> Reason:
    name, position, number = (element(segment, place) for place in (3, 4, 5))
    at = whole_number(number.partition(">")[0].partition(":")[0]) or 0
    return Reason(element(segment, 1), "", name, whole_number(position) or 0, at, element(segment, 7))


def reason_words(reason: Reason, version: str) -> str:
    """Say in words what a partner gives as its reason."""
    near = nearest_version(version)
    meaning = codes("647", near).get(reason.code) or ("" if reason.words else "a reason without words")
    said = " ".join(filter(None, (reason.code, meaning)))
    place = f"segment {reason.position or ''} {reason.segment}".replace("  ", " ") if reason.segment else ""
    place += f"{reason.element:02d}" if place and reason.element else ""
    value = f"value {reason.value[:60]!r}" if reason.value else ""
    return ": ".join(filter(None, (said, reason.words, ", ".join(filter(None, (place, value))))))
