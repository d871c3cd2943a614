"""What we say about what we received: each fault has its code in the 997, the 999 and the TA1, and no more than that."""

import pytest

from gateway.located import read as read_located
from gateway.x12.acknowledgment import (
    AcknowledgmentStyle,
    answers_needed,
    functional_acknowledgment,
    interchange_acknowledgment,
    wants_interchange_acknowledgment,
)
from gateway.x12.answer import answering_interchange
from gateway.x12.faults import FaultCode
from gateway.x12.guide import load_guide
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.validator import validate
from gateway.x12.writer import write
from tests.x12.answers import AT, answer
from tests.x12.faulty import GUIDE, GUIDED, GUIDED_BODY
from tests.x12.samples import BODIES, checked, document, group, interchange, isa, replaced, transaction

GOOD = transaction("850", BODIES["850"])
BAD = transaction("850", replaced("850", "*40*EA*", "*40*QQ*"), "0002")


def _judged(text: str):
    return checked(text).interchanges[0].judged


def _lines(text: str, **style) -> list[str]:
    """The body of the answer to the only group of a file, a segment a line."""
    [answered] = _judged(text).groups
    rows = functional_acknowledgment(answered, AcknowledgmentStyle(**style))
    return ["*".join(":".join(v).rstrip(":") if isinstance(v, tuple) else v for v in row).rstrip("*") for row in rows]


def test_a_good_group_is_accepted():
    assert _lines(interchange(group("PO", GOOD))) == ["AK1*PO*1", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"]


def test_accepted_sets_can_be_left_unnamed():
    assert _lines(interchange(group("PO", GOOD)), accepted_sets=False) == ["AK1*PO*1", "AK9*A*1*1*1"]
    assert _lines(interchange(group("PO", GOOD, BAD)), accepted_sets=False)[1] == "AK2*850*0002"


def test_a_fault_is_told_with_its_place_code_and_value():
    assert _lines(interchange(group("PO", GOOD, BAD))) == [
        "AK1*PO*1",
        "AK2*850*0001",
        "AK5*A",
        "AK2*850*0002",
        "AK3*PO1*8*PO1*8",
        "AK4*3*355*7*QQ",
        "AK5*R*5",
        "AK9*P*2*2*1",
    ]


def test_faults_may_be_accepted_by_agreement():
    assert _lines(interchange(group("PO", BAD)), accept_with_errors=True)[-2:] == ["AK5*E*5", "AK9*E*1*1*1"]
    assert _lines(interchange(group("PO", GOOD)), accept_with_errors=True)[-2:] == ["AK5*A", "AK9*A*1*1*1"]
    unknown = GOOD.replace("ST*850", "ST*853")
    assert _lines(interchange(group("PO", unknown)), accept_with_errors=True)[-2:] == ["AK5*R*1", "AK9*R*1*1*0"]


# What is changed in the 850, and the AK3 and AK4 that say so.
SEGMENT_FAULTS = [
    ("REF*DP", "ZZZ*DP", ["AK3*ZZZ*4**1"]),
    ("REF*DP*038", "BIG*20261121*1", ["AK3*BIG*4**6"]),
    ("N1*ST*North Plant*92*0042\n", "\n", ["AK3*N3*5**2"]),
    ("CUR*BY*USD", "CUR*BY*USD\nCUR*BY*USD", ["AK3*CUR*4**5"]),
    ("CTT*2", "CTT*2\nREF*DP*1", ["AK3*REF*12**7"]),
    ("BEG*00*SA*PO-77**20261120\n", "", ["AK3*BEG*2**3"]),
]
ELEMENT_FAULTS = [
    ("BEG*00", "BEG*", ["AK3*BEG*2**8", "AK4*1*353*1"]),
    ("*92*0042", "*92", ["AK3*N1*5*N1*8", "AK4*4*67*2"]),
    ("REF*DP*038", "REF*DP*038***1", ["AK3*REF*4**8", "AK4*5**3*1"]),
    ("*IL*", "*I*", ["AK3*N4*7*N1*8", "AK4*2*156*4*I"]),
    ("*62701*US", "*62701*USAA", ["AK3*N4*7*N1*8", "AK4*4*26*5*USAA"]),
    ("*40*EA", "*4o*EA", ["AK3*PO1*8*PO1*8", "AK4*2*330*6*4o"]),
    ("BEG*00", "BEG*QQ", ["AK3*BEG*2**8", "AK4*1*353*7*QQ"]),
    ("*20261120", "*20261131", ["AK3*BEG*2**8", "AK4*5*373*8*20261131"]),
    ("REF*DP*038", "DTM*002*20261205*2460", ["AK3*DTM*4**8", "AK4*3*337*9*2460"]),
]


@pytest.mark.parametrize(("old", "new", "notes"), SEGMENT_FAULTS + ELEMENT_FAULTS)
def test_each_fault_of_a_set_has_its_note(old, new, notes):
    lines = _lines(interchange(group("PO", transaction("850", replaced("850", old, new)))))
    assert lines[2:-2] == notes
    assert lines[-2:] == ["AK5*R*5", "AK9*R*1*1*0"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("ST*850", "ST*853", "1"),
        ("SE*12*0001~", "", "2"),
        ("SE*12*0001", "SE*12*0009", "3"),
        ("SE*12*", "SE*13*", "4"),
        ("ST*850", "ST*8500", "6"),
        ("0001", "001", "7"),
    ],
)
def test_each_fault_of_a_set_envelope_has_its_code(old, new, code):
    assert old in GOOD
    assert _lines(interchange(group("PO", GOOD.replace(old, new))))[-2] == f"AK5*R*{code}"


