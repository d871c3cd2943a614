"""Production speaks: what it uses is weighed against what came and what quality keeps back; what it waits for is announced."""

import pytest

from tests.stories.test_systems_qms import hold, received
from tests.stories.test_systems_wms import partner, shipped
from tests.support.house import gateway
from tests.support.systems import ago, cases, events, key_of, post, receipt, say, system_keys

ITEM = [{"kind": "buyer_part", "value": "B-1"}]


def event(kind="consumption", number="E1", minutes=10, **changes):
    body = {"type": kind, "event_number": number, "happened_at": ago(minutes=minutes), "quantity": "2", "lot": "L1"}
    return {name: value for name, value in (body | changes).items() if value is not None}


async def test_using_a_lot_on_hold_is_a_case_for_quality_and_a_release_before_it_settles_it(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        clean = await say(house, "mes", "mes/events", event())
        assert [(each["order_number"], each["verdict"]) for each in clean["orders"]] == [("PO1", "clean")]
        await say(house, "qms", "quality/holds", hold(minutes=9))
        broken = await say(house, "mes", "mes/events", event(number="E2", minutes=5, serials=["S1", "S2"]))
        assert broken["orders"][0]["verdict"] == "outside"
        assert "though quality keeps 10 of it back" in broken["orders"][0]["findings"][0]
        assert await cases(house) == [("quarantine-broken", "business")]
        assert [each["checks"] for each in await events(house, "consumption.discrepancy")] == ["hold"]
        # It was never used: production corrects its event.
        await say(house, "mes", "mes/events", event(number="E2", minutes=4, purpose="cancellation"))
        assert await cases(house) == []


async def test_a_hold_that_becomes_known_afterwards_opens_the_case_too(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        await say(house, "mes", "mes/events", event(minutes=5))
        assert await cases(house) == []
        await say(house, "qms", "quality/holds", hold(minutes=9))
        assert await cases(house) == [("quarantine-broken", "business")]


async def test_using_more_than_came_is_an_exception_for_procurement_until_the_rest_comes(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        await say(house, "wms", "wms/receipts", receipt("R1", "8"))
        body = event(quantity="9", lot=None, order_number="PO1", item_ids=ITEM)
        answer = await say(house, "mes", "mes/events", body)
        assert answer["orders"][0]["findings"] == ["line 1: used in all 9, of which 8 came"]
        assert await cases(house) == [("over-consumption", "business")]
        await say(house, "wms", "wms/receipts", receipt("R2", "2"))
        assert await cases(house) == []


async def test_what_a_lot_was_used_before_it_was_received_here_is_weighed_when_it_is(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        answer = await say(house, "mes", "mes/events", event(quantity="11"))
        assert answer["unknown"] == ["lot L1"]
        await received(house)
        assert await cases(house) == [("over-consumption", "business")]


async def test_a_lot_that_came_for_two_orders_is_used_up_one_after_the_other(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        from tests.stories.test_buyer import ORDER

        await shipped(house)
        await house.order(ORDER | {"body": ORDER["body"] | {"order_number": "PO2"}})
        await house.settle()
        await say(house, "wms", "wms/receipts", receipt("R1", lot="L1", received_at=ago(minutes=40)))
        await say(house, "wms", "wms/receipts", receipt("R2", order="PO2", lot="L1"))
        first = await say(house, "mes", "mes/events", event(number="E1", quantity="8"))
        second = await say(house, "mes", "mes/events", event(number="E2", quantity="8"))
        assert [each["order_number"] for each in first["orders"]] == ["PO1"]
        assert sorted((each["order_number"], each["verdict"]) for each in second["orders"]) == [
            ("PO1", "clean"), ("PO2", "clean"),
        ]  # fmt: skip
        await say(house, "mes", "mes/events", event(number="E3", quantity="5"))
        assert await cases(house) == [("over-consumption", "business")]


async def test_who_waits_for_an_item_is_told_once_when_it_is_there_and_free(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        waiting = event("waiting", "W1", quantity=None, lot=None, item_ids=ITEM, work_order="WO-7", plant="P1")
        await say(house, "mes", "mes/events", waiting)
        await say(house, "mes", "mes/events", waiting | {"event_number": "W2", "work_order": "WO-8", "plant": "P2"})
        await say(house, "wms", "wms/receipts", receipt("R1", "6", plant="P1"))
        told = await events(house, "material.available")
        assert [(each["item"], each["number"], each["quantity"]) for each in told] == [
            ("B-1", "WO-7", "6"),
            ("B-1", "WO-8", "6"),
        ]
        await say(house, "wms", "wms/receipts", receipt("R2", "4"))
        assert len(await events(house, "material.available")) == 2


async def test_what_is_on_hold_is_not_there_before_its_release(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        await say(house, "qms", "quality/holds", hold())
        waiting = event("waiting", "W1", quantity=None, lot=None, item_ids=ITEM, work_order="WO-7")
        await say(house, "mes", "mes/events", waiting)
        assert await events(house, "material.available") == []
        await say(house, "qms", "quality/releases", hold("H2", minutes=1))
        assert [each["number"] for each in await events(house, "material.available")] == ["WO-7"]


@pytest.mark.parametrize("kind", ["completion", "scrap", "consumption"])
async def test_what_is_about_no_order_is_kept_and_told_on(tmp_path, kind):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        body = event(kind, lot=None, item_ids=ITEM, plant="P1")
        answer = await say(house, "mes", "mes/events", body)
        assert (answer["orders"], answer["unknown"]) == ([], [])
        [told] = await events(house, "production.reported")
        assert (told["item"], told["quantity"], told["plant"]) == ("B-1", "2", "P1")


async def test_an_event_from_the_future_does_not_count(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await received(house)
        await say(house, "mes", "mes/events", event(happened_at="2126-01-01T00:00:00Z", quantity="50"))
        assert await cases(house) == [("clock-wrong", "technical")]


@pytest.mark.parametrize(
    "changes",
    [
        {"lot": None},
        {"quantity": None},
        {"type": "waiting", "quantity": None},
        {"type": "scrap", "purpose": "replacement"},
        {"type": "magic"},
    ],
)
async def test_an_event_that_says_too_little_is_refused(tmp_path, changes):
    async with gateway(tmp_path, settings=system_keys()) as house:
        assert (await post(house, "mes/events", event(**changes), key_of("mes"))).status == 422
