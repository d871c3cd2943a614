"""Planning calls off and forecasts: suppliers get 862s and 830s with the sums so far; who is to deliver sooner is named."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from gateway.tracking.release import Release
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import order_of
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.systems import cases, events, key_of, post, receipt, say, system_keys
from tests.support.x12 import acknowledgment, elements, interchange

PL8 = {"planned_order": "PL-8", "order_number": None}  # What becomes of it is another order.
PO1 = quote("supplier:buyer:PO1", safe="")
TODAY = datetime.now(UTC).date()
SENT = [
    {"document": "850", "direction": "outbound", "role": "buyer"},
    *({"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856")),
    *({"document": name, "direction": "outbound", "role": "buyer"} for name in ("830", "862")),
]
YEAR = {"since": f"{TODAY.year}-01-01", "shipped": "385", "received": "380"}


def partner(**changes):
    return supplier(agreements=SENT) | changes


def on(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def plan(number, *wants, **line):
    called = {"partner": "supplier", "item_ids": [{"value": "B-1"}], "unit": "each", "order_number": "PO1"}
    made = [{"on": day, "quantity": quantity} for day, quantity in wants]
    return {"number": number, "lines": [called | {"wants": made} | line]}


def shipped_so_far(number, quantity, to_date):
    body = f"""BSN*00*SHP{number}*20261121*0915*0001
    HL*1**S*1
    HL*2*1*O*1
    PRF*PO1
    HL*3*2*I*0
    LIN*1*BP*B-1
    SN1*1*{quantity}*EA*{to_date}
    CTT*3"""
    return interchange(body, set_id="856", group="SH", number=number)


async def test_each_release_carries_its_number_and_the_sums_that_receipts_have_made_since(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await house.order(ORDER)
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await say(house, "planning", "planning/schedules", plan("S1", (on(5), "6"), (on(9), "4"), counted=YEAR))
        [first] = await house.outbox(SUPPLIER_KEY)
        [bss] = elements(first, "BSS")
        assert (bss[2], bss[7], bss[11]) == ("S1", "1", "A")
        assert [fst[1:3] for fst in elements(first, "FST")] == [["6", "C"], ["4", "C"]]
        assert [shp[1:3] for shp in elements(first, "SHP")] == [["02", "380"]]

        await house.send(shipped_so_far(2, "10", "395"))
        await house.settle()
        await say(house, "wms", "wms/receipts", receipt("R1", "10", shipment_number="SHP2"))
        await house.outbox(SUPPLIER_KEY)
        await say(house, "planning", "planning/schedules", plan("S2", (on(9), "4")) | {"quantities": "cumulative"})
        [second] = await house.outbox(SUPPLIER_KEY)
        assert elements(second, "BSS")[0][7] == "2"
        assert [fst[1] for fst in elements(second, "FST")] == ["394"]
        assert [shp[1:3] for shp in elements(second, "SHP")] == [["01", "10"], ["02", "390"]]
        assert ["REF", "SI", "R1"] in elements(second, "REF")
        stands = await house.house.database.load(Release, "supplier::B-1")
        figures = (stands.number, stands.required, stands.shipped, stands.received, stands.last_received)
        assert figures == (2, 394, 395, 390, 10)
        assert stands.since == date(TODAY.year, 1, 1)
        assert await cases(house) == []


async def test_a_supplier_that_has_shipped_another_sum_than_we_know_of_is_one_case(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await house.order(ORDER)
        await house.settle()
        await say(house, "planning", "planning/schedules", plan("S1", (on(5), "10"), counted=YEAR))
        await house.send(shipped_so_far(2, "10", "405"))
        await house.settle()
        assert await cases(house) == [("cumulative-differs", "partner")]
        [differs] = await events(house, "cumulative.differs")
        assert (differs["item"], differs["quantity"], differs["expected"]) == ("B-1", "405", "395")


async def test_a_schedule_that_is_pulled_in_by_three_days_names_the_suppliers_and_goes_to_them(tmp_path):
    other = partner(partner="other", identities=[{"qualifier": "ZZ", "id": "OTHER"}], api_keys=[])
    async with gateway(tmp_path, partner(), other, settings=system_keys()) as house:

        def both(number, day):
            mine, theirs = plan(number, (on(day), "10")), plan(number, (on(20), "5"), partner="other")
            return mine | {"lines": [*mine["lines"], *theirs["lines"]]}

        await say(house, "planning", "planning/schedules", both("S1", 10))
        assert await events(house, "supply.risk") == []
        await house.outbox(SUPPLIER_KEY)
        await say(house, "planning", "planning/schedules", both("S2", 7))
        [risk] = await events(house, "supply.risk")
        assert (risk["partners"], risk["days"], risk["orders"]) == (["supplier"], 3, ["PO1"])
        [sent] = await house.outbox(SUPPLIER_KEY)
        assert elements(sent, "FST")[0][4] == on(7).replace("-", "")
        assert len(await events(house, "schedule.released")) == 4

        # Later, or the same again, puts nobody at risk.
        await say(house, "planning", "planning/schedules", both("S3", 8))
        assert len(await events(house, "supply.risk")) == 1


async def test_a_planned_order_becomes_an_830_and_a_later_promise_reaches_planning(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        forecast = plan("F1", (on(30), "100"), (on(37), "120"), planned_order="PL-7", plant="P1")
        await say(house, "planning", "planning/forecasts", forecast)
        [sent] = await house.outbox(SUPPLIER_KEY)
        assert elements(sent, "BFR")[0][2:4] == ["F1", "1"]
        assert [fst[1:4] for fst in elements(sent, "FST")] == [["100", "D", "D"], ["120", "D", "D"]]
        [released] = await events(house, "planned_order.released")
        assert (released["number"], released["item"], released["quantity"]) == ("PL-7", "B-1", "220")

        wanted = {"dates": [{"kind": "delivery_requested", "date": "2026-12-05"}]}
        await house.order(ORDER | {"body": ORDER["body"] | wanted})
        await house.settle()
        await house.send(acknowledgment(1).replace("ACK*IA*10*EA*068*20261205", "ACK*DR*10*EA*068*20270115"))
        await house.settle()
        [changed] = await events(house, "supply.commitment.changed")
        told = {"order": "PO1", "line": "1", "before": "2026-12-05", "after": "2027-01-15", "quantity": "10"}
        assert told.items() <= changed.items()


def new_order(*planned):
    return {"partner": "supplier", "order": ORDER["body"], "planned_orders": list(planned)}


async def beginning(house):
    """What the thread of PO1 tells of its beginning, and the sets of its documents."""
    thread = await house.get(f"/api/v1/orders/{PO1}")
    told = [each for each in thread["timeline"] if each["type"] in ("planned", "forecast", "called", "created")]
    return [each["words"] for each in told], [each["set"] for each in thread["documents"]], thread["lines"]


async def test_the_thread_of_an_order_begins_with_the_planned_orders_that_it_fulfils(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await say(house, "planning", "planning/forecasts", plan("F1", (on(30), "8"), planned_order="PL-7"))
        await say(house, "planning", "planning/forecasts", plan("F2", (on(40), "9"), **PL8))
        await say(house, "planning", "planning/schedules", plan("S1", (on(30), "10"), planned_order="PL-7"))
        await say(house, "procurement", "purchase-orders", new_order("PL-7"))
        words, sets, [line] = await beginning(house)
        assert words == [
            f"planned PL-7 (says planning): B-1 8 each for {on(30)}",
            f"forecast to the partner F1: B-1 8 each for {on(30)}",
            f"planned PL-7 (says planning): B-1 10 each for {on(30)}",
            f"called off from the partner S1: B-1 10 each for {on(30)}",
            "created PO1 (says procurement): line 1 10 each at 12.5",
        ]
        assert sets == ["830", "862"], "what another planned order became is no business of this one"
        assert (line["state"], line["ordered"]) == ("created", "10")
        await say(house, "procurement", f"purchase-orders/{PO1}/approve", {})
        await say(house, "procurement", f"purchase-orders/{PO1}/dispatch", {})
        assert [elements(each, "ST")[0][1] for each in await house.outbox(SUPPLIER_KEY)] == ["830", "830", "862", "850"]
        await house.settle()
        assert (await order_of(house)).state == "transmitted"


async def test_what_is_planned_after_its_order_was_made_stands_in_the_thread_too(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await say(house, "procurement", "purchase-orders", new_order("PL-7", "PL-8"))
        both = plan("F1", (on(30), "8"), planned_order="PL-7")
        both["lines"] += plan("F1", (on(30), "9"), planned_order="PL-8", plant="P1")["lines"]
        await say(house, "planning", "planning/forecasts", both)
        words, sets, lines = await beginning(house)
        assert [each.partition(": ")[0] for each in words] == [
            "created PO1 (says procurement)",
            "planned PL-7 (says planning)",
            "forecast to the partner F1",
            "planned PL-8 (says planning)",
            "forecast to the partner F1",
        ]
        assert (sets, len(lines)) == (["830"], 1)


async def test_a_partner_sees_the_forecast_that_it_got_and_not_the_plan_of_the_other(tmp_path):
    other = partner(partner="other", identities=[{"qualifier": "ZZ", "id": "OTHER"}], api_keys=[])
    async with gateway(tmp_path, partner(), other, settings=system_keys()) as house:
        both = plan("F1", (on(30), "8"), planned_order="PL-7")
        both["lines"] += plan("F1", (on(30), "9"), planned_order="PL-7", partner="other")["lines"]
        await say(house, "planning", "planning/forecasts", both)
        await say(house, "procurement", "purchase-orders", new_order("PL-7"))
        for step in ("approve", "dispatch"):
            await say(house, "procurement", f"purchase-orders/{PO1}/{step}", {})
        await house.outbox(SUPPLIER_KEY)
        await house.settle()
        headers = {"Authorization": f"Bearer {SUPPLIER_KEY}"}
        async with house.session.get(f"{house.address}/api/v1/orders/{PO1}", headers=headers) as response:
            thread = await response.json()
        told = [each["words"] for each in thread["timeline"] if each["kind"] == "said"]
        assert f"forecast to the partner F1: B-1 8 each for {on(30)}" in told
        assert not [each for each in told if each.startswith("planned") or " 9 each" in each]


async def test_the_same_plan_comes_once_and_a_wrong_one_reaches_nobody(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        body = plan("S1", (on(5), "10"))
        await say(house, "planning", "planning/schedules", body, Idempotency_Key="k")
        again = await say(house, "planning", "planning/schedules", body, Idempotency_Key="k")
        assert again["duplicate"] is True
        assert len(await house.outbox(SUPPLIER_KEY)) == 1
        wrong = body | {"lines": [*body["lines"], body["lines"][0] | {"partner": "nobody"}]}
        refused = await post(house, "planning/schedules", wrong, key_of("planning"))
        assert refused.status == 422
        assert [each["where"] for each in (await refused.json())["faults"]] == ["/lines/1/partner"]
        await house.settle()
        assert await house.outbox(SUPPLIER_KEY) == []
        assert (await house.house.database.load(Release, "supplier::B-1")).number == 1
