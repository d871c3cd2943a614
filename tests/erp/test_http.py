"""The connector to an ERP over HTTP: what counts as delivered, what as refused, and what is tried again."""

import asyncio
import json
import re
from collections import deque
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web
from lxml import etree

from gateway.bootstrap import new_span_id
from gateway.erp.http import HttpErp
from gateway.erp.xml import from_xml
from gateway.erp.xml_schema import make_xsd
from gateway.errors import ErpRejected, ErpUnavailable
from gateway.pipeline.ports import Delivery
from tests.erp.messages import message

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
# W3C Trace Context, 2.2: version, trace id, span id, flags; ids are not all zeros.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Server:
    """An ERP that does what ``answers`` say, one after the other; each makes a response of a request."""

    def __init__(self):
        self.requests = []
        self.answers = deque()
        self.url = ""

    async def receive(self, request):
        self.requests.append((request.path, request.headers.copy(), await request.read()))
        if not self.answers:
            return web.json_response({"reference": "R-1"}, status=201)
        answer = self.answers.popleft()
        if isinstance(answer, tuple):
            status, headers = answer
            return web.Response(status=status, headers=headers, text="told to")
        return await answer(request)


@asynccontextmanager
async def running(**settings):
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/messages"
    given = {"key": None, "timeout_seconds": 10, "rate": None, "at_once": 16, "as_xml": False, "new_span": new_span_id}
    try:
        async with aiohttp.ClientSession() as session:
            yield server, HttpErp("main", server.url, session, **(given | settings))
    finally:
        await runner.cleanup()


def delivery(number=1, attempt=1, body=b'{"header":{},"body":{}}', kind="invoice"):
    return Delivery(f"doc-{number}", body, kind, "supplier", f"INV{number}", TRACE, attempt)


async def test_a_message_is_posted_with_its_key_its_trace_and_the_key_of_the_erp():
    async with running(key="secret-of-the-erp") as (server, erp):
        assert (await erp.deliver(delivery())).reference == "R-1"
        [(path, headers, body)] = server.requests
        assert (path, body) == ("/messages", delivery().body)
        assert headers["Idempotency-Key"] == "doc-1"
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Message-Type"] == "invoice"
        assert headers["X-Correlation-Id"] == TRACE
        assert headers["Authorization"] == "Bearer secret-of-the-erp"


async def test_over_retries_the_key_stays_and_each_try_is_a_span_of_the_same_trace():
    async with running() as (server, erp):
        server.answers.extend([(500, {}), (404, {})])
        for attempt in (1, 2):
            with pytest.raises(ErpUnavailable):
                await erp.deliver(delivery(attempt=attempt))
        await erp.deliver(delivery(attempt=3))
        headers = [headers for _path, headers, _body in server.requests]
        assert [each["Idempotency-Key"] for each in headers] == ["doc-1"] * 3
        parents = [each["traceparent"] for each in headers]
        assert all(_TRACEPARENT.fullmatch(parent) for parent in parents)
        assert {parent.split("-")[1] for parent in parents} == {TRACE}
        assert len({parent.split("-")[2] for parent in parents}) == 3
        assert all("Authorization" not in each for each in headers)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_every_2xx_is_delivered(status):
    async with running() as (server, erp):
        server.answers.append((status, {}))
        assert (await erp.deliver(delivery())).reference is None


@pytest.mark.parametrize("status", [409, 422])
async def test_a_refusal_goes_to_a_person_with_the_words_of_the_erp(status):
    async with running() as (server, erp):
        server.answers.append((status, {}))
        with pytest.raises(ErpRejected, match=f"ERP main answered {status}: told to. Correct the cause, then replay."):
            await erp.deliver(delivery())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 410, 413, 418, 425, 429, 500, 502, 503, 504])
