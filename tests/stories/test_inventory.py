"""Inventory sees what is expected from open orders, and hears of each change of it with how late we heard."""

from gateway.tracking.order import OrderLine
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import notice
from tests.support.house import gateway
from tests.support.systems import ago, events, key_of, receipt, say, system_keys
from tests.support.x12 import acknowledgment

WANTED = {"dates": [{"kind": "delivery_requested", "date": "2026-12-05"}]}
AT_P1 = {"parties": [{"role": "ship_to", "name": "Plant 1", "ids": [{"kind": "assigned_by_buyer", "value": "P1"}]}]}


async def ask(house, query, status=200, key="planning"):
    address = f"{house.address}/api/v1/inventory/expected{query}"
    async with house.session.get(address, headers={"Authorization": f"Bearer {key_of(key)}"}) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def test_a_ship_notice_a_milestone_and_a_receipt_change_what_is_expected_and_say_so(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        await house.order(ORDER | {"body": ORDER["body"] | WANTED | AT_P1})
        await house.settle()

        async def expected(query="?item=B-1"):
            return [
                (each["order_number"], each["quantity"], each["in_transit"], each["expected_on"])
                for each in (await ask(house, query))["items"]
            ]

        assert await expected() == [("PO1", "10", "0", "2026-12-05")]
        await house.send(acknowledgment(1).replace("20261205", "20261209"))
        await house.settle()
        assert await expected("?plant=P1") == [("PO1", "10", "0", "2026-12-09")]
        assert await events(house, "inbound_supply.updated") == []

        await house.send(notice(2, quantity="6"))
        await house.settle()
        assert await expected("?item=B-1&plant=P1") == [("PO1", "10", "6", "2026-12-09")]
        moved = {
            "shipment_number": "SHP2",
            "milestone": "delayed",
            "expected_on": "2026-12-12",
            "happened_at": ago(hours=2),
        }
        await say(house, "tms", "tms/milestones", moved)
        assert await expected() == [("PO1", "10", "6", "2026-12-12")]
        await say(house, "wms", "wms/receipts", receipt("R1", "6", shipment_number="SHP2", plant="P1"))
        assert [each[:3] for each in await expected()] == [("PO1", "4", "0")]

        told = await events(house, "inbound_supply.updated")
        assert [(each["quantity"], each["in_transit"]) for each in told] == [("10", "6"), ("10", "6"), ("4", "0")]
        assert {(each["item"], each["plant"], each["line"]) for each in told} == {("B-1", "P1", "1")}
        assert [each["after"] for each in told[:2]] == ["2026-12-09", "2026-12-12"]
        lags = [each["lag"] for each in told]
        assert lags[0] == 0 and lags[1] >= 7200 and lags[2] >= 1800


async def test_what_is_there_or_of_another_plant_is_not_expected_and_who_may_not_ask_hears_so(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        await house.order(ORDER | {"body": ORDER["body"] | AT_P1})
        await house.settle()
        assert (await ask(house, "?item=B-1&plant=P2"))["items"] == []
        await ask(house, "", status=400)
        await ask(house, "?item=B-1", status=403, key="wms")
        await say(house, "wms", "wms/receipts", receipt("R1", "10"))
        assert (await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")).received == 10
        assert (await ask(house, "?item=B-1"))["items"] == []
