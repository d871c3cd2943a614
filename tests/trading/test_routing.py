"""Rows of the routing: the first one that fits wins, and each that did not says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.trading.routing import Facts, RouteText, choose

FACTS = Facts(
    partner="acme",
    set_id="856",
    plants=["P-10", "North Plant"],
    parties={"bill_to": ["1000", "Acme AG"]},
    references={"department": ["D7"]},
    items=["B-1", "A[9]"],
    item_classes=lambda: ["fasteners"],
)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"plant": ["P-10"]}, "plant P-10"),
        ({"plant": ["X", "north*"]}, "plant North Plant"),
        ({"party": {"bill_to": "10??"}}, "party bill_to 1000"),
        ({"reference": {"department": "d*"}}, "reference department D7"),
        ({"item": ["A[9]"]}, "item A[9]"),
        ({"item_class": ["fasteners"]}, "item_class fasteners"),
        ({"partner": ["acme"], "set": ["856"]}, "partner acme and set 856"),
        ({}, "it fits every document"),
    ],
)
def test_a_row_fits_by_what_it_asks_for(row, why):
    choice = choose([RouteText(erp="north", **row)], FACTS, "main")
    assert (choice.erp, choice.row, choice.why, choice.passed) == ("north", 1, why, ())


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"plant": ["P-1"]}, "plant is P-10, North Plant, not P-1"),
        ({"plant": ["P-10"], "set": ["810"]}, "set is 856, not 810"),
        ({"party": {"buyer": "1000"}}, "party buyer is nothing, not 1000"),
        ({"item": ["A9"]}, "item is B-1, A[9], not A9"),
        ({"item_class": ["bolts", "nuts"]}, "item_class is fasteners, not bolts or nuts"),
    ],
)
def test_a_row_does_not_fit_where_one_condition_does_not_hold_and_says_which(row, why):
    choice = choose([RouteText(erp="north", **row)], FACTS, "main")
    assert (choice.erp, choice.row) == ("main", None)
    assert choice.passed == (f"row 1 (north): {why}",)


def test_classes_are_asked_only_where_everything_else_fits():
    def never():
        raise AssertionError("master data was read for nothing")

    facts = Facts(partner="acme", set_id="856", item_classes=never)
    assert choose([RouteText(erp="north", set=["810"], item_class=["bolts"])], facts, "main").erp == "main"


ROWS = st.lists(
    st.builds(
        RouteText,
        erp=st.sampled_from(["north", "south", "east"]),
        plant=st.lists(st.sampled_from(["P-10", "P-20", "P-*"]), max_size=2).map(tuple),
        set=st.lists(st.sampled_from(["856", "810"]), max_size=2).map(tuple),
    ),
    max_size=5,
)


@given(ROWS)
def test_the_first_row_wins_that_would_win_alone(rows):
    alone = [number for number, row in enumerate(rows, 1) if choose([row], FACTS, "main").row is not None]
    choice = choose(rows, FACTS, "main")
    assert choice.row == (alone[0] if alone else None)
    assert choice.erp == (rows[alone[0] - 1].erp if alone else "main")
    assert len(choice.passed) == (alone[0] - 1 if alone else len(rows))
