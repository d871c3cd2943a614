"""The delimiters are what the ISA says, however odd it is, and what can't be told apart is said to be so."""

import pytest

from gateway.errors import X12Error
from gateway.x12.delimiters import Delimiters, read_header, unit_at
from tests.x12.samples import isa


def _header(text: str):
    return read_header(text, 0)


def test_a_plain_header_gives_its_delimiters_and_ends_behind_its_terminator():
    header = _header(isa() + "GS*PO~")
    assert header.delimiters == Delimiters("*", ">", "~", "")
    assert header.end == 106
    assert header.oddities == ()
    assert header.elements[12] == "000000001"


@pytest.mark.parametrize("separator", ["|", "^", "\x07", "\x1d", "+", "\x87", "@"])
@pytest.mark.parametrize("terminator", ["\n", "\x15", "!", "\x85", "'", "\\", "\x1c"])
def test_any_mark_may_separate_and_terminate(separator, terminator):
    text = isa().replace("*", separator).replace("~", terminator) + f"GS{separator}PO{terminator}"
    header = _header(text)
    assert (header.delimiters.element, header.delimiters.segment) == (separator, terminator)
    assert header.end == 106


def test_carriage_return_and_line_feed_together_end_a_segment():
    header = _header(isa().replace("~", "\r\n") + "GS*PO\r\n")
    assert header.delimiters.segment == "\n"
    assert header.end == 107


@pytest.mark.parametrize("mark", ["Ö", "…", "¦"])
def test_a_terminator_that_utf_8_spread_over_bytes_is_one_delimiter(mark):
    wire = mark.encode().decode("latin-1")
    header = _header(isa().replace("~", wire) + f"GS*PO{wire}")
    assert header.delimiters.segment == wire
    assert header.delimiters.as_text().segment == mark
    assert header.end == 105 + len(wire)


@pytest.mark.parametrize(
    ("eleventh", "version", "repetition"),
    [
        ("^", "00501", "^"),
        ("^", "00402", "^"),
        ("^", "00401", ""),  # It names the standard there.
        ("U", "00501", ""),  # A letter could be part of a value.
        (" ", "00501", ""),
        ("-", "00501", ""),  # So could this one.
        (">", "00501", ""),  # It separates components already.
    ],
)
def test_the_repetition_separator_is_heard_from_00402_on_and_only_where_it_is_safe(eleventh, version, repetition):
    header = _header(isa(version=version, eleventh=eleventh))
    assert header.delimiters.repetition == repetition


def test_equal_delimiters_are_named():
    assert _header(isa().replace(">~", "*~")).oddities == ("equal:component",)
    assert _header(isa().replace(">~", "~~")).oddities == ("equal:component",)
    assert _header(isa().replace(">~", ">*") + "GS*").oddities == ("equal:element",)


def test_a_letter_as_component_separator_is_named():
    assert "letter:component" in _header(isa().replace(">~", "A~")).oddities


def test_short_elements_are_still_told_apart_by_the_separator():
    text = "ISA*00**00**ZZ*SUPPLIER*ZZ*ACMEWORKS*261121*0800*U*00401*1*0*P*>~GS*PO~"
    header = _header(text)
    assert header.elements[5] == "SUPPLIER"
    assert header.end == text.index("GS")
    assert header.oddities == ("length:02", "length:04", "length:06", "length:08", "length:13")


def test_a_missing_sixteenth_element_leaves_the_terminator_to_be_found():
    header = _header(isa().replace(">~", "~") + "GS*PO*A~ST*850*0001~")
    assert (header.delimiters.component, header.delimiters.segment) == ("", "~")


@pytest.mark.parametrize("cut", [4, 40, 90, 103, 104])
def test_data_that_end_inside_the_header_say_so(cut):
    with pytest.raises(X12Error) as raised:
        _header(isa()[:cut])
    assert raised.value.note_code == "023"


def test_fifteen_elements_are_too_few():
    with pytest.raises(X12Error) as raised:
        _header("ISA*00*" + "x" * 500)
    assert raised.value.note_code == "022"
    assert "'*'" in raised.value.detail


def test_a_letter_behind_the_sixteenth_element_is_no_terminator():
    with pytest.raises(X12Error) as raised:
        _header(isa().replace(">~", ">G") + "X*PO")
    assert raised.value.note_code == "004"


def test_an_offset_counts_from_the_start_of_the_data():
    with pytest.raises(X12Error) as raised:
        read_header("####" + isa()[:50], 4)
    assert raised.value.offset == 4


@pytest.mark.parametrize(
    ("text", "unit"),
    [("~x", "~"), ("\xc3\x96x", "\xc3\x96"), ("\xe2\x80\xa6", "\xe2\x80\xa6"), ("\xc3x", "\xc3"), ("\xe2\x80", "\xe2")],
)
def test_a_unit_is_one_byte_or_a_whole_utf_8_sequence(text, unit):
    assert unit_at(text, 0) == unit


def test_delimiters_in_force_leave_out_what_is_empty():
    assert Delimiters().all() == ("*", ">", "~")
    assert Delimiters(repetition="^").all() == ("*", ">", "~", "^")
