"""The verdict on one set: which definition judges, how many faults are kept, and what a tolerance changes."""

import pytest

from gateway.x12.faults import FaultCode
from gateway.x12.validator import MAX_FAULTS, look_closely, validate
from tests.x12.samples import BODIES, document, group, interchange, isa, judged, replaced, set_of, transaction


@pytest.mark.parametrize(
    ("version", "judge", "exact"),
    [
        ("004010", "004010", True),
        ("004010VICS", "004010", True),
        ("005010", "005010", True),
        ("005010X231A1", "005010", True),
        ("003010", "004010", False),
        ("004060", "004010", False),
        ("004600", "005010", False),
        ("008020", "005010", False),
        ("nonsense", "004010", False),
    ],
)
def test_the_nearest_version_judges_and_says_whether_it_is_the_one_named(version, judge, exact):
    found = judged("850", version=version)
    assert (found.definition.version, found.exact, found.version) == (judge, exact, version)


def test_a_set_that_one_version_lacks_is_judged_by_the_other():
    text = interchange(group("FA", transaction("999", "AK1*PO*1\nAK9*A*1*1*1")))
    found = validate(set_of(text))
    assert (found.definition.version, found.exact, found.accepted) == ("005010", False, True)


def test_a_set_that_we_do_not_define_is_not_accepted_and_has_no_tree():
    verdict = validate(set_of(interchange(group("PO", transaction("853", "XX*1")))))
    assert [fault.code for fault in verdict.faults] == [FaultCode.SET_UNSUPPORTED]
    assert (verdict.accepted, verdict.definition, verdict.tree) == (False, None, None)


def test_a_verdict_stays_the_same_however_often_it_is_asked():
    good, bad = set_of(document("850")), set_of(document("850", replaced("850", "*40*EA", "*40*QQ")))
    for _ in range(40):  # The fast path comes in after a while.
        assert validate(good).faults == look_closely(good).faults == []
        assert validate(good).uses == look_closely(good).uses
        assert validate(good).tree == look_closely(good).tree
        assert validate(bad).faults == look_closely(bad).faults != []


def test_a_set_of_nothing_but_faults_keeps_the_first_thousand_and_counts_the_rest():
    found = judged("850", replaced("850", "CTT*2", "ZZZ*1\n" * (MAX_FAULTS + 50) + "CTT*2"))
    assert len(found.faults) == MAX_FAULTS
    assert (found.more_faults, found.more_notes, found.accepted) == (50, 0, False)


def test_notes_do_not_crowd_out_what_rejects():
    text = document("850", replaced("850", "CTT*2", "ZZZ*1\n" * (MAX_FAULTS + 50) + "PO1*3*x*EA\nCTT*2"))
    found = look_closely(set_of(text), {FaultCode.SEGMENT_UNKNOWN})
    assert (found.more_faults, found.more_notes, found.accepted) == (50, 50, False)
    assert [fault.value for fault in found.faults if not fault.tolerated] == ["x"]


def test_more_notes_than_are_kept_still_accept():
    text = document("850", replaced("850", "CTT*2", "ZZZ*1\n" * (MAX_FAULTS + 50) + "CTT*2"))
    found = look_closely(set_of(text), {FaultCode.SEGMENT_UNKNOWN})
    assert found.accepted
    assert all(fault.tolerated for fault in found.faults)


def test_faults_come_in_the_order_of_the_document_with_their_byte_offsets():
    text = document("850", replaced("850", "BEG*00", "BEG*QQ").replace("CTT*2", "ZZZ*1\nCTT*x")).replace("~", "~\n")
    found = look_closely(set_of(text)).faults
    assert [fault.position for fault in found] == sorted(fault.position for fault in found)
    assert [text[fault.offset :].split("*")[0] for fault in found] == ["BEG", "ZZZ", "CTT"]


def test_a_set_without_its_trailer_has_its_other_faults_too():
    text = isa() + "GS*PO*A*B*20261121*0800*1*X*004010~ST*850*0001~BEG*QQ*SA*1**20261120~"
    codes = {fault.code for fault in look_closely(set_of(text)).faults}
    assert codes == {FaultCode.SET_UNCLOSED, FaultCode.CODE_UNKNOWN}


@pytest.mark.parametrize(
    "text", ["ST~", "ST*~", "ST**~", "ST*850~", "ST*850*0001~SE~", "ST*850*0001~~~SE*2*0001~", "ST*é*ß~"]
)
def test_a_set_of_almost_nothing_is_judged(text):
    found = look_closely(set_of(isa() + "GS*PO*A*B*20261121*0800*1*X*004010~" + text + "GE*1*1~"))
    assert not found.accepted
    assert all(fault.message and fault.fix for fault in found.faults)


@pytest.mark.parametrize("set_id", BODIES)
def test_a_document_cut_in_two_lacks_its_end_and_nothing_else(set_id):
    text = document(set_id)
    for at in range(text.index("~", text.index("~ST*") + 1) + 2, text.index("~SE*") + 2):
        found = look_closely(set_of(text[:at]))
        assert [fault.code for fault in found.faults] == [FaultCode.SET_UNCLOSED], text[:at]


def test_a_segment_before_a_forgotten_trailer_is_judged_like_any_other():
    text = document("850", replaced("850", "CTT*2", "CTT*x"))
    found = look_closely(set_of(text.replace("SE*12*0001~", "")))
    assert {fault.code for fault in found.faults} == {FaultCode.SET_UNCLOSED, FaultCode.CHARACTER}


def test_a_verdict_for_the_acknowledgment_needs_no_document():
    small = judged("850", replaced("850", "*40*EA", "*40*QQ")).verdict_only()
    assert (small.transaction, small.uses, small.tree) == (None, [], None)
    assert not small.accepted


@pytest.mark.parametrize("set_id", BODIES)
def test_every_fault_of_a_document_is_told_not_the_first_few(set_id):
    body = BODIES[set_id].strip().splitlines()
    broken = "\n".join(line + "*" * 40 + "x" for line in body)
    found = judged(set_id, broken)
    assert {fault.position for fault in found.faults} >= set(range(2, len(body) + 2))
