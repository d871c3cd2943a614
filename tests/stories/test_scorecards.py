"""The scorecard of a supplier says what people who counted its papers by hand say, and only to those whom it concerns."""

import aiohttp
import pytest

from gateway.tracking.scorecard import MEASURES
from gateway.web.keys import key_hash
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import MATCH, received
from tests.stories.test_promises import Clock
from tests.stories.test_reading_orders import problem
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, customer, gateway, supplier
from tests.support.x12 import elements, functional, interchange

OTHER_KEY = "key-of-another-supplier"
PROMISED = {"855": "24h", "856": "48h", "810": "72h"}
ORDERS = ("PO1", "PO2", "PO3", "PO4")


def scored():
    """A supplier that has promised to answer, to announce and to bill in time."""
    inbound = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856", "810")]
    order = {"document": "850", "direction": "outbound", "role": "buyer", "promises": PROMISED}
    order |= {"acknowledgment": {"within": "4h", "resends": 0}}
    return supplier(agreements=[order, *inbound], defaults={"match": MATCH})


def other():
    return supplier(
        partner="other",
        name="Other Inc.",
        identities=[{"qualifier": "ZZ", "id": "OTHER"}],
        api_keys=[{"name": "main", "sha256": key_hash(OTHER_KEY)}],
    )


def answered(control, number, day, price="12.5"):
    body = f"""BAK*00*AD*{number}*{day:%Y%m%d}
    PO1*1*10*EA*{price}*PE*BP*B-1
    ACK*IA*10*EA*067*{day:%Y%m%d}
    CTT*1"""
    return interchange(body, set_id="855", group="PR", number=control)


def shipped(control, number, day, quantity):
    body = f"""BSN*00*SHP{number}*{day:%Y%m%d}*0915*0001
    HL*1**S*1
    HL*2*1*O*1
    PRF*{number}
    HL*3*2*I*0
    LIN*1*BP*B-1
    SN1*1*{quantity}*EA
    CTT*3"""
    return interchange(body, set_id="856", group="SH", number=control)


def billed(control, number, day, quantity, total):
    body = f"""BIG*{day:%Y%m%d}*INV{control}*{day:%Y%m%d}*{number}
    IT1*1*{quantity}*EA*12.5*PE*BP*B-1
    TDS*{total}
    CTT*1"""
    return interchange(body, set_id="810", group="IN", number=control)


async def traded(house):
    """Play four orders over three days: one late, partial, at another price, one never answered, one all well."""
    clock = Clock(house)
    day = clock().date()
    for number in ORDERS:
        line = ORDER["body"]["lines"][0] | {"dates": [{"kind": "delivery_requested", "date": day.isoformat()}]}
        await house.order(ORDER | {"body": ORDER["body"] | {"order_number": number, "lines": [line]}})
    await house.settle()
    sent = {elements(text, "BEG")[0][3]: elements(text, "GS")[0][6] for text in await house.outbox(SUPPLIER_KEY)}
    await house.settle()
    await house.send(functional("PO", sent["PO4"], "850", "0001"))
    await house.send(answered(1, "PO1", day))
    await house.send(answered(2, "PO4", day))
    await house.settle()
    clock.on(hours=25)
    await house.send(answered(3, "PO2", day, price="15"))  # Late, and dearer than ordered.
    await house.send(shipped(4, "PO1", day, 6))
    await house.send(shipped(5, "PO4", day, 10))
    await house.settle()
    await received(house, "R1", 6, "SHPPO1")
    clock.on(hours=25)
    await house.send(billed(6, "PO1", day, 6, 7500))
    await house.send(billed(7, "PO2", day, 6, 7500).replace("BIG*", "BGI*"))  # No invoice without its first segment.
    await house.settle()
    return clock


async def card(house, path="/api/v1/scorecards/supplier", key=None):
    """Return what a scorecard says: figure -> achieved, counted, percent."""
    found = await (house.get(path, key) if key else house.get(path))
    return {each["name"]: (each["achieved"], each["counted"], each["percent"]) for each in found["scores"]}


