"""A partner with a webhook gets what we send pushed to it, signed; a partner without fetches from its outbox."""

import base64
import hashlib
import hmac
from collections import deque
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.stories.test_buyer import ORDER
from tests.support.house import gateway, supplier
from tests.support.x12 import elements, functional, invoice

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()


class Hook:
    """The partner's side."""

    def __init__(self):
        self.requests = []
        self.answers = deque()
        self.url = ""

    async def receive(self, request):
        self.requests.append((dict(request.headers), await request.read()))
        status = self.answers.popleft() if self.answers else 204
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:9/"} if status == 302 else {})


@asynccontextmanager
async def hook():
    found = Hook()
    app = web.Application()
    app.add_routes([web.post("/edi", found.receive)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/edi"
    try:
        yield found
    finally:
        await runner.cleanup()


def partner(url, **changes):
    retry = {"first": "1s", "longest": "1s", "attempts": 3}
    channels = {"rest": {"webhook": {"url": url, "secret": "env:TEST_WEBHOOK_SECRET"}}}
    return supplier(channels=channels, defaults={"retry": retry} | changes)


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", SECRET)


async def test_an_order_is_pushed_and_its_signature_holds(tmp_path):
    async with hook() as theirs, gateway(tmp_path, partner(theirs.url)) as house:
        await house.order(ORDER)
        await house.settle()
        [(headers, body)] = theirs.requests
        assert elements(body.decode(), "BEG")[0][3] == "PO1"
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = b"a secret of thirty-two bytes ..."
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert (document["state"], document["acknowledgment"]) == ("sent", "waiting")
        assert (await house.get("/api/v1/outbox", "key-of-the-supplier"))["items"] == []


async def test_a_hook_that_fails_is_tried_again_with_the_same_id_and_bytes(tmp_path):
    async with hook() as theirs, gateway(tmp_path, partner(theirs.url)) as house:
        theirs.answers.extend([503, 429])
        await house.order(ORDER)
        await house.until(lambda: len(theirs.requests) == 3)
        await house.settle()
        assert len({(headers["webhook-id"], body) for headers, body in theirs.requests}) == 1
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert document["state"] == "sent"


@pytest.mark.parametrize("status", [302, 400, 401, 410])
async def test_a_hook_that_refuses_is_a_case_and_no_redirect_is_followed(tmp_path, status):
    async with hook() as theirs, gateway(tmp_path, partner(theirs.url)) as house:
        theirs.answers.append(status)
        await house.order(ORDER)
        await house.settle()
        assert len(theirs.requests) == 1
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert str(status) in case["detail"]


async def test_our_997_is_pushed_too_and_an_overdue_one_of_theirs_becomes_a_case(tmp_path):
    promise = {"acknowledgment": {"within": "1s"}}
    async with hook() as theirs, gateway(tmp_path, partner(theirs.url, **promise)) as house:
        await house.send(invoice())
        await house.settle()
        assert [elements(body.decode(), "ST")[0][1] for _headers, body in theirs.requests] == ["997"]
        await house.order(ORDER)
        await house.until(lambda: _cases(house))
        [case] = await _cases(house)
        assert (case["cause"], case["owner"]) == ("acknowledgment-overdue", "partner")
        assert "850 PO1 was sent and not acknowledged" in case["detail"]
        # It comes late: the case is closed, and the document says so.
        group = elements(theirs.requests[1][1].decode(), "GS")[0][6]
        await house.send(functional("PO", group, "850", "0001"))
        await house.settle()
        assert await _cases(house) == []
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert document["acknowledgment"] == "accepted"
        timeline = (await house.get(f"/api/v1/documents/{document['id']}"))["timeline"]
        assert [e["data"]["late"] for e in timeline if e["type"] == "acknowledgment.received"] == [True]


async def _cases(house):
    return (await house.get("/api/v1/cases"))["items"]
