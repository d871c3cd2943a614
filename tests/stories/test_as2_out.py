"""What we send over AS2: built once, sent until it is confirmed, and never called delivered without proof."""

import os

import pytest
from aiohttp import web

from gateway.as2.disposition import disposition_of
from gateway.as2.mdn import Answer
from gateway.as2.mic import MIC
from gateway.tracking.document import Document
from tests.stories.test_buyer import ORDER
from tests.support.as2 import as2_house, as_response
from tests.support.house import ERP_KEY
from tests.support.identities import identity
from tests.support.x12 import elements

QUICK = {"send": {"retry": ["1s", "1s", "1s"]}}


async def receipt_of(house):
    """The record of the receipt that the partner owes for the one transmission."""
    [row] = [r for r in await receipts_of(house) if r.direction == "outbound"]
    return row


async def receipts_of(house):
    ledger = house.house.world.ledger
    [row] = [d for d in (await house.get("/api/v1/documents"))["items"] if d["set"] == "850"]
    document = await ledger.load(Document, row["id"])
    return await ledger.tx(lambda uow: uow.receipts_of(document.sent_in))


async def cases(house):
    return [case["cause"] for case in (await house.get("/api/v1/cases"))["items"]]


async def order(house):
    response = await house.order(ORDER, Idempotency_Key="order-1")
    assert response.status == 202
    return await response.json()


async def test_an_order_goes_out_signed_and_encrypted_and_its_receipt_proves_that_it_arrived(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):
        message = await order(house)
        arrived = await partner.wait_for(partner.arrived)
        assert (arrived.unpacked.signed, arrived.unpacked.encrypted) == (True, True)
        text = arrived.unpacked.payloads[0].read().decode()
        assert elements(text, "BEG")[0][3] == "PO1"
        assert arrived.unpacked.filename.startswith("850_")
        await house.settle()
        receipt = await receipt_of(house)
        assert receipt.state == "delivered"
        assert receipt.evidence["signer"] == arrived_signer(partner)
        assert (await house.get(f"/api/v1/erp/messages/{message['id']}", ERP_KEY))["state"] == "sent"
        assert await cases(house) == []


async def test_an_order_that_goes_as_csv_says_so_in_type_and_name(tmp_path):
    columns = {"Order": "order_number", "Line": "lines[].number", "Quantity": "lines[].quantity.value"}
    ordered = {"document": "850", "direction": "outbound", "role": "buyer", "csv": {"columns": columns}}
    async with as2_house(tmp_path, QUICK, agreements=[ordered]) as (house, partner):
        await order(house)
        arrived = await partner.wait_for(partner.arrived)
        [payload] = arrived.unpacked.payloads
        assert payload.read().decode() == "Order,Line,Quantity\r\nPO1,1,10\r\n"
        assert payload.content_type.startswith("text/csv")
        assert arrived.unpacked.filename.startswith("850_") and arrived.unpacked.filename.endswith(".csv")
        await house.settle()
        assert (await receipt_of(house)).state == "delivered"
        assert await cases(house) == []


def arrived_signer(partner):
    return identity("supplier").certificate.fingerprint


async def test_a_partner_that_is_away_gets_the_same_bytes_once_it_is_back(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):
        partner.failures = [503, 500]
        await order(house)
        await partner.wait_for(partner.arrived)
        await house.settle()
        assert (await receipt_of(house)).state == "delivered"
        assert len(partner.arrived) == 1


async def test_an_answer_without_a_receipt_has_the_same_message_sent_again(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):

        async def once_silent(arrived):
            if len(partner.arrived) == 1:
                return web.Response(status=200)
            return as_response(partner.receipt_for(arrived.unpacked))

        partner.answer = once_silent
        await order(house)
        await partner.wait_for(partner.arrived, 2)
        await house.settle()
        first, second = partner.arrived
        assert first.body == second.body
        assert first.headers.get("message-id") == second.headers.get("message-id")
        assert (await receipt_of(house)).state == "delivered"