async def test_a_scorecard_is_what_was_counted_by_hand(tmp_path):
    async with gateway(tmp_path, scored(), customer()) as house:
        clock = await traded(house)
        before = await card(house)
        assert before["on_time_invoice"] == (0, 0, None), "none is due yet"
        clock.on(hours=25)
        await house.settle()
        assert await card(house) == {
            "on_time_acknowledgment": (2, 4, 50),  # PO1 and PO4; PO2 came late, PO3 never.
            "on_time_functional_acknowledgment": (1, 4, 25),  # PO4
            "on_time_ship_notice": (2, 4, 50),  # PO1 and PO4
            "on_time_shipment": (1, 3, 33.33),  # PO4 whole; PO1 in part, PO2 not; PO3 was never promised.
            "on_time_invoice": (1, 4, 25),  # PO1; that of PO2 could not be read.
            "fill_rate": (0.6, 4, 15),  # 6 of 10 of PO1 are here.
            "shipped_fill_rate": (1.6, 4, 40),  # and 10 of 10 of PO4 on their way.
            "error_rate": (2, 7, 28.57),  # Three 855, two 856, two 810: one at another price, one rejected.
            "rejected_documents": (1, 7, 14.29),
            "discrepancies": (1, 6, 16.67),
        }


async def test_only_what_was_due_in_the_period_is_counted_and_nothing_is_empty_not_nought(tmp_path):
    async with gateway(tmp_path, scored(), customer()) as house:
        begin = house.house.world.clock()
        clock = await traded(house)
        clock.on(hours=25)
        await house.settle()
        early, late = "2020-01-01T00:00:00Z", f"{begin:%Y-%m-%dT%H:%M:%SZ}"
        nothing = await card(house, f"/api/v1/scorecards/supplier?since={early}&until={early}")
        assert set(nothing.values()) == {(0, 0, None)} and list(nothing) == list(MEASURES)
        first = await card(house, f"/api/v1/scorecards/supplier?since={early}&until={late}")
        assert first["on_time_acknowledgment"] == (0, 0, None)
        found = await house.get("/api/v1/scorecards/supplier?until=2999-01-01T00:00:00Z&since=" + late)
        assert found["until"] < "2100", "what is due later was not missed"
        assert found["scores"][0]["counted"] == 4
        for each in found["scores"]:
            row = MEASURES[each["name"]]
            assert (each["definition"], each["numerator"], each["denominator"]) == (
                row.words,
                row.numerator,
                row.denominator,
            )
        status, words = await problem(house, f"/api/v1/scorecards?since={late}&until={early}")
        assert (status, words) == (400, "since is after until. Let the period begin before it ends.")


async def test_a_partner_sees_its_own_scorecard_and_no_other(tmp_path):
    async with gateway(tmp_path, scored(), other(), customer()) as house:
        clock = await traded(house)
        clock.on(hours=25)
        await house.settle()
        seen = (await house.get("/api/v1/scorecards", SUPPLIER_KEY))["items"]
        assert [each["partner"] for each in seen] == ["supplier"]
        assert (await card(house, key=SUPPLIER_KEY))["on_time_acknowledgment"] == (2, 4, 50)
        assert set((await card(house, "/api/v1/scorecards/other", OTHER_KEY)).values()) == {(0, 0, None)}
        unknown = await problem(house, "/api/v1/scorecards/nobody")
        assert unknown[0] == 404 and "GET /api/v1/scorecards lists those" in unknown[1]
        assert await problem(house, "/api/v1/scorecards/other", SUPPLIER_KEY) == unknown
        assert await problem(house, "/api/v1/scorecards/supplier", OTHER_KEY) == unknown
        assert await problem(house, "/api/v1/scorecards/customer", CUSTOMER_KEY) == unknown, "it only buys"
        assert (await house.get("/api/v1/scorecards", CUSTOMER_KEY))["items"] == []
        with pytest.raises(aiohttp.ClientResponseError, match="401"):
            await house.get("/api/v1/scorecards", "no key")


async def test_scorecards_come_in_pages_by_name(tmp_path):
    async with gateway(tmp_path, scored(), other(), customer()) as house:
        first = await house.get("/api/v1/scorecards?limit=1")
        assert ([each["partner"] for each in first["items"]], first["after"]) == (["other"], 1)
        second = await house.get(f"/api/v1/scorecards?limit=1&after={first['after']}")
        assert ([each["partner"] for each in second["items"]], second["after"]) == (["supplier"], None)
