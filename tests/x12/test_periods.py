"""Dates, times and periods in the format that the element before them names: the calendar, the words, both paths."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.elements import SegmentJudge
from gateway.x12.explanation import explain_set
from gateway.x12.faults import FaultCode
from gateway.x12.patterns import segment_pattern
from gateway.x12.periods import FORMATS, in_words, is_pair, judge_period, sample, sure_pattern, written
from gateway.x12.standards import VERSIONS, library
from gateway.x12.validator import look_closely, validate
from tests.x12.samples import document, faults_in, judged, places, replaced, set_of

DATE, TIME = FaultCode.DATE, FaultCode.TIME


@pytest.mark.parametrize("code", FORMATS)
def test_each_format_takes_its_sample_and_says_what_it_is(code):
    assert judge_period(code, sample(code)) is None
    assert re.fullmatch(sure_pattern(code), sample(code))
    assert in_words(code).endswith(f" as {FORMATS[code]} (format {code})")
    assert len(sample(code)) == len(FORMATS[code]) <= 35


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("D8", "20240229"),
        ("D6", "000229"),
        ("RD8", "20261231-20270101"),
        ("RD8", "20270101-20261231"),  # Which end comes first is no question of form.
        ("MD", "0229"),
        ("TU", "24366"),
        ("EH", "6366"),
        ("KA", "24FEB29"),
        ("CQ", "20264"),
        ("TM", "0000"),
        ("TS", "235959"),
        ("RTM", "2200-0600"),
        ("DTD", "202601012359-20260102"),
        ("RDM", "261224-1231"),
        ("YMM", "2026JAN-MAR"),
        ("UN", "as soon as you can"),
        ("ZZ", "20261341"),  # No such format is known, so nothing is known of the value.
    ],
)
def test_what_is_in_the_calendar_and_on_the_clock_is_right(code, value):
    assert judge_period(code, value) is None


@pytest.mark.parametrize(
    ("code", "value", "fault"),
    [
        ("D8", "20260229", DATE),
        ("D8", "260228", DATE),
        ("D8", "20260228 ", DATE),
        ("D8", "\uff12\uff10\uff12\uff16\uff10\uff12\uff12\uff18", DATE),
        ("D8", "20260228-20260301", DATE),
        ("D8", "00000101", DATE),
        ("D6", "261301", DATE),
        ("RD8", "20260101", DATE),
        ("RD8", "20260101-20260431", DATE),
        ("RD8", "20260101-", DATE),
        ("RD8", "20260101-20260102-20260103", DATE),
        ("DT", "202602301200", DATE),
        ("DT", "202602282400", TIME),
        ("DT", "2026022812", DATE),
        ("DTS", "20260101000000-20260101006000", TIME),
        ("TM", "2400", TIME),
        ("TM", "120000", TIME),
        ("TS", "1200", TIME),
        ("RTM", "0800", TIME),
        ("RTM", "0800-0860", TIME),
        ("TR", "3101262561", TIME),
        ("TU", "26366", DATE),
        ("TC", "000", DATE),
        ("TC", "367", DATE),
        ("KA", "26feb01", DATE),
        ("CQ", "20265", DATE),
        ("MM", "13", DATE),
        ("DD", "32", DATE),
        ("CY", "26", DATE),
        ("YMM", "2026JAN", DATE),
    ],
)
def test_what_is_not_there_is_no_date_or_no_time(code, value, fault):
    assert judge_period(code, value) is fault


@given(st.sampled_from(sorted(FORMATS)), st.dates(), st.times())
def test_every_day_and_hour_can_be_written_in_every_format(code, day, hour):
    text, clock = f"{day:%m%d}", f"{hour:%H%M%S}"
    ends = [written(shape, f"{day.year:04d}{text}", clock) for shape in FORMATS[code].split("-")]
    assert judge_period(code, "-".join(ends)) is None


@given(st.data(), st.sampled_from(sorted(FORMATS)))
def test_what_the_sure_pattern_lets_through_is_right(data, code):
    value = data.draw(st.from_regex(sure_pattern(code), fullmatch=True, alphabet=st.characters(codec="ascii")))
    assert judge_period(code, value) is None


@given(st.data(), st.sampled_from([*FORMATS, "UN", "QQ"]))
def test_the_pattern_of_a_segment_lets_through_only_what_the_judge_does(data, code):
    match = segment_pattern(library.segment("DTP", "005010"), "*", ">", "^")
    judge = SegmentJudge(library.segment("DTP", "005010"))
    loose = st.text("0123456789-JANFEBMR", max_size=20)
    value = data.draw(st.one_of(loose, st.just(sample(code)), st.just(sample(code)[:-1] + "9")))
    found = judge.findings(["DTP", "002", code, value], set_of(document("850", version="005010")).marks)
    assert match(f"DTP*002*{code}*{value}") is None or found == []
    if value == sample(code):
        assert match(f"DTP*002*{code}*{value}")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_segments_with_such_a_pair_are_those_of_the_standard(version):
    found = {
        (name, at)
        for name in library.segment_names(version)
        for at in range(1, len(library.segment(name, version).positions))
        if is_pair(library.segment(name, version).positions, at)
    }
    assert found == {("DTM", 5), ("DTP", 2), ("DMG", 1), ("YNQ", 3)}


def order(dtm: str) -> str:
    return replaced("850", "REF*DP*038", f"REF*DP*038\n{dtm}")


@pytest.mark.parametrize("version", ["003040", *VERSIONS])
def test_a_period_that_is_none_is_a_fault_of_the_value_and_not_of_its_format(version):
    short = replaced("850", "20261120", "261120") if version < "004010" else ""
    body = (short or order("")).replace("REF*DP*038", "REF*DP*038\nDTM*002****RD8*20260101-20260230")
    assert faults_in("850", body, version) == [(5, "DTM", 6, "AK403:8")]
    assert faults_in("850", body.replace("0230", "0228"), version) == []


def test_one_value_that_is_wrong_in_two_ways_has_one_fault():
    assert faults_in("850", order(f"DTM*002****D8*{'9' * 36}")) == [(5, "DTM", 6, "AK403:5")]
    assert faults_in("850", order("DTM*002****D8*2026\x0101")) == [(5, "DTM", 6, "AK403:6")]
    assert faults_in("850", order("DTM*002****D*20261341")) == [(5, "DTM", 5, "AK403:4")]
    assert faults_in("850", order("DTM*002*20260101***D8")) == [(5, "DTM", 6, "AK403:2")]


def test_a_date_in_a_format_is_explained_with_its_format():
    found = judged("850", order("DTM*002****RD8*20260101-20260230"))
    [explained] = explain_set(found)
    assert explained.fault.message == "'20260101-20260230' in DTM06 (date, time or period) is no date"
    assert explained.expected == "a real date as CCYYMMDD-CCYYMMDD (format RD8)"
    assert explained.fix == "send a real date as CCYYMMDD-CCYYMMDD (format RD8)"
    assert explained.example == "DTM*002****RD8*20260415-20260415~"
    assert explained.shown.parts()[1] == "20260101-20260230"


@pytest.mark.parametrize(
    ("set_id", "old", "new", "found"),
    [
        ("810", "N1*RE", "YNQ*Q3*Y*D8*20260229\nN1*RE", (3, "YNQ", 4, "AK403:8")),
        ("810", "IT1*1*", "DMG*D8*19800431\nIT1*1*", (4, "DMG", 2, "AK403:8")),
        ("810", "IT1*1*", "DTM*003****DT*202611212461\nIT1*1*", (4, "DTM", 6, "AK403:9")),
        ("856", "SN1*1*40*EA", "SN1*1*40*EA\nCLD*1*40\nDTP*036*RD8*20260101-20261301", (14, "DTP", 3, "AK403:8")),
    ],
)
def test_every_segment_that_has_such_a_pair_is_judged_by_it(set_id, old, new, found):
    assert faults_in(set_id, replaced(set_id, old, new)) == [found]


@pytest.mark.parametrize(
    "period", ["D8*20260131", "TM*2359", "RD8*20260101-20261231", "DT*202601012359", "KA*26JAN01", "UN*some day"]
)
def test_good_periods_take_the_fast_path(period):
    text = document("850", order(f"DTM*002****{period}"))
    for _ in range(20):
        verdict = validate(set_of(text))
    assert verdict.accepted and verdict.transaction._segments is None


@pytest.mark.parametrize("period", ["D8*20260229", "TM*2560", "RD8*20260101-20260230", "DT*202601012461", "TU*26366"])
def test_both_paths_find_the_same(period):
    text = document("850", order(f"DTM*002****{period}"))
    for _ in range(20):
        fast = validate(set_of(text))
    slow = look_closely(set_of(text))
    assert places(fast.faults) == places(slow.faults) != []
