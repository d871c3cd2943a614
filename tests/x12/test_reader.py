"""The reader yields the parts of interchanges in the order of the data, and accounts for every byte."""

import pytest

from gateway.errors import X12Error
from gateway.x12.buffer import Limits
from gateway.x12.model import (
    Debris,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledgment,
    InterchangeEnd,
    InterchangeStart,
    Stray,
    TransactionSet,
)
from gateway.x12.reader import read
from tests.x12.samples import document, group, interchange, isa, transaction

ONE = transaction("850", "BEG*00*SA*1**20261120")
TWO = transaction("850", "BEG*00*SA*2**20261120", "0002")


def _parts(text: str | bytes, **limits):
    return list(read(text.encode() if isinstance(text, str) else text, Limits(**limits)))


def _kinds(parts) -> str:
    letters = {
        InterchangeStart: "I",
        GroupStart: "G",
        TransactionSet: "S",
        GroupEnd: "g",
        InterchangeEnd: "i",
        InterchangeAcknowledgment: "T",
        Stray: "x",
        Debris: ".",
    }
    return "".join(letters[type(part)] for part in parts)


def test_parts_come_in_the_order_of_the_data():
    parts = _parts(interchange(group("PO", ONE, TWO)))
    assert _kinds(parts) == "IGSSgi"
    assert parts[0].sender == ("ZZ", "SUPPLIER")
    assert parts[1].functional_id == "PO"
    assert [part.control_number for part in parts[2:4]] == ["0001", "0002"]
    assert parts[3].segments[1] == ["BEG", "00", "SA", "2", "", "20261120"]
    assert parts[4].elements == ("2", "1")
    assert parts[5].elements == ("1", "000000001")


def test_several_interchanges_groups_and_sets_are_kept_apart():
    text = interchange(group("PO", ONE), group("PO", ONE, TWO, number=2)) + interchange(group("PO", ONE), number=2)
    parts = _parts(text)
    assert _kinds(parts) == "IGSgGSSgiIGSgi"
    assert [part.group.control_number for part in parts if isinstance(part, TransactionSet)] == ["1", "2", "2", "1"]
    assert [part.control_number for part in parts if isinstance(part, InterchangeStart)] == ["000000001", "000000002"]


def test_delimiters_are_read_anew_at_every_interchange():
    other = interchange(group("PO", ONE), number=2).replace("*", "|").replace("~", "\n").replace(">", ":")
    first, second = (part for part in _parts(interchange(group("PO", ONE)) + other) if isinstance(part, TransactionSet))
    assert first.segments == second.segments
    assert (first.interchange.delimiters.element, second.interchange.delimiters.element) == ("*", "|")


@pytest.mark.parametrize("noise", ["\n", "\r\n", " \r\n\t", "\n\n"])
def test_white_space_behind_a_terminator_means_nothing(noise):
    plain = _parts(interchange(group("PO", ONE)))
    noisy = _parts(interchange(group("PO", ONE)).replace("~", "~" + noise))
    assert [part.segments for part in noisy if isinstance(part, TransactionSet)] == [plain[2].segments]
    assert _kinds(noisy).rstrip(".") == "IGSgi"


def test_a_byte_order_mark_is_blank():
    parts = _parts(b"\xef\xbb\xbf" + interchange(group("PO", ONE)).encode())
    assert _kinds(parts) == ".IGSgi"
    assert parts[0].blank
    assert parts[1].offset == 3


def test_junk_around_interchanges_is_said_with_its_place():
    one = interchange(group("PO", ONE))
    parts = _parts(f"# comment\n{one}JUNK{one}\x1a")
    assert _kinds(parts) == ".IGSgi.IGSgi."
    debris = [part for part in parts if isinstance(part, Debris)]
    assert [(part.blank, part.offset, part.length) for part in debris] == [
        (False, 0, 10),
        (False, 10 + len(one), 4),
        (False, 14 + 2 * len(one), 1),
    ]


def test_a_segment_between_sets_is_a_stray():
    parts = _parts(interchange(group("PO", ONE, "REF*DP*1~", TWO)))
    assert _kinds(parts) == "IGSxSgi"
    assert parts[3].text == "REF*DP*1"


def test_a_group_end_without_group_is_a_stray():
    assert _kinds(_parts(isa() + "GE*1*1~IEA*0*000000001~")) == "Ixi"


def test_an_acknowledgment_of_an_interchange_stands_before_the_groups():
    parts = _parts(interchange("TA1*000000009*261121*0800*A*000~", group("PO", ONE)))
    assert _kinds(parts) == "ITGSgi"
    assert parts[1].elements == ("000000009", "261121", "0800", "A", "000")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (isa() + "GS*PO*A*B~ST*850*0001~BEG*00~", "IGSgi"),
        (isa() + "GS*PO*A*B~ST*850*0001~BEG*00", "IGSgi"),
        (isa() + "GS*PO*A*B~" + ONE, "IGSgi"),
        (isa(), "Ii"),
        (isa() + "GS*PO*A*B~ST*850*0001~BEG*00~ST*850*0002~SE*2*0002~", "IGSSgi"),
        (isa() + "GS*PO*A*B~ST*850*0001~GE*1*1~", "IGSgi"),
        (isa() + "GS*PO*A*B~GS*PO*A*B~", "IGgGgi"),
        (isa() + "ST*850*0001~" + isa(2) + "IEA*0*2~", "ISiIi"),
    ],
)
def test_what_is_missing_is_closed_and_said(text, kinds):
    parts = _parts(text)
    assert _kinds(parts) == kinds
    unclosed = [part for part in parts if isinstance(part, GroupEnd | InterchangeEnd) and part.elements is None]
    unclosed += [part for part in parts if isinstance(part, TransactionSet) and not part.closed]
    assert unclosed


