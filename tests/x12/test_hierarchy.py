"""The HL levels: counted from 1, hung below an earlier one, and HL04 says whether levels hang below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.hierarchy import CHILDREN, flatten, hierarchy_findings, link, nest, plainly_right
from tests.x12.samples import faults_in, judged, replaced


def _found(*levels: str) -> list[tuple[int, int, str, str]]:
    """Index, element, value and detail of what is wrong with levels written as ``1**S*1``."""
    rows = [["HL", *level.split("*")] for level in levels]
    return [(index, each.element, each.value, each.detail) for index, each in hierarchy_findings(rows)]


def _plainly_right(levels: list[list[str]]) -> bool:
    """What the quick look says of HL segments of any length."""
    whole = [[*level, *[""] * 5] for level in levels]
    return plainly_right(*([level[number] for level in whole] for number in (1, 2, 4)))


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        (["1**S*1", "2*1*O*1", "3*2*I*0"], []),
        (["1**S", "2*1*O", "3*2*I"], []),
        (["1**S", "2*1*O", "3*1*O", "4*2*I"], []),
        (["01**S"], []),
        # HL01
        (["1**S", "3*1*O"], [(1, 1, "3", "2")]),
        (["1**S", "3*1*O", "4*3*I"], [(1, 1, "3", "2")]),  # The count goes on from where it jumped to.
        (["1**S", "3*1*O", "3*2*I"], [(1, 1, "3", "2")]),  # Or it never jumped.
        (["1**S", "1*1*O"], [(1, 1, "1", "2")]),
        (["5**S"], [(0, 1, "5", "1")]),
        (["A**S"], [(0, 1, "A", "1")]),
        (["2*1*S", "3*2*O"], [(0, 1, "2", "1")]),  # The level that was left out is not missed once more as a parent.
        (["1**S*1", "3*2*P*1", "4*3*I*0"], [(1, 1, "3", "2")]),
        # HL02
        (["1**S", "2*9*O"], [(1, 2, "9", "")]),
        (["1*2*S", "2**O"], [(0, 2, "2", "")]),
        (["1*1*S"], [(0, 2, "1", "")]),
        (["1**S*1", "2*9*O", "3*9*O"], [(1, 2, "9", "")]),  # Once, and HL04 of the first is not doubted.
        # HL04
        (["1**S*0", "2*1*O"], [(0, 4, "0", "1")]),
        (["1**S*1"], [(0, 4, "1", "0")]),
    ],
)
def test_one_wrong_number_is_one_fault(levels, found):
    assert _found(*levels) == found


@pytest.mark.parametrize(
    ("level", "found"),
    [("HL* **S*0", [(1, "AK403:6")]), ("HL*1*9999999999999*S*0", [(2, "AK403:5")]), ("HL*A-B**S*0", [])],
)
def test_a_number_that_is_none_is_told_once(level, found):
    body = f"BSN*00*SHP1*20261121*0915*0001\n{level}"
    faults = [(fault.element, fault.code.ack_code) for fault in judged("856", body).faults]
    assert [each for each in faults if each[0] in (1, 2)] == (found or [(1, "AK403:7")])


def test_a_fault_of_the_tree_stands_on_its_segment():
    assert faults_in("856", replaced("856", "HL*3*2*P*1", "HL*3*7*P*1")) == [(8, "HL", 2, "AK403:7")]
    assert faults_in("856", replaced("856", "HL*4*3*I*0", "HL*4*3*I*1")) == [(10, "HL", 4, "AK403:7")]
    [fault] = judged("856", replaced("856", "HL*4*3*I*0", "HL*6*3*I*0")).faults
    assert fault.message == "HL01 is '6' where 4 is next"
    assert fault.fix == "number the levels 1, 2, 3 in order"


def test_levels_hang_below_one_another():
    [shipment] = nest(judged("856").tree)["HL"]
    [order] = shipment[CHILDREN]
    [pack] = order[CHILDREN]
    [item] = pack[CHILDREN]
    assert [level["HL"][0][3] for level in (shipment, order, pack, item)] == ["S", "O", "P", "I"]
    assert CHILDREN not in item


def test_linked_levels_are_both_side_by_side_and_below_one_another():
    levels = link(judged("856").tree)["HL"]
    assert [level["HL"][0][1] for level in levels] == ["1", "2", "3", "4"]
    assert levels[0][CHILDREN] == [levels[1]]


def test_a_level_with_an_unknown_parent_stays_at_the_top():
    tree = judged("856", replaced("856", "HL*3*2*P*1", "HL*3*7*P*1")).tree
    assert [level["HL"][0][1] for level in nest(tree)["HL"]] == ["1", "3"]


def test_a_tree_without_levels_stays_as_it_is():
    tree = judged("850").tree
    assert nest(tree) is tree
    assert link(tree) is tree


PARENTS = st.integers(1, 30).flatmap(lambda count: st.tuples(*[st.integers(0, index) for index in range(count)]))


@given(PARENTS)
def test_numbered_levels_are_right_and_nest_back_to_the_same_tree(parents):
    """``parents[n]`` is the number of the level above level n + 1; 0 is the top."""
    flat = [{"HL": [["HL", str(index), str(parent or ""), "I", ""]]} for index, parent in enumerate(parents, 1)]
    renumbered = flatten(nest({"HL": flat})["HL"])
    written = [level["HL"][0] for level in renumbered]
    assert list(hierarchy_findings(written)) == []
    assert _plainly_right(written), "the quick look is enough for what we write ourselves"
    assert len(renumbered) == len(parents)
    assert flatten(nest({"HL": renumbered})["HL"]) == renumbered


SMALL = st.lists(
    st.tuples(
        st.sampled_from("1234"), st.sampled_from(["", "1", "2", "3"]), st.just("I"), st.sampled_from(["", "0", "1"])
    ),
    max_size=4,
)


@given(SMALL)
def test_the_quick_look_at_levels_passes_nothing_that_is_wrong(rows):
    levels = [["HL", *row] for row in rows]
    if _plainly_right(levels):
        assert list(hierarchy_findings(levels)) == []


@given(st.lists(st.lists(st.text("0123456789A", max_size=2), max_size=4), max_size=20))
def test_levels_of_any_kind_are_judged_without_error_and_none_is_lost(rows):
    levels = [["HL", *row] for row in rows]
    if _plainly_right(levels):
        assert list(hierarchy_findings(levels)) == [], "the quick look passes nothing that the close one doesn't"
    for index, finding in hierarchy_findings(levels):
        assert 0 <= index < len(levels)
        assert finding.element in (1, 2, 4)
    tree = {"HL": [{"HL": [level]} for level in levels]}
    assert len(link(tree)["HL"]) == len(levels)
    assert len(flatten(nest(tree)["HL"])) == len(levels)


def test_levels_may_hang_below_one_another_as_deep_as_they_like():
    deep = [{"HL": [["HL", str(number), str(number - 1) if number > 1 else "", "I"]]} for number in range(1, 5001)]
    assert len(flatten(nest({"HL": deep})["HL"])) == 5000
