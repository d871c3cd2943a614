"""The character sets that an agreement may name: what each lets pass, where what it does not stands, both paths."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.characters import BASIC, CHARACTER_SETS, EXTENDED, LANGUAGES, as_basic
from gateway.x12.explanation import explain_set
from gateway.x12.faults import FaultCode
from gateway.x12.report import report
from gateway.x12.tolerances import tolerated_codes
from gateway.x12.validator import look_closely, validate
from tests.x12.samples import BODIES, document, places, replaced, set_of
from tests.x12.test_guide_rules import guide_of

FOLDER = Path(__file__).parents[1] / "vectors" / "x12" / "characters"
CAPITALS = {set_id: body.upper() for set_id, body in BODIES.items()}


def told(name: str, characters) -> list[str]:
    data = (FOLDER / name / "input.edi").read_bytes()
    found = report(name, data, lambda each: validate(each, (), characters))
    assert [fault for each in found.interchanges for fault in each.faults] == []
    faults = [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    return [
        f"{'note ' if fault.tolerated else ''}{fault.where}  {fault.code.ack_code}  {fault.code.slug}  {fault.message}"
        for fault in faults
    ]


def faults_of(body: str, characters="basic", set_id: str = "850", **more):
    return look_closely(set_of(document(set_id, body, **more)), characters=characters).faults


def test_every_character_set_has_its_vector_and_its_paragraph():
    assert sorted(path.parent.name for path in FOLDER.glob("*/input.edi")) == sorted(CHARACTER_SETS)
    assert all(paragraph.endswith(".") for paragraph in CHARACTER_SETS.values())


@pytest.mark.parametrize("name", CHARACTER_SETS)
@pytest.mark.parametrize("agreed", CHARACTER_SETS)
def test_each_set_says_of_each_vector_what_was_written_down(name, agreed):
    expected = (FOLDER / name / f"{agreed}.faults.txt").read_text(encoding="utf-8").splitlines()
    assert told(name, agreed) == expected
    if name == agreed:
        assert all(line.startswith("note ") for line in expected)


def test_the_sets_hold_one_another():
    assert BASIC < EXTENDED
    assert BASIC.isdisjoint(LANGUAGES)
    assert len(BASIC) == 26 + 10 + 17


@pytest.mark.parametrize("set_id", ["850", "855", "856", "810"])
def test_a_document_in_capitals_is_basic(set_id):
    text = document(set_id, CAPITALS[set_id])
    for _ in range(20):
        verdict = validate(set_of(text), (), "basic")
    assert verdict.accepted
    assert verdict.transaction._segments is None  # The fast path saw it.
    assert look_closely(set_of(text), characters="basic").faults == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("NORTH PLANT", "North Plant", (5, "N1", 2, 0, 0)),
        ("NORTH PLANT", "NORTH_PLANT", (5, "N1", 2, 0, 0)),
        ("NORTH PLANT", "NORTH ÑANDÚ", (5, "N1", 2, 0, 0)),
        ("B-1008", "b-1008", (10, "PO1", 7, 0, 0)),
        ("REF*DP*038", "REF*DP*038**DP>a1>IA>77", (4, "REF", 4, 2, 0)),
    ],
)
def test_a_value_beyond_the_basic_set_is_a_fault_at_its_place(old, new, place):
    body = CAPITALS["850"].replace(old, new, 1)
    [fault] = faults_of(body)
    assert (fault.position, fault.segment, fault.element, fault.component, fault.repetition) == place
    assert (fault.code, fault.code.ack_code) == (FaultCode.CHARACTER_NOT_BASIC, "AK403:6")
    for characters in ("extended", "utf-8", None):
        assert faults_of(body, characters) == []


def test_a_repetition_beyond_the_basic_set_is_a_fault_at_its_place():
    dates = (
        replaced("810", "IT1*1*", "DMG*D8*19800101***R>RET>A^r>RET>B\nIT1*1*")
        .upper()
        .replace("*R>RET>A^R>", "*R>RET>A^r>")
    )
    found = faults_of(dates, set_id="810", version="005010")
    assert [
        (fault.element, fault.component, fault.repetition, fault.value) for fault in found if fault.segment == "DMG"
    ] == [(5, 1, 2, "r")]


def test_what_is_wrong_already_is_told_once():
    for new in ("*ea*", "*q_*"):
        found = faults_of(CAPITALS["850"].replace("*EA*", new, 1))
        assert [fault.element for fault in found] == [3]
        assert FaultCode.CHARACTER_NOT_BASIC not in {fault.code for fault in found}
    [fault] = faults_of(CAPITALS["850"].replace("NORTH PLANT", "NORTH 日本", 1))
    assert fault.code is FaultCode.CHARACTER_SET and not fault.tolerated


def test_delimiters_and_binary_data_belong_to_no_set():
    text = document("850", CAPITALS["850"]).replace("*", "|").replace("~", "\x1c").replace(">", "^")
    assert look_closely(set_of(text), characters="basic").faults == []


def test_what_was_agreed_on_characters_counts_whatever_is_tolerated():
    text = document("850", replaced("850", "North Plant", "North 日本"))
    codes = tolerated_codes(["utf-8"])
    assert look_closely(set_of(text), codes).accepted
    assert not look_closely(set_of(text), codes, characters="extended").accepted
    assert not look_closely(set_of(text), codes, characters="basic").accepted
    assert look_closely(set_of(text), characters="utf-8").accepted
    assert not look_closely(set_of(text)).accepted


def test_a_guide_that_looks_again_keeps_to_what_was_agreed():
    guide = guide_of("BEG02: {codes: [SA]}")
    found = look_closely(set_of(document("850")), most=1, characters="basic")
    assert found.more_faults
    again = guide.apply(found, found.transaction.segments)
    assert {fault.code for fault in again.faults} == {FaultCode.CHARACTER_NOT_BASIC}
    assert len(again.faults) == found.more_faults + 1


def test_the_explanation_names_the_character_and_shows_the_value_in_the_basic_set():
    [explained] = explain_set(
        look_closely(
            set_of(document("850", CAPITALS["850"].replace("NORTH PLANT", "NORTH Café_1"))), characters="basic"
        )
    )
    assert (
        explained.fault.message == "N102 (name) holds 'a' (U+0061), which the basic character set of X12 does not have"
    )
    assert explained.expected == "characters of the basic set of X12"
    assert explained.rule == "X12.6, syntax and character sets"
    assert explained.example == "N1*ST*NORTH CAFE 1*92*0042~"
    assert explained.shown.parts()[1] == "NORTH Café_1"


@given(
    st.text(
        st.characters(codec="latin-1", exclude_categories=["Cc"], exclude_characters="*~>^\xad"),
        min_size=1,
        max_size=30,
    )
)
def test_what_is_put_into_the_basic_set_is_basic(value):
    assert BASIC.issuperset(as_basic(value))


@given(st.text("ABCabc 12_é日'-", min_size=1, max_size=12), st.sampled_from([None, *CHARACTER_SETS]))
def test_both_paths_find_the_same_whatever_was_agreed(value, characters):
    text = document("850", CAPITALS["850"].replace("NORTH PLANT", value, 1))
    fast, slow = validate(set_of(text), (), characters), look_closely(set_of(text), characters=characters)
    assert places(fast.faults) == places(slow.faults)
    assert (fast.accepted, fast.characters) == (slow.accepted, slow.characters)
