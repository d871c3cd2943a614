"""The connector to an ERP over HTTP: what counts as delivered, what as refused, and what is tried again."""

import asyncio
import json
import re

import pytest
from aiohttp import web
from lxml import etree

from gateway.bootstrap import new_span_id
from gateway.erp.http import HttpErp
from gateway.erp.xml import from_xml
from gateway.erp.xml_schema import make_xsd
from gateway.errors import ErpRejected, ErpUnavailable
from tests.erp.messages import message
from tests.erp.server import TRACE, delivery, running

# W3C Trace Context, 2.2: version, trace id, span id, flags; ids are not all zeros.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


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
