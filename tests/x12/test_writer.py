"""What the writer writes the reader reads back equal; what would break the interchange is refused or replaced."""

from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.errors import TranslationError
from gateway.x12.delimiters import Delimiters
from gateway.x12.model import GroupStart, InterchangeAcknowledgment, InterchangeEnd, InterchangeStart, TransactionSet
from gateway.x12.reader import read
from gateway.x12.writer import Echo, OutgoingGroup, OutgoingInterchange, OutgoingSet, Style, write

AT = datetime(2026, 11, 21, 8, 5)
BODY = [["BEG", "00", "SA", "PO-77", "", "20261120"], ["PO1", "1", "40", "EA"]]


def _out(*sets: OutgoingSet, **more) -> OutgoingInterchange:
    groups = [OutgoingGroup("PO", "US", "THEM", 7, more.pop("group_version", "004010"), sets)]
    more = {"sender": ("ZZ", "US"), "receiver": ("01", "123456789"), "version": "00401", "usage": "T"} | more
    return OutgoingInterchange(control_number=more.pop("number", 42), written_at=AT, groups=groups, **more)


def _one(value: str = "x", **more) -> OutgoingInterchange:
    return _out(OutgoingSet("850", "0001", [["MSG", value]]), **more)


def _written_value(value: str, style: Style | None = None) -> str:
    [found] = [part for part in read(write(_one(value), style)) if isinstance(part, TransactionSet)]
    return found.segments[1][1]


def test_an_interchange_is_written_to_the_letter():
    data = write(_out(OutgoingSet("850", "0001", BODY)), Style(newline=True)).decode()
    assert data.splitlines() == [
        "ISA*00*          *00*          *ZZ*US             *01*123456789      *261121*0805*U*00401*000000042*0*T*>~",
        "GS*PO*US*THEM*20261121*0805*7*X*004010~",
        "ST*850*0001~",
        "BEG*00*SA*PO-77**20261120~",
        "PO1*1*40*EA~",
        "SE*4*0001~",
        "GE*1*7~",
        "IEA*1*000000042~",
    ]


def test_empty_elements_and_components_at_the_end_are_left_out():
    data = write(_out(OutgoingSet("850", "0001", [["N1", "ST", "", ""], ["SLN", "1", ("EA", "", ""), ("", "")]])))
    assert b"~N1*ST~SLN*1*EA~" in data


def test_components_are_joined():
    data = write(_out(OutgoingSet("997", "0001", [["AK4", ("2", "1"), "66"]])))
    assert b"~AK4*2>1*66~" in data


def test_an_implementation_reference_goes_to_the_third_element_of_the_set_header():
    assert b"~ST*999*0001*005010X231A1~" in write(_out(OutgoingSet("999", "0001", [], "005010X231A1")))


def test_the_century_is_left_out_of_old_group_dates():
    assert b"*US*THEM*261121*0805*" in write(_one(group_version="003060"))


def test_a_repetition_separator_stands_in_the_eleventh_element_from_00402_on():
    style = Style(Delimiters(repetition="^"))
    assert b"*^*00501*" in write(_one(version="00501"), style)
    assert b"*U*00401*" in write(_one(), style)
    assert _written_value("a^b", style) == "a^b", "before 00402 it is a character like others"
    with pytest.raises(TranslationError):
        write(_one("a^b", version="00501"), style)


def test_acknowledgments_of_interchanges_stand_before_the_groups():
    out = _one(acknowledgments=[["TA1", "000000009", "261121", "0800", "A", "000"]])
    parts = list(read(write(out)))
    assert isinstance(parts[1], InterchangeAcknowledgment)
    assert isinstance(parts[2], GroupStart)


def test_from_00402_on_there_is_always_a_repetition_separator():
    assert b"*^*00501*" in write(_one(version="00501"))
    assert b"*!*00501*" in write(_one(version="00501"), Style(Delimiters(component="^"))).replace(b"^", b"*")


@pytest.mark.parametrize("value", ["a*b", "a>b", "a~b", "a\nb", "a\x07b", "\x00"])
def test_a_value_that_would_break_the_interchange_is_refused_with_its_place(value):
    with pytest.raises(TranslationError) as raised:
        write(_one(value))
    assert raised.value.path == "MSG01"
    assert raised.value.value == value


@pytest.mark.parametrize(("value", "written"), [("a*b~c", "a-b-c"), ("a\nb", "a-b"), ("Größe", "Gr--e"), ("ok", "ok")])
def test_a_replacement_stands_for_what_may_not_be_sent(value, written):
    assert _written_value(value, Style(replacement="-")) == written


