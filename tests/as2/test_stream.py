"""The reader of large values, which must see in a file what the other reader sees in memory."""

import io
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.as2 import der
from gateway.as2.ber import DEPTH, Element
from gateway.as2.errors import MalformedCMS
from gateway.as2.stream import BLOCK, FEW, Stream
from tests.as2.berify import berify
from tests.as2.test_ber import values


class Dribble(io.RawIOBase):
    """A file that gives a few bytes at a time and cannot seek, as a socket does."""

    def __init__(self, data: bytes, most: int = 7) -> None:
        self.data, self.most, self.at = data, most, 0

    def read(self, size: int = -1) -> bytes:
        piece = self.data[self.at : self.at + min(size, self.most)]
        self.at += len(piece)
        return piece

    def seekable(self) -> bool:
        return False


def leaves(stream: Stream) -> list[tuple[int, bytes]]:
    """Walk through a whole message."""
    found = []
    while (tag := stream.peek()) is not None:
        if tag in (0x04, 0x24):
            found.append((0x04, b"".join(stream.octets())))
        elif tag & 0x20:
            stream.enter(tag, "value")
            found += leaves(stream)
            stream.leave()
        else:
            found.append((tag, stream.element().content))
    return found


def leaves_in_memory(element: Element) -> list[tuple[int, bytes]]:
    if element.tag & ~0x20 == 0x04:
        return [(0x04, element.octets())]
    if element.constructed:
        return [leaf for child in element.children() for leaf in leaves_in_memory(child)]
    return [(element.tag, element.content)]


@given(values, st.integers(0, 2**32))
def test_both_readers_see_the_same(value, seed):
    data = berify(value, Random(seed))
    expected = leaves_in_memory(Element(data))
    assert leaves(Stream(data)) == leaves(Stream(io.BytesIO(data))) == leaves(Stream(Dribble(data))) == expected


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_refused(data):
    for source in (data, io.BytesIO(data), Dribble(data)):
        with suppress(MalformedCMS):
            leaves(Stream(source))


@given(values, st.integers(0, 2**32))
def test_skipping_goes_behind_a_value_of_any_form(value, seed):
    data = berify(value, Random(seed)) + der.integer(77)
    for source in (data, io.BytesIO(data), Dribble(data)):
        stream = Stream(source)
        stream.skip()
        assert stream.element().small_integer("next") == 77
        assert stream.position == len(data) and stream.peek() is None


@given(values, st.integers(0, 2**32), st.data())
def test_a_message_cut_short_is_refused(value, seed, data):
    whole = berify(value, Random(seed))
    part = whole[: data.draw(st.integers(1, len(whole) - 1))]
    for source in (part, io.BytesIO(part), Dribble(part)):
        with pytest.raises(MalformedCMS):
            leaves(Stream(source))
        with pytest.raises(MalformedCMS):
            Stream(source if isinstance(source, bytes) else io.BytesIO(part)).skip()


def test_leaving_goes_over_what_was_not_read():
    inner = der.sequence(der.integer(1), der.octets(b"x" * 300_000), der.integer(2))
    for data in (inner + der.integer(9), b"\x30\x80" + inner + b"\0\0" + der.integer(9)):
        for source in (data, io.BytesIO(data), Dribble(data, 5000)):
            stream = Stream(source)
            stream.enter(der.SEQUENCE, "outer")
            stream.element() if data[1] != 0x80 else None
            stream.leave()
            assert stream.element().small_integer("next") == 9


def test_a_string_comes_in_blocks():
    data = der.octets(b"x" * (3 * BLOCK + 5))
    for source in (data, io.BytesIO(data)):
        blocks = list(Stream(source).octets())
        assert b"".join(blocks) == b"x" * (3 * BLOCK + 5) and max(map(len, blocks)) <= BLOCK


def test_what_is_nested_too_deep_or_too_long_for_memory_is_refused():
    deep = b"\x24\x80" * (DEPTH + 2)
    with pytest.raises(MalformedCMS, match="deeper"):
        list(Stream(deep).octets())
    with pytest.raises(MalformedCMS, match="deeper"):
        Stream(b"\x30\x80" * 100_000).skip()
    with pytest.raises(MalformedCMS, match="longer"):
        Stream(der.octets(b"x" * 2000)).element(1000)
    with pytest.raises(MalformedCMS):
        Stream(b"\x30\x80" + der.NULL * 2000 + b"\0\0").element(1000)


def test_a_message_of_nothing_but_tiny_pieces_is_refused():
    """Each byte of it would cost as much as a thousand of an honest one."""
    for piece in (b"\x04\x00", b"\x04\x01x", b"\x24\x80\x00\x00"):
        with pytest.raises(MalformedCMS, match="pieces"):
            list(Stream(io.BytesIO(b"\x24\x80" + piece * (FEW + 10))).octets())
        with pytest.raises(MalformedCMS, match="pieces"):
            Stream(io.BytesIO(b"\x30\x80" + piece * (FEW + 10))).skip()


def test_a_large_message_may_have_many_pieces():
    data = b"\x24\x80" + der.octets(b"x" * 76) * (FEW + 10) + der.END
    assert sum(map(len, Stream(io.BytesIO(data)).octets())) == 76 * (FEW + 10)


def test_a_length_beyond_the_end_of_the_file_takes_no_memory():
    data = b"\x04\x87\x01" + b"\0" * 6 + b"abc"
    with pytest.raises(MalformedCMS):
        list(Stream(io.BytesIO(data)).octets())
    with pytest.raises(MalformedCMS):
        Stream(io.BytesIO(data)).skip()
    with pytest.raises(MalformedCMS):
        Stream(io.BytesIO(data)).element()
