"""Counts and numbers of the trailers, what comes twice, and how the verdicts of set, group and interchange hang together."""

import pytest

from tests.x12.samples import BODIES, checked, group, interchange, isa, transaction

GOOD = transaction("850", BODIES["850"])
NEXT = transaction("850", BODIES["850"], "0002")
BAD = transaction("850", BODIES["850"].replace("*EA*", "*QQ*"), "0002")


def _judged(text: str):
    [found] = checked(text).interchanges
    assert found.judged is not None
    return found.judged


def _envelope_codes(text: str) -> list[str]:
    [found] = checked(text).interchanges
    return [fault.code.ack_code for fault in found.faults]


def _set_codes(text: str) -> list[list[str]]:
    [found] = checked(text).interchanges
    return [[fault.code.ack_code for fault in each.faults] for each in found.documents]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("IEA*1*000000001", "IEA*1*000000002", "TA105:001"),
        ("IEA*1*000000001", "IEA*1*1", "TA105:001"),
        ("IEA*1*000000001", "IEA*1", "TA105:001"),
        ("IEA*1*000000001", "IEA*2*000000001", "TA105:021"),
        ("IEA*1*000000001", "IEA**000000001", "TA105:021"),
        ("IEA*1*000000001", "IEA*one*000000001", "TA105:021"),
        ("IEA*1*000000001~", "", "TA105:023"),
        ("GE*1*1", "GE*2*1", "AK905:5"),
        ("GE*1*1", "GE**1", "AK905:5"),
        ("GE*1*1", "GE*1*2", "AK905:4"),
        ("GE*1*1", "GE*1*01", "AK905:4"),
        ("GE*1*1~", "", "AK905:3"),
    ],
)
def test_a_wrong_trailer_has_its_code(old, new, code):
    text = interchange(group("PO", GOOD))
    assert old in text
    assert _envelope_codes(text.replace(old, new)) == [code]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("SE*12*0001", "SE*11*0001", ["AK502:4"]),
        ("SE*12*0001", "SE**0001", ["AK502:4"]),
        ("SE*12*0001", "SE*12*0002", ["AK502:3"]),
        ("SE*12*0001", "SE*12*001", ["AK502:3"]),
        ("SE*12*0001", "SE*11*9", ["AK502:3", "AK502:4"]),
        ("SE*12*0001~", "", ["AK502:2"]),
        ("ST*850*0001", "ST*850*1", ["AK502:7", "AK502:3"]),
        ("ST*850*0001", "ST*85*0001", ["AK502:6"]),
        ("ST*850*0001", "ST*853*0001", ["AK502:1"]),
        ("ST*850*0001", "ST*810*0001", ["AK502:18"]),
    ],
)
def test_a_wrong_set_header_or_trailer_has_its_code(old, new, codes):
    text = interchange(group("PO", GOOD))
    assert old in text
    [found] = _set_codes(text.replace(old, new))
    assert [code for code in found if code.startswith("AK502")] == codes


def test_leading_zeros_of_a_count_do_not_matter():
    assert _set_codes(interchange(group("PO", GOOD)).replace("SE*12*", "SE*0012*")) == [[]]


def test_the_same_interchange_number_twice_in_a_file_is_a_fault_of_the_second():
    one = interchange(group("PO", GOOD))
    found = checked(one + one).interchanges
    assert [[fault.code.ack_code for fault in each.faults] for each in found] == [[], ["TA105:025"]]


def test_the_same_number_to_another_receiver_is_another_interchange():
    one = interchange(group("PO", GOOD))
    assert checked(one + interchange(group("PO", GOOD), receiver="OTHER")).clean


def test_the_same_group_number_twice_is_a_fault_of_the_second():
    found = _judged(interchange(group("PO", GOOD), group("PO", GOOD)))
    assert [[fault.code.ack_code for fault in each.faults] for each in found.groups] == [[], ["AK905:19"]]
    assert [each.verdict for each in found.groups] == ["A", "R"]


def test_leading_zeros_make_no_other_number():
    found = _judged(interchange(group("PO", GOOD), group("PO", GOOD, number="01")))
    assert [[fault.code.ack_code for fault in each.faults] for each in found.groups] == [[], ["AK905:19"]]
    one = interchange(group("PO", GOOD))
    twice = checked(one + one.replace("*000000001*0*P", "*1*0*P").replace("IEA*1*000000001", "IEA*1*1")).interchanges
    assert "TA105:025" in [fault.code.ack_code for fault in twice[1].faults]


def test_the_same_group_number_of_another_kind_is_another_group():
    answer = transaction("997", BODIES["997"])
    assert _envelope_codes(interchange(group("PO", GOOD), group("FA", answer))) == []


def test_the_same_set_number_twice_in_a_group_is_a_fault_of_the_second():
    assert _set_codes(interchange(group("PO", GOOD, GOOD))) == [[], ["AK502:23"]]


def test_the_same_set_number_in_another_group_is_another_set():
    assert _set_codes(interchange(group("PO", GOOD), group("PO", GOOD, number=2))) == [[], []]


def test_a_set_outside_of_any_group_is_a_fault_of_the_interchange():
    assert _envelope_codes(isa() + GOOD + "IEA*0*000000001~") == ["TA105:022"]


def test_a_segment_outside_of_any_set_is_a_fault_of_the_interchange():
    assert _envelope_codes(interchange(group("PO", GOOD, "REF*DP*1~")).replace("GE*2", "GE*1")) == ["TA105:022"]


@pytest.mark.parametrize("count", ["0", "1"])
def test_an_interchange_of_nothing_but_a_ta1_may_count_it_or_not(count):
    assert _envelope_codes(f"{isa()}TA1*000000009*261121*0800*A*000~IEA*{count}*000000001~") == []


def test_an_interchange_of_nothing_at_all_is_not_passed_over():
    assert _envelope_codes(interchange()) == ["TA105:022"]
    assert _envelope_codes(interchange().replace("IEA*0", "IEA*1")) == ["TA105:021"]


@pytest.mark.parametrize(
    ("sets", "verdict", "accepted"), [([GOOD, NEXT], "A", 2), ([GOOD, BAD], "P", 1), ([BAD], "R", 0), ([], "A", 0)]
)
def test_the_verdict_on_a_group_follows_from_its_sets(sets, verdict, accepted):
    [found] = _judged(interchange(group("PO", *sets))).groups
    assert (found.verdict, found.accepted_sets, found.included) == (verdict, accepted, len(sets))


def test_a_group_at_fault_rejects_its_good_sets():
    [found] = _judged(interchange(group("PO", GOOD)).replace("GE*1*1", "GE*3*1")).groups
    assert (found.verdict, found.accepted_sets, found.included) == ("R", 0, 3)


def test_an_interchange_at_fault_is_rejected_as_a_whole():
    found = _judged(interchange(group("PO", GOOD)).replace("IEA*1", "IEA*4"))
    assert (found.verdict, found.rejected) == ("R", True)
    assert _judged(interchange(group("PO", BAD))).verdict == "A", "a faulty set is no fault of its interchange"


def test_an_interchange_says_where_it_ends():
    text = interchange(group("PO", GOOD))
    first, second = checked(text + interchange(group("PO", GOOD), number=2)).interchanges
    assert first.judged.end == len(text)
    assert second.judged.end == 2 * len(text)
