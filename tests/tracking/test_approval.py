"""Whose approval a decision needs, and whether it has it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.approval import Person, Rule, Worth, roles_missing, roles_needed

PRICE = frozenset({"invoice-differs"})


@pytest.mark.parametrize(
    ("rule", "causes", "worth", "asked"),
    [
        (Rule("finance"), PRICE, Worth(Decimal(0), None), True),
        (Rule("finance", PRICE), PRICE, Worth(Decimal(0), None), True),
        (Rule("finance", PRICE), frozenset({"receipt-differs"}), Worth(Decimal(0), None), False),
        (Rule("finance", PRICE), frozenset({"receipt-differs", "invoice-differs"}), Worth(Decimal(0), None), True),
        (Rule("finance", value_over=Decimal(100)), PRICE, Worth(Decimal(100), "USD"), False),
        (Rule("finance", value_over=Decimal(100)), PRICE, Worth(Decimal("100.01"), "USD"), True),
        (Rule("finance", value_over=Decimal(100), currency="USD"), PRICE, Worth(Decimal(5), "USD"), False),
        (Rule("finance", value_over=Decimal(100), currency="USD"), PRICE, Worth(Decimal(5), None), False),
        (Rule("finance", value_over=Decimal(100), currency="USD"), PRICE, Worth(Decimal(5), "JPY"), True),
    ],
)
def test_a_rule_asks_by_cause_and_value(rule, causes, worth, asked):
    assert bool(roles_needed([rule], causes, [worth])) == asked


def test_of_several_orders_one_above_the_limit_is_enough():
    rule = Rule("finance", value_over=Decimal(100))
    assert roles_needed([rule], PRICE, [Worth(Decimal(1), None), Worth(Decimal(101), None)]) == {"finance"}


people = st.builds(
    Person, st.sampled_from("abcd"), st.frozensets(st.sampled_from(["finance", "quality"])), st.booleans()
)


@given(st.lists(people), st.sampled_from("abcd"))
def test_nobody_approves_alone(approvers, proposer):
    needed = frozenset({"finance", "quality"})
    missing = roles_missing(needed, proposer, approvers)
    alone = [each for each in approvers if each.name == proposer or not each.proven]
    assert roles_missing(needed, proposer, alone) == needed
    for role in needed - missing:
        assert any(role in each.roles and each.name != proposer and each.proven for each in approvers)
