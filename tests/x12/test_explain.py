"""Every fault says in plain words what is wrong, where, and what to do: the same words everywhere."""

import pytest

from gateway.x12 import explain
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.standards import VERSIONS, codes, library
from gateway.x12.standards.definition import Composite, Element
from tests.x12.samples import checked, document, judged, replaced

BY_GUIDE = {code for code in FaultCode if "guide" in code.slug}  # Their words are those of the rule.
LISTS = {Level.GROUP: "716", Level.SET: "718", Level.SEGMENT: "720", Level.ELEMENT: "723"}


@pytest.mark.parametrize("code", [code for code in FaultCode if code.level is Level.ELEMENT and code not in BY_GUIDE])
@pytest.mark.parametrize("component", [0, 2])
def test_every_fault_of_an_element_has_words_and_advice(code, component):
    segment = library.segment("REF", "004010")
    position = segment.positions[3].kind.components[1] if component else segment.positions[0]
    message, fix = explain.element_words(code, segment, position, 4 if component else 1, component, "X", "P0304")
    assert message
    assert fix
    assert "{" not in message + fix


@pytest.mark.parametrize("code", [code for code in FaultCode if code.level is Level.SEGMENT and code not in BY_GUIDE])
def test_every_fault_of_a_segment_has_words_and_advice(code):
    message, fix = explain.segment_words(code, "N4", "city", "PO1>N1", "N1", "3")
    assert message
    assert fix
    assert "{" not in message + fix


@pytest.mark.parametrize("code", list(FaultCode))
def test_every_code_on_the_wire_is_a_code_of_the_standard(code):
    if code.level is Level.TRANSMISSION:
        assert code.ack_code == ""
    elif code.level is Level.INTERCHANGE:
        assert code.wire in codes("I18", "004010")
    else:
        assert code.wire in codes(LISTS[code.level], "005010")
        assert code.ack_code.endswith(f":{code.wire}")


def test_every_fault_has_a_name_of_its_own():
    slugs = [code.slug for code in FaultCode]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize(
    ("set_id", "old", "new", "where", "message", "fix"),
    [
        (
            "850",
            "*40*EA*",
            "*40*QQ*",
            "850 ST02=0001 seg 8 PO1[1]/03",
            "'QQ' is no code for PO103 (unit of measure)",
            "send one of its codes, such as 01, 02, 03, 04, 05, 06, 07, 08",
        ),
        (
            "850",
            "*20261120",
            "*261120",
            "850 ST02=0001 seg 2 BEG[1]/05",
            "'261120' in BEG05 (date) is no date",
            "send a real date as CCYYMMDD",
        ),
        (
            "850",
            "*IL*",
            "*I*",
            "850 ST02=0001 seg 7 N1>N4[1]/02",
            "N402 (state or province) is shorter than 2 characters",
            "send a code of 2 characters",
        ),
        (
            "810",
            "TDS*51000",
            "TDS*510.00",
            "810 ST02=0001 seg 5 TDS[1]/01",
            "TDS01 (amount) holds a character that may not stand there",
            "send a whole number with 2 implied decimals of 1 to 15 digits",
        ),
        (
            "850",
            "REF*DP*038",
            "REF*DP*038**DP>1>DP",
            "850 ST02=0001 seg 4 REF[1]/04-4",
            "REF04-4 (reference number) is needed here: REF04-3 and REF04-4 come all together or not at all"
            " (syntax note P0304)",
            "send text of 1 to 30 characters, or leave the others out",
        ),
        ("850", "CTT*2", "ZZZ*2", "850 ST02=0001 seg 11 PO1>ZZZ", "ZZZ is no segment of X12", None),
    ],
)
def test_an_explanation_reads_like_this(set_id, old, new, where, message, fix):
    [fault] = judged(set_id, replaced(set_id, old, new)).faults
    assert (fault.where, fault.message) == (where, message)
    assert fix is None or fault.fix == fix


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_expected_can_be_said_of_every_element(version):
    kinds = {
        place.kind for name in library.segment_names(version) for place in library.segment(name, version).positions
    }
    elements = {kind for kind in kinds if isinstance(kind, Element)}
    elements |= {place.kind for kind in kinds if isinstance(kind, Composite) for place in kind.components}
    words = {element.type: explain.expected(element) for element in elements}
    assert len(words) >= 8
    assert all(len(text) > 5 for text in words.values())


def test_a_place_is_read_from_the_outside_in():
    fault = Fault(FaultCode.CODE_UNKNOWN, "", "856", "0007", "LIN", 19, "HL>LIN", occurrence=1, element=3, component=2)
    assert fault.where == "856 ST02=0007 seg 19 HL>LIN>LIN[1]/03-2"
    assert Fault(FaultCode.SET_COUNT, "", control_number="9").where == "GS06=9"
    assert Fault(FaultCode.TRUNCATED, "", control_number="000000009").where == "ISA13=000000009"
    assert Fault(FaultCode.JUNK, "").where == "transmission"


def test_a_fault_repeats_only_so_much_of_what_was_sent():
    [fault] = judged("850", replaced("850", "BEG*00", "BEG*" + "Q" * 100_000)).faults
    assert fault.message == f"'{'Q' * 60}...' is no code for BEG01 (purpose)"
    assert fault.value == "Q" * 200
    [unknown] = judged("850", replaced("850", "CTT*2", "Z" * 100_000)).faults
    assert len(unknown.segment) == 10
    assert len(unknown.message) <= 500
    number = checked(document("850").replace("*0001~", f"*{'9' * 100_000}~")).interchanges[0].documents[0]
    assert all(len(fault.where) < 100 and len(fault.message) <= 500 for fault in number.faults)
    assert number.faults


# The report on a file


def test_a_report_holds_what_the_command_line_prints():
    text = document("850", replaced("850", "*40*EA*", "*40*QQ*"))
    shape = checked(text).as_dict()
    [each] = shape["interchanges"]
    [made] = each["documents"]
    assert (shape["file"], shape["readable"], shape["faults"]) == ("sample", True, [])
    assert (each["sender"], each["receiver"], each["control_number"]) == ("ZZ SUPPLIER", "ZZ ACMEWORKS", "000000001")
    assert (made["set"], made["version"], made["judged_by"], made["accepted"]) == ("850", "004010", "004010", False)
    [fault] = made["faults"]
    assert (fault["position"], fault["element"], fault["ack_code"], fault["value"]) == (8, 3, "AK403:7", "QQ")
    assert fault["offset"] == text.index("PO1*1")


def test_what_cannot_be_read_says_why():
    shape = checked("hello").as_dict()
    assert shape["readable"] is False
    assert shape["faults"][0]["message"].startswith("No ISA segment was found")


def test_what_came_before_the_unreadable_part_is_reported():
    found = checked(document("850") + "ISA*00*")
    assert not found.readable
    assert [each.control_number for each in found.interchanges[0].documents] == ["0001"]
    assert not found.clean


def test_junk_is_a_fault_of_the_file():
    found = checked("junk" + document("850"))
    assert [fault.code for fault in found.faults] == [FaultCode.JUNK]
    assert not found.clean
