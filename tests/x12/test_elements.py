"""One value at a time: type, length, code and calendar. Then one segment: presence, number, components, repetitions."""

import pytest

from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import REMEMBERED, SegmentJudge, is_date, is_time, judge_value
from gateway.x12.faults import FaultCode
from gateway.x12.standards import library
from gateway.x12.standards.definition import Composite, Element, Position, Segment, SyntaxNote

CODES = frozenset({"EA", "CA"})


def _element(kind: str, low: int = 1, high: int = 5, codes: frozenset[str] = frozenset()) -> Element:
    return Element("999", kind, low, high, "a thing", codes)


@pytest.mark.parametrize(
    "value", ["20260101", "20240229", "20000229", "20001231", "260228", "240229", "000229", "991231"]
)
def test_a_day_of_the_calendar_is_a_date(value):
    assert is_date(value)


@pytest.mark.parametrize(
    "value",
    [
        "20260229",
        "19000229",
        "250229",
        "261301",
        "260431",
        "000000",
        "21000229",
        "20261301",
        "20260100",
        "20260431",
        "00000101",
        "2026011",
        "2026-1-1",
        "²0260101",
        "",
    ],
)
def test_a_day_that_never_was_is_no_date(value):
    assert not is_date(value)


@pytest.mark.parametrize("value", ["0000", "2359", "000000", "235959", "2359599", "23595999", "23595900"])
def test_a_time_of_day_is_a_time(value):
    assert is_time(value)


@pytest.mark.parametrize(
    "value",
    [
        "2400",
        "240000",
        "1260",
        "125960",
        "235960",
        "23596000",
        "0860",
        "-800",
        " 0800",
        "12:5",
        "123",
        "12345",
        "123456789",
        "١٢٣٤",
    ],
)
def test_what_no_clock_shows_is_no_time(value):
    assert not is_time(value)


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        ("AN", "a", None),
        ("AN", "abcde", None),
        ("AN", "abcdef", FaultCode.TOO_LONG),
        ("AN", " a", None),
        ("AN", "  ", FaultCode.CHARACTER),
        ("AN", "a\tb", FaultCode.CHARACTER),
        ("AN", "Überé", None),
        ("AN", "Größe", FaultCode.CHARACTER_SET),  # The sharp s is no letter of the extended set.
        ("AN", "5 µm", FaultCode.CHARACTER_SET),
        ("AN", "日本", FaultCode.CHARACTER_SET),
        ("AN", "日本日本日本", FaultCode.TOO_LONG),  # What else is wrong comes first: it may not be tolerated.
        ("AN", "a\u200bb", FaultCode.CHARACTER),
        ("AN", "a\x85b", FaultCode.CHARACTER),
        ("ID", "ZZ", None),
        ("N0", "-12345", None),
        ("N0", "123456", FaultCode.TOO_LONG),
        ("N2", "1.5", FaultCode.CHARACTER),
        ("N0", "1 ", FaultCode.CHARACTER),
        ("N0", "+1", FaultCode.CHARACTER),
        ("N0", "-0", None),
        ("N0", "00042", None),
        ("N0", "--1", FaultCode.CHARACTER),
        ("N0", "1-", FaultCode.CHARACTER),
        ("N9", "12345", None),
        ("N9", "1E2", FaultCode.CHARACTER),
        ("R", "-0", None),
        ("R", "-.5", None),
        ("R", "-0.0", None),
        ("R", "+1.5", FaultCode.CHARACTER),
        ("R", "1.5E+3", FaultCode.CHARACTER),  # A sign stands for minus only.
        ("R", "1.5E", FaultCode.CHARACTER),
        ("R", "1.5e3", FaultCode.CHARACTER),
        ("R", "1.5E3.5", FaultCode.CHARACTER),
        ("R", "1E12345", None),  # What stands behind the E is not counted.
        ("R", "1 000", FaultCode.CHARACTER),
        ("N0", "-", FaultCode.CHARACTER),
        ("N0", "\u0661", FaultCode.CHARACTER),  # A digit, but none of ASCII.
        ("R", "-123.45", None),
        ("R", "12345.", None),
        ("R", ".5", None),
        ("R", "1.5E3", None),
        ("R", "1.5E-3", None),
        ("R", "123456.0", FaultCode.TOO_LONG),
        ("R", ".", FaultCode.CHARACTER),
        ("R", "1,5", FaultCode.CHARACTER),
        ("R", "1.2.3", FaultCode.CHARACTER),
        ("R", "E3", FaultCode.CHARACTER),
        ("B", "\x00\x01", None),
    ],
)
def test_a_value_has_one_fault_at_most(kind, value, fault):
    assert judge_value(_element(kind), value) is fault


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("EA", None),
        ("ea", FaultCode.CODE_LOWER_CASE),
        ("Ea", FaultCode.CODE_LOWER_CASE),
        ("ex", FaultCode.CODE_UNKNOWN),
        ("", FaultCode.CODE_UNKNOWN),
    ],
)
def test_a_code_is_one_of_its_list(value, fault):
    assert judge_value(_element("ID", 2, 2, CODES), value) is fault


def test_a_short_value_is_too_short():
    assert judge_value(_element("AN", 2), "a") is FaultCode.TOO_SHORT
    assert judge_value(_element("N0", 3), "-12") is FaultCode.TOO_SHORT, "a sign is no digit"
    assert judge_value(_element("R", 3), "1.2") is FaultCode.TOO_SHORT, "a point is no digit"


@pytest.mark.parametrize(
    ("value", "fault"), [("20261121", None), ("261121", FaultCode.DATE), ("20261131", FaultCode.DATE)]
)
def test_a_date_of_eight_digits_has_eight(value, fault):
    assert judge_value(_element("DT", 8, 8), value) is fault


