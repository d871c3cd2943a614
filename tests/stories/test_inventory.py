"""Inventory sees what is expected from open orders, and hears of each change of it with how late we heard."""

from gateway.tracking.order import OrderLine
from tests.stories.test_buyer import ORDER
from tests.stories.test_master_data import put
from tests.stories.test_order_thread import notice
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, customer, gateway, supplier
from tests.support.systems import ago, events, key_of, post, receipt, say, system_keys
from tests.support.x12 import acknowledgment, elements, interchange

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


STOCK_OUT = {"document": "846", "direction": "outbound", "role": "buyer"}
STOCK_IN = {"document": "846", "direction": "inbound", "role": "buyer"}


def knowing_stock(*agreements):
    made = supplier()
    return made | {"agreements": [*made["agreements"], *agreements]}


def stock(**changes):
    line = {"item_ids": [{"value": "B-1"}], "unit": "each", "quantities": {"on_hand": "42", "committed": "5"}}
    body = {"partner": "supplier", "report_number": "S1", "counted_at": "2026-11-21T06:30:00+00:00", "lines": [line]}
    return body | changes


def counted(text):
    return [(each[1], each[2], each[3]) for each in elements(text, "QTY")]


async def test_a_supplier_hears_by_an_846_what_is_on_our_shelves_and_what_its_orders_still_bring(tmp_path):
    async with gateway(tmp_path, knowing_stock(STOCK_OUT), settings=system_keys()) as house:
        await house.order(ORDER | {"body": ORDER["body"] | AT_P1})
        await house.settle()
        await house.send(notice(2, quantity="6"))
        await house.settle()
        await say(house, "wms", "wms/receipts", receipt("R1", "4", shipment_number="SHP2", plant="P1"))
        await house.outbox(SUPPLIER_KEY)

        await say(house, "wms", "wms/stock", stock(plant="P1", expected=True), Idempotency_Key="s1")
        [text] = await house.outbox(SUPPLIER_KEY)
        assert elements(text, "BIA")[0][1:6] == ["00", "LC", "S1", "20261121", "0630"]
        assert ["N1", "WH", "P1", "92", "P1"] in elements(text, "N1")
        assert elements(text, "LIN")[0][1:4] == ["1", "BP", "B-1"]
        # Six were shipped, of which four came; four more are still to be shipped.
        assert counted(text) == [("17", "42", "EA"), ("27", "5", "EA"), ("83", "2", "EA"), ("63", "4", "EA")]

        again = await post(house, "wms/stock", stock(plant="P1", expected=True), key_of("wms"), Idempotency_Key="s1")
        assert (await again.json())["duplicate"] is True
        await house.settle()
        assert await house.outbox(SUPPLIER_KEY) == []


async def test_the_erp_may_report_stock_to_a_customer_and_orders_from_others_are_none_of_its_business(tmp_path):
    made = customer()
    made["agreements"].append({"document": "846", "direction": "outbound", "role": "seller"})
    async with gateway(tmp_path, made, settings=system_keys()) as house:
        line = {"item_ids": [{"kind": "supplier_part", "value": "V-1"}],
                "quantities": [{"kind": "available_for_sale", "value": "12", "unit": "each"}]}  # fmt: skip
        body = {"report_kind": "seller_inventory", "report_number": "S2", "reported_on": "2026-11-21", "lines": [line]}
        await house.order({"type": "inventory_advice", "partner": "customer", "body": body})
        await house.settle()
        [text] = await house.outbox(CUSTOMER_KEY)
        assert (elements(text, "BIA")[0][2], counted(text)) == ("SI", [("33", "12", "EA")])

        refused = await post(house, "wms/stock", stock(partner="customer", expected=True), key_of("wms"))
        assert refused.status == 422
        assert "only a supplier is told what its orders bring" in (await refused.json())["detail"]
        await say(house, "wms", "wms/stock", stock(partner="customer", report_number="S3"))
        [text] = await house.outbox(CUSTOMER_KEY)
        assert elements(text, "BIA")[0][2:4] == ["SI", "S3"]


async def test_stock_for_whom_nothing_was_agreed_or_that_says_an_item_twice_is_refused_and_not_kept(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        [line] = stock()["lines"]
        for body, words in [
            (stock(), "Add one with direction: outbound to partners/supplier.yaml"),
            (stock(lines=[line, line]), "line 2 names an item, lot and unit that a line before names"),
            (stock(lines=[line | {"quantities": {"on_hand": "-1"}}]), "/lines/0/quantities/on_hand"),
            (stock(partner="nobody"), "there is no partner 'nobody'"),
        ]:
            answer = await post(house, "wms/stock", body, key_of("wms"))
            assert answer.status == 422
            assert words in (await answer.json())["detail"]
        assert (await house.get("/api/v1/documents"))["items"] == []


def reported(item="BP*B-1", number=7):
    body = f"""BIA*00*SI*INV{number}*20261121*0600
    N1*WH*Harbour*92*W-3
    LIN*1*{item}*LT*L7
    QTY*17*52*EA
    QTY*83*8*EA
    QTY*17*2*CA
    LIN*2*BP*B-2
    CTT*2"""
    return interchange(body, set_id="846", group="IB", number=number)


async def test_what_a_partner_reports_of_its_stock_is_told_by_item_under_our_number(tmp_path):
    async with gateway(tmp_path, knowing_stock(STOCK_IN), settings=system_keys()) as house:
        await house.send(reported())
        await house.settle()
        assert len(house.erp.bodies("inventory_advice")) == 1
        told = await events(house, "inventory.reported")
        named = {
            "type": "inventory.reported",
            "number": "INV7",
            "line": "1",
            "item": "B-1",
            "lot": "L7",
            "plant": "W-3",
        }
        named |= {"as_of": "2026-11-21 06:00"}
        assert told == [
            named | {"unit": "each", "quantities": {"on_hand": "52", "in_transit": "8"}},
            named | {"unit": "case", "quantities": {"on_hand": "2"}},
        ]

        reference = {"item": "B-1", "kind": "supplier_part", "value": "V-7", "partner": "supplier"}
        await put(house, "cross-references", {"entries": [reference]})
        await house.send(reported("VP*V-7", number=8))
        await house.settle()
        assert [each["item"] for each in await events(house, "inventory.reported")][2:] == ["B-1", "B-1"]
