"""What partners say about what we sent: read from their 997, 999 and TA1, odd ones included; the twin of what we write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.acknowledgment import (
    AcknowledgmentStyle,
    ElementNote,
    GroupResponse,
    functional_acknowledgment,
    interchange_acknowledgment,
    read_functional_acknowledgment,
    read_interchange_acknowledgment,
)
from gateway.x12.model import InterchangeAcknowledgment
from gateway.x12.reader import read
from tests.x12.samples import BODIES, checked, group, interchange, replaced, transaction

GOOD = transaction("850", BODIES["850"])
BAD = transaction("850", replaced("850", "*40*EA*", "*4o*QQ*"), "0002")


def _response(text: str) -> GroupResponse:
    """Read segments written one a line, elements separated by ``*``."""
    return read_functional_acknowledgment([line.strip().split("*") for line in text.strip().splitlines()])


def test_a_rejection_is_read_to_its_last_element():
    response = _response("""
        ST*997*0001
        AK1*PO*77
        AK2*850*0001
        AK3*PO1*8*PO1*8
        AK4*2:1*330*6*4o
        AK4*3*355*7*QQ
        AK3*ZZZ*9**1
        AK5*R*5*4
        AK9*R*1*1*0*5
        SE*9*0001""")
    assert (response.functional_id, response.control_number, response.verdict) == ("PO", "77", "R")
    assert response.codes == ("5",)
    [answered] = response.sets
    assert (answered.set_id, answered.control_number, answered.verdict) == ("850", "0001", "R")
    assert (answered.codes, answered.accepted) == (("5", "4"), False)
    assert [(note.segment, note.position, note.loop, note.code) for note in answered.notes] == [
        ("PO1", 8, "PO1", "8"),
        ("ZZZ", 9, "", "1"),
    ]
    assert answered.notes[0].elements == [ElementNote(2, "6", 1, "330", "4o"), ElementNote(3, "7", 0, "355", "QQ")]


def test_a_999_is_read_like_a_997():
    text = "AK1*PO*77*005010\nAK2*850*0001\nIK3*PO1*8**8\nCTX*x\nIK4*3*355*7\nIK5*E*5\nAK9*E*1*1*1"
    response = _response(text)
    assert response.version == "005010"
    assert response.sets[0].accepted
    assert response.sets[0].notes[0].elements[0].code == "7"


@pytest.mark.parametrize(
    ("text", "set_id", "number", "verdict"),
    [
        ("AK1*PO*1\nAK9*A*2*2*2", "850", "0001", "A"),
        ("AK1*PO*1\nAK9*R*2*2*0", "850", "0001", "R"),
        ("AK1*PO*1\nAK2*850*0002\nAK5*R\nAK9*P*2*2*1", "850", "0001", "A"),
        ("AK1*PO*1\nAK2*850*0002\nAK5*R\nAK9*P*2*2*1", "850", "0002", "R"),
        ("AK1*PO*1\nAK2*850*2\nAK5*R\nAK9*P*2*2*1", "850", "0002", "R"),
        ("AK1*PO*1\nAK2**0002\nAK5*R\nAK9*P*2*2*1", "850", "0002", "R"),
        ("AK1*PO*1\nAK2*860*0002\nAK5*R\nAK9*P*2*2*1", "850", "0002", "A"),
        ("AK1*PO*1\nAK2*850*0001\nAK9*R*1*1*0", "850", "0001", "R"),  # AK5 was left out.
        ("AK1*PO*1\nAK2*850*10\nAK5*R\nAK2*850*0010\nAK5*A\nAK9*P*2*2*1", "850", "0010", "A"),
    ],
)
def test_each_of_our_sets_finds_its_verdict(text, set_id, number, verdict):
    assert _response(text).response_for(set_id, number).verdict == verdict


@pytest.mark.parametrize(
    "text", ["", "AK1", "AK5*A", "AK4*1", "AK2\nAK4*1\nAK3\nAK4\nAK5", "AK9", "AK3*N1*x*y*z\nAK2\nAK3*N1*x"]
)
def test_an_odd_acknowledgment_is_read_as_far_as_it_goes(text):
    response = _response(text or "ST")
    assert response.verdict == ""
    assert not any(each.accepted for each in response.sets)


def test_a_ta1_is_read():
    text = interchange("TA1*000000009*261121*0800*R*021~")
    [part] = [part for part in read(text.encode()) if isinstance(part, InterchangeAcknowledgment)]
    response = read_interchange_acknowledgment(part)
    assert (response.control_number, response.verdict, response.code) == ("000000009", "R", "021")


def test_a_ta1_cut_short_is_read_as_far_as_it_goes():
    [part] = [part for part in read(interchange("TA1*9~").encode()) if isinstance(part, InterchangeAcknowledgment)]
    assert read_interchange_acknowledgment(part).verdict == ""


@pytest.mark.parametrize(
    ("text", "verdict", "codes"),
    [
        ("AK1*PO*1\nAK2*850*0001\nAK5*A", "A", ()),  # AK9 was left out.
        ("AK1*PO*1\nAK2*850*0001\nAK5*R*5", "R", ("5",)),
        ("AK1*PO*1\nAK2*850*0001\nAK5*A\nAK2*850*0002\nAK5*R\nSE*5*1", "A", ()),
        ("AK1*PO*1\nAK9**1*1*1", "A", ()),  # Its counts say it.
        ("AK1*PO*1\nAK9**1*1*0", "R", ()),
        ("AK1*PO*1\nAK2*850*0002\nAK5*R\nAK9**2*2*1", "A", ()),
        ("AK1*PO*1\nAK2*850*0001\nAK5*a\nAK9* a *1*1*1", "A", ()),
        ("AK1*PO*1\nAK3*PO1*8**8\nAK4*3*355*7\nAK9*R*1*1*0", "R", ()),  # Notes outside of any AK2.
        ("AK1*PO*1\nAK2*850*0001\nAK4*3*355*7\nAK5*R*5\nAK9*R*1*1*0", "R", ("5",)),  # AK4 without its AK3.
        ("AK1*PO*1\nAK9*M*1*1*0", "M", ()),
        ("AK9*A*1*1*1\nAK1*PO*1", "A", ()),  # Turned around.
        ("AK1*PO*1\nAK9*R*1*1*0\nAK9*A*1*1*1", "A", ()),
    ],
)
def test_an_odd_one_has_its_verdict_as_far_as_it_tells_one(text, verdict, codes):
    found = _response(text).response_for("850", "0001")
    assert (found.verdict, found.codes) == (verdict, codes)


@pytest.mark.parametrize("between", ["", "\r\n"])
def test_a_ta1_before_a_group_is_read_with_the_997_in_it(between):
    answer = transaction("997", BODIES["997"])
    text = interchange("TA1*000000009*261121*0800*E*001~" + between, group("FA", answer)).replace("IEA*2*", "IEA*1*")
    found = checked(text)
    assert found.clean
    [received] = found.interchanges[0].judged.acknowledgments
    response = read_interchange_acknowledgment(received)
    assert (response.control_number, response.verdict, response.code) == ("000000009", "E", "001")
    [functional] = found.interchanges[0].documents
    assert not read_functional_acknowledgment(functional.transaction.segments).response_for("850", "0001").accepted


# Written and read back


@pytest.mark.parametrize("set_id", ["997", "999"])
@pytest.mark.parametrize("sets", [[GOOD], [BAD], [GOOD, BAD], [BAD, GOOD.replace("0001", "0003")]])
def test_what_we_say_reads_back_to_the_same_verdicts(set_id, sets):
    [answered] = checked(interchange(group("PO", *sets))).interchanges[0].judged.groups
    rows = functional_acknowledgment(answered, AcknowledgmentStyle(set_id))
    flat = [[">".join(value) if isinstance(value, tuple) else value for value in row] for row in rows]
    response = read_functional_acknowledgment(flat)
    assert (response.functional_id, response.control_number, response.verdict) == ("PO", "1", answered.verdict)
    for judgment in answered.judgments:
        told = response.response_for(judgment.set_id, judgment.control_number)
        assert told.accepted == judgment.accepted
        places = [(note.position, each.element, each.code) for note in told.notes for each in note.elements]
        assert places == [(fault.position, fault.element, fault.code.wire) for fault in judgment.faults]


def test_a_ta1_of_ours_reads_back():
    judged = checked(interchange(group("PO", GOOD)).replace("IEA*1*", "IEA*3*")).interchanges[0].judged
    part = InterchangeAcknowledgment(0, 0, tuple(interchange_acknowledgment(judged)[1:]), judged.start)
    response = read_interchange_acknowledgment(part)
    assert (response.control_number, response.verdict, response.code) == ("000000001", "R", "021")


NAMES = st.sampled_from(["AK1", "AK2", "AK3", "AK4", "AK5", "AK9", "IK3", "IK4", "IK5", "CTX", "ST", ""])
ROWS = st.lists(
    st.builds(lambda name, values: [name, *values], NAMES, st.lists(st.text(max_size=4), max_size=11)), max_size=12
)


@given(ROWS)
def test_no_acknowledgment_is_too_odd_to_be_read(rows):
    response = read_functional_acknowledgment(rows)
    assert len(response.sets) == sum(row[0] == "AK2" for row in rows)
    assert response.response_for("850", "0001") is not None