@pytest.mark.parametrize(
    ("make", "state", "cause"),
    [
        (lambda m: {"answer": Answer(m.message_id, disposition_of("processed"), MIC(b"x" * 32, "sha256"))},
         "mic_differs", "receipt-doubtful"),
        (lambda m: {"answer": Answer(m.message_id, disposition_of("processed"))}, "mic_missing", "receipt-doubtful"),
        (lambda m: {"answer": Answer(m.message_id, disposition_of("processed"), MIC(b"x" * 16, "md5"))},
         "mic_missing", "receipt-doubtful"),
        (lambda m: {"signer": None}, "unsigned", "receipt-doubtful"),
        (lambda m: {"signer": identity("stranger")}, "unsigned", "receipt-doubtful"),
        (lambda m: {"answer": Answer(m.message_id, disposition_of("processed/error: decryption-failed"))},
         "failed", "receipt-failed"),
        (lambda m: {"answer": Answer(m.message_id, disposition_of("processed/warning: late"), m.mic)},
         "with_warning", "receipt-warning"),
    ],
)  # fmt: skip
async def test_a_receipt_that_does_not_prove_it_has_a_state_and_a_case_of_its_own(tmp_path, make, state, cause):
    async with as2_house(tmp_path, QUICK) as (house, partner):

        async def answer(arrived):
            return as_response(partner.receipt_for(arrived.unpacked, **make(arrived.unpacked)))

        partner.answer = answer
        await order(house)
        await partner.wait_for(partner.arrived)
        await house.settle()
        assert (await receipt_of(house)).state == state
        assert await cases(house) == [cause]


async def test_a_receipt_for_another_message_is_never_taken_for_ours(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):

        async def replayed(arrived):
            answer = Answer("<another@message>", disposition_of("processed"), arrived.unpacked.mic)
            return as_response(partner.receipt_for(arrived.unpacked, answer=answer))

        partner.answer = replayed
        await order(house)
        await partner.wait_for(partner.arrived, 4)
        await house.settle()
        assert (await receipt_of(house)).state == "waiting"
        assert await cases(house) == ["delivery-exhausted"]


def later(address):
    return {"receipt": {"ask": "async", "within": "2s", "resend": 1}} | QUICK


async def test_a_receipt_may_come_later_and_even_before_the_answer(tmp_path):
    async with as2_house(tmp_path, later) as (house, partner):

        async def first_the_receipt(arrived):
            written = partner.receipt_for(arrived.unpacked)
            headers = dict(written.headers.fields)
            async with partner.session.post(partner.gateway, data=written.body, headers=headers) as response:
                assert response.status == 204
            return web.Response(status=202)

        partner.answer = first_the_receipt
        await order(house)
        await partner.wait_for(partner.arrived)
        await house.settle()
        assert (await receipt_of(house)).state == "delivered"
        assert await cases(house) == []


async def test_a_receipt_that_does_not_come_has_it_sent_again_then_a_person_decides_and_late_it_still_counts(tmp_path):
    async with as2_house(tmp_path, later) as (house, partner):
        await order(house)
        arrived = await partner.wait_for(partner.arrived, 2)
        assert arrived.body == partner.arrived[0].body

        async def overdue():
            return (await receipt_of(house)).state == "overdue"

        await house.until(overdue)
        assert "receipt-overdue" in await cases(house)
        written = partner.receipt_for(arrived.unpacked)
        async with partner.session.post(
            partner.gateway, data=written.body, headers=dict(written.headers.fields)
        ) as response:
            assert response.status == 204
        assert (await receipt_of(house)).state == "late"
        assert await cases(house) == []


async def test_a_receipt_for_nothing_we_sent_changes_nothing_and_opens_a_case(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        from gateway.as2.mdn import ReceiptTerms, write_mdn
        from gateway.as2.message import Marks
        from gateway.stamps import utc_now
        from tests.support.as2 import OURS, THEIRS

        terms = ReceiptTerms(THEIRS, OURS, signer=identity("supplier"))
        answer = Answer("<never@sent>", disposition_of("processed"), MIC(b"x" * 32, "sha256"))
        written = write_mdn(answer, terms, Marks("<1@s>", utc_now(), os.urandom))
        for _ in range(2):
            async with partner.session.post(
                partner.gateway, data=written.body, headers=dict(written.headers.fields)
            ) as response:
                assert response.status == 200
        assert await cases(house) == ["receipt-orphan"]


async def test_what_the_partner_could_not_open_is_built_anew_on_replay(tmp_path):
    async with as2_house(tmp_path, QUICK) as (house, partner):

        async def answer(arrived):
            if len(partner.arrived) == 1:
                bad = Answer(arrived.unpacked.message_id, disposition_of("processed/error: decryption-failed"))
                return as_response(partner.receipt_for(arrived.unpacked, answer=bad))
            return as_response(partner.receipt_for(arrived.unpacked))

        partner.answer = answer
        await order(house)
        await partner.wait_for(partner.arrived)
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        from gateway.pipeline.oversight.replay import replay

        world = house.house.world
        task = await world.ledger.tx(lambda uow: replay(uow, world, case["subject"], "certificate", recompute=False))
        world.wake([task])
        await partner.wait_for(partner.arrived, 2)
        await house.settle()
        ids = [each.headers.get("message-id") for each in partner.arrived]
        assert len(set(ids)) == 2
        assert [r.state for r in await receipts_of(house)] == ["failed", "delivered"]
        assert await cases(house) == []
