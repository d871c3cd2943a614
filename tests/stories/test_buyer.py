"""We buy: an order goes ERP -> 850 -> supplier; 997, 855, 856 and 810 come back; the ERP gets each once; our 997s go out."""

import json

from tests.support.house import ERP_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import acknowledgment, elements, functional, invoice, ship_notice

ORDER = {
    "type": "purchase_order",
    "partner": "supplier",
    "body": {
        "order_number": "PO1",
        "ordered_on": "2026-11-21",
        "lines": [
            {
                "number": "1",
                "quantity": {"value": "10", "unit": "each"},
                "unit_price": {"amount": "12.5", "basis": "per_each"},
                "item_ids": [{"kind": "buyer_part", "value": "B-1"}],
            }
        ],
    },
}


async def test_an_order_goes_out_and_its_answers_come_home(tmp_path):
    async with gateway(tmp_path) as house:
        # The ERP sends an order; it leaves as an 850 that says exactly that.
        response = await house.order(ORDER, Idempotency_Key="order-1")
        assert response.status == 202
        message = await response.json()
        await house.settle()
        [sent] = await house.outbox(SUPPLIER_KEY)
        assert elements(sent, "BEG") == [["BEG", "00", "SA", "PO1", "", "20261121"]]
        assert elements(sent, "PO1") == [["PO1", "1", "10", "EA", "12.5", "PE", "BP", "B-1"]]
        assert elements(sent, "CTT") == [["CTT", "1"]]
        [isa], [gs] = elements(sent, "ISA"), elements(sent, "GS")
        assert (isa[6].strip(), isa[8].strip(), isa[15]) == ("ACMEWORKS", "SUPPLIER", "P")

        # The supplier acknowledges it, and answers with 855, 856 and 810.
        await house.send(functional("PO", gs[6], "850", "0001"))
        for answer in (acknowledgment(1), ship_notice(2), invoice(3)):
            assert (await house.send(answer)).status == 202
        await house.settle()

        # The ERP has each of them once, and the order knows that it was readable.
        assert [body["order_number"] for body in house.erp.bodies("order_acknowledgment")] == ["PO1"]
        assert house.erp.bodies("order_acknowledgment")[0]["lines"][0]["statuses"][0]["status"] == "accepted"
        [notice] = house.erp.bodies("ship_notice")
        order = notice["shipments"][0]["orders"][0]
        assert order["order_number"] == "PO1"
        assert order["packages"][0]["marks"] == [{"kind": "sscc_18_with_ai", "value": "00006141410000000018"}]
        assert order["packages"][0]["items"][0]["shipped"] == {"value": "10", "unit": "each"}
        [bill] = house.erp.bodies("invoice")
        assert bill["totals"]["total"] == "138.00"
        state = await house.get(f"/api/v1/erp/messages/{message['id']}", ERP_KEY)
        assert (state["state"], state["acknowledgment"]) == ("sent", "accepted")

        # Our own 997s wait for the supplier, one for each group, with its ids turned around.
        answers = await house.outbox(SUPPLIER_KEY)
        groups = sorted(elements(text, "AK1")[0][1] for text in answers)
        assert groups == ["IN", "PR", "SH"]
        assert all(elements(text, "AK9")[0][1:] == ["A", "1", "1", "1"] for text in answers)
        assert all(elements(text, "GS")[0][2:4] == ["ACMEWORKS", "SUPPLIER"] for text in answers)
        assert await house.outbox(SUPPLIER_KEY) == []

        # The purchase order has gone its way.
        rows = (await house.house.views.orders(None, 0, 10)).items
        assert [(row.order_number, row.role, row.state) for row in rows] == [("PO1", "buyer", "invoiced")]


async def test_answers_may_come_in_any_order(tmp_path):
    async with gateway(tmp_path) as house:
        for answer in (invoice(3, "PO7"), ship_notice(2, "PO7"), acknowledgment(1, "PO7")):
            await house.send(answer)
        await house.settle()
        assert len(house.erp.messages) == 3
        # Nobody has told of the order yet: its papers wait in its thread, and are judged as soon as it comes.
        rows = (await house.house.views.orders(None, 0, 10)).items
        assert [(row.order_number, row.state, row.verdict) for row in rows] == [("PO7", "unknown", "waiting")]
        await house.order(ORDER | {"body": ORDER["body"] | {"order_number": "PO7"}})
        await house.settle()
        rows = (await house.house.views.orders(None, 0, 10)).items
        assert [(row.order_number, row.state) for row in rows] == [("PO7", "invoiced")]


async def test_a_rejecting_997_reaches_a_person_with_its_reasons(tmp_path):
    async with gateway(tmp_path) as house:
        await house.order(ORDER)
        await house.settle()
        [sent] = await house.outbox(SUPPLIER_KEY)
        await house.send(functional("PO", elements(sent, "GS")[0][6], "850", "0001", "R"))
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "acknowledgment-rejected"
        assert "segment 5 PO103: AK403 7: code value not valid, value 'XX'" in case["detail"]
        [document] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert document["acknowledgment"] == "rejected"


async def test_an_acknowledgment_for_nothing_that_we_sent_changes_nothing(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(functional("PO", "4711", "850", "0001"))
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "acknowledgment-orphan"
        assert "4711" in case["detail"]


async def test_the_same_message_of_the_erp_is_sent_once(tmp_path):
    async with gateway(tmp_path) as house:
        first = await (await house.order(ORDER, Idempotency_Key="k1")).json()
        again = await (await house.order(ORDER, Idempotency_Key="k1")).json()
        assert (first["duplicate"], again["duplicate"], again["id"]) == (False, True, first["id"])
        other = json.loads(json.dumps(ORDER))
        other["body"]["order_number"] = "PO2"
        response = await house.order(other, Idempotency_Key="k1")
        assert response.status == 409
        await house.settle()
        assert len(await house.outbox(SUPPLIER_KEY)) == 1


async def test_what_the_profile_does_not_write_is_said(tmp_path):
    async with gateway(tmp_path) as house:
        order = json.loads(json.dumps(ORDER))
        order["body"]["custom"] = {"project": "Alpha"}
        made = await (await house.order(order)).json()
        await house.settle()
        state = await house.get(f"/api/v1/erp/messages/{made['id']}", ERP_KEY)
        assert state["state"] == "sent" or state["state"] == "composed"
        assert state["notes"] == ["the profile does not write custom"]
