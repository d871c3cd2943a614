"""CompressedData both ways, with zlib as the witness; bombs are stopped on their way (RFC 3274, RFC 5402)."""

import io
import zlib
from random import Random

import pytest

from gateway.as2 import der
from gateway.as2.cms import compress, decompress, sniff
from gateway.as2.errors import DecompressionFailed, DecompressionTooLarge, MalformedCMS
from tests.as2.berify import berify
from tests.as2.cms.contents import CONTENT, SIZES, content
from tests.as2.cms.der_edit import parse, write
from tests.as2.test_stream import Dribble

LIMIT = 10_000_000


def by_hand(packed: bytes) -> bytes:
    """A CompressedData around these octets."""
    inside = der.sequence(der.oid("1.2.840.113549.1.7.1"), der.tlv(0xA0, der.octets(packed)))
    algorithm = der.sequence(der.oid("1.2.840.113549.1.9.16.3.8"))
    data = der.sequence(der.integer(0), algorithm, inside)
    return der.sequence(der.oid("1.2.840.113549.1.9.16.1.9"), der.tlv(0xA0, data))


def unpacked(message, limit: int = LIMIT, **more) -> bytes:
    sink = io.BytesIO()
    assert decompress(message, sink, limit=limit, **more) == len(sink.getvalue())
    return sink.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", [1, 6, 9])
def test_every_size_comes_back_from_bytes_files_and_pipes(size, level):
    data = content(size // 2) + b"A" * (size - size // 2)
    for source in (data, io.BytesIO(data), Dribble(data, 3001)):
        message = b"".join(compress(source, level=level))
        assert sniff(message) == "compressed"
        for again in (message, io.BytesIO(message), Dribble(message, 3001)):
            assert unpacked(again) == data


def test_a_small_message_is_der_with_the_octets_of_zlib():
    assert b"".join(compress(CONTENT)) == by_hand(zlib.compress(CONTENT, 6))


def test_a_large_message_holds_one_string_of_zlib():
    packed = b"".join(compress(io.BytesIO(CONTENT * 5000)))
    shown = parse_pieces(packed)
    assert zlib.decompress(shown) == CONTENT * 5000


def parse_pieces(message: bytes) -> bytes:
    """Put the pieces together without our reader: they follow the first 0x24 0x80."""
    at = message.index(b"\x24\x80") + 2
    pieces = b""
    while message[at : at + 2] != b"\0\0":
        (_tag, piece), *_rest = parse(message[at : at + 4 + int.from_bytes(message[at + 2 : at + 4], "big")])[:1]
        pieces += piece
        at += len(write([(0x04, piece)]))
    assert message[at:] == b"\0\0" * 6
    return pieces


def test_any_form_of_ber_is_read():
    for seed in range(40):
        message = berify(by_hand(zlib.compress(CONTENT)), Random(seed))
        for source in (message, io.BytesIO(message)):
            assert unpacked(source) == CONTENT


def test_a_bomb_is_stopped_at_the_limit():
    bomb = by_hand(zlib.compress(b"\0" * 50_000_000, 9))
    sink = io.BytesIO()
    with pytest.raises(DecompressionTooLarge, match="1000000 bytes"):
        decompress(bomb, sink, limit=1_000_000, ratio=10_000)
    assert len(sink.getvalue()) <= 1_000_000
    sink = io.BytesIO()
    with pytest.raises(DecompressionTooLarge, match="300 times"):
        decompress(bomb, sink, limit=LIMIT * 100)
    assert len(sink.getvalue()) <= 300 * len(bomb) + (1 << 20)


def test_a_message_at_the_limit_is_read():
    data = content(100_000)
    assert unpacked(by_hand(zlib.compress(data)), limit=100_000) == data
    with pytest.raises(DecompressionTooLarge):
        unpacked(by_hand(zlib.compress(data)), limit=99_999)
    assert unpacked(by_hand(zlib.compress(b"\0" * (1 << 20))), ratio=1) == b"\0" * (1 << 20)  # Small: no ratio.


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no zlib at all",
        zlib.compress(CONTENT)[:-1],
        zlib.compress(CONTENT)[:-4] + b"\0\0\0\0",
        zlib.compress(CONTENT)[:20],
    ],
)
def test_what_zlib_refuses_or_what_ends_too_early_is_refused(packed):
    with pytest.raises(DecompressionFailed) as caught:
        unpacked(by_hand(packed))
    assert caught.value.disposition == "processed/error: decompression-failed"


def test_another_compression_is_refused_by_its_name():
    tree = parse(by_hand(zlib.compress(CONTENT)))
    tree[0][1][1][1][0][1][1] = parse(der.sequence(der.oid("1.2.3.4")))[0]
    with pytest.raises(DecompressionFailed, match=r"1\.2\.3\.4"):
        unpacked(write(tree))
    tree[0][1][1][1][0][1][1] = (0x30, [])
    with pytest.raises(DecompressionFailed, match="without a name"):
        unpacked(write(tree))


def test_what_is_no_compressed_data_or_cut_short_is_refused():
    for message in (b"", CONTENT, der.sequence(der.oid("1.2.840.113549.1.7.2"), der.tlv(0xA0, der.sequence()))):
        with pytest.raises(MalformedCMS):
            unpacked(message)
    whole = by_hand(zlib.compress(CONTENT))
    for at in range(len(whole)):
        with pytest.raises((MalformedCMS, DecompressionFailed)):
            unpacked(whole[:at])
