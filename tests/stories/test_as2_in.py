"""A supplier sends over AS2: stored before it is answered, receipted once, delivered once, whatever is sent again."""

import asyncio
import base64
import json

import pytest

from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.terms import AskedReceipt
from tests.cli.test_ledger import command
from tests.support.as2 import OWN_KEY, THEIR_KEY, as2_house
from tests.support.house import OPERATOR_KEY
from tests.support.identities import identity, pinned
from tests.support.x12 import acknowledgment


def judged(packed, mdn):
    """What the partner makes of our receipt."""
    return reconcile(Sent(packed.message_id, packed.mics), mdn).verdict


async def test_a_signed_and_encrypted_855_gets_a_signed_receipt_and_reaches_the_erp(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        packed, mdn = await partner.send(acknowledgment(1).encode())
        assert judged(packed, mdn) is Verdict.DELIVERED
        assert mdn.signer.certificate.fingerprint == pinned(OWN_KEY).fingerprint
        await house.settle()
        assert [body["order_number"] for body in house.erp.bodies("order_acknowledgment")] == ["PO1"]


async def test_what_proves_a_message_stands_with_its_document(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        packed, _ = await partner.send(acknowledgment(1).encode())
        await house.settle()
        [row] = (await house.get("/api/v1/documents"))["items"]
        [receipt] = (await house.get(f"/api/v1/documents/{row['id']}"))["receipts"]
        assert (receipt["direction"], receipt["state"], receipt["disposition"]) == ("inbound", "given", "processed")
        assert receipt["message_id"] == packed.message_id
        assert receipt["mic"] == base64.b64encode(packed.mic.value).decode()
        assert receipt["signer"] == pinned(THEIR_KEY).fingerprint
        request = await house.house.world.vault.read(receipt["request_sha256"])
        assert request.endswith(b"\r\n\r\n" + packed.body.read())
        traced = await command(tmp_path, "trace", row["id"])
        assert "receipt of ours (as2): given" in traced.out and packed.message_id in traced.out
        again = await command(tmp_path, "trace", receipt["id"], "--json")
        assert json.loads(again.out)["receipts"][0]["mic"] == receipt["mic"]
        metrics = await house.session.get(
            f"{house.address}/metrics", headers={"Authorization": f"Bearer {OPERATOR_KEY}"}
        )
        assert 'gateway_receipts{state="given"} 1.0' in await metrics.text()


@pytest.mark.parametrize("compress", ["before-signing", "after-signing"])
async def test_compressed_messages_are_opened_either_way(tmp_path, compress):
    async with as2_house(tmp_path) as (house, partner):
        packed, mdn = await partner.send(acknowledgment(1).encode(), compress=compress)
        assert judged(packed, mdn) is Verdict.DELIVERED
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_a_second_copy_gets_the_very_same_receipt_and_nothing_is_delivered_twice(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode())
        answers = await asyncio.gather(*(partner.post(packed) for _ in range(5)))
        answers.append(await partner.post(packed))
        assert {status for status, _, _ in answers} == {200}
        assert len({body for _, _, body in answers}) == 1
        assert len({headers.get("message-id") for _, headers, _ in answers}) == 1
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_a_copy_that_was_encrypted_anew_is_the_same_message(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        data = acknowledgment(1).encode()
        first, second = (partner.pack(data, message_id="<again@supplier>") for _ in range(2))
        assert first.body.read() != second.body.read()
        answers = [await partner.post(each) for each in (first, second)]
        assert answers[0][2] == answers[1][2]
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_other_bytes_under_a_used_message_id_are_refused_and_a_person_is_told(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        await partner.send(acknowledgment(1).encode(), message_id="<same@supplier>")
        packed, mdn = await partner.send(acknowledgment(2, "PO2").encode(), message_id="<same@supplier>")
        assert str(mdn.disposition).endswith("processed/error: invalid-message-id")
        assert judged(packed, mdn) is Verdict.ERROR
        await house.settle()
        assert len(house.erp.messages) == 1
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "message-refused"


async def test_a_late_receipt_is_posted_to_the_agreed_address_after_the_answer(tmp_path):
    async with as2_house(tmp_path, later) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode(), receipt=AskedReceipt(url=partner.address + "?id=7"))
        partner.failures = [503, 500]
        status, _, body = await partner.post(packed)
        assert (status, body) == (204, b"")
        mdn = await partner.wait_for(partner.receipts)
        assert judged(packed, mdn) is Verdict.DELIVERED
        # Sent again, it is answered again: with the same receipt.
        await house.settle()
        assert (await partner.post(packed))[0] == 204
        again = await partner.wait_for(partner.receipts, 2)
        assert again.message_id == mdn.message_id
        await house.settle()
        assert len(house.erp.messages) == 1


def later(address: str) -> dict:
    """What is agreed where receipts are posted: the address, and short waits."""
    return {"receive": {"reply_to": [address]}, "send": {"retry": ["1s", "1s", "1s"]}}


async def test_no_request_goes_to_an_address_that_was_not_agreed(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        packed = partner.pack(acknowledgment(1).encode(), receipt=AskedReceipt(url=partner.address))
        status, _, body = await partner.post(packed)
        assert status == 200
        assert b"was not agreed" in body
        await house.settle()
        assert partner.receipts == []
        assert len(house.erp.messages) == 1  # The message itself is good.
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "receipt-address"


async def test_a_partner_that_asks_for_no_receipt_gets_none(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        status, _, body = await partner.post(partner.pack(acknowledgment(1).encode(), receipt=None))
        assert (status, body) == (204, b"")
        await house.settle()
        assert len(house.erp.messages) == 1


@pytest.mark.parametrize(
    ("changed", "disposition"),
    [
        ({"signer": None}, "processed/error: insufficient-message-security"),
        ({"recipients": ()}, "processed/error: insufficient-message-security"),
        ({"signer": identity("stranger")}, "processed/error: authentication-failed"),
        ({"recipients": (pinned("stranger"),)}, "processed/error: decryption-failed"),
        ({"receipt": AskedReceipt(algorithms=("md5",))}, "failed/failure: unsupported MIC-algorithms"),
    ],
)
async def test_what_breaks_the_agreement_gets_its_disposition_and_is_never_delivered(tmp_path, changed, disposition):
    async with as2_house(tmp_path) as (house, partner):
        _, mdn = await partner.send(acknowledgment(1).encode(), **changed)
        assert str(mdn.disposition).endswith(disposition)
        assert "Traceback" not in mdn.text
        await house.settle()
        assert not house.erp.messages
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "message-refused"
        assert (await house.get("/api/v1/documents"))["items"] == []


async def test_unknown_names_are_told_so_and_kept_within_bounds(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        _, mdn = await partner.send(acknowledgment(1).encode(), sender="NOBODY")
        assert str(mdn.disposition).endswith("processed/error: unknown-trading-relationship")
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "unknown-names"
        assert not house.erp.messages
