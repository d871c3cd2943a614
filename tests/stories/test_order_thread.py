"""One purchase order from the first document to the matched invoice, through a running gateway."""

import pytest

from gateway.pipeline.thread.deciding import decide
from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.thread.statement import Kind, LineSaid
from tests.stories.test_buyer import ORDER
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import acknowledgment, elements, functional, interchange, purchase_order

MATCH = {"price_percent": 2, "quantity_under": 5, "days_late": 2}


def matching(**changes):
    return supplier(defaults={"match": MATCH | changes})


def bill(number=3, price="12.5", quantity="10", total="12500"):
    body = f"""BIG*20261121*INV{number}*20261101*PO1
    IT1*1*{quantity}*EA*{price}*PE*BP*B-1
    TDS*{total}
    CTT*1"""
    return interchange(body, set_id="810", group="IN", number=number)


def notice(number=2, quantity="10"):
    body = f"""BSN*00*SHP{number}*20261121*0915*0001
    HL*1**S*1
    HL*2*1*O*1
    PRF*PO1
    HL*3*2*I*0
    LIN*1*BP*B-1
    SN1*1*{quantity}*EA
    CTT*3"""
    return interchange(body, set_id="856", group="SH", number=number)


async def received(house, number="R1", quantity=10, shipment="SHP2"):
    """The warehouse tells of goods."""
    now = house.house.world.clock()
    origin = Origin("supplier", "buyer", "system:wms", number, "t", now, now)
    said = Said("PO1", Kind.RECEIVED, number, lines=[LineSaid(line="1", quantity=quantity, reference=shipment)])
    judged = await house.house.database.tx(lambda uow: take_in(uow, house.house.world, origin, said))
    house.house.world.wake(judged.tasks)
    await house.settle()


async def order_of(house, role="buyer", number="PO1", partner="supplier"):
    return await house.house.database.load(Order, f"{partner}:{role}:{number}")


