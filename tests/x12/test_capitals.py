"""Envelopes in lower case: read as capitals, told once a segment, tolerated by name; words of a remark are no ISA."""

import pytest

from gateway.x12.acknowledgment import wants_interchange_acknowledgment
from gateway.x12.faults import FaultCode
from gateway.x12.model import Debris, InterchangeStart
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.tolerances import tolerated_codes
from gateway.x12.validator import validate
from tests.x12.answers import answer
from tests.x12.samples import checked, document

GOOD = document("850")
LOWER = tolerated_codes(["lower-case"])


def tolerant(text: str):
    return report("sample", text.encode(), lambda each: validate(each, LOWER), lambda _start: LOWER)


def told(found) -> list[tuple[str, str, str]]:
    [each] = found.interchanges
    return [
        (explained.fault.code.slug, explained.fault.message, explained.shown.parts()[1])
        for explained in each.explained()
    ]


ODD = "envelope-identifier-lower-case"


@pytest.mark.parametrize(
    ("old", "new", "message", "marked"),
    [
        ("ISA*00", "isa*00", "ISA is written in lower case", "isa"),
        ("*ZZ*SUPPLIER", "*zz*SUPPLIER", "ISA05 is written in lower case", "zz"),
        ("*ZZ*ACME", "*zz*ACME", "ISA07 is written in lower case", "zz"),
        ("*U*00401", "*u*00401", "ISA11 is written in lower case", "u"),
        ("*0*P*>", "*0*t*>", "ISA15 is written in lower case", "t"),
        ("GS*PO", "gs*PO", "GS is written in lower case", "gs"),
        ("GS*PO", "GS*po", "GS01 is written in lower case", "po"),
        ("*X*004010", "*x*004010", "GS07 is written in lower case", "x"),
        ("*X*004010", "*X*004010vics", "GS08 is written in lower case", "004010vics"),
        ("GS*PO", "gs*Po", "GS and GS01 are written in lower case", "Po"),
        ("GE*1", "ge*1", "GE is written in lower case", "ge"),
        ("IEA*1", "iea*1", "IEA is written in lower case", "iea"),
    ],
)
def test_lower_case_in_the_envelope_is_one_fault_a_segment_and_can_be_tolerated(old, new, message, marked):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    strict = checked(text)
    assert told(strict) == [(ODD, message, marked)]
    assert strict.interchanges[0].judged.rejected
    assert [judgment.accepted for judgment in strict.interchanges[0].documents] == [True]
    found = tolerant(text)
    assert found.clean and told(found) == told(strict)


def test_a_whole_interchange_in_lower_case_reads_as_if_it_had_been_capitals():
    head, _, rest = GOOD.partition("BEG*")
    tail = "GE*1*1~IEA*1*000000001~"
    text = head.lower().replace("supplier", "SUPPLIER").replace("acmeworks", "ACMEWORKS") + "BEG*" + rest
    text = text.replace(tail, tail.lower())
    found = tolerant(text)
    assert found.clean
    [each], [right] = found.interchanges, checked(GOOD).interchanges
    assert (each.start.elements, each.start.sender) == (right.start.elements, right.start.sender)
    assert [group.start.elements for group in each.judged.groups] == [
        group.start.elements for group in right.judged.groups
    ]
    assert answer(each.judged, ta1=False) == answer(right.judged, ta1=False)


def test_what_is_no_code_in_capitals_either_is_told_for_what_it_is():
    for old, new, code, said in [
        ("*ZZ*SUPPLIER", "*qq*SUPPLIER", FaultCode.SENDER_QUALIFIER, "ISA05 'qq'"),
        ("*0*P*>", "*0*q*>", FaultCode.USAGE, "ISA15 'q'"),
        ("GS*PO", "GS*qq", FaultCode.GROUP_UNSUPPORTED, "GS01 'qq'"),
    ]:
        [each] = checked(GOOD.replace(old, new, 1)).interchanges
        [fault] = each.faults
        assert fault.code is code and fault.message.startswith(said)


def test_several_interchanges_in_lower_case_are_told_apart_though_one_lacks_its_end():
    second = GOOD.replace("000000001", "000000002").replace("ISA*", "isa*")
    found = checked(GOOD.replace("IEA*1*000000001~", "") + second)
    assert [each.start.control_number for each in found.interchanges] == ["000000001", "000000002"]
    assert [[fault.code for fault in each.faults] for each in found.interchanges] == [
        [FaultCode.TRUNCATED],
        [FaultCode.ENVELOPE_LOWER_CASE],
    ]


@pytest.mark.parametrize(
    "remark", ["Visa: 4711\n", "isa-9001 certified\n", "the isa * below\n", "isa*\n", "Isa*00*x\n"]
)
def test_a_word_of_a_remark_is_no_interchange(remark):
    parts = list(read((remark + GOOD).encode()))
    assert isinstance(parts[0], Debris) and parts[0].length == len(remark)
    assert [part.offset for part in parts if isinstance(part, InterchangeStart)] == [len(remark)]


@pytest.mark.parametrize("step", [1, 3, 7, 50])
def test_an_isa_in_lower_case_is_found_wherever_the_chunks_end(step):
    data = ("remark " * 3 + GOOD.replace("ISA*", "isa*")).encode()
    parts = list(read(data[at : at + step] for at in range(0, len(data), step)))
    assert [part.offset for part in parts if isinstance(part, InterchangeStart)] == [21]
    assert sum(part.length for part in parts) == len(data)


@pytest.mark.parametrize("segment", ["ISX*!~", "ISX**AA~", "isx*\\~", "ISX~", "ISX*!**007060*X~\r\n"])
def test_an_interchange_with_extended_syntax_is_refused_and_says_so(segment):
    text = GOOD.replace("*>~GS", f"*>~{segment}GS").replace("00401", "00704", 1).replace("*U*", "*^*", 1)
    [each] = checked(text).interchanges
    [fault] = each.faults
    assert (fault.code.slug, fault.code.ack_code) == ("syntax-extension-not-supported", "TA105:003")
    assert repr(segment.strip()[:-1]) in fault.message
    assert each.judged.verdict == "R" and wants_interchange_acknowledgment(each.judged, "errors")
    assert "TA1*000000001*261121*0800*R*003" in answer(each.judged, ta1=True).decode()
    [explained] = each.explained()
    assert explained.shown.parts()[1].upper().startswith("ISX")
    assert explained.fix == "agree on an interchange without ISX and send it so"
