"""The warehouse speaks: goods come, short or whole; the supplier hears of what was wrong, and nothing that is told is lost."""

import asyncio

import pytest

from gateway.tracking.order import Order, OrderLine
from gateway.tracking.transmission import Transmission
from gateway.web.keys import key_hash
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH, bill, notice, order_of
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, gateway, supplier
from tests.support.systems import ago, cases, events, key_of, post, receipt, say, system_keys
from tests.support.x12 import elements, interchange

ADVISED = [
    {"document": "850", "direction": "outbound", "role": "buyer"},
    *({"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856", "810")),
    {"document": "861", "direction": "outbound", "role": "buyer"},
]
EXACT = MATCH | {"quantity_under": 0}


def partner(**match):
    return supplier(defaults={"match": EXACT | match}, agreements=ADVISED)


async def shipped(house):
    """An order of ten that the supplier has shipped whole."""
    await house.order(ORDER)
    await house.settle()
    await house.outbox(SUPPLIER_KEY)
    await house.send(notice(2))
    await house.settle()
    await house.outbox(SUPPLIER_KEY)


async def test_a_receipt_that_is_a_tenth_short_becomes_a_case_and_an_861(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        answer = await say(house, "wms", "wms/receipts", receipt("R1", "9", shipment_number="SHP2", plant="P1"))
        [stand] = answer["orders"]
        assert (stand["order_number"], stand["partner"], stand["verdict"]) == ("PO1", "supplier", "outside")
        assert stand["state"] == "partly_received"
        assert stand["findings"] == ["line 1: 9 received where 10 was expected: 1 less"]
        assert await cases(house) == [("receipt-differs", "partner")]

        [advice] = await house.outbox(SUPPLIER_KEY)
        assert elements(advice, "BRA")[0][1:5:2] == ["R1", "00"]
        [line] = elements(advice, "RCD")
        assert (line[2:4], line[6:9]) == (["9", "EA"], ["1", "EA", "02"])
        assert elements(advice, "PRF")[0][1] == "PO1"
        assert ["REF", "SI", "SHP2"] in elements(advice, "REF")

        [came] = await events(house, "goods.received")
        told = {"order": "PO1", "number": "R1", "line": "1", "item": "B-1", "quantity": "9", "plant": "P1"}
        assert told.items() <= came.items()
        assert [each["checks"] for each in await events(house, "receipt.discrepancy")] == ["quantity"]

        # The rest comes: nothing differs any more, and nothing more is said to the supplier.
        answer = await say(house, "wms", "wms/receipts", receipt("R2", "1", shipment_number="SHP2"))
        assert answer["orders"][0]["state"] == "received"
        assert await cases(house) == []
        assert await house.outbox(SUPPLIER_KEY) == []


async def test_a_receipt_as_announced_is_nobodys_business(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        answer = await say(house, "wms", "wms/receipts", receipt(shipment_number="SHP2"))
        assert (answer["orders"][0]["state"], answer["orders"][0]["verdict"]) == ("received", "clean")
        assert await cases(house) == []
        assert await house.outbox(SUPPLIER_KEY) == []
        await house.send(bill(3))
        await house.settle()
        assert (await order_of(house)).state == "matched"


async def test_damaged_goods_are_told_to_the_supplier_once_however_often_the_receipt_comes(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        body = receipt("R1", "10", damaged="2", shipment_number="SHP2")
        answers = [await say(house, "wms", "wms/receipts", body, Idempotency_Key="k1") for _ in range(3)]
        assert [each["duplicate"] for each in answers] == [False, True, True]
        assert len({each["id"] for each in answers}) == 1
        assert answers[2]["orders"] == answers[0]["orders"]
        [advice] = await house.outbox(SUPPLIER_KEY)
        assert elements(advice, "RCD")[0][6:9] == ["2", "EA", "01"]
        assert len(await events(house, "goods.received")) == 1
        assert (await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")).refused == 2


async def test_without_an_agreement_for_it_no_861_goes_out(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"match": EXACT}), settings=system_keys()) as house:
        await shipped(house)
        await say(house, "wms", "wms/receipts", receipt("R1", "9", shipment_number="SHP2"))
        assert await cases(house) == [("receipt-differs", "partner")]
        assert await house.outbox(SUPPLIER_KEY) == []


async def test_a_correction_replaces_the_receipt_and_a_cancellation_takes_it_back(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        await say(house, "wms", "wms/receipts", receipt("R1", "9", shipment_number="SHP2", received_at=ago(minutes=30)))
        right = receipt("R1", "10", shipment_number="SHP2", purpose="replacement", received_at=ago(minutes=20))
        answer = await say(house, "wms", "wms/receipts", right)
        assert (answer["orders"][0]["state"], answer["orders"][0]["verdict"]) == ("received", "clean")
        assert await cases(house) == []
        gone = receipt("R1", "10", shipment_number="SHP2", purpose="cancellation", received_at=ago(minutes=10))
        answer = await say(house, "wms", "wms/receipts", gone)
        assert (await order_of(house)).state == "shipped"


async def test_an_order_that_a_correction_does_not_name_any_more_loses_its_part(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        await house.order(ORDER | {"body": ORDER["body"] | {"order_number": "PO2"}})
        await house.settle()
        both = receipt("R1", received_at=ago(minutes=30))
        both["lines"].append({"order_number": "PO2", "line": "1", "quantity": "10"})
        await say(house, "wms", "wms/receipts", both)
        assert {(await order_of(house, number=each)).state for each in ("PO1", "PO2")} == {"received"}
        await say(house, "wms", "wms/receipts", receipt("R1", purpose="replacement", received_at=ago(minutes=20)))
        assert (await order_of(house)).state == "received"
        assert (await house.house.database.load(OrderLine, "supplier:buyer:PO2:1")).received == 0


async def test_a_receipt_for_an_unknown_order_waits_becomes_one_case_and_counts_when_the_order_comes(tmp_path):
    soon = system_keys(limits={"order_within": "0s"})
    async with gateway(tmp_path, partner(), settings=soon) as house:
        answer = await say(house, "wms", "wms/receipts", receipt())
        assert (answer["orders"], answer["unknown"]) == ([], ["order PO1"])
        await house.until(lambda: _some(cases(house)))
        assert await cases(house) == [("order-unknown", "data")]
        again = await say(house, "wms", "wms/receipts", receipt("R2", "1"))
        assert again["unknown"] == ["order PO1"]
        await house.order(ORDER)
        await house.settle()
        line = await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")
        assert line.received == 11
        assert [cause for cause, _owner in await cases(house)] == ["receipt-differs"]
        assert len(await events(house, "goods.received")) == 2
        stands = await say(house, "wms", "wms/receipts", receipt() | {"id": "x"})
        assert stands["unknown"] == []


async def _some(found):
    return bool(await found)


async def test_a_receipt_that_names_the_partner_waits_in_the_thread_of_its_order(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys(limits={"order_within": "0s"})) as house:
        answer = await say(house, "wms", "wms/receipts", receipt(partner="supplier"))
        assert answer["unknown"] == ["order PO1"]
        assert (answer["orders"][0]["state"], answer["orders"][0]["verdict"]) == ("unknown", "waiting")
        await house.until(lambda: _some(cases(house)))
        await house.order(ORDER)
        await house.settle()
        assert (await order_of(house)).state == "received"
        assert await cases(house) == []


async def test_a_number_that_several_partners_use_waits_until_the_partner_is_named(tmp_path):
    other = partner() | {"partner": "other", "identities": [{"qualifier": "ZZ", "id": "OTHER"}], "api_keys": []}
    async with gateway(tmp_path, partner(), other, settings=system_keys()) as house:
        for each in ("supplier", "other"):
            await house.order(ORDER | {"partner": each})
        await house.settle()
        assert (await say(house, "wms", "wms/receipts", receipt()))["unknown"] == ["order PO1"]
        named = await say(house, "wms", "wms/receipts", receipt(partner="other"))
        assert [(each["partner"], each["state"]) for each in named["orders"]] == [("other", "received")]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"line": "9"}, ("line-misnamed", "data")),
        ({"line": None, "item_ids": [{"kind": "buyer_part", "value": "B-9"}]}, ("line-misnamed", "data")),
        ({"unit": "kilogram"}, ("unit-unknown", "data")),
        ({"received_at": "2126-01-01T00:00:00Z"}, ("clock-wrong", "technical")),
        ({"quantity": "11"}, ("receipt-differs", "partner")),
    ],
)
async def test_what_can_not_be_right_is_kept_out_with_one_case_for_who_can_put_it_right(tmp_path, changes, cause):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        answer = await say(house, "wms", "wms/receipts", receipt(shipment_number="SHP2", **changes))
        assert answer["orders"][0]["verdict"] == "outside"
        assert await cases(house) == [cause]
        kept = await house.house.database.load(Transmission, answer["id"])
        assert (kept.source, kept.transport, kept.state) == ("system:wms", "system", "read")
        if cause[0] != "receipt-differs":
            assert (await order_of(house)).state == "shipped"


