"""Reading the thread of an order: who asks finds it whole, in time order, with what to do; and nobody finds another's."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import Kind, LineSaid
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import bill, matching, notice, received
from tests.stories.test_seller import BODIES
from tests.support.house import CUSTOMER_KEY, OPERATOR_KEY, SUPPLIER_KEY, customer, gateway
from tests.support.x12 import acknowledgment, elements, functional, purchase_order


def ordered(number, day=None, item="B-1", **head):
    body = ORDER["body"] | {"order_number": number} | head
    line = body["lines"][0] | {"item_ids": [{"kind": "buyer_part", "value": item}]}
    if day is not None:
        line |= {"dates": [{"kind": "delivery_requested", "date": day}]}
    return ORDER | {"body": body | {"lines": [line]}}


async def problem(house, path, key=OPERATOR_KEY):
    async with house.session.get(house.address + path, headers={"Authorization": f"Bearer {key}"}) as answer:
        assert answer.content_type == "application/problem+json"
        return answer.status, (await answer.json())["detail"]


async def bought(house):
    """Play an order up to an invoice that costs too much."""
    await house.order(ORDER)
    await house.settle()
    [sent] = await house.outbox(SUPPLIER_KEY)
    await house.settle()
    await house.send(functional("PO", elements(sent, "GS")[0][6], "850", "0001"))
    await house.settle()
    for paper in (acknowledgment(1), notice(2)):
        await house.send(paper)
        await house.settle()
    await received(house)
    await house.send(bill(3, price="13.5", total="13500"))
    await house.settle()


async def test_the_thread_of_an_order_is_read_whole(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await bought(house)
        [order] = (await house.get("/api/v1/orders"))["items"]
        assert (order["order_number"], order["state"], order["verdict"]) == ("PO1", "disputed", "outside")
        assert order["value"] == "125.0" or order["value"] == "125"
        assert order["location"] == "/api/v1/orders/supplier:buyer:PO1"
        thread = await house.get(order["location"])
        assert thread["order"] == order

        [line] = thread["lines"]
        figures = ("ordered", "promised", "shipped", "received", "invoiced")
        assert [line[name] for name in figures] == ["10"] * 5
        assert [(each["set"], each["direction"]) for each in thread["documents"]] == [
            ("850", "outbound"),
            ("855", "inbound"),
            ("856", "inbound"),
            ("810", "inbound"),
        ]
        assert thread["documents"][0]["acknowledgment"] == "accepted"
        assert {each["set"] for each in thread["acknowledgments"]} == {"997"}
        assert len(thread["acknowledgments"]) == 3

        # What was said stands in time order, with the one difference in words and what to do about it.
        said = [each for each in thread["timeline"] if each["kind"] == "said"]
        assert [each["type"] for each in said] == [
            *("ordered", "transmitted", "understood", "acknowledged", "shipped", "received", "invoiced"),
        ]
        moments = [each["at"] for each in thread["timeline"]]
        assert moments == sorted(moments)
        [finding] = said[-1]["findings"]
        assert (finding["check"], finding["line"], finding["verdict"]) == ("price", "1", "outside")
        assert finding["words"] == "price 13.5 where 12.5 was ordered: 1.0 more (8.0 %)"
        assert said[-1]["open"] and "gateway case accept" in said[-1]["next_action"]
        [case] = thread["cases"]
        assert (case["cause"], case["closed_at"]) == ("invoice-differs", None)
        assert thread["open"] == 2, "the invoice, and its case"
        kinds = {each["type"] for each in thread["timeline"] if each["kind"] == "happened"}
        assert {"document.sent", "acknowledgment.received", "order.moved", "invoice.discrepancy"} <= kinds

        # One id goes through all of it.
        assert len(order["correlation_id"]) == 32
        assert {each["correlation_id"] for each in thread["timeline"]} == {order["correlation_id"]}
        [match] = (await house.get("/api/v1/matches?verdict=outside"))["items"]
        assert (match["kind"], match["number"], match["location"]) == ("invoiced", "INV3", order["location"])


async def test_a_partner_reads_its_own_side_of_the_thread_and_no_more(tmp_path):
    async with gateway(tmp_path, matching(), customer()) as house:
        await bought(house)
        path = "/api/v1/orders/supplier:buyer:PO1"
        theirs, ours = await house.get(path, SUPPLIER_KEY), await house.get(path)
        assert theirs["cases"] == [] and len(ours["cases"]) == 1
        assert [each["type"] for each in theirs["timeline"] if each["kind"] == "said"] == [
            *("ordered", "transmitted", "understood", "acknowledged", "shipped", "invoiced"),
        ], "what our warehouse says is ours"
        assert not any(each["data"] or each["kind"] == "case" for each in theirs["timeline"])
        assert not {"order.moved", "case.opened"} & {each["type"] for each in theirs["timeline"]}
        assert "gateway case" not in str(theirs)
        assert "system:wms" in str(ours) and "system:wms" not in str(theirs)
        kinds = {each["kind"] for each in (await house.get("/api/v1/matches", SUPPLIER_KEY))["items"]}
        assert kinds == {"acknowledged", "shipped", "invoiced"}

        # Another partner finds nothing of it, by whatever name.
        for key_path in (path, path.replace("PO1", "po1"), f"{path}:1", "/api/v1/orders/customer:buyer:PO1"):
            status, words = await problem(house, key_path, CUSTOMER_KEY)
            assert (status, "GET /api/v1/orders?order_number=" in words) == (404, True)
        for listed in (
            "orders",
            "matches",
            "orders?partner=supplier",
            "orders?order_number=PO1",
            "matches?kind=shipped",
        ):
            assert (await house.get(f"/api/v1/{listed}", CUSTOMER_KEY))["items"] == []


async def test_an_order_that_has_not_been_sent_is_not_the_partners_yet(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        await house.settle()
        path = "/api/v1/orders/supplier:buyer:PO1"
        assert (await house.get(path))["order"]["state"] == "approved"
        assert (await problem(house, path, SUPPLIER_KEY))[0] == 404
        assert (await house.get("/api/v1/orders", SUPPLIER_KEY))["items"] == []
        await house.outbox(SUPPLIER_KEY)
        await house.settle()
        assert (await house.get(path, SUPPLIER_KEY))["order"]["state"] == "transmitted"


async def test_a_seller_reads_the_other_side(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(purchase_order(), CUSTOMER_KEY)
        await house.settle()
        [order] = (await house.get("/api/v1/orders?role=seller&awaiting=acknowledgment"))["items"]
        assert (order["order_number"], order["state"]) == ("CPO1", "understood")
        for kind, body in BODIES.items():
            await house.order({"type": kind, "partner": "customer", "body": body})
            await house.settle()
        thread = await house.get(order["location"], CUSTOMER_KEY)
        assert [each["type"] for each in thread["timeline"] if each["kind"] == "said"] == [
            *("ordered", "transmitted", "understood", "acknowledged", "shipped", "invoiced"),
        ]
        [line] = thread["lines"]
        assert (line["ordered"], line["backordered"], line["shipped"], line["invoiced"]) == ("40", "10", "30", "30")
        assert "ship_notice" in line["awaiting"], "ten are still to come"
        assert (await house.get("/api/v1/orders?role=buyer"))["items"] == []


async def test_what_is_asked_for_is_what_is_found(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        today = house.house.world.clock().date()
        days = [today - timedelta(days=3), today + timedelta(days=9), None, today + timedelta(days=1)]
        for place, day in enumerate(days):
            number, item = f"P/{place} #?%", f"B-{place}"
            await house.order(ordered(number, day.isoformat() if day else None, item))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.settle()
        await house.send(acknowledgment(1, "P/1 #?%").replace("20261205", f"{days[1]:%Y%m%d}"))
        await house.settle()
        asked = {
            "": [0, 1, 2, 3],
            "partner=supplier": [0, 1, 2, 3],
            "partner=nobody": [],
            "role=seller": [],
            "state=transmitted": [0, 2, 3],
            "state=accepted": [1],
            "verdict=clean": [0, 1, 2, 3],
            "verdict=outside": [],
            "item=B-2": [2],
            f"order_number={quote('P/3 #?%')}": [3],
            "late=true": [0],
            f"need_by={today + timedelta(days=2)}": [0, 3],
            "awaiting=acknowledgment": [0, 2, 3],
            "awaiting=ship_notice": [1],
            "awaiting=receipt": [],
            "awaiting=acknowledgment&late=true": [0],
            "plant=P1": [],
        }
        for query, expected in asked.items():
            # A partner's own name is the only one that counts for it.
            for key in (OPERATOR_KEY, SUPPLIER_KEY) if query != "partner=nobody" else (OPERATOR_KEY,):
                found = (await house.get(f"/api/v1/orders?{query}", key))["items"]
                assert [each["order_number"] for each in found] == [f"P/{place} #?%" for place in expected], query
        # Whatever stands in its number, an order is found under its location.
        for each in (await house.get("/api/v1/orders"))["items"]:
            assert (await house.get(each["location"]))["order"]["id"] == each["id"]
        for wrong in (
            "late=yes",
            "need_by=tomorrow",
            "need_by=2026-02-30",
            "awaiting=money",
            "colour=red",
            "state=new",
        ):
            assert (await problem(house, f"/api/v1/orders?{wrong}"))[0] == 400, wrong


async def test_lists_are_paged_and_what_comes_meanwhile_is_at_the_end(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        for number in range(7):
            await house.order(ordered(f"PO{number}"))
        await house.settle()
        numbers, after = [], 0
        while after is not None:
            page = await house.get(f"/api/v1/orders?limit=3&after={after}&awaiting=acknowledgment")
            assert page["items"] == [], "they are not with the partner yet"
            page = await house.get(f"/api/v1/orders?limit=3&after={after}")
            numbers += [each["order_number"] for each in page["items"]]
            after = page["after"]
            if len(numbers) == 3:
                await house.order(ordered("PO7"))
                await house.settle()
        assert numbers == [f"PO{number}" for number in range(8)]


async def test_an_unknown_order_is_a_problem_with_what_to_do(tmp_path):
    async with gateway(tmp_path) as house:
        for name in ("PO1", "supplier:buyer:PO1", quote("a/b", safe=""), "%00", "x" * 500):
            status, words = await problem(house, f"/api/v1/orders/{name}")
            assert status == 404 and words.strip(), name
        async with house.session.get(f"{house.address}/api/v1/orders/supplier:buyer:PO1") as answer:
            assert answer.status == 401


@pytest.mark.parametrize("late", [False, True])
async def test_papers_that_wait_for_the_order_are_in_its_thread_and_say_so(tmp_path, late):
    async with gateway(tmp_path, matching()) as house:
        await house.send(notice(2))
        await house.settle()
        thread = await house.get("/api/v1/orders/supplier:buyer:PO1")
        [said] = [each for each in thread["timeline"] if each["kind"] == "said"]
        assert (thread["order"]["state"], said["verdict"], said["open"]) == ("unknown", "waiting", True)
        assert "judged again by itself" in said["next_action"]
        if late:
            await house.order(ORDER)
            await house.settle()
            thread = await house.get("/api/v1/orders/supplier:buyer:PO1")
            assert [each["open"] for each in thread["timeline"] if each["kind"] == "said"] == [False, False]


async def test_what_another_system_says_is_read_where_it_happened(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await bought(house)
        now = house.house.world.clock()
        origin = Origin("supplier", "buyer", "system:qms", "hold-1", "t", now, now)
        said = Said("PO1", Kind.HELD, "H1", lines=[LineSaid(line="1", quantity=4, lot="L1")])
        await house.house.database.tx(lambda uow: take_in(uow, house.house.world, origin, said))
        thread = await house.get("/api/v1/orders/supplier:buyer:PO1")
        last = [each for each in thread["timeline"] if each["kind"] == "said"][-1]
        assert (last["type"], last["words"]) == ("held", "put on hold H1 (says system:qms): line 1 4")
        assert (await house.house.database.load(Order, "supplier:buyer:PO1")).id == thread["order"]["id"]
