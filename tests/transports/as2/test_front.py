"""What real AS2 products send over HTTP, however odd, is taken in; what has two readings is refused.

Each quirk is one that a product was seen to send, or that a report of interoperability names.
"""

import asyncio

import pytest

from gateway.transports.as2.body import Bounds
from gateway.transports.as2.front import Reply
from tests.transports.as2.door import knock, opened, port_of, post, status

CHUNKED = "Transfer-Encoding: chunked"


async def _taken(raw, *, parts=None):
    async with opened() as (front, seen):
        answer = await knock(front, *(parts or [raw]))
    assert status(answer) == 200, answer
    assert len(seen.requests) == 1
    return seen.requests[0], seen.bodies[0], answer


# The fourteen quirks


@pytest.mark.parametrize("fold", ["\r\n ", "\r\n\t", "\r\n  \t ", "\n\t", " \r\n "])
async def test_a_folded_header_is_read_as_one_line(fold):
    request, body, _ = await _taken(
        post(b"hello", f'Content-Type: multipart/signed;{fold}boundary="x";{fold}micalg=sha1')
    )
    assert request.headers.get("content-type") == 'multipart/signed; boundary="x"; micalg=sha1'
    assert body == b"hello"


async def test_beside_chunks_a_content_length_does_not_count():
    raw = post(b"5\r\nhello\r\n0\r\n\r\n", CHUNKED, "Content-Length: 3", length=False)
    assert (await _taken(raw))[1] == b"hello"


@pytest.mark.parametrize("size", [b"5 ", b"5;", b"5; ", b"5;a=b", b"0005", b"5\t"])
async def test_the_size_of_a_chunk_may_have_blanks_and_more_behind_it(size):
    assert (await _taken(post(size + b"\r\nhello\r\n0 \r\n\r\n", CHUNKED, length=False)))[1] == b"hello"


@pytest.mark.parametrize("lines", [("Content-Length: 5", "Content-Length: 5"), ("Content-Length: 5, 5",)])
async def test_a_content_length_that_stands_twice_counts_once(lines):
    assert (await _taken(post(b"hello", *lines, length=False)))[1] == b"hello"


async def test_blanks_may_stand_before_the_colon():
    request, body, _ = await _taken(post(b"hello", "AS2-To : US", "Content-Length\t: 5", length=False))
    assert request.headers.get("AS2-To") == "US"
    assert body == b"hello"


async def test_lines_may_end_with_lf_alone():
    request, body, _ = await _taken(post(b"a\r\nb\n", "AS2-To: US", end="\n"))
    assert (request.headers.get("as2-to"), body) == ("US", b"a\r\nb\n")


@pytest.mark.parametrize("size", [8_190, 8_191, 30_000])
async def test_a_header_may_be_long(size):
    request, _, _ = await _taken(post(b"hello", "Receipt-Delivery-Option: " + "x" * size))
    assert len(request.headers.get("Receipt-Delivery-Option")) == size


async def test_a_content_length_may_have_leading_zeros():
    assert (await _taken(post(b"hello", "Content-Length: 0000000005", length=False)))[1] == b"hello"


async def test_who_waits_for_100_gets_it_before_the_body_is_sent():
    async with opened() as (front, seen):
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(front))
        writer.write(post(b"", "Expect: 100-Continue", "Content-Length: 5", length=False))
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"hello")
        assert status(await reader.read()) == 200
        writer.close()
    assert seen.bodies == [b"hello"]


async def test_who_asks_for_100_and_does_not_wait_is_not_told_it():
    _, body, answer = await _taken(post(b"hello", "Expect: 100-continue"))
    assert body == b"hello"
    assert b"100 Continue" not in answer


@pytest.mark.parametrize(
    ("raw", "read"), [(b"\xc4RGER", "ÄRGER"), ("ÄRGER".encode(), "ÄRGER")], ids=["latin-1", "utf-8"]
)
async def test_eight_bit_characters_may_stand_in_a_header(raw, read):
    request, _, _ = await _taken(post(b"hello").replace(b"ACME", raw))
    assert request.headers.get("AS2-From") == read
    assert raw in request.head, "as evidence the bytes are kept as they came"


async def test_http_1_0_is_spoken():
    _, body, answer = await _taken(post(b"hello", version="1.0").replace(b"Host: gateway\r\n", b""))
    assert body == b"hello"
    assert b"Connection: close" in answer


