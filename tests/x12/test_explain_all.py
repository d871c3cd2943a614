"""Every fault there is, in a document that has it: its explanation names value, place and remedy, and its example is right."""

import json

import pytest

from gateway.located import read as read_yaml
from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import SegmentJudge
from gateway.x12.explanation import Explanation, explain_envelope, explain_set
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.guide import Guide, load_guide
from gateway.x12.headers import group_faults, interchange_faults
from gateway.x12.model import GroupStart, InterchangeStart
from gateway.x12.reader import read
from gateway.x12.report import FileReport
from gateway.x12.standards import library
from gateway.x12.validator import Judgment, look_closely
from tests.x12.faulty import FAULTY, GUIDE, GUIDED, GUIDED_BODY
from tests.x12.samples import checked, document, set_of

MARKS = Delimiters("*", ">", "~", "")


def _explanations(found: FileReport) -> list[Explanation]:
    told = found.explained()
    for each in found.interchanges:
        told += each.explained()
        for judgment in each.documents:
            told += explain_set(judgment)
    return told


def _explanation(code: FaultCode) -> Explanation:
    return next(each for each in _explanations(checked(FAULTY[code].text)) if each.fault.code is code)


def _guided(code: FaultCode) -> tuple[Explanation, Guide, Judgment]:
    guide = load_guide(read_yaml(GUIDE, "acme.yaml"))
    old, new, _marked = GUIDED[code]
    assert old in GUIDED_BODY
    transaction = set_of(document("850", GUIDED_BODY.replace(old, new, 1)))
    judgment = guide.apply(look_closely(transaction), transaction.segments)
    [explained] = explain_set(judgment, {"acme/850": guide}.__getitem__)
    assert explained.fault.code is code
    return explained, guide, judgment


def test_there_is_a_document_for_every_fault():
    agreed = {
        FaultCode.RECEIVER_UNKNOWN,
        FaultCode.CHARACTER_NOT_BASIC,
    }  # Nothing is wrong before somebody agreed on it.
    assert set(FAULTY) | set(GUIDED) == set(FaultCode) - agreed
    assert set(FAULTY).isdisjoint(GUIDED)


@pytest.mark.parametrize("code", list(FAULTY), ids=lambda code: code.slug)
def test_a_fault_is_explained_with_its_place_what_was_expected_the_rule_and_the_remedy(code):
    explained = _explanation(code)
    assert explained.fault.message and explained.fix and explained.expected and explained.rule.startswith("X12")
    assert not any(sign in explained.expected + explained.fix for sign in "{}")
    assert (explained.shown.parts()[1] if explained.shown else "") == FAULTY[code].marked
    if explained.shown:
        carets = explained.shown.carets
        assert len(carets.strip()) == explained.shown.length and len(carets) <= len(explained.shown.text) + 1
    if code.level in (Level.SET, Level.SEGMENT, Level.ELEMENT):
        assert explained.fault.where.startswith(explained.fault.set_id)


@pytest.mark.parametrize("code", list(FAULTY), ids=lambda code: code.slug)
def test_the_example_of_a_fault_is_right_itself(code):
    version = "005010" if code is FaultCode.TOO_MANY_REPETITIONS else "004010"
    found = _explanation(code).example.removesuffix("~").split("~")
    assert found != [""]
    for text in found:
        fields = text.split("*")
        if fields[0] in ("ISA", "GS", "GE", "IEA"):
            assert _envelope_faults(text) == []
        else:
            assert SegmentJudge(library.segment(fields[0], version)).findings(fields, MARKS) == []


def _envelope_faults(text: str) -> list[object]:
    """Judge one segment of an envelope: put where it belongs, and read."""
    good = document("850")
    lines = good.split("~")
    own = next(index for index, line in enumerate(lines) if line.startswith(text[:3].rstrip("*")))
    lines[own] = text
    if text.startswith("ISA"):
        start = next(part for part in read("~".join(lines).encode()) if isinstance(part, InterchangeStart))
        return list(interchange_faults(start))
    if text.startswith("GS"):
        group = next(part for part in read("~".join(lines).encode()) if isinstance(part, GroupStart))
        return list(group_faults(group))
    return [] if text == good.split("~")[own] else [text]


@pytest.mark.parametrize("code", list(GUIDED), ids=lambda code: code.slug)
def test_a_fault_of_a_guide_is_explained_by_its_rule(code):
    explained, guide, _judgment = _guided(code)
    line = int(explained.rule.removeprefix("guide acme/850 line "))
    rule = next(rule for rule in guide.rules if rule.line == line)
    assert explained.expected.startswith(f"{rule.target.path.text}: ")
    assert explained.shown is not None and explained.shown.parts()[1] == GUIDED[code][2]
    assert explained.fix and explained.example


@pytest.mark.parametrize("code", list(GUIDED), ids=lambda code: code.slug)
def test_with_the_example_in_its_place_the_guide_finds_nothing_more(code):
    explained, guide, judgment = _guided(code)
    lines = ["*".join(segment) for segment in judgment.transaction.segments][1:-1]
    at = explained.fault.position - 2
    example = explained.example.removesuffix("~").split("~")
    if code is FaultCode.SEGMENT_REQUIRED_BY_GUIDE:
        lines.insert(2, *example)
    elif code is FaultCode.SEGMENT_NOT_ALLOWED:
        assert lines[at - 1 : at + 2] == [example[0], lines[at], example[1]]
        del lines[at]
    elif code in (FaultCode.SEGMENT_OVER_GUIDE, FaultCode.LOOP_OVER_GUIDE):
        lines[at - 1 : at + 1] = example
    else:
        lines[at : at + 1] = example
    transaction = set_of(document("850", "\n".join(lines)))
    again = guide.apply(look_closely(transaction), transaction.segments)
    assert [fault.message for fault in again.faults] == []


def test_a_receiver_that_is_not_known_is_explained_though_nobody_said_what_to_do():
    found = checked(document("850"))
    [each] = found.interchanges
    fault = Fault(FaultCode.RECEIVER_UNKNOWN, "ZZ ACMEWORKS is not one of our ids", control_number="000000001")
    [explained] = explain_envelope([fault], each.judged)
    assert explained.fix == "send in ISA07 and ISA08 an id that the receiver has"
    assert explained.shown is not None and explained.shown.parts()[1] == "ACMEWORKS      "


def test_the_explanation_is_the_same_object_in_the_json_and_keeps_what_was_promised():
    shape = checked(FAULTY[FaultCode.CODE_UNKNOWN].text).as_dict()
    [fault] = shape["interchanges"][0]["documents"][0]["faults"]
    assert json.loads(json.dumps(fault)) == fault
    assert fault["shown"] == "PO1*1*40*QQ*12.75*PE*BP*B-1007*VP*S-9~"
    assert fault["marker"] == " " * 9 + "^^"
    assert fault["rule"] == "X12 004010, PO103, data element 355"
    assert fault["example"] == "PO1*1*40*EA*12.75*PE*BP*B-1007*VP*S-9~"
    assert (fault["ack_code"], fault["value"], fault["position"]) == ("AK403:7", "QQ", 8)
