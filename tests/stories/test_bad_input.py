"""Whatever arrives, the answer is clear, what was accepted is kept, and nothing is dropped in silence."""

import json

import pytest

from tests.support.house import CUSTOMER_KEY, ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import acknowledgment, elements, interchange, invoice, purchase_order


async def _only_case(house):
    [case] = (await house.get("/api/v1/cases"))["items"]
    return case


async def _look(house, response):
    return await house.get((await response.json())["location"])


async def test_an_unknown_sender_is_kept_and_becomes_a_case(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(invoice(sender=("ZZ", "NOBODY")))
        assert response.status == 202
        await house.settle()
        case = await _only_case(house)
        assert case["cause"] == "wrong-sender"
        assert "supplier brought an interchange whose sender is ZZ NOBODY" in case["detail"]
        found = await _look(house, response)
        assert (found["kind"], found["state"], found["documents"]) == ("transmission", "read", [])
        assert not house.erp.messages


async def test_one_partner_cannot_send_in_the_name_of_another(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(purchase_order(), SUPPLIER_KEY)
        await house.settle()
        assert (await _only_case(house))["cause"] == "wrong-sender"
        assert not house.erp.messages
        assert await house.outbox(SUPPLIER_KEY) == []
        assert await house.outbox(CUSTOMER_KEY) == []


async def test_a_receiver_that_is_not_us_gets_a_ta1_with_009(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(receiver=("ZZ", "SOMEBODY")))
        await house.settle()
        assert (await _only_case(house))["cause"] == "unknown-receiver"
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "TA1")[0][4:] == ["R", "009"]


async def test_a_set_that_nobody_agreed_on_waits_for_a_person(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(purchase_order(sender=("ZZ", "SUPPLIER")))
        await house.settle()
        case = await _only_case(house)
        assert (case["cause"], case["detail"]) == ("no-agreement", "set 850 from supplier")
        assert (await _look(house, response))["state"] == "parked"
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK5") == [["AK5", "A"]], "it was readable, and a 997 says nothing else"


async def test_a_set_that_is_not_defined_is_rejected_in_the_997(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(interchange("XXX*1", set_id="899", group="ZZ"))
        await house.settle()
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK5") == [["AK5", "R", "1"]]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Dear Sirs, please find enclosed", "No ISA segment was found"),
        (b"UNB+UNOA:2+A+B+210101:1200+1'UNZ+0+1'", "No ISA segment was found"),
        (b"ISA*00*x", "The data end inside the ISA segment"),
        (b"\x00\x01\x02\x03" * 100, "No ISA segment was found"),
    ],
)
async def test_what_is_no_x12_is_kept_with_the_reason(tmp_path, body, words):
    async with gateway(tmp_path) as house:
        response = await house.send(body)
        assert response.status == 202
        await house.settle()
        found = await _look(house, response)
        assert found["state"] == "refused"
        assert words in found["detail"]
        assert (await _only_case(house))["cause"] == "not-readable"
        async with house.session.get(
            house.address + f"/api/v1/documents/{found['id']}/content",
            headers={"Authorization": f"Bearer {SUPPLIER_KEY}"},
        ) as content:
            assert await content.read() == body