def test_a_set_without_group_has_none():
    [found] = [part for part in _parts(isa() + ONE + "IEA*0*000000001~") if isinstance(part, TransactionSet)]
    assert found.group is None
    assert found.version == "004010"


def test_an_interchange_glued_to_the_trailer_before_it_is_seen():
    one = interchange(group("PO", ONE))
    parts = _parts(one[:-1] + one)
    assert _kinds(parts) == "IGSgiIGSgi"
    assert parts[4].elements == ("1", "000000001")


def test_blanks_behind_a_trailer_are_passed_over_in_one_pass():
    text = isa() + "IEA*0*000000001" + " " * 500_000 + "~"
    assert _kinds(_parts(text)) == "Ii"
    assert _kinds(_parts(text[:-1] + interchange())) == "Ii.Ii"


def test_the_last_terminator_may_be_missing():
    parts = _parts(interchange(group("PO", ONE))[:-1])
    assert _kinds(parts) == "IGSgi"
    assert parts[-1].elements == ("1", "000000001")


@pytest.mark.parametrize(
    "data", [b"", b"   \r\n", b"hello", b"UNA:+.? 'UNB+UNOA:1", b"\x00" * 5000, b"ISA", b"ISAAC*x"]
)
def test_what_holds_no_isa_is_no_interchange(data):
    with pytest.raises(X12Error, match="No ISA"):
        _parts(data)


def test_parts_before_an_unreadable_header_are_kept():
    found = []
    with pytest.raises(X12Error) as raised:
        for part in read((interchange(group("PO", ONE)) + "ISA*00*broken").encode()):
            found.append(part)
    assert _kinds(found) == "IGSgi"
    assert raised.value.offset == len(interchange(group("PO", ONE)))


def test_utf_8_is_decoded_and_other_bytes_stay_what_they_are():
    text = document("850", "BEG*00*SA*Größe**20261120")
    [utf8] = [part for part in _parts(text.encode()) if isinstance(part, TransactionSet)]
    [latin] = [part for part in _parts(text.encode("latin-1")) if isinstance(part, TransactionSet)]
    assert utf8.segments[1][3] == latin.segments[1][3] == "Größe"


def test_binary_data_may_hold_delimiters():
    body = "BIN*7*a~b*c>d~"
    text = interchange(group("PO", f"ST*850*0001~{body}SE*3*0001~"))
    [found] = [part for part in _parts(text) if isinstance(part, TransactionSet)]
    assert found.segments == [["ST", "850", "0001"], ["BIN", "7", "a~b*c>d"], ["SE", "3", "0001"]]


def test_binary_data_of_a_wrong_length_are_read_like_any_segment():
    text = interchange(group("PO", "ST*850*0001~BIN*5*abc~SE*3*0001~"))
    [found] = [part for part in _parts(text) if isinstance(part, TransactionSet)]
    assert found.segments[1] == ["BIN", "5", "abc"]
    assert found.closed


def test_offsets_say_where_each_segment_begins():
    text = interchange(group("PO", ONE)).replace("~", "~\n")
    [found] = [part for part in _parts(text) if isinstance(part, TransactionSet)]
    assert [text[at : at + 3] for at in found.offsets()] == ["ST*", "BEG", "SE*"]


def test_blank_segments_are_left_out_and_their_places_known():
    text = interchange(group("PO", "ST*850*0001~~BEG*00~\n~~SE*3*0001~"))
    [found] = [part for part in _parts(text) if isinstance(part, TransactionSet)]
    assert [segment[0] for segment in found.segments] == ["ST", "BEG", "SE"]
    assert [position for position, _at in found.blanks()] == [2, 3, 3]
    assert text[found.blanks()[0][1]] == "~"


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        (isa() + "GS*" + "x" * 5000, {"segment_bytes": 1000}),
        (isa() + "GS*PO~ST*850*0001~" + "N1*ST~" * 50, {"set_segments": 20}),
        (isa() + "GS*PO~ST*850*0001~BIN*9999*x~", {"binary_bytes": 1000}),
        (isa() + "GS*PO~" + "ST~" * 50, {"interchange_parts": 20}),
        (isa() + "XX~" * 50, {"interchange_parts": 20}),
    ],
)
def test_nothing_grows_over_its_bound(text, limits):
    with pytest.raises(X12Error):
        _parts(text, **limits)
    assert _parts(interchange(group("PO", ONE)), **limits)