async def test_whatever_else_it_answers_is_tried_again(status):
    async with running() as (server, erp):
        server.answers.append((status, {}))
        with pytest.raises(ErpUnavailable, match=rf"answered {status}. It is tried again."):
            await erp.deliver(delivery())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status):
    async with running(key="k") as (server, erp):
        server.answers.append((status, {"Location": "/elsewhere"}))
        with pytest.raises(ErpUnavailable, match=f"answered {status}, and no redirect is followed"):
            await erp.deliver(delivery())
        assert [path for path, _headers, _body in server.requests] == ["/messages"]


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ('{"reference": "A-7"}', "A-7"),
        ('{"id": 4711}', "4711"),
        ('{"reference": "", "id": "B"}', "B"),
        ('{"reference": {"a": 1}}', None),
        ('{"id": true}', None),
        ('["A-7"]', None),
        ("null", None),
        ("thank you", None),
        ("[" * 30_000, None),
        (json.dumps({"reference": "x" * 9000}), "x" * 255),
    ],
)
async def test_the_number_of_the_erp_is_taken_where_it_gives_one(answer, reference):
    async with running() as (server, erp):
        server.answers.append(_said(answer.encode()))
        assert (await erp.deliver(delivery())).reference == reference


def _said(*parts, status=200):
    async def answer(request):
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        for part in parts:
            await response.write(part)
            await asyncio.sleep(0.01)
        await response.write_eof()
        return response

    return answer


async def test_an_answer_that_comes_in_pieces_is_put_together():
    async with running() as (server, erp):
        server.answers.append(_said(b'{"refer', b'ence": "A', b'-7"}'))
        assert (await erp.deliver(delivery())).reference == "A-7"


async def test_an_endless_answer_is_read_up_to_a_bound():
    async with running() as (server, erp):
        cut_off = asyncio.Event()

        async def endless(request):
            response = web.StreamResponse()
            await response.prepare(request)
            try:
                while True:
                    await response.write(b"x" * 10_000)
            finally:
                cut_off.set()

        server.answers.append(endless)
        assert (await erp.deliver(delivery())).reference is None
        async with asyncio.timeout(10):
            await cut_off.wait()


async def test_an_erp_that_says_nothing_or_stops_in_the_middle_is_tried_again():
    async with running(timeout_seconds=0.3) as (server, erp):
        never = asyncio.Event()

        async def silent(_request):
            await never.wait()

        async def stops(request):
            response = web.StreamResponse(headers={"Content-Length": "100"})
            await response.prepare(request)
            await response.write(b"{")
            await never.wait()

        async def hangs_up(request):
            request.transport.close()
            return web.Response()

        server.answers.extend([silent, stops, hangs_up])
        for _ in range(3):
            with pytest.raises(ErpUnavailable, match=r"ERP main did not answer: .* It is tried again."):
                await erp.deliver(delivery())
        never.set()
        assert len(server.requests) == 3


async def test_an_erp_that_is_not_there_is_tried_again():
    async with running() as (server, erp):
        gone = HttpErp("gone", "http://127.0.0.1:9/x", erp._session, key=None, timeout_seconds=5, rate=None, at_once=1,
                       as_xml=False, new_span=new_span_id)  # fmt: skip
        with pytest.raises(ErpUnavailable, match="ERP gone did not answer"):
            await gone.deliver(delivery())
        assert server.requests == []


# Retry-After


def _later(monkeypatch):
    """Give a way to let the clock of this event loop jump ahead."""
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + ahead[0])

    def jump(seconds):
        ahead[0] += seconds

    return jump


@pytest.mark.parametrize("status", [429, 503])
async def test_an_erp_that_asks_for_a_rest_gets_it(monkeypatch, status):
    jump = _later(monkeypatch)
    async with running() as (server, erp):
        server.answers.append((status, {"Retry-After": "120"}))
        for number in (1, 2, 3):
            with pytest.raises(ErpUnavailable):
                await erp.deliver(delivery(number))
        assert len(server.requests) == 1, "nothing is sent while it rests"
        jump(121)
        await erp.deliver(delivery(2))
        assert len(server.requests) == 2