async def test_mistakes_of_systems_are_cases_also_where_nothing_was_agreed_with_the_partner(tmp_path):
    async with gateway(tmp_path, supplier(), settings=system_keys()) as house:
        await shipped(house)
        await say(house, "wms", "wms/receipts", receipt(received_at="2126-01-01T00:00:00Z"))
        assert await cases(house) == [("clock-wrong", "technical")]


async def test_two_systems_that_contradict_one_another_ask_somebody_and_the_first_one_counts(tmp_path):
    second = {"name": "wms-east", "role": "system", "scope": "wms", "sha256": key_hash("east")}
    async with gateway(tmp_path, partner(), settings=system_keys(second)) as house:
        await shipped(house)
        await say(house, "wms", "wms/receipts", receipt("R1", "10", shipment_number="SHP2"))
        response = await post(house, "wms/receipts", receipt("R1", "4", shipment_number="SHP2"), "east")
        assert response.status == 202
        await house.settle()
        assert await cases(house) == [("statement-contradicts", "business")]
        assert (await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")).received == 10
        assert len(await events(house, "goods.received")) == 1


async def test_a_correction_that_is_older_than_what_it_corrects_changes_nothing(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        await say(house, "wms", "wms/receipts", receipt(shipment_number="SHP2", received_at=ago(minutes=10)))
        old = receipt("R1", "3", shipment_number="SHP2", purpose="replacement", received_at=ago(minutes=20))
        await say(house, "wms", "wms/receipts", old)
        assert await cases(house) == [("statement-contradicts", "business")]
        assert (await order_of(house)).state == "received"


async def test_the_same_key_with_another_content_is_refused_and_an_id_in_the_body_is_a_key_too(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        body = receipt() | {"id": "m-1"}
        first = await say(house, "wms", "wms/receipts", body)
        again = await say(house, "wms", "wms/receipts", body)
        assert (again["duplicate"], again["id"]) == (True, first["id"])
        refused = await post(house, "wms/receipts", body | {"receipt_number": "R7"}, key_of("wms"))
        assert refused.status == 409


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"lines": []}, "/lines"),
        ({"received_at": "2026-11-21T08:00:00"}, "/received_at"),
        ({"typo": 1}, "/typo"),
        ({"partner": "nobody"}, "/partner"),
        ({"lines": [{"order_number": "PO1", "quantity": "1"}]}, "/lines/0"),
        ({"lines": [{"order_number": "PO1", "line": "1", "quantity": "-1"}]}, "/lines/0/quantity"),
        ({"lines": [{"order_number": "PO1", "line": "1", "quantity": "1", "damaged": "2"}]}, "/lines/0"),
        ({"receipt_number": "a\u0000b"}, "/receipt_number"),
    ],
)
async def test_a_body_that_breaks_its_schema_is_refused_with_every_fault(tmp_path, changes, where):
    async with gateway(tmp_path, settings=system_keys()) as house:
        response = await post(house, "wms/receipts", receipt() | changes, key_of("wms"))
        assert response.status == 422
        assert where in [fault["where"] for fault in (await response.json())["faults"]]
        assert await house.house.database.tx(lambda uow: uow.find_orders_numbered("PO1")) == []