async def test_head_answers_with_length_0():
    async with opened() as (front, seen):
        answer = await knock(front, b"HEAD /as2 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(answer) == 200
    assert b"Content-Length: 0\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
    assert not seen.requests


# Traps 24 and 27, and what goes with them


async def test_two_bytes_more_than_said_do_not_take_the_answer_away():
    for parts in ([post(b"hello") + b"\r\n"], [post(b"hello"), b"\r\n"]):
        _, body, answer = await _taken(b"", parts=parts)
        assert body == b"hello"
        assert answer.endswith(b"\r\n\r\nthanks")


async def test_an_authorization_that_nobody_asked_for_is_handed_on_and_changes_nothing():
    request, body, _ = await _taken(post(b"hello", "Authorization: Basic YTpi", "Proxy-Authorization: x"))
    assert request.headers.get("authorization") == "Basic YTpi"
    assert body == b"hello"


async def test_empty_lines_before_a_request_are_passed_over():
    assert (await _taken(b"\r\n\r\n" + post(b"hello")))[1] == b"hello"


async def test_a_request_may_come_byte_by_byte():
    raw = post(b"5\r\nhello\r\n0\r\n\r\n", CHUNKED, "X: a\r\n b", length=False)
    parts = [raw[at : at + 1] for at in range(len(raw))]
    async with opened() as (front, seen):
        assert status(await knock(front, *parts, pause=0)) == 200
    assert seen.bodies == [b"hello"]


async def test_head_and_body_are_kept_as_they_came():
    raw = post(b"4\r\nab\r\n\r\n3\r\n\x00\xff\n\r\n0\r\nTrailer: x\r\n\r\n", CHUNKED, "X : a\r\n\tb", length=False)
    request, body, _ = await _taken(raw)
    assert request.head == raw[: raw.index(b"\r\n\r\n") + 4]
    assert (body, request.size) == (b"ab\r\n\x00\xff\n", 7)
    assert (request.method, request.target, request.remote) == ("POST", "/as2", "127.0.0.1")
    assert request.client_certificate is None


async def test_one_connection_is_one_request():
    async with opened() as (front, seen):
        answer = await knock(front, post(b"hello") + post(b"again"))
    assert answer.count(b"HTTP/1.1") == 1
    assert seen.bodies == [b"hello"]
    assert b"Connection: close" in answer


@pytest.mark.parametrize("path", ["/as2", "/as2/", "/as2?x=1", "http://gateway.example/as2"])
async def test_the_path_may_be_written_in_several_ways(path):
    assert (await _taken(post(b"hello", path=path)))[0].target == path


async def test_spools_are_closed_whatever_happens():
    async def fails(request):
        raise RuntimeError("inner words")

    async with opened() as (front, seen):
        await knock(front, post())
        assert seen.spools[0].closed
    async with opened(fails) as (front, seen):
        answer = await knock(front, post())
        assert seen.spools[0].closed
    assert status(answer) == 500
    assert b"inner words" not in answer
    assert b"Traceback" not in answer
    assert answer.endswith(b"Send it again.\n")


async def test_an_answer_can_not_be_broken_by_its_headers():
    with pytest.raises(ValueError, match="line break"):
        Reply(200, (("X", "a\r\nEvil: b"),))


async def test_an_answer_without_content_says_no_length():
    async with opened() as (front, seen):
        seen.reply = Reply(204)
        answer = await knock(front, post())
    assert answer.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert b"Content-Length" not in answer


# Who is no AS2 client


async def test_a_browser_is_told_what_this_is():
    async with opened() as (front, seen):
        answer = await knock(front, b"GET /as2 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(answer) == 200
    assert answer.endswith(
        b"This is an AS2 receiver (RFC 4130) of partner-gateway; documents are sent to it by POST.\n"
    )
    assert not seen.requests


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET / HTTP/1.1", 404),
        ("POST /as2/../admin HTTP/1.1", 404),
        ("POST /AS2x HTTP/1.1", 404),
        ("PUT /as2 HTTP/1.1", 405),
        ("CONNECT gateway:443 HTTP/1.1", 404),
        ("POST /as2 HTTP/1.1", 411),
        ("POST /as2 HTTP/2.0", 505),
        ("PRI * HTTP/2.0", 505),
        ("POST /as2", 400),
        ("\x16\x03\x01\x02\x00\x01\x00", 400),
    ],
)
async def test_what_is_no_as2_request_is_told_so(line, expected):
    async with opened() as (front, seen):
        answer = await knock(front, f"{line}\r\nHost: a\r\n\r\n".encode("latin-1"))
    assert status(answer) == expected
    assert answer.rstrip().split(b"\r\n\r\n")[1], "with words"
    assert not seen.requests