@pytest.mark.parametrize(("value", "fault"), [("0800", None), ("08", FaultCode.TIME), ("080060", FaultCode.TIME)])
def test_a_time_within_its_length_is_judged_by_the_clock(value, fault):
    assert judge_value(_element("TM", 4, 8), value) is fault


@pytest.mark.parametrize("kind", ["R", "N0", "N2", "TM", "DT", "AN", "ID"])
def test_a_value_of_any_length_is_judged_in_one_pass(kind):
    """With more than one pass, a value of this length would take hours."""
    assert judge_value(_element(kind, 1, 8), "9" * 500_000 + "x") is not None
    assert judge_value(_element(kind, 1, 8), "9" * 250_000 + "." + "9" * 250_000 + "E") is not None


def test_implied_places_are_those_of_the_type():
    assert [_element(kind).implied_places for kind in ("N0", "N2", "N9", "R", "AN")] == [0, 2, 9, 0, 0]


# Segments


def _segment(*positions: Position, notes: tuple[SyntaxNote, ...] = ()) -> SegmentJudge:
    return SegmentJudge(Segment("XX", "a segment", positions, notes))


def _found(judge: SegmentJudge, text: str, marks: Delimiters | None = None) -> list[tuple[FaultCode, int, int, int]]:
    findings = judge.findings(text.split("*"), marks or Delimiters(repetition="^"))
    return [(found.code, found.element, found.component, found.repetition) for found in findings]


TEXT = Position(_element("AN"), False)
MUST = Position(_element("AN"), True)
MANY = Position(_element("N0"), False, repeats=3)
PAIR = Composite("C1", "a pair", (Position(_element("N0"), True), Position(_element("AN", 1, 2), False)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("XX*a*b", []),
        ("XX*a", []),
        ("XX", [(FaultCode.ELEMENT_MISSING, 1, 0, 0)]),
        ("XX*", [(FaultCode.ELEMENT_MISSING, 1, 0, 0)]),
        ("XX**b", [(FaultCode.ELEMENT_MISSING, 1, 0, 0)]),
        ("XX*a*", [(FaultCode.TRAILING_SEPARATOR, 2, 0, 0)]),
        ("XX*a**", [(FaultCode.TRAILING_SEPARATOR, 3, 0, 0)]),
        ("XX*a*b*c", [(FaultCode.TOO_MANY_ELEMENTS, 3, 0, 0)]),
        ("XX*a*b**c", [(FaultCode.TOO_MANY_ELEMENTS, 3, 0, 0)]),
        ("XX*abcdef*b", [(FaultCode.TOO_LONG, 1, 0, 0)]),
        ("XX*a^b", [(FaultCode.TOO_MANY_REPETITIONS, 1, 0, 0)]),
    ],
)
def test_a_segment_has_what_it_must_and_no_more_than_it_can(text, found):
    assert _found(_segment(MUST, TEXT), text) == found


def test_each_repetition_is_judged():
    judge = _segment(MANY)
    assert _found(judge, "XX*1^2^3") == []
    assert _found(judge, "XX*1^x^123456") == [(FaultCode.CHARACTER, 1, 0, 2), (FaultCode.TOO_LONG, 1, 0, 3)]
    assert _found(judge, "XX*1^2^3^4") == [(FaultCode.TOO_MANY_REPETITIONS, 1, 0, 0)]
    assert _found(judge, "XX*1^2", Delimiters()) == [(FaultCode.CHARACTER, 1, 0, 0)], "without a mark it is one value"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("XX*1>ab", []),
        ("XX*1", []),
        ("XX*>ab", [(FaultCode.ELEMENT_MISSING, 1, 1, 0)]),
        ("XX*x>abc", [(FaultCode.CHARACTER, 1, 1, 0), (FaultCode.TOO_LONG, 1, 2, 0)]),
        ("XX*1>a>b", [(FaultCode.TOO_MANY_COMPONENTS, 1, 3, 0)]),
        ("XX*1>a^2>b", [(FaultCode.TOO_MANY_REPETITIONS, 1, 0, 0)]),
        ("XX*1^2", [(FaultCode.TOO_MANY_REPETITIONS, 1, 0, 0)]),
    ],
)
def test_each_component_is_judged(text, found):
    assert _found(_segment(Position(PAIR, False)), text) == found


def test_each_component_of_each_repetition_is_judged():
    judge = _segment(Position(PAIR, False, repeats=2))
    assert _found(judge, "XX*1>a^x>b") == [(FaultCode.CHARACTER, 1, 1, 2)]


def test_binary_data_have_the_length_that_stands_before_them():
    judge = SegmentJudge(library.segment("BIN", "004010"))
    assert _found(judge, "BIN*3*a*b") != [], "the reader keeps the data whole; here they were cut"
    assert judge.findings(["BIN", "3", "a*b"], Delimiters()) == []
    [short], [long] = (judge.findings(["BIN", size, "a*b"], Delimiters()) for size in ("4", "2"))
    assert (short.code, short.element, short.detail) == (FaultCode.TOO_SHORT, 2, "4 bytes")
    assert (long.code, long.element, long.detail) == (FaultCode.TOO_LONG, 2, "2 bytes")


def test_the_memory_for_values_starts_anew_when_it_is_full():
    judge = _segment(Position(_element("N0", 1, 9), True))
    for number in range(REMEMBERED + 10):
        assert _found(judge, f"XX*{number}") == []
    assert _found(judge, "XX*x") == [(FaultCode.CHARACTER, 1, 0, 0)]
