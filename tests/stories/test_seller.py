"""We sell: a customer's 850 comes in; our ERP answers with 855, 856 and 810, which the customer acknowledges."""

from tests.support.house import CUSTOMER_KEY, customer, gateway
from tests.support.x12 import elements, functional, purchase_order

BODIES = {
    "order_acknowledgment": {
        "order_number": "CPO1",
        "acknowledgment_type": "with_detail_and_change",
        "ordered_on": "2026-11-20",
        "acknowledged_on": "2026-11-21",
        "lines": [
            {
                "number": "1",
                "quantity": {"value": "40", "unit": "each"},
                "unit_price": {"amount": "12.75"},
                "item_ids": [{"kind": "buyer_part", "value": "B-1007"}],
                "statuses": [
                    {"status": "accepted", "quantity": "30", "unit": "each"},
                    {"status": "backordered", "quantity": "10", "unit": "each"},
                ],
            }
        ],
    },
    "ship_notice": {
        "shipment_number": "SHP1",
        "shipped_on": "2026-11-22",
        "shipped_at": "09:15",
        "shipments": [
            {
                "orders": [
                    {
                        "order_number": "CPO1",
                        "packages": [
                            {
                                "kind": "pack",
                                "marks": [{"kind": "sscc_18", "value": "006141410000000018"}],
                                "items": [
                                    {
                                        "number": "1",
                                        "item_ids": [{"kind": "buyer_part", "value": "B-1007"}],
                                        "shipped": {"value": "30", "unit": "each"},
                                    }
                                ],
                            }
                        ],
                    }
                ]
            }
        ],
    },
    "invoice": {
        "invoice_number": "R-1",
        "invoiced_on": "2026-11-22",
        "order_number": "CPO1",
        "lines": [
            {
                "number": "1",
                "quantity": {"value": "30", "unit": "each"},
                "unit_price": {"amount": "12.75"},
                "item_ids": [{"kind": "buyer_part", "value": "B-1007"}],
            }
        ],
        "totals": {"total": "382.50"},
    },
}


async def test_a_customers_order_is_answered(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await house.send(purchase_order(), CUSTOMER_KEY)).status == 202
        await house.settle()
        [order] = house.erp.bodies("purchase_order")
        assert order["order_number"] == "CPO1"
        assert order["parties"][0] == {
            "role": "ship_to",
            "name": "North Plant",
            "ids": [{"kind": "assigned_by_buyer", "value": "0042"}],
        }
        for kind, body in BODIES.items():
            response = await house.order({"type": kind, "partner": "customer", "body": body})
            assert response.status == 202, await response.text()
        await house.settle()
        texts = {elements(text, "ST")[0][1]: text for text in await house.outbox(CUSTOMER_KEY)}
        assert set(texts) == {"997", "855", "856", "810"}
        assert [segment[1:3] for segment in elements(texts["855"], "ACK")] == [["IA", "30"], ["IB", "10"]]
        levels = elements(texts["856"], "HL")
        assert levels == [
            ["HL", "1", "", "S", "1"],
            ["HL", "2", "1", "O", "1"],
            ["HL", "3", "2", "P", "1"],
            ["HL", "4", "3", "I", "0"],
        ]
        assert elements(texts["856"], "MAN") == [["MAN", "AA", "006141410000000018"]]
        assert elements(texts["810"], "TDS") == [["TDS", "38250"]]
        assert elements(texts["810"], "GS")[0][1:4] == ["IN", "ACMEWORKS", "CUSTGS"]

        # Every interchange has a number of its own, and the customer's verdicts find their documents.
        numbers = [elements(text, "ISA")[0][13] for text in texts.values()]
        assert len(set(numbers)) == 4
        for set_id, group in (("855", "PR"), ("856", "SH"), ("810", "IN")):
            number = elements(texts[set_id], "GS")[0][6]
            answer = functional(group, number, set_id, "0001", number=int(number), sender=("01", "123456789"))
            await house.send(answer, CUSTOMER_KEY)
        await house.settle()
        documents = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert {(d["set"], d["state"], d["acknowledgment"]) for d in documents} == {
            ("855", "sent", "accepted"),
            ("856", "sent", "accepted"),
            ("810", "sent", "accepted"),
        }


async def test_an_interchange_that_the_guide_would_refuse_never_leaves(tmp_path):
    guide = tmp_path / "config" / "mappings" / "customer"
    guide.mkdir(parents=True)
    (guide / "855.guide.yaml").write_text(
        'guide: customer/855\nset: "855"\nversion: "004010"\nrules:\n  PO1/ACK/05: {require: true, note: we plan by it}\n'
    )
    agreements = [{"document": "855", "direction": "outbound", "role": "seller", "guide": "customer/855"}]
    async with gateway(tmp_path, customer(agreements=agreements)) as house:
        made = await house.order(
            {"type": "order_acknowledgment", "partner": "customer", "body": BODIES["order_acknowledgment"]}
        )
        assert made.status == 202
        await house.settle()
        assert await house.outbox(CUSTOMER_KEY) == []
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "compose-failed"
        assert "ACK05 (date) is required; we plan by it" in case["detail"]
        assert case["next_action"].endswith(f"gateway replay {case['subject']}")