# Attempts to make two requests of one


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Content-Length: 5", "Content-Length: 6"), 400),
        (("Content-Length: 5, 6",), 400),
        (("Content-Length: +5",), 400),
        (("Content-Length: 0x5",), 400),
        (("Content-Length: 5 5",), 400),
        (("Content-Length: -1",), 400),
        (("Content-Length:",), 400),
        (("Content-Length: \u0665".encode().decode("latin-1"),), 400),
        (("Content-Length : 5", "Content-Length: 6"), 400),
        (("Transfer-Encoding: chunked, chunked",), 501),
        (("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 501),
        (("Transfer-Encoding: gzip, chunked",), 501),
        (("Transfer-Encoding: xchunked", "Content-Length: 5"), 501),
        (("Transfer-Encoding:", "Content-Length: 5"), 400),
        (("Transfer-Encoding: chunked\x0b",), 400),
        (("Transfer-Encoding\x0b: chunked", "Content-Length: 5"), 400),
        (("X: a\rTransfer-Encoding: chunked", "Content-Length: 5"), 400),
        (("X: a\x00b", "Content-Length: 5"), 400),
        (("no field at all", "Content-Length: 5"), 400),
        ((": empty", "Content-Length: 5"), 400),
        (("A B: c", "Content-Length: 5"), 400),
    ],
)
async def test_what_has_two_readings_is_refused(lines, expected):
    async with opened() as (front, seen):
        answer = await knock(front, post(b"0\r\n\r\nGET /as2 HTTP/1.1\r\n\r\n", *lines, length=False))
    assert status(answer) == expected
    assert answer.count(b"HTTP/1.1 ") == 1
    assert not seen.requests


async def test_a_head_that_begins_with_a_fold_is_refused():
    async with opened() as (front, seen):
        answer = await knock(front, b"POST /as2 HTTP/1.1\r\n Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx")
    assert status(answer) == 400
    assert not seen.requests


@pytest.mark.parametrize(
    "body",
    [
        b"g\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"fffffffffffffffffffffffff\r\nhello",
        b"\r\nhello\r\n0\r\n\r\n",
        b"5;" + b"a" * 70_000,
        b"0\r\n" + b"T: a\r\n" * 20_000,
    ],
)
async def test_chunks_that_are_none_are_refused(body):
    async with opened() as (front, seen):
        answer = await knock(front, post(body, CHUNKED, length=False))
    assert status(answer) == 400
    assert not seen.requests
    assert all(spool.closed for spool in seen.spools)


# Too much, too little, too slow


@pytest.mark.parametrize(
    "raw",
    [
        post(b"x" * 10, "Content-Length: 20", length=False),
        post(b"5\r\nhello\r\n", CHUNKED, length=False),
        post(b"5\r\nhel", CHUNKED, length=False),
        post(b"hello")[:30],
        b"P",
    ],
)
async def test_a_request_that_ends_too_early_is_refused(raw):
    async with opened() as (front, seen):
        answer = await knock(front, raw, eof=True)
    assert status(answer) == 400
    assert not seen.requests


async def test_who_only_looks_whether_the_door_is_open_gets_no_answer():
    async with opened() as (front, seen):
        assert await knock(front, b"", eof=True) == b""
        assert status(await knock(front, post())) == 200
    assert len(seen.requests) == 1


