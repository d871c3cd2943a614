"""The reader of small values: what is BER is read, everything else is MalformedCMS, and nothing takes long."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.as2 import ber, der
from gateway.as2.ber import CHILDREN, DEPTH, Element
from gateway.as2.errors import MalformedCMS
from tests.as2.berify import berify

leaves = st.one_of(
    st.binary(max_size=300).map(der.octets),
    st.integers(-(2**40), 2**40).map(der.integer),
    st.just(der.NULL),
    st.just(der.oid("1.2.840.113549.1.7.1")),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map(lambda parts: der.sequence(*parts)),
        st.lists(inner, max_size=5).map(der.set_of),
        st.lists(inner, max_size=5).map(lambda parts: der.tlv(der.context(0), *parts)),
    ),
    max_leaves=20,
)


def walk(element: Element) -> int:
    """Read everything there is in a value."""
    if not element.constructed:
        return len(element.content)
    return sum(walk(child) for child in element.children())


@given(values, st.integers(0, 2**32))
def test_every_form_of_a_value_reads_as_the_same_der(value, seed):
    assert Element(value).definite() == value
    assert Element(berify(value, Random(seed))).definite() == value


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_refused(data):
    try:
        element = Element(data)
        walk(element)
        element.definite()
        element.octets()
    except MalformedCMS as error:
        assert error.detail.endswith(("again.", "again"))


@given(values, st.integers(0, 2**32), st.data())
def test_a_broken_value_is_read_or_refused(value, seed, data):
    broken = bytearray(berify(value, Random(seed)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    with suppress(MalformedCMS):
        walk(Element(bytes(broken)))


@given(values, st.integers(0, 2**32), st.data())
def test_a_value_cut_short_is_refused(value, seed, data):
    whole = berify(value, Random(seed))
    with pytest.raises(MalformedCMS):
        walk(Element(whole[: data.draw(st.integers(0, len(whole) - 1))]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x04\x80\x00\x00",  # A primitive value has no indefinite length.
        b"\x04\x89" + b"\0" * 8 + b"\x01a",  # A length of 9 bytes.
        b"\x04\x88" + b"\xff" * 8,  # A length of 2 ** 64.
        b"\x30\x80\x02\x01\x05",  # No end.
        b"\x3f\x81\x82\x83\x84\x85\x01\x00",  # A tag of 6 bytes.
        b"\x30\x03\x02\x05\x01\x02\x03\x04\x05",  # The inner value goes beyond the outer one.
        b"\x30\x84\x7f\xff\xff\xff",
        b"\x30\x80\x30",
        b"\x30\x80\x30\x80\x00\x00\x00",
    ],
)
def test_what_is_no_ber_is_refused(data):
    with pytest.raises(MalformedCMS):
        walk(Element(data))


def test_a_value_within_bounds_is_read_and_one_beyond_is_refused():
    def nested(levels: int) -> bytes:
        return b"\x30\x80" * levels + b"\0\0" * levels

    assert walk(Element(nested(DEPTH))) == 0
    for levels in (DEPTH + 2, 5000, 200_000):
        with pytest.raises(MalformedCMS):
            walk(Element(nested(levels)))
    many = der.sequence(*[der.NULL] * (CHILDREN + 1))
    with pytest.raises(MalformedCMS):
        Element(many).children()
    assert len(Element(der.sequence(*[der.NULL] * CHILDREN)).children()) == CHILDREN
    assert len(Element(b"\x30\x80" + der.NULL * CHILDREN + der.END).children()) == CHILDREN
    with pytest.raises(MalformedCMS, match="more than"):
        Element(b"\x30\x80" + der.NULL * (CHILDREN + 1) + der.END)


def test_tags_above_30_are_read():
    element = Element(b"\xbf\x87\x68\x03\x02\x01\x05")
    assert element.constructed and element.tag == 0xBF8768
    assert element.children()[0].small_integer("version") == 5
    assert element.definite() == b"\xbf\x87\x68\x03\x02\x01\x05"


def test_a_string_in_pieces_is_one_string():
    assert Element(bytes.fromhex("2480 0402 6162 2405 0401 63 0400 0401 64 0000".replace(" ", ""))).octets() == b"abcd"
    with pytest.raises(MalformedCMS):
        Element(b"\x24\x03\x02\x01\x05").octets()  # A piece that is a number.


def test_a_number_has_one_to_eight_bytes():
    for body in (b"", b"\x01" * 9):
        with pytest.raises(MalformedCMS):
            Element(der.tlv(der.INTEGER, body)).small_integer("version")
    with pytest.raises(MalformedCMS, match="version"):
        Element(der.NULL).small_integer("version")


def test_the_error_says_what_to_do():
    assert ber.malformed("it ends too early").detail.endswith("then send again.")
