"""A running django-pyas2 1.2.3 and a running gateway send to one another, with receipts in the answer and later."""

import pytest

from tests.interop.as2.django import houses
from tests.stories.test_as2_out import cases, receipt_of
from tests.stories.test_buyer import ORDER
from tests.support.x12 import acknowledgment


@pytest.mark.parametrize(
    "agreed",
    [
        {},
        {"compress": True, "signature": "sha512", "encryption": "tripledes_192_cbc", "mdn_sign": "sha512"},
        {"mdn_mode": "ASYNC"},
    ],
    ids=["sync", "compressed", "async"],
)
async def test_django_pyas2_sends_an_855_and_believes_our_receipt(tmp_path, agreed):
    async with houses(tmp_path, **agreed) as (house, django):
        sent = await django.send(acknowledgment(1).encode())
        assert (sent["signed"], sent["encrypted"]) == (True, True)
        await house.settle()
        assert [body["order_number"] for body in house.erp.bodies("order_acknowledgment")] == ["PO1"]
        [known] = await django.messages("OUT")
        assert (known["status"], known["receipt"], known["receipt_signed"]) == ("S", "R", True), known[
            "detailed_status"
        ]
        assert await cases(house) == []


@pytest.mark.parametrize("ask", ["sync", "async"])
async def test_django_pyas2_takes_our_850_and_its_receipt_proves_it(tmp_path, ask):
    async with houses(tmp_path, {"receipt": {"ask": ask}}) as (house, django):
        response = await house.order(ORDER, Idempotency_Key="order-1")
        assert response.status == 202
        await house.settle()
        [arrived] = await django.messages("IN")
        assert arrived["status"] == "S", arrived["detailed_status"]
        assert "*PO1*" in arrived["payload"]
        if ask == "async":
            assert (await receipt_of(house)).state == "waiting"
            await django.run("receipts")  # What its documentation has cron do.
        await house.settle()
        receipt = await receipt_of(house)
        assert (receipt.state, bool(receipt.evidence["signer"])) == ("delivered", True)
        assert await cases(house) == []


async def test_who_signs_with_another_key_is_told_so_and_nothing_is_delivered(tmp_path):
    async with houses(tmp_path, key="stranger") as (house, django):
        sent = await django.send(acknowledgment(1).encode())
        assert sent["status"] == "E"
        assert "authentication-failed" in sent["detailed_status"]
        await house.settle()
        assert not house.erp.messages
        assert await cases(house) == ["message-refused"]
