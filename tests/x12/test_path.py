"""Paths into a set: read, found in the definition, and followed in a document; a mistake says what stands there instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.path import ElementRange, Filter, PathError, loops_at, parse, resolve, segments_at
from gateway.x12.standards import set_definition
from tests.x12.samples import BODIES, judged

ROOT = {set_id: set_definition(set_id, "004010").definition.root for set_id in BODIES}


def _find(path: str, set_id: str = "850"):
    return resolve(parse(path), ROOT[set_id])


def _values(path: str, set_id: str = "850") -> list[str]:
    """What a path finds in the good document of a set."""
    target = _find(path, set_id)
    segments = [
        s for n in loops_at(judged(set_id).tree, target.hops) for s in segments_at(n, target.use, target.filters)
    ]
    if target.elements.several:
        return [value for segment in segments for value in segment[target.elements.first : target.elements.last + 1]]
    return [segment[target.elements.first] for segment in segments]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("BEG03", ["PO-77"]),
        ("BEG/03", ["PO-77"]),
        ("/BEG03", ["PO-77"]),
        ("N1/N102", ["North Plant"]),
        ("N1/02", ["North Plant"]),
        ("N1[01=ST]/N102", ["North Plant"]),
        ("N1[01=BY]/N102", []),
        ("N1[01=ST|BY]/02", ["North Plant"]),
        ("N1[01!=BY]/02", ["North Plant"]),
        ("N1[01=ST,03=92]/02", ["North Plant"]),
        ("N1[01=ST,03=91]/02", []),
        ("N1/N401", ["Springfield"]),
        ("PO1/02", ["40", "5"]),
        ("PO1[01=2]/02", ["5"]),
        ("PO1/PID/PID[01=F]/05", ["Hex bolt"]),
        ("PO1[06=BP]/06..09", ["BP", "B-1007", "VP", "S-9", "BP", "B-1008"]),
    ],
)
def test_a_path_finds_its_values(path, values):
    assert _values(path) == values


def test_a_level_is_found_by_its_code():
    assert _values("HL[03=O]/PRF01", "856") == ["PO-77"]
    assert _values("HL[03=P]/MAN02", "856") == ["00006141410000000018"]


def test_a_level_below_a_level_is_a_step_to_its_children():
    target = _find("HL[03=O]/HL[03=P]/MAN02", "856")
    assert [hop.children for hop in target.hops] == [False, True]
    assert target.hops[1].key != "HL"


def test_the_parts_of_a_path_are_kept():
    path = parse(" /N1[01=ST|SF,03!=92]/N4?/01 ")
    assert path.absolute
    assert [step.name for step in path.steps] == ["N1", "N4"]
    assert path.steps[0].filters == (Filter(1, ("ST", "SF")), Filter(3, ("92",), negated=True))
    assert [step.optional for step in path.steps] == [False, True]
    assert path.elements == ElementRange(1, 1)


@pytest.mark.parametrize(
    ("path", "elements"),
    [
        ("N3/*", ElementRange(1, 0)),
        ("PO1/06..25", ElementRange(6, 25)),
        ("REF04-2", ElementRange(4, 4, 2)),
        ("BEG", None),
    ],
)
def test_elements_are_one_some_all_or_none(path, elements):
    assert parse(path).elements == elements


def test_a_component_is_found_with_its_element():
    assert _find("REF04-2").element.number == "127"
    assert _find("BEG03").element.number == "324"
    assert _find("PO1/06..25").element is None


def test_a_path_without_element_is_about_the_segment_or_loop():
    assert _find("CUR").use.name == "CUR"
    assert _find("N1").use is None
    assert _find("N1").loop.name == "N1"


def test_an_optional_step_may_lead_nowhere():
    assert _find("G62?/01") is None
    assert _find("N1/G62?/01") is None


def test_a_path_from_within_a_loop_starts_there_unless_it_is_absolute():
    line = _find("PO1").loop
    assert resolve(parse("PO102"), line).use.name == "PO1"
    assert resolve(parse("PID/05"), line).use.name == "PID"
    assert resolve(parse("/BEG03"), line).use.name == "BEG"
    with pytest.raises(PathError, match="the loop PO1 has no BEG"):
        resolve(parse("BEG03"), line)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "names no segment"),
        ("03", "names no segment"),
        ("N1//02", "a name is missing between slashes"),
        ("N1[01=ST/02", "bracket is not closed"),
        ("n1/02", "is no segment or loop name"),
        ("N1[ST]/02", r"a condition reads \[01=ST\]"),
        ("BEG00", "count from 01"),
        ("PO1/08..06", "count from 01"),
        ("REF04-0", "components from 1"),
        ("ZZZ01", "set 850 has no ZZZ; it has ST, BEG"),
        ("BEG13", "BEG has 12 elements"),
        ("BEG/01..13", "BEG has 12 elements"),
        ("BEG03-1", "has no component 1"),
        ("REF04", "is a composite; name a component"),
        ("REF04-9", "has no component 9"),
        ("N1[09=ST]/02", "N1 has no element 09"),
        ("N1[01=QQQ]/02", "'QQQ' is no code for N101"),
        ("BEG/CUR01", "BEG is a segment, so nothing but an element may follow"),
    ],
)
def test_a_mistake_says_what_is_wrong(path, reason):
    with pytest.raises(PathError, match=reason):
        _find(path)


def test_a_condition_that_excludes_may_name_any_code():
    assert _find("N1[01!=QQQ]/02").filters == ()
    assert _find("N1[01!=QQQ]/02").hops[0].filters[0].negated


@given(st.text(st.sampled_from("NPO1BEGHL/[]=!|,-.*?0123 "), max_size=16), st.sampled_from(sorted(BODIES)))
def test_any_text_is_a_path_or_a_mistake_in_words(text, set_id):
    try:
        target = resolve(parse(text), ROOT[set_id])
    except PathError as error:
        assert repr(text) in str(error)
        return
    if target is not None:
        loops_at(judged(set_id).tree, target.hops)
        assert target.use or target.loop