async def test_systems_and_orders_that_come_at_once_are_all_judged(tmp_path):
    """The receipt looks for its order while the order looks for what waits: neither may miss the other."""
    numbers = [f"PO-{n}" for n in range(20)]
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await _race(house, numbers)


async def _race(house, numbers):
    orders = [house.order(ORDER | {"body": ORDER["body"] | {"order_number": each}}) for each in numbers]
    receipts = [post(house, "wms/receipts", receipt(f"R-{each}", order=each), key_of("wms")) for each in numbers]
    answers = await asyncio.gather(*(one for pair in zip(orders, receipts, strict=True) for one in pair))
    assert {each.status for each in answers} == {202}
    await house.settle()
    for each in numbers:
        order = await house.house.database.load(Order, f"supplier:buyer:{each}")
        assert (order.state, order.verdict) == ("received", "clean"), each


WAREHOUSE = {
    "partner": "warehouse",
    "name": "Lake Warehouse",
    "identities": [{"qualifier": "ZZ", "id": "LAKE"}],
    "api_keys": [{"name": "main", "sha256": key_hash(CUSTOMER_KEY)}],
    "channels": {"rest": {}},
    "agreements": [{"document": "944", "direction": "inbound", "role": "buyer"}],
}


async def test_a_944_of_a_warehouse_says_the_same_as_our_own_and_the_supplier_gets_its_861(tmp_path):
    async with gateway(tmp_path, partner(), WAREHOUSE, settings=system_keys()) as house:
        await shipped(house)
        body = """W17*F*20261121*REC1**SHP2
        N1*WH*Lake Warehouse*92*W22
        W07*9*EA**VP*V-7*BP*B-1
        N9*PO*PO1
        W14*9"""
        sent = interchange(body, set_id="944", group="RE", number=5, sender=("ZZ", "LAKE"))
        assert (await house.send(sent, CUSTOMER_KEY)).status == 202
        await house.settle()
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "944"]
        assert document["state"] == "delivered", document["faults"]
        assert (await order_of(house)).state == "partly_received"
        assert await cases(house) == [("receipt-differs", "partner")]
        [advice] = await house.outbox(SUPPLIER_KEY)
        assert elements(advice, "BRA")[0][1] == "REC1"
        assert [each["number"] for each in await events(house, "goods.received")] == ["REC1"]
