"""824: written so that our own validator finds nothing, and read back to the same verdict; odd ones as far as they go."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.advice import Advice, Reason, advice_version, application_advice, read_advice, reason_words
from gateway.x12.delimiters import Delimiters
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.validator import validate
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, Style, write

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
VERSIONS = ("003040", "004010", "004010VICS", "005010", "006020")
LONG = (
    "the sum of the lines is 138.00 and the total says 140.00, so that a line was lost or a price is wrong somewhere "
    * 3
)
REFUSED = Advice(
    "TR",
    "810",
    "17",
    "0001",
    "INV-77",
    "IV",
    "004010",
    [("PO", "PO-9")],
    [Reason("011", "TDS01 is 140.00, the lines add up to 138.00", "TDS", 6, 1, "14000"), Reason("024", LONG.strip())],
)


def _bytes(advice: Advice, version: str, style: Style | None = None) -> bytes:
    body = application_advice(advice, "000000042", AT, version)
    group = OutgoingGroup("AG", "ACMEWORKS", "SUPPLIER", 5, version, [OutgoingSet("824", "0001", body)])
    out = OutgoingInterchange(("ZZ", "ACMEWORKS"), ("ZZ", "SUPPLIER"), version[:5], 42, "P", AT, [group])
    return write(out, style)


def _read(data: bytes) -> list[Advice]:
    [found] = [part for part in read(data) if isinstance(part, TransactionSet)]
    return read_advice(found.segments)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_824_of_ours_is_right_in_every_version(version):
    found = report("824", _bytes(REFUSED, version), validate)
    assert found.interchanges[0].documents[0].definition is not None
    assert found.clean, found.as_dict()


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_reads_back(version):
    assert _read(_bytes(REFUSED, version)) == [REFUSED]


def test_an_824_reads_like_this():
    text = _bytes(REFUSED, "004010").decode()
    lines = text.split("~")
    assert "BGN*00*000000042*20261121*0800" in lines
    assert "OTI*TR*IV*INV-77*****17*0001*810*004010" in lines
    assert "REF*PO*PO-9" in lines
    assert "TED*011*TDS01 is 140.00, the lines add up to 138.00*TDS*6*1**14000" in lines
    assert sum(line.startswith("NTE*ADD*") for line in lines) == 4


@pytest.mark.parametrize(
    "advice",
    [
        Advice("TR"),
        Advice("TR", "850", "x", "1"),
        Advice("TR", "856", "999999999", "000000001", "S" * 200, reasons=[Reason("024")]),
        Advice("TR", "855", "1", "0001", "*~:>", reasons=[Reason("024", "*~>:\n\u2122|^")]),
        Advice("TA", "850", "1", "0001", "PO-1"),
    ],
)
@pytest.mark.parametrize("version", ["004010", "005010"])
def test_whatever_is_known_of_a_document_the_824_is_right(advice, version):
    found = report("824", _bytes(advice, version), validate)
    assert found.clean, found.as_dict()


TEXTS = st.text(max_size=200)
REASONS = st.lists(st.builds(Reason, st.sampled_from(["011", "024", "007"]), TEXTS, value=TEXTS), max_size=5)


@given(TEXTS, REASONS, st.sampled_from(["*", "|", "!"]))
def test_no_words_can_break_an_824(number, reasons, mark):
    advice = Advice("TR", "810", "1", "0001", number, "IV", "004010", [("PO", number)], reasons)
    data = _bytes(advice, "004010", Style(Delimiters(mark)))
    found = report("824", data, validate)
    assert found.clean, found.as_dict()
    [back] = _read(data)
    assert [reason.code for reason in back.reasons] == [reason.code for reason in reasons]


def _lines(text: str) -> list[Advice]:
    return read_advice([line.strip().split("*") for line in text.strip().splitlines()])


def test_an_824_with_verdicts_on_several_documents_and_items_is_read():
    found = _lines("""
        ST*824*0001
        BGN*11*12345*20260831*150057
        OTI*TA*TN*NA***20260812*1253*1000001*0021*856
        REF*F8*0123
        OTI*IE*IX*NA***20260812*1253*1000001*0021*856
        TED*024**N4*32*3**10407
        RED*NA**94**IBP*E038
        OTI*TR*SI*SHP7
        TED*007*no packing list
        NTE*ADD*the dock asks for it
        TED*138
        SE*12*0001""")
    assert [(each.verdict, each.accepted) for each in found] == [("TA", True), ("IE", True), ("TR", False)]
    assert (found[0].group_number, found[0].control_number, found[0].references) == (
        "1000001",
        "0021",
        [("F8", "0123")],
    )
    assert found[1].reasons == [Reason("024", "E038", "N4", 32, 3, "10407")]
    assert found[2].reasons == [Reason("007", "no packing list the dock asks for it"), Reason("138")]
    assert found[2].words == "the document is rejected (TR)"
    assert found[1].words == "an item of it is accepted with errors (IE)"


@pytest.mark.parametrize(
    ("verdict", "accepted"),
    [("TA", True), ("TC", True), ("TE", True), ("TP", False), ("TR", False), ("GR", False), ("", False), ("T", False)],
)
def test_only_what_is_accepted_as_a_whole_counts_as_accepted(verdict, accepted):
    assert Advice(verdict).accepted is accepted


@pytest.mark.parametrize(
    "text", ["ST*824", "TED*011", "OTI", "OTI*TR\nTED", "REF*PO*1\nNTE*ADD*x", "OTI*TR\nRED*a\nNTE"]
)
def test_an_odd_824_is_read_as_far_as_it_goes(text):
    found = _lines(text)
    assert len(found) == text.count("OTI")
    assert not any(each.accepted for each in found)


def test_a_purchase_order_is_found_where_it_is_named():
    assert _lines("OTI*TR*PO*77")[0].order_number == "77"
    assert _lines("OTI*TR*IV*1\nREF*PO*78")[0].order_number == "78"
    assert _lines("OTI*TR*IV*1\nREF*DP*78")[0].order_number == ""


def test_reasons_are_said_in_words():
    assert reason_words(Reason("011", "140 is not 138", "TDS", 6, 1, "14000"), "004010") == (
        "011 not matching: 140 is not 138: segment 6 TDS01, value '14000'"
    )
    assert reason_words(Reason("138"), "005010") == "138 purchase order closed"
    assert reason_words(Reason("ZZ"), "004010") == "ZZ a reason without words"


@pytest.mark.parametrize(("asked", "version"), [("005010", "005010"), ("", "004010"), ("nonsense", "004010")])
def test_an_824_is_written_in_the_version_of_what_it_answers(asked, version):
    assert advice_version(asked) == version