async def test_a_rest_until_a_date_counts_too(monkeypatch):
    jump = _later(monkeypatch)
    async with running() as (server, erp):
        server.answers.append(
            (503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)})
        )
        for _twice in range(2):
            with pytest.raises(ErpUnavailable):
                await erp.deliver(delivery())
        assert len(server.requests) == 1
        jump(121)
        await erp.deliver(delivery())


async def test_a_rest_is_never_longer_than_five_minutes(monkeypatch):
    jump = _later(monkeypatch)
    async with running() as (server, erp):
        server.answers.append((503, {"Retry-After": "99999999999999999999"}))
        with pytest.raises(ErpUnavailable):
            await erp.deliver(delivery())
        jump(301)
        await erp.deliver(delivery())
        assert len(server.requests) == 2


@pytest.mark.parametrize("said", ["soon", "-5", "", "1.5", "٣", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Oct"])
async def test_a_rest_that_is_none_holds_nothing_up(said):
    async with running() as (server, erp):
        server.answers.append((503, {"Retry-After": said}))
        with pytest.raises(ErpUnavailable):
            await erp.deliver(delivery())
        await erp.deliver(delivery())
        assert len(server.requests) == 2


async def test_only_429_and_503_may_ask_for_a_rest():
    async with running() as (server, erp):
        server.answers.append((500, {"Retry-After": "120"}))
        with pytest.raises(ErpUnavailable):
            await erp.deliver(delivery())
        await erp.deliver(delivery())
        assert len(server.requests) == 2


# How many at a time


async def test_no_more_than_the_agreed_number_are_under_way_at_a_time():
    async with running(at_once=3) as (server, erp):
        under_way, most, full = 0, 0, asyncio.Event()

        async def counted(_request):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            if under_way == 3:
                full.set()
            await full.wait()
            await asyncio.sleep(0)
            under_way -= 1
            return web.json_response({})

        server.answers.extend([counted] * 12)
        await asyncio.gather(*(erp.deliver(delivery(number)) for number in range(12)))
        assert most == 3


async def test_no_more_than_the_agreed_number_go_out_in_a_second(monkeypatch):
    """The clock of the event loop stands still until the test moves it: nothing here depends on how fast the machine is."""
    loop = asyncio.get_running_loop()
    now = [loop.time()]
    monkeypatch.setattr(loop, "time", lambda: now[0])
    async with running(rate=2.0) as (server, erp):
        sending = [asyncio.create_task(erp.deliver(delivery(number))) for number in range(5)]
        for seconds, expected in ((0, 2), (1.01, 4), (1.01, 5)):
            now[0] += seconds
            while sum(task.done() for task in sending) < expected:
                await asyncio.sleep(0)
            for _ in range(200):
                await asyncio.sleep(0)
            assert len(server.requests) == expected
        await asyncio.gather(*sending)


async def test_each_erp_has_a_rate_of_its_own(monkeypatch):
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)
    async with running(rate=1.0) as (first_server, first), running(rate=1.0) as (second_server, second):
        waiting = [asyncio.create_task(each.deliver(delivery(n))) for each in (first, second) for n in (1, 2)]
        while not (waiting[0].done() and waiting[2].done()):
            await asyncio.sleep(0)
        assert (len(first_server.requests), len(second_server.requests)) == (1, 1)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


# XML


async def test_an_erp_that_speaks_xml_gets_valid_xml():
    made, body = message("invoice", 3)
    async with running(as_xml=True) as (server, erp):
        await erp.deliver(delivery(body=made))
        [(_path, headers, sent)] = server.requests
        assert headers["Content-Type"] == "application/xml"
        etree.XMLSchema(etree.fromstring(make_xsd())).assertValid(etree.fromstring(sent))
        assert from_xml(sent)[1]["invoice_number"] == body.invoice_number


async def test_what_xml_cannot_carry_goes_to_a_person():
    body = json.dumps({"header": {"type": "invoice"}, "body": {"invoice_number": "a\u0001"}}).encode()
    async with running(as_xml=True) as (server, erp):
        with pytest.raises(ErpRejected, match="control character"):
            await erp.deliver(delivery(body=body))
        assert server.requests == []