def test_a_set_in_the_wrong_group_is_told_in_the_words_of_the_version():
    assert _lines(interchange(group("IN", GOOD)))[-2] == "AK5*R*6"
    assert _lines(interchange(group("IN", GOOD, version="005010")))[-2] == "AK5*R*18"


def test_a_repeated_set_number_has_its_code():
    assert _lines(interchange(group("PO", GOOD, GOOD)))[-2] == "AK5*R*23"


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("GS*PO", "GS*QQ", "AK9*R*1*1*0*1"),
        ("*X*004010", "*X*", "AK9*R*1*1*0*2"),
        ("GE*1*1~", "", "AK9*R*1*1*0*3"),
        ("GE*1*1", "GE*1*2", "AK9*R*1*1*0*4"),
        ("GE*1*1", "GE*2*1", "AK9*R*2*1*0*5"),
        ("*0800*1*X", "*0800*1A*X", "AK9*R*1*1*0*6*4"),
    ],
)
def test_each_fault_of_a_group_has_its_code(old, new, answer):
    text = interchange(group("PO", GOOD))
    assert old in text
    lines = _lines(text.replace(old, new))
    assert lines[-1] == answer
    assert lines[-2] == "AK5*R"


def test_components_and_repetitions_are_told_where_the_version_has_them():
    body = replaced("850", "REF*DP*038", "REF*DP*038**DP>1>QQQ>2")
    assert "AK4*4:3*128*7*QQQ" in _lines(interchange(group("PO", transaction("850", body))))
    twice = replaced("850", "*40*EA", "*40^41*EA")
    newer = {"version": "00501", "eleventh": "^"}
    lines = _lines(interchange(group("PO", transaction("850", twice), version="005010"), **newer))
    assert "AK4*2*380*12*4041" in lines, "what may be a delimiter is left out of the copy"


def test_a_newer_group_is_named_with_its_version():
    assert _lines(interchange(group("PO", GOOD, version="005010")))[0] == "AK1*PO*1*005010"


def test_a_long_value_is_cut_and_cleaned():
    body = replaced("850", "BEG*00", "BEG*" + "x:>|^" * 60)
    [note] = [line for line in _lines(interchange(group("PO", transaction("850", body)))) if line.startswith("AK4")]
    assert note == "AK4*1*353*7*" + "x" * 40, "a fault keeps 200 characters of a value"


def test_the_999_says_the_same_in_its_own_segments():
    assert _lines(interchange(group("PO", BAD)), set_id="999") == [
        "AK1*PO*1*004010",
        "AK2*850*0002",
        "IK3*PO1*8*PO1*8",
        "IK4*3*355*7*QQ",
        "IK5*R*5",
        "AK9*R*1*1*0",
    ]


def test_tolerated_faults_are_not_told():
    codes = {fault.code for fault in checked(interchange(group("PO", BAD))).interchanges[0].documents[0].faults}
    found = checked(interchange(group("PO", BAD)), tolerate=lambda _start: codes)
    [answered] = found.interchanges[0].judged.groups
    answered.judgments[0].faults = [fault.as_note() for fault in answered.judgments[0].faults]
    assert functional_acknowledgment(answered)[-1] == ["AK9", "A", "1", "1", "1"]


# TA1


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("", "", "A*000"),
        ("IEA*1*000000001", "IEA*1*000000002", "R*001"),
        ("*P*>~", "*Q*>~", "R*020"),
        ("IEA*1*", "IEA*2*", "R*021"),
        ("IEA*1*000000001~", "", "R*023"),
        ("*ZZ*SUPPLIER", "*9Z*SUPPLIER", "R*005"),
    ],
)
def test_the_interchange_is_answered_with_the_code_of_its_first_fault(old, new, note):
    text = interchange(group("PO", GOOD)).replace(old, new, 1 if old else 0)
    assert "*".join(interchange_acknowledgment(_judged(text))) == f"TA1*000000001*261121*0800*{note}"


