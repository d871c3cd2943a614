"""Doors: TLS with pinned certificates, logins and headers, ours and theirs, and what happens without our own keys."""

import base64
import ssl

import aiohttp
import pytest
from structlog.testing import capture_logs

from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.terms import AskedReceipt
from tests.stories.test_as2_out import QUICK, cases, order, receipt_of
from tests.support.as2 import as2_house
from tests.support.certificates import certificate, key, key_pem, pem
from tests.support.house import ERP_KEY
from tests.support.x12 import acknowledgment

YEARS = {"begin": -4000, "end": 4000}  # TLS looks at the real clock.


def lay(folder, name, where):
    """Lay a certificate into the configuration folder, and its key into the data folder."""
    path = folder / "config" / "certs" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pem(certificate(name, **YEARS)))
    private = folder / "data" / "keys" / f"{name}.pem"
    private.parent.mkdir(parents=True, exist_ok=True)
    private.write_bytes(key_pem(key(name)))
    return path, private


def server_of(folder, name, client=None):
    """The TLS of the supplier's server; with ``client`` it lets in nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*lay(folder, name, f"partners/supplier/{name}.pem"))
    if client is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=pem(certificate(client, **YEARS)).decode())
    return context


def theirs(*files):
    """The supplier's certificates: that for messages, and others for TLS."""
    main = {"file": "certs/partners/supplier/main.pem"}
    return [main, *({"file": f"certs/partners/supplier/{name}.pem", "use": ["tls"]} for name in files)]


def sending(**changes):
    return lambda address: {"send": {"url": address} | QUICK["send"] | changes, "certificates": theirs("tls-theirs")}


async def test_we_send_over_tls_to_a_pinned_server_and_show_certificate_login_and_headers(tmp_path, monkeypatch):
    monkeypatch.setenv("THEIR_PASSWORD", "open sesame")
    monkeypatch.setenv("THEIR_TOKEN", "t-1")
    lay(tmp_path, "tls-ours", "own/tls-ours.pem")
    login = {"user": "buyer", "password": "env:THEIR_PASSWORD"}
    extra = {"X-Route": "edi", "X-Token": "env:THEIR_TOKEN"}
    channel = sending(trust="pinned", client_certificate=True, login=login, headers=extra, body="chunked")
    server = server_of(tmp_path, "tls-theirs", client="tls-ours")
    ours = [{"name": "tls-ours", "use": ["tls"]}]
    async with as2_house(tmp_path, channel, tls=server, keys=ours) as (house, partner):
        await order(house)
        await partner.wait_for(partner.arrived)
        await house.settle()
        [request] = partner.requests
        assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"buyer:open sesame").decode()
        assert (request.headers["X-Route"], request.headers["X-Token"]) == ("edi", "t-1")
        assert request.headers["Transfer-Encoding"] == "chunked" and "Content-Length" not in request.headers
        assert (await receipt_of(house)).state == "delivered"


async def test_a_server_that_is_not_the_pinned_one_gets_nothing(tmp_path):
    server = server_of(tmp_path, "tls-theirs")
    lay(tmp_path, "tls-other", "partners/supplier/tls-other.pem")
    channel = lambda address: sending(trust="pinned")(address) | {"certificates": theirs("tls-other")}  # noqa: E731
    async with as2_house(tmp_path, channel, tls=server) as (house, partner):
        message = await order(house)

        async def parked():
            return await cases(house) == ["delivery-exhausted"]

        await house.until(parked)
        assert partner.requests == []
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert "not trusted" in case["detail"]
        assert (await house.get(f"/api/v1/erp/messages/{message['id']}", ERP_KEY))["state"] != "sent"


async def test_a_length_is_said_unless_chunks_were_agreed(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):
        await order(house)
        arrived = await partner.wait_for(partner.arrived)
        assert partner.requests[0].headers["Content-Length"] == str(len(arrived.body))
        assert "Authorization" not in partner.requests[0].headers


async def test_our_door_asks_for_the_certificate_that_was_agreed(tmp_path):
    lay(tmp_path, "tls-client", "partners/supplier/tls-client.pem")
    _, private = lay(tmp_path, "door", "tls/door.pem")
    door = {"tls": {"certificate": "certs/tls/door.pem", "key": str(private)}}
    channel = {"receive": {"client_certificate": True}, "certificates": theirs("tls-client")}
    async with as2_house(tmp_path, channel, door=door) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode())
        trusting = ssl.create_default_context(cadata=pem(certificate("door", **YEARS)).decode())
        trusting.check_hostname = False
        for shown, expected in ((False, 401), (True, 200)):
            if shown:
                both = tmp_path / "both.pem"
                both.write_bytes(pem(certificate("tls-client", **YEARS)) + key_pem(key("tls-client")))
                trusting.load_cert_chain(both)
            async with (
                aiohttp.ClientSession() as session,
                session.post(
                    partner.gateway, data=packed.body.read(), headers=dict(packed.headers.fields), ssl=trusting
                ) as response,
            ):
                assert response.status == expected
            await house.settle()
            assert len(house.erp.messages) == int(shown)


