"""Laws of the head: whatever comes is read or refused, and however it is spelled, it says one thing."""

import string

import h11
from hypothesis import given
from hypothesis import strategies as st

from gateway.transports.as2.head import BadRequest, read_head

_NAMES = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=20).filter(
    lambda name: name.lower() not in ("content-length", "transfer-encoding", "expect")
)
_WORDS = st.lists(st.text(string.printable.strip() + "äÿ", min_size=1, max_size=12), max_size=4)
_FIELDS = st.lists(st.tuples(_NAMES, _WORDS), max_size=12)
_BLANKS = st.text(" \t", max_size=3)


@st.composite
def _spelled(draw):
    """A head as an odd product writes it, with what it means: fields in order, length, chunked."""
    fields = draw(_FIELDS)
    size = draw(st.integers(0, 10**12))
    chunked, lengths = draw(st.booleans()), draw(st.integers(0, 3))
    end = draw(st.sampled_from(["\r\n", "\n"]))
    lines = []
    for name, words in fields:
        joints = [draw(st.sampled_from([" ", f"{end} ", f"{end}\t", f"{end}   "])) for _ in words[1:]]
        value = "".join(part for pair in zip(words, [*joints, ""], strict=False) for part in pair)
        lines.append(f"{name}{draw(_BLANKS)}:{draw(_BLANKS)}{value}{draw(_BLANKS)}")
    for _ in range(lengths):
        lines.insert(
            draw(st.integers(0, len(lines))),
            f"Content-Length{draw(_BLANKS)}: {draw(st.sampled_from(['', '000']))}{size}",
        )
    if chunked:
        lines.insert(draw(st.integers(0, len(lines))), f"Transfer-encoding{draw(_BLANKS)}:{draw(_BLANKS)}Chunked")
    raw = (end.join(["POST /as2 HTTP/1.1", *lines]) + end + end).encode("utf-8")
    meant = [(name, " ".join(words)) for name, words in fields]
    return raw, meant, None if chunked or not lengths else size, chunked


@given(_spelled())
def test_however_it_is_spelled_it_says_one_thing(case):
    raw, meant, length, chunked = case
    head = read_head(raw)
    framing = ("content-length", "transfer-encoding")
    assert [(name, value) for name, value in head.headers if name.lower() not in framing] == meant
    assert (head.length, head.chunked, head.raw) == (length, chunked, raw)


@given(_spelled())
def test_a_strict_reader_finds_the_same_in_the_clean_head(case):
    head = read_head(case[0])
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head.normal())
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    names = dict(event.headers)
    assert names.get(b"content-length") == (None if head.length is None else str(head.length).encode())
    assert names.get(b"transfer-encoding") == (b"chunked" if head.chunked else None)
    assert read_head(head.normal()).length == head.length


_PIECES = st.sampled_from(
    [
        *(
            b"POST /as2 HTTP/1.1",
            b"HTTP/1.0",
            b"\r\n",
            b"\n",
            b"\r",
            b" ",
            b"\t",
            b":",
            b",",
            b";",
            b"\0",
            b"\xff",
            b"X",
        ),
        *(b"Content-Length", b"content-length", b"Transfer-Encoding", b"chunked", b"identity", b"5", b"05", b"-1"),
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(_PIECES, max_size=40).map(b"".join)))
def test_whatever_comes_is_read_or_refused_with_a_status(raw):
    try:
        head = read_head(raw)
    except BadRequest as error:
        assert error.status in (400, 431, 501, 505)
        assert error.detail.count(". ") >= 1, "with what to do"
    else:
        assert head.length is None or not head.chunked
        assert head.raw == raw
