"""Units convert exactly where a decimal can say it, over as few steps as there are, the item's own way first."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.master import Conversion, conversion_id, convert


def pack(unit, quantity, into, item=""):
    return Conversion(conversion_id(item, unit, into), item, unit, into, Decimal(quantity))


DOZEN = pack("dozen", "12", "each")
LAYERS = [DOZEN, pack("case", "2", "dozen"), pack("pallet", "40", "case")]


def test_units_convert_over_others_and_back():
    assert convert(LAYERS, set(), Decimal(3), "pallet", "each") == 2880
    assert convert(LAYERS, set(), Decimal(6), "each", "dozen") == Decimal("0.5")
    assert convert(LAYERS, set(), Decimal(3), "pallet", "kilogram") is None
    assert convert([], set(), Decimal(3), "each", "each") == 3


def test_what_is_said_of_the_item_goes_before_what_is_said_in_general():
    bakers = pack("dozen", "13", "each", "B-1")
    for conversions in ([DOZEN, bakers], [bakers, DOZEN]):
        assert convert(conversions, {"B-1"}, Decimal(2), "dozen", "each") == 26
        assert convert(conversions, {"B-1"}, Decimal(26), "each", "dozen") == 2


def test_what_no_decimal_can_say_is_rounded_to_twelve_places():
    assert convert([DOZEN], set(), Decimal(4), "each", "dozen") == Decimal("0.333333333333")


@given(
    st.decimals("0.001", "1000", places=3),
    st.sampled_from(["1", "2", "2.5", "12", "0.125", "144"]),
    st.sampled_from(["1", "4", "0.5", "20"]),
)
def test_there_and_back_is_the_same(quantity, first, second):
    conversions = [pack("b", first, "a"), pack("c", second, "b")]
    there = convert(conversions, set(), quantity, "c", "a")
    assert there == quantity * Decimal(first) * Decimal(second)
    assert abs(convert(conversions, set(), there, "a", "c") - quantity) < Decimal("1e-9")