@pytest.mark.parametrize(("said", "status"), [("edi:secret", 200), ("edi:wrong", 401), (None, 401)])
async def test_our_door_asks_for_the_login_that_was_agreed(tmp_path, monkeypatch, said, status):
    monkeypatch.setenv("OUR_PASSWORD", "secret")
    channel = {"receive": {"login": {"user": "edi", "password": "env:OUR_PASSWORD"}}}
    async with as2_house(tmp_path, channel) as (house, partner):
        headers = (("Authorization", "Basic " + base64.b64encode(said.encode()).decode()),) if said else ()
        with capture_logs() as logs:
            answered, _, body = await partner.post(partner.pack(acknowledgment(1).encode(), headers=headers))
        assert answered == status
        assert b"secret" not in body and "secret" not in str(logs)
        await house.settle()
        assert len(house.erp.messages) == (status == 200)


async def test_a_login_that_nobody_asked_for_is_not_looked_at(tmp_path):
    async with as2_house(tmp_path) as (_house, partner):
        status, _, _ = await partner.post(
            partner.pack(acknowledgment(1).encode(), headers=(("Authorization", "Basic !!!"),))
        )
        assert status == 200


async def test_without_our_key_nothing_is_accepted_and_the_partner_may_come_again(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        private = tmp_path / "data" / "keys" / "main.pem"
        kept = private.read_bytes()
        private.unlink()
        packed = partner.pack(acknowledgment(1).encode())
        with capture_logs() as logs:
            status, _, body = await partner.post(packed)
        assert status == 503 and b"nothing was accepted" in body and b"key" not in body
        assert any(line["event"] == "as2_own_keys" for line in logs)
        private.write_bytes(kept)
        status, headers, body = await partner.post(packed)
        assert status == 200
        assert reconcile(Sent(packed.message_id, packed.mics), partner.read(headers, body)).verdict is Verdict.DELIVERED
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_without_our_key_an_order_waits_for_a_person_and_goes_out_on_replay(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):
        private = tmp_path / "data" / "keys" / "main.pem"
        kept = private.read_bytes()
        private.unlink()
        await order(house)
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "delivery-exhausted" and "private key" in case["detail"]
        private.write_bytes(kept)
        await replay(house, case["subject"])
        await partner.wait_for(partner.arrived)
        await house.settle()
        assert await cases(house) == []


async def replay(house, subject):
    from gateway.pipeline.oversight.replay import replay as replay_subject

    world = house.house.world
    task = await world.ledger.tx(lambda uow: replay_subject(uow, world, subject, "mended", recompute=False))
    world.wake([task])


def later(address):
    return {"receive": {"reply_to": [address]}, "send": {"retry": ["1s"]}}


async def test_a_receipt_that_could_not_be_brought_is_brought_on_replay(tmp_path):
    async with as2_house(tmp_path, later, only_inbound=True) as (house, partner):
        partner.failures = [503, 503]
        await partner.post(partner.pack(acknowledgment(1).encode(), receipt=AskedReceipt(url=partner.address)))

        async def given_up():
            return await cases(house) == ["receipt-undelivered"]

        await house.until(given_up)
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert f"gateway replay {case['subject']}" in case["next_action"]
        await replay(house, case["subject"])
        mdn = await partner.wait_for(partner.receipts)
        assert mdn.disposition.is_processed
        await house.settle()
        assert await cases(house) == []


async def test_a_refusal_is_said_in_the_receipt_that_comes_later_and_not_by_a_bad_status(tmp_path):
    async with as2_house(tmp_path, later) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode(), signer=None, receipt=AskedReceipt(url=partner.address))
        assert (await partner.post(packed))[0] == 204
        mdn = await partner.wait_for(partner.receipts)
        assert mdn.disposition.text == "insufficient-message-security"
        await house.settle()
        assert not house.erp.messages


async def test_no_stranger_has_us_call_an_address(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode(), sender="NOBODY", receipt=AskedReceipt(url=partner.address))
        status, _, body = await partner.post(packed)
        assert status == 403 and b"no agreement under these two names" in body
        await house.settle()
        assert partner.requests == []


async def test_a_refusal_with_a_bad_status_and_a_receipt_in_it_is_read_as_a_receipt(tmp_path):
    from gateway.as2.disposition import disposition_of
    from gateway.as2.mdn import Answer
    from tests.support.as2 import as_response

    async with as2_house(tmp_path, QUICK) as (house, partner):

        async def answer(arrived):
            said = Answer(arrived.unpacked.message_id, disposition_of("processed/error: decryption-failed"))
            response = as_response(partner.receipt_for(arrived.unpacked, answer=said))
            response.set_status(400)
            return response

        partner.answer = answer
        await order(house)
        await partner.wait_for(partner.arrived)
        await house.settle()
        assert (await receipt_of(house)).state == "failed"
        assert await cases(house) == ["receipt-failed"]
