"""Laws of the reader, for bytes of any kind: the chunks do not matter, no byte is lost, only X12Error is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import X12Error
from gateway.x12.reader import read
from tests.x12.laws import TIGHT, accounted, memory_is_bounded, no_byte_is_lost, parts_of
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


@pytest.mark.parametrize("data", SAMPLES)
def test_a_cut_at_any_byte_gives_the_same_parts(data):
    whole = parts_of(data, [data])
    assert whole[1] == ""
    for at in range(len(data) + 1):
        assert parts_of(data, [data[:at], data[at:]]) == whole


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("data", SAMPLES)
def test_chunks_of_any_size_give_the_same_parts(data, size):
    assert parts_of(data, [data[at : at + size] for at in range(0, len(data), size)]) == parts_of(data, [data])


@pytest.mark.parametrize("data", SAMPLES)
def test_every_byte_of_a_readable_file_is_accounted_for(data):
    assert accounted(parts_of(data, [data])[0]) == len(data)


@given(WILD, st.integers(1, 40))
def test_any_bytes_are_read_or_refused_in_words_and_none_is_lost(data, size):
    no_byte_is_lost(data, size)


@given(WILD, st.integers(1, 40))
def test_what_is_held_is_bounded_and_too_much_raises_x12_errors_only(data, size):
    memory_is_bounded(data, size)


LONG = {
    "a segment": document("850").replace("BEG*00", "BEG*" + "0" * 9000),
    "a set": document("850").replace("PID*", "~" * 9000 + "PID*"),
    "binary data": BINARY.replace("BIN*9", "BIN*9999" + "~" * 9000),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_what_is_too_long_is_refused_before_it_is_read_to_its_end(text):
    memory_is_bounded(text.encode(), 16)
    with pytest.raises(X12Error):
        list(read(text.encode(), TIGHT))
