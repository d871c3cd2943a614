"""The webhook of a partner: signed as Standard Webhooks say, called at its address only, and tried again as agreed."""

import asyncio
import base64
import hashlib
import hmac

import pytest
from aiohttp import web

from gateway.web.signing import sign
from tests.stories.test_buyer import ORDER
from tests.stories.test_webhook import SECRET, hook
from tests.support.house import gateway, supplier
from tests.support.x12 import invoice

KEY = "key-in-the-address"


def partner(url, reference="env:TEST_WEBHOOK_SECRET", attempts=3):
    retry = {"first": "1s", "longest": "1s", "attempts": attempts}
    channels = {"rest": {"webhook": {"url": url, "secret": reference}}}
    return supplier(channels=channels, defaults={"retry": retry})


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", SECRET)


def test_the_signature_is_that_of_the_standard():
    """The example of the Standard Webhooks specification, computed here a second time by hand."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, moment = b'{"test": 2432232314}', "1614265330"
    expected = hmac.new(
        base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body,
        hashlib.sha256,
    )
    made = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, body)
    assert made == "v1," + base64.b64encode(expected.digest()).decode()
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign("plain words", "a", "1", b"") != sign("plain word", "a", "1", b"")


async def _case(house):
    [case] = (await house.get("/api/v1/cases"))["items"]
    return case["detail"]


async def test_a_redirect_is_not_followed_and_says_where_to_correct_it(tmp_path):
    async with hook() as theirs:
        theirs.answers.extend([307])
        async with gateway(tmp_path, partner(theirs.url)) as house:
            await house.order(ORDER)
            await house.settle()
            assert "answered 307, and no redirect is followed. Correct the url" in await _case(house)
        assert len(theirs.requests) == 1


async def test_a_partner_cannot_say_where_it_is_called(tmp_path):
    """Whatever stands in a document or a header of its: only the address in the partner's file is called."""
    async with hook() as theirs, hook() as trap, gateway(tmp_path, partner(theirs.url)) as house:
        more = {
            "Callback_Url": trap.url,
            "Origin": trap.url,
            "Host": trap.url.split("/")[2],
            "X_Forwarded_Host": trap.url,
        }
        assert (await house.send(invoice().replace("First part", trap.url), **more)).status == 202
        await house.settle()
        assert len(theirs.requests) == 1, "its 997"
        assert trap.requests == []


async def test_a_hook_that_fails_for_good_becomes_a_case_that_shows_no_key(tmp_path):
    async with hook() as theirs:
        url = theirs.url.replace("http://", f"http://user:{KEY}@") + f"?token={KEY}"
        theirs.answers.extend([500] * 2)
        async with gateway(tmp_path, partner(url, attempts=2)) as house:
            await house.order(ORDER)
            await house.until(lambda: _cases(house))
            detail = await _case(house)
            assert detail == f"{theirs.url} answered 500. It is tried again. (2 tries)"
        assert len(theirs.requests) == 2


async def _cases(house):
    return (await house.get("/api/v1/cases"))["items"]


async def test_a_hook_that_is_not_there_shows_no_key_either(tmp_path):
    url = f"http://127.0.0.1:9/edi?token={KEY}"
    async with gateway(tmp_path, partner(url, attempts=1)) as house:
        await house.order(ORDER)
        await house.settle()
        detail = await _case(house)
        assert "http://127.0.0.1:9/edi did not answer" in detail
        assert KEY not in detail


@pytest.mark.parametrize(
    ("reference", "value", "words"),
    [
        ("env:TEST_WEBHOOK_SECRET", "whsec_this is no base64!", "is not base64 behind whsec_"),
        ("env:TEST_WEBHOOK_SECRET", "", "the variable TEST_WEBHOOK_SECRET is not set"),
        ("file:/nowhere/secret", "x", "the file /nowhere/secret can't be read"),
    ],
)
async def test_a_secret_that_cannot_be_used_is_a_case_and_nothing_goes_out_unsigned(
    tmp_path, monkeypatch, reference, value, words
):
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", value)
    async with hook() as theirs, gateway(tmp_path, partner(theirs.url, reference)) as house:
        await house.order(ORDER)
        await house.settle()
        assert words in await _case(house)
        assert theirs.requests == []


async def test_an_answer_of_any_size_is_not_read(tmp_path):
    """The status is all that counts: an endless body is hung up on."""
    cut_off = asyncio.Event()

    async def endless(request):
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 10_000)
        finally:
            cut_off.set()

    app = web.Application()
    app.add_routes([web.post("/edi", endless)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with gateway(tmp_path, partner(f"http://127.0.0.1:{runner.addresses[0][1]}/edi")) as house:
            await house.order(ORDER)
            await house.settle()
            [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
            assert document["state"] == "sent"
            async with asyncio.timeout(10):
                await cut_off.wait()
    finally:
        await runner.cleanup()
