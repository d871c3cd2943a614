"""Laws of the reader, for bytes of any kind: the chunks do not matter, no byte is lost, only X12Error is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import X12Error
from gateway.x12.buffer import Limits
from gateway.x12.model import Part, TransactionSet
from gateway.x12.reader import read
from tests.x12.samples import document, group, interchange, isa, transaction

BINARY = interchange(group("PO", "ST*850*0001~BIN*9*a~ISA*b~c~SE*3*0001~"))
NOISY = f"#\n{document('856')}\r\n{document('850', version='005010')}junk{BINARY}".replace("~", "~\r\n").encode()
MULTIBYTE = document("850").replace("~", "…").replace("*", "¦").encode()
SAMPLES = [document("850").encode(), NOISY, MULTIBYTE, document("850").replace("~", "\r\n").encode()]

# Bytes that look enough like X12 to get far into the reader.
ENVELOPES = [
    "GS*PO*A*B*20261121*0800*1*X*004010~",
    "ST*850*0001~",
    "SE*2*0001~",
    "GE*1*1~",
    "IEA*1*000000001~",
    "TA1*1~",
]
SCRAPS = ["ISA", "ISA*", "GS", "ST", "BIN*", "IEA*1", "~", "*", ">", "\r\n", " ", "\xff", "\x00", "ß", "\x1a"]
WHOLE = [
    isa(),
    isa(version="00501", eleventh="^"),
    "BIN*3*a~b~",
    "BDS*A*3*xyz~",
    "N1*ST*A~",
    transaction("850", "BEG*00"),
]
PIECES = st.sampled_from([*ENVELOPES, *SCRAPS, *WHOLE])
ALMOST = st.lists(PIECES, max_size=30).map(lambda pieces: "".join(pieces).encode())
WILD = st.one_of(st.binary(max_size=300), ALMOST, st.tuples(ALMOST, st.binary(max_size=50)).map(b"".join))


def _read(data: bytes, chunks: list[bytes]) -> tuple[list[Part], str]:
    found: list[Part] = []
    try:
        for part in read(chunks):
            found.append(part)
    except X12Error as error:
        return found, error.detail
    return found, ""


def _accounted(parts: list[Part]) -> int:
    """Check that each part begins where the one before it ends; return the end."""
    at = 0
    for part in parts:
        assert part.offset == at
        at += part.length
    return at


@pytest.mark.parametrize("data", SAMPLES)
def test_a_cut_at_any_byte_gives_the_same_parts(data):
    whole = _read(data, [data])
    assert whole[1] == ""
    for at in range(len(data) + 1):
        assert _read(data, [data[:at], data[at:]]) == whole


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("data", SAMPLES)
def test_chunks_of_any_size_give_the_same_parts(data, size):
    assert _read(data, [data[at : at + size] for at in range(0, len(data), size)]) == _read(data, [data])


@pytest.mark.parametrize("data", SAMPLES)
def test_every_byte_of_a_readable_file_is_accounted_for(data):
    assert _accounted(_read(data, [data])[0]) == len(data)


@given(WILD, st.integers(1, 40))
def test_any_bytes_are_read_or_refused_in_words_and_none_is_lost(data, size):
    parts, problem = _read(data, [data[at : at + size] for at in range(0, len(data), size)])
    assert (parts, problem) == _read(data, [data])
    if not problem:
        assert _accounted(parts) == len(data)
    else:
        assert problem.endswith(".")
        assert _accounted(parts) <= len(data)


@given(WILD)
def test_bounds_raise_x12_errors_only(data):
    limits = Limits(segment_bytes=60, set_segments=5, binary_bytes=10, interchange_parts=8)
    try:
        kept = [len(part.pieces) for part in read(data, limits) if isinstance(part, TransactionSet)]
    except X12Error as error:
        assert error.note_code.isdigit()
        return
    assert all(count <= 5 + 1 for count in kept)
