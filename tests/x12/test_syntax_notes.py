"""The conditions between elements: the fault stands on the element that is missing, and one cause has one fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.elements import absent_findings, broken_notes
from gateway.x12.faults import FaultCode
from gateway.x12.standards.definition import Element, Position, SyntaxNote
from tests.x12.samples import faults_in, judged, replaced

MISSING, EXCLUDED = FaultCode.CONDITION_BROKEN, FaultCode.EXCLUDED


def _broken(kind: str, positions: tuple[int, ...], present: set[int]) -> list[tuple[FaultCode, int]]:
    mask = sum(1 << number for number in present)
    return [(found.code, found.element) for found in broken_notes((SyntaxNote(kind, positions),), mask)]


@pytest.mark.parametrize(
    ("kind", "positions", "present", "found"),
    [
        ("P", (2, 3, 4), set(), []),
        ("P", (2, 3, 4), {2, 3, 4}, []),
        ("P", (2, 3, 4), {3}, [(MISSING, 2), (MISSING, 4)]),
        ("P", (2, 3, 4), {2, 4}, [(MISSING, 3)]),
        ("R", (2, 3), {3}, []),
        ("R", (2, 3), {1}, [(MISSING, 2)]),
        ("E", (2, 3, 4), {2}, []),
        ("E", (2, 3, 4), set(), []),
        ("E", (2, 3, 4), {2, 4}, [(EXCLUDED, 4)]),
        ("E", (2, 3, 4), {2, 3, 4}, [(EXCLUDED, 3)]),
        ("C", (2, 3, 4), {3}, []),
        ("C", (2, 3, 4), {2, 3, 4}, []),
        ("C", (2, 3, 4), {2, 4}, [(MISSING, 3)]),
        ("C", (4, 2, 3), {4}, [(MISSING, 2), (MISSING, 3)]),
        ("L", (2, 3, 4), {3}, []),
        ("L", (2, 3, 4), {2, 4}, []),
        ("L", (2, 3, 4), {2}, [(MISSING, 3)]),
    ],
)
def test_a_note_asks_for_what_is_missing(kind, positions, present, found):
    assert _broken(kind, positions, present) == found


def _meets(note: SyntaxNote, present: set[int]) -> bool:
    """What each kind of note means, said once more in one line each."""
    here, first, rest = present & set(note.positions), note.positions[0], set(note.positions[1:])
    return {
        "P": here in (set(), set(note.positions)),
        "R": bool(here),
        "E": len(here) <= 1,
        "C": first not in present or rest <= present,
        "L": first not in present or bool(rest & present),
    }[note.kind]


@given(
    st.sampled_from("PRECL"),
    st.lists(st.integers(1, 9), min_size=2, max_size=4, unique=True),
    st.sets(st.integers(1, 9)),
)
def test_a_note_is_broken_exactly_when_its_meaning_is(kind, positions, present):
    found = _broken(kind, tuple(positions), present)
    assert (not found) == _meets(SyntaxNote(kind, tuple(positions)), present)
    assert all(number in positions for _code, number in found)
    assert all((number in present) == (code is EXCLUDED) for code, number in found)


def test_what_is_asked_for_already_is_not_asked_for_again():
    positions = tuple(Position(Element(str(number), "AN", 1, 5, "x"), number == 1) for number in range(1, 5))
    notes = (SyntaxNote("R", (1, 2)), SyntaxNote("P", (1, 3)), SyntaxNote("C", (4, 1)))
    found = absent_findings(positions, notes, 1 << 4)
    assert [(each.code, each.element) for each in found] == [(FaultCode.ELEMENT_MISSING, 1)]


@pytest.mark.parametrize(
    ("set_id", "old", "new", "fault"),
    [
        ("850", "N1*ST*North Plant*92*0042", "N1*ST*North Plant*92", (5, "N1", 4, "AK403:2")),  # P0304
        ("850", "N1*ST*North Plant*92*0042", "N1*ST", (5, "N1", 2, "AK403:2")),  # R0203
        ("850", "PO1*1*40*EA*12.75*PE*BP*B-1007", "PO1*1**EA*12.75*PE*BP*B-1007", (8, "PO1", 2, "AK403:2")),  # C0302
        ("850", "*VP*S-9", "*VP", (8, "PO1", 9, "AK403:2")),  # P0809
        ("850", "PO1*1*40*EA*12.75*PE", "PO1*1*40*EA**PE", (8, "PO1", 4, "AK403:2")),  # C0504
        ("855", "ACK*IA*40*EA", "ACK*IA*40*", (4, "ACK", 3, "AK403:2")),  # P0203
        ("856", "G*120*LB", "G*120", (4, "TD1", 8, "AK403:2")),  # P0708
    ],
)
@pytest.mark.parametrize("version", ["004010", "005010"])
def test_a_broken_note_of_a_real_segment_has_one_fault(set_id, old, new, fault, version):
    assert faults_in(set_id, replaced(set_id, old, new), version) == [fault]


def test_the_note_is_told_in_words():
    [fault] = judged("850", replaced("850", "N1*ST*North Plant*92*0042", "N1*ST*North Plant*92")).faults
    assert fault.message == (
        "N104 (party id) is needed here: N103 and N104 come all together or not at all (syntax note P0304)"
    )
    assert fault.fix.startswith("send text of 2 to 80 characters")