def test_an_answer_has_a_date_time_and_number_even_where_the_question_had_none():
    text = interchange(group("PO", GOOD)).replace("*261121*0800*", "*2611*8*")
    assert interchange_acknowledgment(_judged(text.replace("000000001", "ABC")))[1:4] == ["000000000", "002611", "0008"]


@pytest.mark.parametrize(
    ("asks", "text", "policy", "wanted"),
    [
        ("0", "good", "errors", False),
        ("1", "good", "errors", True),
        ("0", "bad", "errors", True),
        ("0", "good", "always", True),
        ("1", "bad", "never", False),
    ],
)
def test_a_ta1_is_sent_by_policy(asks, text, policy, wanted):
    made = interchange(group("PO", GOOD), asks_ta1=asks)
    made = made if text == "good" else made.replace("IEA*1", "IEA*2")
    assert wants_interchange_acknowledgment(_judged(made), policy) is wanted


@pytest.mark.parametrize("policy", ["always", "errors"])
def test_acknowledgments_are_never_acknowledged(policy):
    only_997 = _judged(interchange(group("FA", transaction("997", BODIES["997"])), asks_ta1="1"))
    only_ta1 = _judged(f"{isa(asks_ta1='1')}TA1*000000009*261121*0800*A*000~IEA*0*000000001~")
    assert not wants_interchange_acknowledgment(only_997, policy)
    assert not wants_interchange_acknowledgment(only_ta1, policy)
    assert answers_needed(only_997.groups) == []


def test_orders_beside_an_acknowledgment_are_answered():
    both = _judged(interchange(group("FA", transaction("997", BODIES["997"])), group("PO", GOOD, number=2)))
    assert [each.start.functional_id for each in answers_needed(both.groups)] == ["PO"]


def test_what_an_agreement_lets_pass_is_told_in_a_ta1_without_rejecting():
    text = interchange(group("PO", GOOD)).replace("IEA*1*000000001", "IEA*1*1")
    found = checked(text, tolerate=lambda _start: {FaultCode.NUMBER_ZEROS}).interchanges[0].judged
    assert interchange_acknowledgment(found)[4:] == ["E", "001"]
    assert interchange_acknowledgment(_judged(text))[4:] == ["R", "001"]


def test_an_acknowledgment_in_a_group_of_another_kind_is_not_acknowledged_either():
    wrong = _judged(interchange(group("PO", transaction("997", BODIES["997"])), asks_ta1="1"))
    assert answers_needed(wrong.groups) == []
    assert not wants_interchange_acknowledgment(wrong, "always")
    beside = _judged(interchange(group("PO", transaction("997", BODIES["997"]), BAD)))
    assert answers_needed(beside.groups) == beside.groups


def test_a_ta1_stands_before_the_groups_and_alone_where_none_counts():
    good = _judged(interchange(group("PO", GOOD), asks_ta1="1"))
    assert [type(part).__name__ for part in read(answer(good, ta1=True))] == [
        "InterchangeStart",
        "InterchangeAcknowledgment",
        "GroupStart",
        "TransactionSet",
        "GroupEnd",
        "InterchangeEnd",
    ]
    broken = _judged(interchange(group("PO", GOOD)).replace("IEA*1*", "IEA*2*"))
    made = answering_interchange(
        broken, [], AcknowledgmentStyle(), ta1=True, number=7, next_group_number=lambda: 1, written_at=AT
    )
    alone = write(made)
    assert [type(part).__name__ for part in read(alone)] == [
        "InterchangeStart",
        "InterchangeAcknowledgment",
        "InterchangeEnd",
    ]
    assert checked(alone).clean


@pytest.mark.parametrize(
    ("sets", "accept", "end"),
    [
        ([GOOD, BAD], False, ["AK5*R*5", "AK9*P*2*2*1"]),
        ([GOOD, BAD], True, ["AK5*E*5", "AK9*E*2*2*2"]),
        ([BAD], False, ["AK5*R*5", "AK9*R*1*1*0"]),
        ([BAD], True, ["AK5*E*5", "AK9*E*1*1*1"]),
        (
            [GOOD, GOOD.replace("ST*850*0001", "ST*853*0002").replace("12*0001", "12*0002")],
            True,
            ["AK5*R*1", "AK9*P*2*2*1"],
        ),
    ],
)
def test_in_part_with_errors_or_rejected_as_the_policy_has_it(sets, accept, end):
    assert _lines(interchange(group("PO", *sets)), accept_with_errors=accept)[-2:] == end


