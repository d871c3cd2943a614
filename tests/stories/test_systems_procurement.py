"""Procurement owns the order: it is created, approved, dispatched, changed and cancelled, and each step stands on record."""

from urllib.parse import quote

import pytest

from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH, notice, order_of
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.systems import events, key_of, post, system_keys
from tests.support.x12 import acknowledgment, elements, functional

PATH = f"purchase-orders/{quote('supplier:buyer:PO1', safe='')}"
NEW = {"partner": "supplier", "order": ORDER["body"]}
CHANGES = {"document": "860", "direction": "outbound", "role": "buyer"}
CHANGE = {
    "change": {
        "order_number": "PO1", "ordered_on": "2026-11-21", "changed_on": "2026-11-22", "change_sequence": "1",
        "lines": [{"number": "1", "change": "changed", "quantity": {"value": "12", "left_to_receive": "12", "unit": "each"},
                   "unit_price": {"amount": "12.5", "basis": "per_each"},
                   "item_ids": [{"kind": "buyer_part", "value": "B-1"}]}],
    }
}  # fmt: skip


def partner(*more):
    made = supplier(defaults={"match": MATCH})
    return made | {"agreements": [*made["agreements"], *more]}


async def buy(house, path, body=None, status=202, **headers):
    response = await post(house, path, body or {}, key_of("procurement"), **headers)
    assert response.status == status, await response.text()
    await house.settle()
    return await response.json()


async def dispatched(house):
    await buy(house, "purchase-orders", NEW)
    await buy(house, f"{PATH}/approve")
    await buy(house, f"{PATH}/dispatch")
    [sent] = await house.outbox(SUPPLIER_KEY)
    return sent


async def test_an_order_is_created_approved_and_dispatched_with_an_audit_record_of_each(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        states = [(await buy(house, "purchase-orders", NEW))["orders"][0]["state"]]
        assert await house.outbox(SUPPLIER_KEY) == []
        early = await buy(house, f"{PATH}/dispatch", status=409)
        assert early["type"].endswith("lifecycle-forbids")
        states.append((await buy(house, f"{PATH}/approve", {"reason": "budget 7"}))["orders"][0]["state"])
        await buy(house, f"{PATH}/dispatch")
        [sent] = await house.outbox(SUPPLIER_KEY)
        assert elements(sent, "BEG") == [["BEG", "00", "SA", "PO1", "", "20261121"]]
        assert elements(sent, "PO1") == [["PO1", "1", "10", "EA", "12.5", "PE", "BP", "B-1"]]
        await house.settle()
        states.append((await order_of(house)).state)
        await house.send(functional("PO", elements(sent, "GS")[0][6], "850", "0001"))
        await house.settle()
        states.append((await order_of(house)).state)
        assert states == ["created", "approved", "transmitted", "understood"]
        # The lines of an 855 move status, date and quantity.
        await house.send(acknowledgment(1))
        await house.settle()
        assert (await order_of(house)).state == "accepted"

        audit = await events(house, *(f"purchase_order.{each}" for each in ("created", "approved", "dispatched")))
        assert [(each["type"].partition(".")[2], each["order"], each["name"]) for each in audit] == [
            ("created", "PO1", "procurement"), ("approved", "PO1", "procurement"), ("dispatched", "PO1", "procurement"),
        ]  # fmt: skip


async def test_however_often_a_dispatch_is_asked_for_one_850_goes_out(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await dispatched(house)
        again = await buy(house, f"{PATH}/dispatch")
        assert again["duplicate"] is True
        await buy(house, f"{PATH}/dispatch", Idempotency_Key="another")
        assert await house.outbox(SUPPLIER_KEY) == []
        assert len(await events(house, "purchase_order.dispatched")) == 1


async def test_a_change_goes_out_as_an_860_and_stands_in_the_thread(tmp_path):
    async with gateway(tmp_path, partner(CHANGES), settings=system_keys()) as house:
        await buy(house, "purchase-orders", NEW)
        await buy(house, f"{PATH}/approve")
        assert (await buy(house, f"{PATH}/change", CHANGE, status=409))["detail"].startswith("order PO1 is approved")
        await buy(house, f"{PATH}/dispatch")
        await house.outbox(SUPPLIER_KEY)
        await buy(house, f"{PATH}/change", CHANGE)
        [sent] = await house.outbox(SUPPLIER_KEY)
        assert elements(sent, "POC")[0][1:5] == ["1", "CA", "12", "12"]
        assert (await order_of(house)).state == "revised"


@pytest.mark.parametrize("agreed", [True, False])
async def test_a_cancelled_order_is_taken_back_by_the_860_that_was_agreed_or_by_an_850(tmp_path, agreed):
    async with gateway(tmp_path, partner(*([CHANGES] if agreed else [])), settings=system_keys()) as house:
        await dispatched(house)
        answer = await buy(house, f"{PATH}/cancel", {"reason": "not wanted"})
        assert answer["orders"][0]["state"] == "cancelled"
        [sent] = await house.outbox(SUPPLIER_KEY)
        head = elements(sent, "BCH" if agreed else "BEG")[0]
        assert (head[1], head[3]) == ("01", "PO1")
        assert (await buy(house, f"{PATH}/cancel", {"reason": "again"}, status=409))["status"] == 409
        assert len(await events(house, "purchase_order.cancelled")) == 1


async def test_what_never_left_is_cancelled_without_a_document(tmp_path):
    async with gateway(tmp_path, partner(CHANGES), settings=system_keys()) as house:
        await buy(house, "purchase-orders", NEW)
        assert (await buy(house, f"{PATH}/cancel"))["orders"][0]["state"] == "cancelled"
        await buy(house, f"{PATH}/dispatch", status=409)
        assert await house.outbox(SUPPLIER_KEY) == []


async def test_what_is_there_or_was_shipped_or_is_nobodys_is_said_and_changes_nothing(tmp_path):
    async with gateway(tmp_path, partner(CHANGES), settings=system_keys()) as house:
        await dispatched(house)
        other = NEW | {"order": NEW["order"] | {"ordered_on": "2026-11-20"}}
        await buy(house, "purchase-orders", other, status=409)
        await buy(house, f"purchase-orders/{quote('supplier:buyer:PO9', safe='')}/approve", status=404)
        await buy(house, "purchase-orders", {"partner": "nobody", "order": NEW["order"]}, status=422)
        wrong = await post(house, f"{PATH}/approve", {}, key_of("wms"))
        assert wrong.status == 403
        await house.send(notice(2))
        await house.settle()
        await buy(house, f"{PATH}/cancel")
        [case] = [each for each in (await house.get("/api/v1/cases"))["items"] if each["cause"] == "order-differs"]
        assert "can't be cancelled any more" in case["detail"]


async def test_without_an_agreement_for_it_nothing_is_dispatched_and_the_order_stays(tmp_path):
    alone = supplier(agreements=supplier()["agreements"][1:])
    async with gateway(tmp_path, alone, settings=system_keys()) as house:
        await buy(house, "purchase-orders", NEW)
        await buy(house, f"{PATH}/approve")
        assert (await buy(house, f"{PATH}/dispatch", status=422))["type"].endswith("no-agreement")
        assert (await order_of(house)).state == "approved"