async def test_an_order_is_followed_from_the_erp_to_the_matched_invoice(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        states = []

        async def note():
            await house.settle()
            states.append((await order_of(house)).state)

        await house.order(ORDER)
        await note()
        [sent] = await house.outbox(SUPPLIER_KEY)
        await note()
        await house.send(functional("PO", elements(sent, "GS")[0][6], "850", "0001"))
        await note()
        await house.send(acknowledgment(1))
        await note()
        await house.send(notice(2))
        await note()
        await received(house)
        await note()
        await house.send(bill(3))
        await note()
        assert states == ["approved", "transmitted", "understood", "accepted", "shipped", "received", "matched"]
        order, line = await order_of(house), await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")
        assert (order.verdict, order.value, line.received, line.invoiced) == ("clean", 125, 10, 10)
        assert len(house.erp.messages) == 3
        assert (await house.get("/api/v1/cases"))["items"] == []


async def test_an_invoice_waits_for_the_goods_and_goes_on_by_itself(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        await house.send(bill(3))
        await house.settle()
        assert house.erp.bodies("invoice") == []
        assert (await order_of(house)).verdict == "waiting"
        assert (await house.get("/api/v1/cases"))["items"] == []
        await house.send(notice(2))
        await received(house)
        assert [body["invoice_number"] for body in house.erp.bodies("invoice")] == ["INV3"]
        assert (await order_of(house)).state == "matched"


async def test_a_price_that_is_too_high_is_one_case_until_somebody_takes_it(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        await house.send(notice(2))
        await house.settle()
        await received(house)
        await house.send(bill(3, price="13", total="13000"))
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert (case["cause"], case["owner"]) == ("invoice-differs", "business")
        assert "line 1: price 13 where 12.5 was ordered: 0.5 more (4.0 %)" in case["detail"]
        assert "accept" in case["actions"]
        assert (await order_of(house)).state == "disputed"
        assert house.erp.bodies("invoice") == []

        world = house.house.world
        taken, tasks = await house.house.database.tx(
            lambda uow: decide(uow, world, case["subject"], "ann", "agreed by phone")
        )
        world.wake(tasks)
        await house.settle()
        assert taken == 1
        assert (await house.get("/api/v1/cases"))["items"] == []
        assert (await order_of(house)).state == "matched"
        assert [body["totals"]["total"] for body in house.erp.bodies("invoice")] == ["130.00"]


async def test_what_is_within_the_tolerance_is_noted_on_the_document_and_goes_on(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        await house.send(notice(2))
        await house.settle()
        await received(house)
        await house.send(bill(3, price="12.6", total="12600"))
        await house.settle()
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "810"]
        assert document["state"] == "delivered"
        assert document["notes"] == ["line 1: price 12.6 where 12.5 was ordered: 0.1 more (0.8 %)"]
        assert ((await order_of(house)).state, (await order_of(house)).verdict) == ("matched", "noted")


async def test_a_receipt_that_is_short_is_a_case_that_the_rest_closes(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        await house.send(notice(2))
        await house.settle()
        await house.house.database.tx(lambda uow: None)
        await received(house, "R1", 8)
        assert (await order_of(house)).state == "partly_received"
        await received(house, "R2", 2)
        assert ((await order_of(house)).state, (await order_of(house)).verdict) == ("received", "clean")


@pytest.mark.parametrize("outside", ["hold", "deliver"])
async def test_an_agreement_says_whether_what_differs_is_kept_from_the_erp(tmp_path, outside):
    async with gateway(tmp_path, matching(outside=outside)) as house:
        await house.order(ORDER)
        await house.send(notice(2, quantity="12"))
        await house.settle()
        assert len(house.erp.bodies("ship_notice")) == (outside == "deliver")
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "shipment-differs"


async def test_a_document_of_several_orders_waits_until_all_of_them_match(tmp_path):
    async with gateway(tmp_path, matching()) as house:
        await house.order(ORDER)
        body = """BSN*00*SHP2*20261121*0915*0001
        HL*1**S*1
        HL*2*1*O*1
        PRF*PO1
        HL*3*2*I*0
        LIN*1*BP*B-1
        SN1*1*10*EA
        HL*4*1*O*1
        PRF*PO2
        HL*5*4*I*0
        LIN*1*BP*B-1
        SN1*1*10*EA
        CTT*5"""
        await house.send(interchange(body, set_id="856", group="SH", number=2))
        await house.settle()
        assert house.erp.bodies("ship_notice") == []
        assert (await order_of(house)).state == "shipped"
        assert (await order_of(house, number="PO2")).state == "unknown"
        await house.order(ORDER | {"body": ORDER["body"] | {"order_number": "PO2"}})
        await house.settle()
        assert len(house.erp.bodies("ship_notice")) == 1
        assert (await order_of(house, number="PO2")).state == "shipped"


async def test_a_seller_follows_what_it_was_ordered(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(purchase_order(1), CUSTOMER_KEY)
        await house.settle()
        order = await order_of(house, "seller", "CPO1", "customer")
        line = await house.house.database.load(OrderLine, f"{order.id}:1")
        assert (order.state, order.plant, str(line.wanted_on)) == ("understood", "0042", "2026-12-05")


async def test_what_is_credited_before_its_invoice_came_waits_for_it(tmp_path):
    credited = [{"document": "812", "direction": "inbound", "role": "buyer"}]
    partner = matching()
    partner["agreements"] = [*partner["agreements"], *credited]
    body = """BCD*20261122*C1*I*500*C*20261121*INV3
    N1*SE*Supplier Inc.*92*77
    CDD*01*C*1*500"""
    async with gateway(tmp_path, partner) as house:
        await house.order(ORDER)
        await house.send(notice(2))
        await house.settle()
        await received(house)
        await house.send(interchange(body, set_id="812", group="CD", number=4))
        await house.settle()
        await house.send(bill(3, price="13", total="13000"))
        await house.settle()
        assert ((await order_of(house)).state, (await order_of(house)).verdict) == ("matched", "noted")
        assert (await house.get("/api/v1/cases"))["items"] == []
        assert len(house.erp.bodies("invoice")) == 1