@pytest.mark.parametrize("size", [64_000, 1_000_000, (1 << 20) - 1, 1 << 20])
async def test_a_body_up_to_the_bound_is_taken(size):
    data = bytes(range(256)) * (size // 256 + 1)
    assert (await _taken(post(data[:size])))[1] == data[:size]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_bound_is_refused_before_it_is_read_whole(chunked):
    size = (1 << 20) + 1
    body = b"%x\r\n" % size + b"x" * size + b"\r\n0\r\n\r\n" if chunked else b"x" * size
    async with opened() as (front, seen):
        answer = await knock(front, post(body, *([CHUNKED] if chunked else []), length=not chunked))
        assert status(answer) == 413
        told = await knock(
            front, post(b"", "Content-Length: 99999999999999999999", "Expect: 100-continue", length=False)
        )
        assert told.startswith(b"HTTP/1.1 413"), "and who waits for 100 need not send it at all"
    assert not seen.requests
    assert all(spool.closed for spool in seen.spools)


@pytest.mark.parametrize(
    "lines",
    [["X: " + "x" * 70_000], ["X: y"] * 201, ["X: " + "\r\n y" * 20_000]],
    ids=["one long field", "many fields", "many folds"],
)
async def test_a_bomb_of_headers_is_refused(lines):
    async with opened() as (front, seen):
        assert status(await knock(front, post(b"hello", *lines))) == 431
    assert not seen.requests


async def test_a_head_without_end_is_refused():
    async with opened() as (front, seen):
        answer = await knock(front, b"POST /as2 HTTP/1.1\r\n" + b"X: y\r\n" * 20_000)
    assert status(answer) == 431
    assert not seen.requests


@pytest.mark.parametrize(
    "parts",
    [
        [post(b"")[:40]],
        [post(b"")[:-2], *[b"X: y\r\n"] * 40],
        [post(b"hello")[:-3]],
        [post(b"", CHUNKED, length=False)],
        [post(b"x", "Content-Length: 1000", length=False), *[b"x"] * 60],
    ],
    ids=["head stops", "head drips", "body stops", "chunks stop", "body drips"],
)
async def test_a_client_that_is_too_slow_is_sent_away(parts):
    bounds = Bounds(head_seconds=0.5, idle_seconds=0.5, slowest=200)
    async with opened(bounds=bounds) as (front, seen):
        answer = await knock(front, *parts)
        assert status(answer) == 408
        assert status(await knock(front, post())) == 200, "and nobody else is kept waiting"
    assert seen.bodies == [b"hello"]


@pytest.mark.parametrize("bounds", [Bounds(connections=2), Bounds(connections_per_address=2)], ids=["all", "address"])
async def test_no_more_connections_are_served_than_the_bound(bounds):
    async with opened(bounds=bounds) as (front, _seen):
        held = [await asyncio.open_connection("127.0.0.1", port_of(front)) for _ in range(2)]
        await asyncio.sleep(0.05)
        answer = await knock(front, post())
        assert status(answer) == 503
        assert b"Retry-After: 60" in answer
        for _reader, writer in held:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.05)
        assert status(await knock(front, post())) == 200


async def test_what_is_being_handled_is_finished_when_the_door_closes():
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request):
        begun.set()
        await go_on.wait()
        return Reply(200, (), b"done")

    async with opened(slow) as (front, _seen):
        asking = asyncio.create_task(knock(front, post()))
        await begun.wait()
        port = port_of(front)
        stopping = asyncio.create_task(front.stop(within=20))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        go_on.set()
        assert (await asking).endswith(b"done")
        await stopping
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_what_never_comes_to_its_end_is_cut_when_the_door_closes():
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    begun = asyncio.Event()

    async def endless(request):
        begun.set()
        await asyncio.Event().wait()

    async with opened(endless) as (front, seen):
        asking = asyncio.create_task(knock(front, post()))
        await begun.wait()
        await front.stop(within=0.01)
        assert await asking == b""
        assert seen.spools[0].closed
    assert told == [], "and nothing of it looks like a mistake"


async def test_who_leaves_before_the_answer_is_handled_all_the_same():
    handled = asyncio.Event()

    async def slow(request):
        await asyncio.sleep(0.1)
        handled.set()
        return Reply(200, (), b"x" * 10_000_000)

    async with opened(slow) as (front, _seen):
        _reader, writer = await asyncio.open_connection("127.0.0.1", port_of(front))
        writer.write(post())
        await writer.drain()
        writer.transport.abort()
        async with asyncio.timeout(10):
            await handled.wait()
        assert status(await knock(front, b"HEAD /as2 HTTP/1.1\r\n\r\n")) == 200


async def test_a_large_answer_comes_whole():
    async with opened() as (front, seen):
        seen.reply = Reply(200, (), b"y" * 3_000_000)
        answer = await knock(front, post() + b"\r\n")
    assert len(answer.partition(b"\r\n\r\n")[2]) == 3_000_000


async def test_a_large_body_is_not_held_in_memory():
    import tracemalloc

    size = 64 << 20
    piece = b"x" * (1 << 16)

    async def look(request):
        assert request.size == size
        return Reply(200)

    async with opened(look, bounds=Bounds(body_bytes=size)) as (front, _seen):
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(front))
        writer.write(post(b"", f"Content-Length: {size}", length=False))
        tracemalloc.start()
        try:
            for _ in range(size // len(piece)):
                writer.write(piece)
                await writer.drain()
            assert status(await reader.read()) == 200
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            writer.close()
    assert peak < 8 << 20, f"{peak} bytes at once"