async def test_an_empty_body_is_refused_at_the_door(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(b"")
        assert response.status == 400
        problem = await response.json()
        assert problem["type"] == "urn:gateway:problem:empty"
        assert "Send an X12 interchange" in problem["detail"]
        assert response.content_type == "application/problem+json"


async def test_a_body_over_the_bound_is_refused_while_it_comes(tmp_path):
    async with gateway(tmp_path, settings={"limits": {"transmission_mb": 1}}) as house:
        response = await house.send(b"ISA*" + b"x" * (3 << 20))
        assert response.status == 413
        assert "1048576 bytes" in (await response.json())["detail"]
        staging = tmp_path / "data" / "vault" / "staging"
        assert list(staging.iterdir()) == []


async def test_an_interchange_cut_in_half_is_rejected_whole(tmp_path):
    async with gateway(tmp_path) as house:
        whole = invoice()
        response = await house.send(whole[: len(whole) * 2 // 3])
        await house.settle()
        assert not house.erp.messages
        found = await _look(house, response)
        assert found["state"] == "rejected"
        assert any(fault["ack_code"] == "TA105:023" for fault in found["document"]["faults"])
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "TA1")[0][4:] == ["R", "023"]
        assert elements(answer, "AK1") == []


@pytest.mark.parametrize("key", ["", "wrong", ERP_KEY])
async def test_a_wrong_key_opens_nothing(tmp_path, key):
    async with gateway(tmp_path) as house:
        response = await house.send(invoice(), key)
        assert response.status == 401
        problem = await response.json()
        assert "Authorization: Bearer" in problem["detail"]
        assert key not in problem["detail"] or not key
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_an_operators_key_is_for_other_doors(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await house.send(invoice(), OPERATOR_KEY)).status == 403
        headers = {"Authorization": f"Bearer {SUPPLIER_KEY}"}
        for path in ("/api/v1/cases", "/metrics"):
            async with house.session.get(house.address + path, headers=headers) as response:
                assert response.status == 403


async def test_a_faulty_document_is_explained_in_the_api_and_in_the_997(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(invoice().replace("*EA*12.5*", "*QQ*12.5*").replace("BIG*20261121", "BIG*20261199"))
        await house.settle()
        found = await _look(house, response)
        assert found["state"] == "rejected"
        faults = [(f["where"], f["ack_code"], f["value"]) for f in found["document"]["faults"]]
        assert faults == [
            ("810 ST02=0001 seg 2 BIG[1]/01", "AK403:8", "20261199"),
            ("810 ST02=0001 seg 4 IT1[1]/03", "AK403:7", "QQ"),
        ]
        assert all(f["fix"] for f in found["document"]["faults"])
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK4") == [["AK4", "1", "373", "8", "20261199"], ["AK4", "3", "355", "7", "QQ"]]
        assert found["acknowledgments"][0]["content"] == answer
        assert not house.erp.messages


async def test_two_partners_in_one_file_get_one_answer_each(tmp_path):
    """An interchange of somebody else in a partner's file is not processed; its own one is."""
    async with gateway(tmp_path) as house:
        await house.send(invoice(1) + purchase_order(2) + invoice(3, "PO3"))
        await house.settle()
        assert sorted(body["invoice_number"] for body in house.erp.bodies("invoice")) == ["INV1", "INV3"]
        assert len(await house.outbox(SUPPLIER_KEY)) == 2
        assert (await _only_case(house))["cause"] == "wrong-sender"


async def test_good_and_bad_sets_of_one_group_go_their_own_ways(tmp_path):
    good = invoice(1)
    start, end = good.index("ST*"), good.index("GE*")
    second = good[start:end].replace("0001~", "0002~").replace("INV1", "INV2").replace("TDS*13800", "TDS*1.5")
    both = good[:end] + second + good[end:].replace("GE*1*1", "GE*2*1")
    async with gateway(tmp_path) as house:
        await house.send(both)
        await house.settle()
        assert [body["invoice_number"] for body in house.erp.bodies("invoice")] == ["INV1"]
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK9") == [["AK9", "P", "2", "2", "1"]]
        assert [segment[1] for segment in elements(answer, "AK5")] == ["A", "R"]


async def test_a_test_document_stops_before_the_erp(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(invoice(usage="T"))
        await house.settle()
        found = await _look(house, response)
        assert (found["state"], found["document"]["test"]) == ("set_aside", True)
        assert found["canonical"]["body"]["invoice_number"] == "INV1"
        assert not house.erp.messages


async def test_totals_that_differ_are_noted_or_refused_as_agreed(tmp_path):
    text = acknowledgment().replace("CTT*1~", "CTT*5~")
    async with gateway(tmp_path / "note") as house:
        found = await _look(house, await house.send(text))
        await house.settle()
        found = await house.get(f"/api/v1/documents/{found['id']}")
        assert found["state"] == "delivered"
        assert found["document"]["notes"][0] == "CTT/01 says 5, but count(lines) is 1"
    async with gateway(tmp_path / "refuse", supplier(defaults={"totals": "refuse"})) as house:
        await house.send(text)
        await house.settle()
        assert (await _only_case(house))["cause"] == "totals-differ"
        assert not house.erp.messages


@pytest.mark.parametrize(
    ("message", "status", "words"),
    [
        ({"type": "purchase_order", "partner": "nobody", "body": {}}, 422, "there is no partner 'nobody'"),
        ({"type": "order", "partner": "supplier", "body": {}}, 422, "'order' is none of purchase_order"),
        ({"type": "purchase_order", "partner": "supplier", "body": {}}, 422, "/body/order_number: Field required"),
        (
            {"type": "invoice", "partner": "supplier", "body": {}},
            422,
            "no agreement to send a 810 (invoice) to supplier",
        ),
        ({"type": "purchase_order"}, 422, "/partner: Field required"),
        ([], 422, "Input should be"),
    ],
)
async def test_a_message_of_the_erp_that_cannot_be_sent_is_refused_in_words(tmp_path, message, status, words):
    async with gateway(tmp_path) as house:
        response = await house.order(message)
        assert response.status == status
        problem = await response.json()
        assert words in problem["detail"]
        assert response.content_type == "application/problem+json"


async def test_a_partner_may_send_canonical_json(tmp_path):
    body = {"order_number": "PO9", "acknowledged_on": "2026-11-21", "lines": []}
    async with gateway(tmp_path) as house:
        data = json.dumps({"type": "order_acknowledgment", "body": body})
        response = await house.send(data, Content_Type="application/json")
        assert response.status == 202
        await house.settle()
        assert [found["order_number"] for found in house.erp.bodies("order_acknowledgment")] == ["PO9"]
        assert await house.outbox(SUPPLIER_KEY) == [], "JSON is not X12: there is nothing that a 997 could answer"


async def test_canonical_json_may_be_large_but_not_without_bound(tmp_path):
    def message(lines):
        made = [{"number": str(n), "quantity": {"value": "1", "unit": "each"}} for n in range(lines)]
        body = {"order_number": f"PO{lines}", "acknowledged_on": "2026-11-21", "lines": made}
        return json.dumps({"type": "order_acknowledgment", "body": body})

    async with gateway(tmp_path, settings={"limits": {"erp_message_mb": 1}}) as house:
        await house.send(message(3000), Content_Type="application/json")
        await house.settle()
        assert [len(found["lines"]) for found in house.erp.bodies("order_acknowledgment")] == [3000]
        response = await house.send(message(30_000), Content_Type="application/json")
        await house.settle()
        found = await _look(house, response)
        assert found["state"] == "refused"
        assert "at most 1 MiB here" in json.dumps(found)


@pytest.mark.parametrize(
    ("data", "state", "words"),
    [
        ('{"type": "order_acknowledgment", "body": {"order_numbr": "1"}}', "rejected", "/order_number"),
        ('{"type": "memo", "body": {}}', "refused", "'memo' is none of"),
        ('{"type": 5', "refused", "no canonical submission"),
        ("[1, 2]", "refused", "no canonical submission"),
    ],
)
async def test_canonical_json_that_is_none_is_explained(tmp_path, data, state, words):
    async with gateway(tmp_path) as house:
        response = await house.send(data, Content_Type="application/json")
        await house.settle()
        found = await _look(house, response)
        assert found["state"] == state
        assert words in json.dumps(found)
        assert not house.erp.messages


async def test_a_document_of_a_version_in_between_says_by_what_it_was_judged(tmp_path):
    async with gateway(tmp_path) as house:
        response = await house.send(invoice(version="006020"))
        await house.settle()
        document = (await _look(house, response))["document"]
        assert (document["version"], document["judged_by"]) == ("006020", "005010")
