"""Odd bytes: marks of several bytes, large elements, binary data, files cut anywhere, equal marks. No byte is passed over."""

import pytest
from hypothesis import given

from gateway.errors import X12Error
from gateway.x12.faults import FaultCode
from gateway.x12.model import InterchangeStart, TransactionSet
from gateway.x12.pieces import BLANK, split_binary
from gateway.x12.reader import read
from gateway.x12.validator import look_closely, validate
from tests.x12.samples import BODIES, checked, document, group, interchange, isa, replaced, set_of, transaction
from tests.x12.test_reader_laws import WILD

GOOD = document("850")
NEWER = document("850", replaced("850", "REF*DP*038", "REF*DP*038**DP>1>IA>2"), "005010")
MARKS = ["§", "¬", "¦", "Ö", "…", "€", "\ufffd"]


def _with(text: str, **marks: str) -> bytes:
    """The document with other marks, as UTF-8."""
    wanted = {"element": "*", "component": ">", "segment": "~", "repetition": "^"} | marks
    table = dict(zip("*>~^", wanted.values(), strict=True))
    return "".join(table.get(letter, letter) for letter in text).encode()


@pytest.mark.parametrize(
    ("which", "mark"),
    # A letter could be part of a value, so none of them separates repetitions.
    [(which, mark) for which in ("element", "component", "segment", "repetition") for mark in MARKS
     if which != "repetition" or not mark.isalpha()],
)  # fmt: skip
def test_a_mark_of_several_bytes_reads_like_one_of_a_byte(which, mark):
    found, plain = set_of(_with(NEWER, **{which: mark})), set_of(NEWER)
    assert getattr(found.marks, which) == mark or which != "element"
    assert getattr(found.interchange.delimiters, which).encode("latin-1").decode() == mark
    inner = [value.replace(mark, {"component": ">", "repetition": "^"}.get(which, mark)) for value in found.segments[3]]
    assert [*found.segments[:3], inner, *found.segments[4:]] == plain.segments
    assert checked(_with(NEWER, **{which: mark})).clean


def test_all_marks_of_several_bytes_at_once_and_a_value_beyond_ascii():
    text = NEWER.replace("North Plant", "Señor Müller")
    data = _with(text, element="§", component="¦", segment="¬", repetition="…")
    assert checked(data).clean
    assert set_of(data).segments[4][2] == "Señor Müller"


def test_the_bytes_of_a_fault_are_counted_not_its_characters():
    text = GOOD.replace("North Plant", "Señor Müller").replace("*EA*12.75", "*Q9*12.75")
    data = _with(text, element="§", segment="¬")
    [fault] = look_closely(set_of(data)).faults
    assert data[fault.offset :].startswith("PO1§1§40§Q9".encode())
    assert fault.offset > text.index("PO1*1")


def test_offsets_are_right_behind_broken_lines_and_noise():
    data = GOOD.replace("North", "Nör\nth").replace("~", "~ \r\n\t").replace("*EA*", "*Q9*").encode()
    faults = look_closely(set_of(data)).faults
    assert [data[fault.offset :][:3] for fault in faults] == [b"N1*", b"PO1"]


def test_bytes_that_are_no_utf_8_are_kept_one_by_one():
    data = GOOD.replace("North Plant", "M\xfcller \xff").encode("latin-1")
    assert set_of(data).segments[4][2] == "Müller ÿ"


@pytest.mark.parametrize("size", [20_000, 65_535, 65_536, 200_000])
def test_a_long_element_is_one_value(size):
    text = GOOD.replace("Hex bolt", "x" * size)
    [fault] = look_closely(set_of(text)).faults
    assert (fault.code, fault.segment, fault.element) == (FaultCode.TOO_LONG, "PID", 5)
    assert set_of(text).segments[8][5] == "x" * size
    free = interchange(group("TX", transaction("864", "BMG*00\nMIT*1*A\nMSG*" + "x" * 20_000)))
    assert len(set_of(free).segments[3][1]) == 20_000


BINARY = [b"~", b"ISA*00*", b"SE*3*0001~GE*1*1~IEA*1*000000001~", b"\r\n", bytes(range(256)), b"", b"*>~" * 30_000]


@pytest.mark.parametrize("data", BINARY)
@pytest.mark.parametrize("marks", [{}, {"element": "§"}, {"segment": "¬"}, {"element": "§", "segment": "…"}])
def test_binary_data_are_as_long_as_they_say(data, marks):
    start, end = GOOD.partition("CTT*2~")[::2]
    head, tail = _with(start, **marks), _with(end, **marks)
    mark, close = _with("*", **marks), _with("~", **marks)
    whole = head + b"BIN" + mark + str(len(data)).encode() + mark + data + close + tail
    found = set_of(whole)
    [binary] = [segment for segment in found.segments if segment[0] == "BIN"]
    assert binary == ["BIN", str(len(data)), data.decode("latin-1")]
    assert found.closed
    assert sum(part.length for part in read(whole)) == len(whole)


def test_binary_data_of_a_bds_follow_its_second_element():
    found = set_of(interchange(group("PO", "ST*850*0001~BDS*ASC*7*a~b*c~d~SE*3*0001~")))
    assert found.segments[1] == ["BDS", "ASC", "7", "a~b*c~d"]


