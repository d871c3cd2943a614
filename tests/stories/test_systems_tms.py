"""Transport speaks: a late milestone moves the day on which the orders in a shipment are expected, and the plant is told."""

import pytest

from gateway.tracking.order import OrderLine
from gateway.web.keys import key_hash
from tests.stories.test_buyer import ORDER
from tests.stories.test_order_thread import notice, order_of
from tests.stories.test_systems_wms import partner, shipped
from tests.support.house import CUSTOMER_KEY, gateway
from tests.support.systems import ago, cases, events, key_of, post, say, system_keys
from tests.support.x12 import interchange

WANTED = {
    "dates": [{"kind": "delivery_requested", "date": "2026-12-01"}],
    "parties": [{"role": "ship_to", "ids": [{"kind": "assigned_by_buyer", "value": "P1"}]}],
}
DATED = ORDER | {"body": ORDER["body"] | WANTED}


def milestone(expected_on="2026-12-04", shipment="SHP2", minutes=20, **changes):
    body = {"shipment_number": shipment, "milestone": "delayed", "happened_at": ago(minutes=minutes)}
    return body | ({"expected_on": expected_on} if expected_on else {}) | changes


async def dated(house):
    await house.order(DATED)
    await house.settle()
    await house.send(notice(2))
    await house.settle()


async def line_of(house):
    return await house.house.database.load(OrderLine, "supplier:buyer:PO1:1")


async def test_a_late_milestone_moves_the_day_and_tells_the_plant(tmp_path):
    async with gateway(tmp_path, partner(days_late=1), settings=system_keys()) as house:
        await dated(house)
        answer = await say(house, "tms", "tms/milestones", milestone())
        assert [(each["order_number"], each["state"]) for each in answer["orders"]] == [("PO1", "in_transit")]
        assert str((await line_of(house)).expected_on) == "2026-12-04"
        [late] = await events(house, "shipment.late")
        told = {"order": "PO1", "line": "1", "plant": "P1", "shipment": "SHP2", "after": "2026-12-04", "days_late": 3}
        assert told.items() <= late.items()
        assert len(await events(house, "shipment.milestone")) == 1
        assert await cases(house) == [("shipment-differs", "partner")]

        # It catches up: the newest word counts, the case is settled, and nobody is alarmed again.
        await say(house, "tms", "tms/milestones", milestone("2026-12-01", minutes=5))
        assert str((await line_of(house)).expected_on) == "2026-12-01"
        assert len(await events(house, "shipment.late")) == 1


async def test_a_milestone_that_comes_late_itself_does_not_undo_a_newer_one(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await dated(house)
        await say(house, "tms", "tms/milestones", milestone("2026-12-04", minutes=5))
        await say(house, "tms", "tms/milestones", milestone("2026-12-02", minutes=60))
        assert str((await line_of(house)).expected_on) == "2026-12-04"
        assert len(await events(house, "shipment.late")) == 1


async def test_a_milestone_before_its_ship_notice_waits_for_all_orders_of_the_shipment(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys(limits={"order_within": "0s"})) as house:
        for number in ("PO1", "PO2"):
            await house.order(DATED | {"body": DATED["body"] | {"order_number": number}})
        await house.settle()
        answer = await say(house, "tms", "tms/milestones", milestone())
        assert (answer["orders"], answer["unknown"]) == ([], ["shipment SHP2"])
        await house.until(lambda: _any(cases(house)))
        assert await cases(house) == [("order-unknown", "data")]
        both = """BSN*00*SHP2*20261121*0915*0001
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
        await house.send(interchange(both, set_id="856", group="SH", number=2))
        await house.settle()
        for number in ("PO1", "PO2"):
            assert (await order_of(house, number=number)).state == "in_transit"
        assert "order-unknown" not in [cause for cause, _owner in await cases(house)]
        assert len(await events(house, "shipment.late")) == 2


async def _any(found):
    return bool(await found)


def status(number=9):
    body = f"""B10*PRO{number}*SHP2*NFRT
    LX*1
    AT7*AG*NS***20261204*0900*ET"""
    return interchange(body, set_id="214", group="QM", number=number, sender=("ZZ", "CARRIER"))


CARRIER = {
    "partner": "carrier",
    "name": "North Freight",
    "identities": [{"qualifier": "ZZ", "id": "CARRIER"}],
    "api_keys": [{"name": "main", "sha256": key_hash(CUSTOMER_KEY)}],
    "channels": {"rest": {}},
    "agreements": [{"document": "214", "direction": "inbound", "role": "buyer"}],
}


async def test_a_214_of_a_carrier_moves_the_orders_of_a_supplier(tmp_path):
    async with gateway(tmp_path, partner(), CARRIER, settings=system_keys()) as house:
        await dated(house)
        assert (await house.send(status(), CUSTOMER_KEY)).status == 202
        await house.settle()
        [document] = [each for each in (await house.get("/api/v1/documents"))["items"] if each["set"] == "214"]
        assert document["state"] == "delivered", document
        assert (await order_of(house)).state == "in_transit"
        assert str((await line_of(house)).expected_on) == "2026-12-04"
        assert [each["plant"] for each in await events(house, "shipment.late")] == ["P1"]


@pytest.mark.parametrize("changes", [{"shipment_number": ""}, {"expected_on": "tomorrow"}, {"happened_at": None}])
async def test_a_milestone_that_says_nothing_is_refused(tmp_path, changes):
    async with gateway(tmp_path, settings=system_keys()) as house:
        await shipped(house)
        assert (await post(house, "tms/milestones", milestone() | changes, key_of("tms"))).status == 422
