"""The definitions hold together: every name that one table uses another one defines, and every number is in range."""

from itertools import pairwise

import pytest

from gateway.x12.standards import VERSIONS, available, codes, group_kinds, library, nearest_version, set_definition
from gateway.x12.standards.definition import Composite, Element, Loop, Position, SetDefinition, SyntaxNote, Use

CORE = ("810", "850", "855", "856", "997")
ALL = [(set_id, version) for version in VERSIONS for set_id in available(version)]
SEGMENTS = [(name, version) for version in VERSIONS for name in sorted(library.segment_names(version))]
TYPES = {"AN", "ID", "DT", "TM", "R", "B", *(f"N{places}" for places in range(10))}


def _definition(set_id: str, version: str) -> SetDefinition:
    choice = set_definition(set_id, version)
    assert choice is not None
    assert choice.exact
    return choice.definition


def _loops(loop: Loop):
    yield loop
    for item in loop.items:
        if isinstance(item, Loop):
            yield from _loops(item)


@pytest.mark.parametrize("version", ["004010", "005010"])
@pytest.mark.parametrize("set_id", CORE)
def test_the_core_sets_are_defined_in_both_versions(set_id, version):
    assert set_id in available(version)
    assert _definition(set_id, version).version == version


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_every_segment_of_a_set_is_defined(set_id, version):
    definition = _definition(set_id, version)
    assert definition.segment_ids <= library.segment_names(version)
    assert definition.segment_ids == {use.name for use in definition.root.uses()}
    assert all(use.segment is library.segment(use.name, version) for use in definition.root.uses())


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_a_set_begins_with_st_and_ends_with_se(set_id, version):
    definition = _definition(set_id, version)
    first, last = definition.root.items[0], definition.root.items[-1]
    for item, name in ((first, "ST"), (last, "SE")):
        assert isinstance(item, Use)
        assert (item.name, item.required, item.maximum) == (name, True, 1)
    assert definition.id == set_id
    assert definition.label


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_a_set_belongs_to_a_group_that_exists(set_id, version):
    group_id = _definition(set_id, version).group_id
    assert group_id in group_kinds()
    assert set_id in codes("143", version) or not codes("143", version)


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_every_loop_begins_with_one_segment_that_must_come(set_id, version):
    for loop in _loops(_definition(set_id, version).root):
        first = loop.items[0]
        assert isinstance(first, Use)
        assert (first.required, first.maximum) == (True, 1)
        assert loop.maximum is None or loop.maximum >= 1
        assert [item.index for item in loop.items] == list(range(len(loop.items)))


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_no_two_items_of_a_loop_that_bear_values_share_a_name(set_id, version):
    for loop in _loops(_definition(set_id, version).root):
        names = [item.name for item in loop.items if isinstance(item, Loop)]
        assert len(names) == len(set(names)), loop


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_areas_and_positions_go_forward(set_id, version):
    definition = _definition(set_id, version)
    areas = [item.area for item in definition.root.items]
    order = ["heading", "detail", "summary"]
    assert set(areas) <= set(order)
    assert [order.index(area) for area in areas] == sorted(order.index(area) for area in areas)
    for area in order:
        known = [use.standard_position for use in definition.root.uses() if use.area == area and use.standard_position]
        assert all(int(one) <= int(other) for one, other in pairwise(known)), area


def _note_fits(note: SyntaxNote, positions: tuple[Position, ...]) -> bool:
    numbers = note.positions
    in_range = all(1 <= number <= len(positions) for number in numbers)
    return note.kind in "PRECL" and len(numbers) >= 2 and len(set(numbers)) == len(numbers) and in_range


@pytest.mark.parametrize(("name", "version"), SEGMENTS)
def test_a_segment_has_elements_and_notes_that_name_them(name, version):
    segment = library.segment(name, version)
    assert segment.id == name
    assert segment.label
    assert segment.positions
    for note in segment.notes:
        assert _note_fits(note, segment.positions), note
    for position in segment.positions:
        assert isinstance(position.kind, Element | Composite)
        assert position.repeats >= 1


@pytest.mark.parametrize(("name", "version"), SEGMENTS)
def test_a_mandatory_element_is_no_condition_of_a_note(name, version):
    segment = library.segment(name, version)
    for note in segment.notes:
        if note.kind in "PRE":
            assert not all(segment.positions[number - 1].required for number in note.positions), note


@pytest.mark.parametrize("version", VERSIONS)
def test_composites_hold_elements_only_and_their_notes_fit(version):
    kinds = {
        place.kind for name in library.segment_names(version) for place in library.segment(name, version).positions
    }
    composites = [kind for kind in kinds if isinstance(kind, Composite)]
    assert composites
    for composite in composites:
        assert all(isinstance(place.kind, Element) for place in composite.components)
        assert all(_note_fits(note, composite.components) for note in composite.notes)


@pytest.mark.parametrize("version", VERSIONS)
def test_elements_have_a_type_a_length_and_codes_that_fit_it(version):
    elements = library._dictionary(version)[0]
    for number, element in elements.items():
        assert element.number == number
        assert element.type in TYPES
        assert 1 <= element.minimum <= element.maximum, number
        assert element.label
        if element.type == "ID":
            wrong = [code for code in element.codes if not element.minimum <= len(code) <= element.maximum]
            assert wrong == [], number
        if element.type == "DT":
            assert element.minimum == element.maximum in (6, 8)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_list_belongs_to_an_element(version):
    elements = library._dictionary(version)[0]
    known = {number for other in VERSIONS for number in library._dictionary(other)[0]}
    assert set(library._code_rows()) <= known
    assert elements["98"].codes
    assert codes("98", version)["ST"]


def test_a_code_of_one_version_only_is_not_in_the_other():
    assert set(codes("723", "005010")) - set(codes("723", "004010")) == {"12", "13"}


@pytest.mark.parametrize(
    ("version", "nearest"),
    [
        ("004010", "004010"),
        ("004010VICS", "004010"),
        ("002001", "004010"),
        ("004510", "004010"),
        ("004511", "005010"),
        ("008010", "005010"),
        ("4010", "004010"),
        ("", "004010"),
        ("00\u0664010", "004010"),
    ],
)
def test_the_nearest_version_is_the_older_of_two(version, nearest):
    assert nearest_version(version) == nearest


def test_a_set_of_no_version_is_not_made_up():
    assert set_definition("853", "004010") is None
    assert set_definition("", "004010") is None
    assert set_definition("../", "004010") is None
    assert set_definition("999", "004010").definition.version == "005010"