# 999


def test_a_999_names_the_implementation_guide_that_the_set_names():
    made = group("PO", BAD, version="005010X231A1")
    assert _lines(interchange(made, version="00501", eleventh="^"), set_id="999")[1] == "AK2*850*0002*005010X231A1"
    assert _lines(interchange(made, version="00501", eleventh="^"))[1] == "AK2*850*0002*005010X231A1"
    assert _lines(interchange(group("PO", BAD, version="005010VICS")), set_id="999")[1] == "AK2*850*0002"


def test_a_999_says_what_in_the_segment_made_an_element_necessary():
    body = replaced("850", "*92*0042", "*92")
    lines = _lines(interchange(group("PO", transaction("850", body), version="005010")), set_id="999")
    assert lines[2:5] == ["IK3*N1*5*N1*8", "IK4*4*67*2", "CTX*SITUATIONAL TRIGGER*N1*5*N1*3"]
    inner = replaced("850", "REF*DP*038", "REF*DP*038**DP>1>DP")
    lines = _lines(interchange(group("PO", transaction("850", inner), version="005010")), set_id="999")
    assert lines[3:5] == ["IK4*4:4*127*2", "CTX*SITUATIONAL TRIGGER*REF*4**4:3"]


def test_a_999_with_contexts_is_right_itself():
    body = replaced("850", "*92*0042", "*92").replace("REF*DP*038", "REF*DP*038**DP>1>DP")
    made = group("PO", transaction("850", body), version="005010X231A1")
    data = answer(_judged(interchange(made, version="00501", eleventh="^")), "999")
    assert b"CTX*SITUATIONAL TRIGGER" in data
    assert checked(data).clean, checked(data).as_dict()


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        (FaultCode.SEGMENT_NOT_ALLOWED, "AK3*CUR*3**2", "IK3*CUR*3**I4"),
        (FaultCode.SEGMENT_REQUIRED_BY_GUIDE, "AK3*DTM*1**3", "IK3*DTM*1**I8"),
        (FaultCode.ELEMENT_REQUIRED_BY_GUIDE, "AK4*7*587*1", "IK4*7*587*I9"),
        (FaultCode.SEGMENT_OVER_GUIDE, "AK3*REF*4**5", "IK3*REF*4**5"),
        (FaultCode.LOOP_OVER_GUIDE, "AK3*N1*6*N1*4", "IK3*N1*6*N1*4"),
        (FaultCode.ELEMENT_NOT_ALLOWED, "AK4*8*1019*7*IEL", "IK4*8*1019*I10*IEL"),
        (FaultCode.CODE_NOT_IN_GUIDE, "AK4*3*355*7*LB", "IK4*3*355*I6*LB"),
        (FaultCode.CONDITION_OF_GUIDE, "AK4*6*367*2", "IK4*6*367*I9"),
        (FaultCode.EXCLUDED_BY_GUIDE, "AK4*4*328*10*R1", "IK4*4*328*I13*R1"),
        (FaultCode.TOO_SHORT_FOR_GUIDE, "AK4*2*93*4*No", "IK4*2*93*4*No"),
        (FaultCode.TOO_LONG_FOR_GUIDE, "AK4*2*93*5*North Plant of ours", "IK4*2*93*5*North Plant of ours"),
        (FaultCode.PATTERN_OF_GUIDE, "AK4*3*324*7*77", "IK4*3*324*I12*77"),
        (FaultCode.REPEATED_BY_GUIDE, "AK4*1*350*7*1", "IK4*1*350*7*1"),
        (FaultCode.TOTAL_OF_GUIDE, "AK4*1*354*7*7", "IK4*1*354*7*7"),
        (FaultCode.DATE_ORDER_OF_GUIDE, "AK4*2*373*8*20261105", "IK4*2*373*8*20261105"),
    ],
)
def test_what_only_a_guide_asks_for_has_codes_of_its_own_in_a_999(code, old, new):
    guide = load_guide(read_located(GUIDE, "acme.yaml"))
    before, after, _marked = GUIDED[code]
    text = document("850", GUIDED_BODY.replace(before, after, 1))
    found = report("sample", text.encode(), lambda each: guide.apply(validate(each), each.segments))
    [answered] = found.interchanges[0].judged.groups
    for set_id, line in (("997", old), ("999", new)):
        rows = functional_acknowledgment(answered, AcknowledgmentStyle(set_id))
        lines = ["*".join("".join(v) if isinstance(v, tuple) else v for v in row).rstrip("*") for row in rows]
        assert line in lines