def test_what_the_character_set_lacks_is_refused():
    with pytest.raises(TranslationError, match="'ö' can't be written as ascii"):
        write(_one("Größe"))
    assert _written_value("Größe", Style(charset="utf-8")) == "Größe"
    assert _written_value("Größe", Style(charset="latin-1")) == "Größe"


def test_an_echo_is_never_refused():
    assert _written_value(Echo("a*b~\n\x00é!")) == "ab!"
    assert _written_value(Echo("a!b"), Style(Delimiters(segment="!"))) == "ab"


@pytest.mark.parametrize(
    "marks",
    [
        Delimiters(element="A"),
        Delimiters(element=" "),
        Delimiters(component="*"),
        Delimiters(segment=">"),
        Delimiters(repetition="~"),
        Delimiters(component=""),
        Delimiters(segment="\r\n"),
    ],
)
def test_delimiters_that_cannot_serve_are_refused(marks):
    with pytest.raises(TranslationError, match="can't serve"):
        write(_one(version="00501"), Style(marks))


@pytest.mark.parametrize("replacement", ["*", "~", "\n", "ö"])
def test_a_replacement_that_cannot_be_written_is_refused(replacement):
    with pytest.raises(TranslationError, match="replacement"):
        write(_one(), Style(replacement=replacement))


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"sender": ("ZZ", "")}, "ISA06"),
        ({"receiver": ("ZZ", "x" * 16)}, "ISA08"),
        ({"sender": ("Z", "US")}, "ISA05"),
        ({"receiver": ("ZZZ", "US")}, "ISA07"),
        ({"version": "401"}, "ISA12"),
        ({"usage": ""}, "ISA15"),
        ({"number": 10**9}, "ISA13"),
        ({"number": -1}, "ISA13"),
        ({"sender": ("ZZ", "A*B")}, "ISA06"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_with_its_place(wrong, path):
    with pytest.raises(TranslationError) as raised:
        write(_one(**wrong))
    assert raised.value.path == path


MARKS = st.sampled_from("*|^+!@:<>~'\"#$%&;\\`{}[]()?/=_\x1c\x1d\x1e\x1f\x07\n\r\x15")


@st.composite
def _delimiters(draw: st.DrawFn) -> Delimiters:
    element, component, segment, repetition = draw(st.lists(MARKS, min_size=4, max_size=4, unique=True))
    assume("\r" not in (element, component, repetition) and "\n" not in (element, component, repetition))
    assume(repetition not in "-.,/ ")  # The reader takes such a mark for a part of values.
    return Delimiters(element, component, segment, repetition)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6)
NAMES = st.sampled_from(["N1", "REF", "PO1", "ZZZ", "A1", "MSG", "HL"])


@given(_delimiters(), st.lists(st.tuples(NAMES, st.lists(TEXT, max_size=5)), max_size=8), st.booleans())
def test_what_is_written_is_read_back_equal(marks, rows, newline):
    segments = [[name, *values] for name, values in rows]
    assume(not any(mark in value for _name, values in rows for value in values for mark in marks.all()))
    out = _out(OutgoingSet("850", "0001", segments), version="00501", group_version="005010")
    data = write(out, Style(marks, newline, charset="utf-8"))
    start, group, found, _end, end = (part for part in read(data) if part.length and not hasattr(part, "blank"))
    assert isinstance(start, InterchangeStart)
    assert isinstance(end, InterchangeEnd)
    assert (start.sender, start.receiver, start.usage) == (out.sender, out.receiver, out.usage)
    assert (start.delimiters, start.oddities) == (marks, ())
    assert (group.functional_id, group.version) == ("PO", "005010")
    assert found.segments == [["ST", "850", "0001"], *segments, ["SE", str(len(segments) + 2), "0001"]]
    assert end.elements == ("1", "000000042")


@given(st.text(max_size=20), st.sampled_from(["", "-", "?"]), st.sampled_from(["ascii", "latin-1", "utf-8"]))
def test_any_text_is_written_so_that_it_reads_back_or_is_refused(value, replacement, charset):
    style = Style(replacement=replacement, charset=charset)
    try:
        data = write(_out(OutgoingSet("850", "0001", [["MSG", "x", value, "y"]])), style)
    except TranslationError as error:
        assert not replacement
        assert error.value
        return
    [found] = [part for part in read(data) if isinstance(part, TransactionSet)]
    assert len(found.segments) == 3
    assert found.segments[1][1] == "x"
    assert len(found.segments[1]) == 4
