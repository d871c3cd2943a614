"""What the warehouse received is posted by the ERP within minutes: warned of, then a case, then for the next one, once each."""

from datetime import datetime, timedelta

import pytest

from tests.stories.test_buyer import ORDER
from tests.stories.test_deadlines import timeline, until
from tests.stories.test_order_thread import notice, order_of
from tests.stories.test_promises import Clock
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.systems import ago, cases, key_of, post, receipt, say, system_keys

DEADLINES = {"receipt_posted_within": "30m", "warn_before": "10m"}
OVERDUE = [("posting-overdue", "technical")]


def agreed(overdue=None, **deadlines):
    return supplier(defaults={"deadlines": DEADLINES | deadlines, "overdue": overdue or {}})


async def shipped(house):
    await house.order(ORDER)
    await house.settle()
    await house.outbox(SUPPLIER_KEY)
    await house.send(notice(2))
    await house.settle()


async def came(house, number="R1", quantity="10", **more):
    return await say(house, "wms", "wms/receipts", receipt(number, quantity, shipment_number="SHP2", **more))


async def posted(house, number="R1", *orders):
    named = [{"order_number": each} for each in orders or ("PO1",)]
    body = {"receipt_number": number, "posted_at": ago(minutes=1), "document_number": "5000001", "orders": named}
    return await say(house, "finance", "finance/posted-receipts", body)


async def promises(house):
    def read(connection):
        sql = "select state, owed_by from promises where what = 'posting' order by made_at, id"
        return [tuple(row) for row in connection.exec_driver_sql(sql)]

    return await house.house.database.read(read)


async def owed(house):
    return [each for each in (await house.get("/api/v1/promises"))["items"] if each["what"] == "posting"]


async def test_a_receipt_that_is_not_posted_is_warned_of_then_a_case_then_for_the_next_and_closes_with_its_posting(
    tmp_path,
):
    async with gateway(tmp_path, agreed({"escalate_within": "2h"}), settings=system_keys()) as house:
        clock = Clock(house)
        await shipped(house)
        before = clock()
        await came(house)
        [promise] = await owed(house)
        due_at = datetime.fromisoformat(promise["due_at"])
        assert timedelta(minutes=30) <= due_at - before < timedelta(minutes=31), "it counts from when the WMS said so"
        assert promise["owed_by"] == "us"
        clock.on(minutes=21)

        async def warned():
            return "promise.due_soon" in await timeline(house, promise["subject"])

        await house.until(warned)
        assert await cases(house) == []
        clock.on(minutes=10)
        await until(house, cases, OVERDUE)
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["detail"] == f"posting of a receipt by the ERP for order PO1 was due by {due_at:%Y-%m-%d %H:%M} UTC"
        assert "post it" in (await owed(house))[0]["next_action"]
        clock.on(hours=3)
        await until(house, cases, [("posting-overdue", "business")])
        await posted(house)
        await until(house, cases, [])
        assert await promises(house) == [("late", "us")]
        kinds = await timeline(house, promise["subject"])
        assert [kinds.count(kind) for kind in ("promise.due_soon", "promise.overdue", "case.opened")] == [1, 1, 1]


@pytest.mark.parametrize("first", ["warehouse", "erp"])
async def test_a_posting_in_time_is_kept_whichever_of_both_comes_first(tmp_path, first):
    async with gateway(tmp_path, agreed(), settings=system_keys()) as house:
        clock = Clock(house)
        await shipped(house)
        for tell in (came, posted) if first == "warehouse" else (posted, came):
            await tell(house)
        assert await promises(house) == [("kept", "us")]
        clock.on(hours=2)
        await house.settle()
        assert await cases(house) == []


async def test_each_receipt_is_posted_for_itself_and_a_correction_anew(tmp_path):
    async with gateway(tmp_path, agreed(), settings=system_keys()) as house:
        clock = Clock(house)
        await shipped(house)
        await came(house, "R1", "6")
        await came(house, "R2", "4")
        await posted(house, "R1")
        assert sorted(await promises(house)) == [("kept", "us"), ("waiting", "us")]
        await came(house, "R1", "5", purpose="replacement", received_at=ago(minutes=1))
        assert await promises(house) == [("waiting", "us")] * 2
        clock.on(hours=1)
        await until(house, cases, OVERDUE)
        await posted(house, "R1")
        assert await cases(house) == OVERDUE, "the other one is still missing"
        await came(house, "R2", "4", purpose="cancellation", received_at=ago(minutes=1))
        await until(house, cases, [])
        assert sorted(await promises(house)) == [("cancelled", "us"), ("late", "us")]


async def test_without_the_term_nothing_is_due_and_a_posting_changes_nothing(tmp_path):
    async with gateway(tmp_path, supplier(), settings=system_keys()) as house:
        await shipped(house)
        await came(house)
        assert (await posted(house))["orders"] == [], "nothing of it is compared"
        assert (await order_of(house)).state == "received"
        assert await promises(house) == [] and await cases(house) == []
        said = [each["words"] for each in (await house.get("/api/v1/orders/supplier:buyer:PO1"))["timeline"]]
        assert any("posted by the ERP" in each for each in said)


async def test_a_posting_of_another_receipt_keeps_nothing(tmp_path):
    async with gateway(tmp_path, agreed(), settings=system_keys()) as house:
        clock = Clock(house)
        await shipped(house)
        await came(house)
        await house.order({**ORDER, "body": {**ORDER["body"], "order_number": "PO2"}})
        await posted(house, "R9", "PO1", "PO2")
        assert await promises(house) == [("waiting", "us")], "it was another receipt"
        clock.on(hours=1)
        await until(house, cases, OVERDUE)


async def test_a_posting_of_an_order_that_nobody_knows_waits_for_it_and_only_finance_says_it(tmp_path):
    async with gateway(tmp_path, agreed(), settings=system_keys()) as house:
        answer = await posted(house, "R1", "PO1")
        assert (answer["orders"], answer["unknown"]) == ([], ["order PO1"])
        await shipped(house)
        await came(house)
        assert await promises(house) == [("kept", "us")]
        body = {"receipt_number": "R1", "posted_at": ago(), "orders": [{"order_number": "PO1"}]}
        assert (await post(house, "finance/posted-receipts", body, key_of("wms"))).status == 403
        assert (await post(house, "finance/posted-receipts", body | {"orders": []}, key_of("finance"))).status == 422
