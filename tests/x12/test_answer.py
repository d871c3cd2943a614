"""The whole answer to an interchange: it can always be written, it validates clean, and it says which version it speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import X12Error
from gateway.x12.acknowledgment import read_functional_acknowledgment
from gateway.x12.delimiters import Delimiters
from gateway.x12.envelope import JudgedInterchange, examine
from gateway.x12.model import GroupStart, InterchangeStart, TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import validate
from gateway.x12.writer import Style
from tests.x12.answers import ECHOED, answer, codes
from tests.x12.samples import BODIES, checked, group, interchange, replaced, transaction

GOOD = transaction("850", BODIES["850"])
BAD = transaction("850", replaced("850", "*40*EA*", "*4!o~*".replace("~", "?")), "0002")


def _judged(text: str) -> JudgedInterchange:
    return checked(text).interchanges[0].judged


def test_the_answer_goes_back_to_the_sender():
    parts = list(read(answer(_judged(interchange(group("PO", GOOD))))))
    start = parts[0]
    assert isinstance(start, InterchangeStart)
    assert (start.sender, start.receiver) == (("ZZ", "ACMEWORKS"), ("ZZ", "SUPPLIER"))
    assert (start.control_number, start.version, start.usage) == ("000000077", "00401", "P")
    [gs] = [part for part in parts if isinstance(part, GroupStart)]
    assert gs.elements == ("FA", "ACMEWORKS", "SUPPLIER", "20261122", "0930", "500", "X", "004010")


def test_answers_between_the_same_applications_share_a_group():
    text = interchange(group("PO", GOOD), group("PO", GOOD, number=2), group("PO", GOOD, number=3, version="005010"))
    parts = list(read(answer(_judged(text))))
    versions = [part.version for part in parts if isinstance(part, GroupStart)]
    sets = [(part.group.control_number, part.control_number) for part in parts if isinstance(part, TransactionSet)]
    assert versions == ["004010", "005010"]
    assert sets == [("500", "0001"), ("500", "0002"), ("501", "0003")]


@pytest.mark.parametrize("version", ["004010", "005010", "003060"])
def test_a_999_names_its_own_implementation_whatever_it_answers(version):
    data = answer(_judged(interchange(group("PO", GOOD, BAD, version=version))), "999")
    [gs] = [part for part in read(data) if isinstance(part, GroupStart)]
    [found] = [part for part in read(data) if isinstance(part, TransactionSet)]
    assert gs.version == "005010X231A1"
    assert found.segments[0] == ["ST", "999", "0001", "005010X231A1"]
    assert found.segments[1] == ["AK1", "PO", "1", version]
    assert codes(checked(data)) == []


@pytest.mark.parametrize(("version", "answered"), [("", "004010"), ("X", "004010"), ("004010VICS", "004010VICS")])
def test_a_997_speaks_the_version_of_the_group_or_the_nearest_we_know(version, answered):
    data = answer(_judged(interchange(group("PO", GOOD, version=version))))
    [gs] = [part for part in read(data) if isinstance(part, GroupStart)]
    assert gs.version == answered
    assert codes(checked(data)) == []


@pytest.mark.parametrize("set_id", ["997", "999"])
@pytest.mark.parametrize(
    "marks", [Delimiters(), Delimiters("|", ":", "\n"), Delimiters("!", "?", "'", "^"), Delimiters("-", ".", "/")]
)
def test_what_a_partner_wrote_never_keeps_the_answer_from_being_written(set_id, marks):
    body = replaced("850", "*40*EA*", "*4!o-?.*'/|*")
    text = interchange(group("PO", transaction("850", body))).replace("SUPPLIER*ACMEWORKS*2026", "SUP|-!*ACME/'*2026")
    data = answer(_judged(text), set_id, Style(marks))
    assert codes(checked(data)) == []
    [found] = [part for part in read(data) if isinstance(part, TransactionSet)]
    assert not read_functional_acknowledgment(found.segments).sets[0].accepted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("*ZZ*SUPPLIER       *", "**SUPPLIER       *"),
        ("*ZZ*SUPPLIER       *", "*ZZ*               *"),
        ("*ZZ*SUPPLIER       *", "*ZZZ*SUPPLIER-OF-MANY-THINGS*"),
        ("*00401*", "*\u0664\u0660\u0661\u0660\u0661*"),
        ("*00401*", "*XXXXX*"),
        ("*P*>~", "*?*>~"),
        ("*261121*0800*U", "*\x07\x07*aé*U"),
        ("000000001", "-1"),
    ],
)
def test_the_oddest_header_gets_its_answer(old, new):
    text = interchange(group("PO", GOOD))
    assert old in text
    start = next(read(answer(_judged(text.replace(old, new)))))
    assert isinstance(start, InterchangeStart)
    assert (start.receiver[0], bool(start.receiver[1])) == ("ZZ", True)


GARBLED = st.text(st.sampled_from("A1*>~!'é\x07 ?"), max_size=6)
MARKS = st.sampled_from([Delimiters(), Delimiters("|", ":", "'"), Delimiters("!", "?", "\n", "^")])


@given(st.lists(st.tuples(st.integers(0, 900), GARBLED), max_size=6), st.sampled_from(["997", "999"]), MARKS)
def test_whatever_was_read_can_be_answered(changes, set_id, marks):
    text = interchange(group("PO", GOOD, BAD), group("IN", GOOD, number=2))
    for at, garbled in changes:
        text = text[:at] + garbled + text[at + len(garbled) :]
    try:
        parts = list(read(text.encode()))
    except X12Error:
        return
    for judged in examine(parts, validate):
        if isinstance(judged, JudgedInterchange):
            data = answer(judged, set_id, Style(marks))
            assert [code for code in codes(checked(data)) if not ECHOED.search(code)] == []
