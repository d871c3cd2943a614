"""Masks: they fit what they say, give examples that fit, and take no longer for a value made to hurt."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.x12.guides.mask import Mask, MaskError, read_mask


@pytest.mark.parametrize(
    ("mask", "good", "bad"),
    [
        ("AAA-9999", ["ABC-0123"], ["ABC-012", "AB1-0123", "abc-0123", "ABC-01234", ""]),
        ("9{5}|9{5}-9{4}", ["62701", "62701-1234"], ["6270", "62701-", "62701-123"]),
        ("X{2..4}", ["A1", "A1B2"], ["A", "A1B2C", "a1"]),
        ("PO-*", ["PO-", "PO-x y"], ["PO", "XPO-"]),
        ("*-*", ["-", "a-b-c"], ["ab"]),
        ("??", ["é!", "  "], ["x", "xxx"]),
        (r"\A\9\\\{", ["A9\\{"], ["B9\\{", "A9\\"]),
        ("9{0..2}Z", ["Z", "1Z", "12Z"], ["123Z", "1"]),
        ("٣", ["٣"], ["3"]),
        ("9", ["7"], ["٣", "²"]),
    ],
)
def test_a_mask_fits_what_it_says(mask, good, bad):
    found = read_mask(mask)
    assert [value for value in good if not found.fits(value)] == []
    assert [value for value in bad if found.fits(value)] == []
    assert found.fits(found.example())


@pytest.mark.parametrize("text", ["", "|", "9||9", "{3}", "9{", "9{2..1}", "9{0}", "9}", "\\", "9{501}", "*{2}"])
def test_what_is_no_mask_is_refused_in_words(text):
    with pytest.raises(MaskError) as raised:
        read_mask(text)
    assert len(str(raised.value)) > 15


@pytest.mark.parametrize("mask", ["X{0..99}X{0..99}X{0..99}X{0..99}!", "*A*A*A*A*A*A*A*A*A*A!"])
def test_a_value_made_to_hurt_takes_no_longer(mask):
    found = read_mask(mask)
    begun = time.process_time()
    assert not found.fits("A" * 2_000)
    assert time.process_time() - begun < 5


PARTS = st.sampled_from(["9", "A", "X", "?", "*", "-", "\\9", "7", "9{2}", "A{1..3}", "X{0..2}", "|", "z"])


def _masks() -> st.SearchStrategy[Mask]:
    texts = st.lists(PARTS, min_size=1, max_size=8).map("".join)
    return texts.filter(lambda text: all(text.split("|"))).map(read_mask)


def _expression(text: str) -> str:
    """The same as a regular expression, made another way."""
    names = {"9": "[0-9]", "A": "[A-Z]", "X": "[0-9A-Z]", "?": ".", "*": ".*", "|": "|"}
    done = ""
    for sign, times in re.findall(r"(\\.|[^\\])(\{[\d.]+\})?", text):
        done += names.get(sign) or re.escape(sign.removeprefix("\\"))
        done += times.replace("..", ",")
    return done


@given(_masks(), st.text("0A7z-9B", max_size=8))
def test_a_mask_means_the_same_as_an_expression(mask, value):
    assert mask.fits(value) == bool(re.fullmatch(_expression(mask.text), value, re.DOTALL))


@given(_masks(), st.integers(0, 50), st.integers(0, 12))
def test_every_example_fits_and_is_as_long_as_it_can_be(mask, number, least):
    value = mask.example(number, least)
    assert mask.fits(value)
    most = mask.lengths[1]
    assert len(value) >= (least if most is None else min(least, most))
    assert len(value) >= mask.lengths[0]