@pytest.mark.parametrize("size", ["6", "8", "99999", "x", "-7", ""])
def test_binary_data_of_another_length_are_a_fault_and_nothing_is_swallowed(size):
    text = interchange(group("PO", f"ST*850*0001~BIN*{size}*a~b*c~d~SE*3*0001~"))
    parts = list(read(text.encode()))
    assert sum(part.length for part in parts) == len(text)
    assert not checked(text).clean
    [found] = [part for part in parts if isinstance(part, TransactionSet)]
    assert found.segments[-1][0] == "SE"


# Several interchanges


def test_interchanges_of_different_senders_have_marks_and_verdicts_of_their_own():
    one = GOOD
    two = _with(NEWER.replace("SUPPLIER ", "OTHER    "), element="|", segment="¬").decode()
    three = GOOD.replace("SUPPLIER ", "THIRD    ").replace("*EA*", "*Q9*").replace("~", "\r\n")
    found = checked(f"{one}\r\n{two}{three}")
    assert [each.start.sender[1] for each in found.interchanges] == ["SUPPLIER", "OTHER", "THIRD"]
    assert [each.start.delimiters.element for each in found.interchanges] == ["*", "|", "*"]
    assert [[made.accepted for made in each.documents] for each in found.interchanges] == [[True], [True], [False]]
    assert found.faults == []


@pytest.mark.parametrize("junk", ["N1*ST*Lost~", "# text", "ISAAC", "IEA*1*000000001~", "\x00\x00", "ST*850*0002~"])
def test_whatever_stands_between_interchanges_is_told_and_hides_neither(junk):
    second = GOOD.replace("000000001", "000000002")
    found = checked(GOOD + junk + second)
    assert [fault.code for fault in found.faults] == [FaultCode.JUNK]
    assert found.faults[0].offset == len(GOOD)
    assert [each.documents[0].accepted for each in found.interchanges] == [True, True]


# Files that end too early


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("~", "~\r\n"), _with(GOOD, segment="…", element="§").decode()])
def test_a_file_cut_at_any_byte_is_said_to_be_cut_and_loses_nothing(text):
    data = text.encode()
    whole = data.rstrip(BLANK.encode())
    ends = len(whole) - len(set_of(data).interchange.delimiters.segment)  # The last terminator may be missing.
    for end in range(1, ends):
        found = checked(data[:end])
        codes = {fault.code for each in found.interchanges for fault in each.faults}
        assert not found.clean, end
        assert not found.readable or FaultCode.TRUNCATED in codes or data[:end].rpartition(b"IEA")[1], end
        if found.readable:
            assert sum(part.length for part in read(data[:end])) == end


# Marks that are the same


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (">~GS", "*~GS", FaultCode.COMPONENT_SEPARATOR),
        (">~GS", "~~GS", FaultCode.COMPONENT_SEPARATOR),
        ("*^*00501", "*>*00501", FaultCode.REPETITION_SEPARATOR),
        ("*^*00501", "*~*00501", FaultCode.REPETITION_SEPARATOR),
    ],
)
def test_marks_that_are_the_same_are_a_fault_of_the_interchange(old, new, code):
    text = document("850", version="005010")
    assert old in text
    found = checked(text.replace(old, new, 1))
    assert not found.clean
    codes = {fault.code for each in found.interchanges for fault in each.faults}
    assert code in codes
    data = text.replace(old, new, 1).encode()
    assert sum(part.length for part in read(data)) == len(data)


# The account of bytes


def _pieces_of(found: TransactionSet) -> int:
    """The bytes of a set, counted from its segments and from what explains the rest."""
    step = len(found.interchange.delimiters.segment)
    noise = sum(len(piece) - len(piece.strip(BLANK)) for piece in found.pieces if split_binary(piece, "*") is None)
    binary = sum(len(piece) for piece in found.pieces if split_binary(piece, "*") is not None)
    values = sum(len(piece.strip(BLANK)) for piece in found.pieces if split_binary(piece, "*") is None)
    ends = found.length - noise - binary - values
    assert ends in (len(found.pieces) * step, (len(found.pieces) - 1) * step)
    return noise + binary + values + ends


@given(WILD)
def test_bytes_in_are_bytes_of_segments_and_bytes_explained(data):
    at = 0
    try:
        for part in read(data):
            assert part.offset == at
            at += part.length
            if isinstance(part, TransactionSet):
                assert _pieces_of(part) == part.length
                assert len(part.offsets()) == len(part.segments)
                assert len(part.offsets()) + len(part.blanks()) == len(part.pieces)
                shown = [data[offset:].decode("latin-1") for offset in part.offsets()]
                assert all(text.startswith(segment[0][:1]) or not segment[0].isascii()
                           for text, segment in zip(shown, part.segments, strict=True))  # fmt: skip
            assert data[part.offset : part.offset + 3] == b"ISA" or not isinstance(part, InterchangeStart)
    except X12Error as error:
        assert at <= error.offset <= len(data) or error.detail.startswith("No ISA")
        return
    assert at == len(data)


def test_a_verdict_on_what_was_read_stands_though_the_rest_cannot_be_read():
    found = checked(GOOD + isa()[:60])
    assert (found.readable, found.interchanges[0].documents[0].accepted) == (False, True)
    assert validate(set_of(transaction("850", BODIES["850"]).join([isa(), ""]))).set_id == "850"
