"""Any machine speaks by CloudEvents: nothing that it says is lost, and what puts orders at risk is told with their numbers."""

import asyncio
import json

import pytest

from gateway.tracking.case import Case
from gateway.tracking.transmission import Transmission
from tests.stories.test_buyer import ORDER
from tests.stories.test_systems_wms import _race, partner, shipped
from tests.support.house import ERP_KEY, OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.postgres import fresh_database
from tests.support.systems import cases, events, key_of, post, receipt, say, system_keys

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


def event(number="1", kind="com.example.press.downtime", **changes):
    return {
        "specversion": "1.0", "id": number, "source": "/plant/1", "type": kind, "time": "2026-11-21T08:00:00Z",
        "data": {"item": "B-1", "until": "2026-11-22"},
    } | changes  # fmt: skip


async def tell(house, body, content_type=ONE):
    response = await post(house, "events", body, key_of("events"), content_type)
    assert response.status == 202, await response.text()
    return (await response.json())["items"]


async def test_a_machine_that_stands_still_names_the_open_orders_at_risk(tmp_path):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        for number in ("PO1", "PO2", "PO3"):
            await house.order(ORDER | {"body": ORDER["body"] | {"order_number": number}})
        await house.settle()
        await say(house, "wms", "wms/receipts", receipt(order="PO2"))
        [taken] = await tell(house, event())
        [risk] = await events(house, "supply.risk")
        assert (risk["orders"], risk["count"], risk["item"]) == (["PO1", "PO3"], 2, "B-1")
        [told] = await events(house, "system.event")
        assert told["values"] == {"item": "B-1", "until": "2026-11-22"}
        kept = await house.house.database.load(Transmission, taken["id"])
        assert json.loads(await house.house.world.vault.read(kept.digest)) == event()


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "com.example.press.uptime"},
        {"data": {"item": "Z-9"}},
        {"data": "words"},
        {"data_base64": "aGk=", "data": None},
    ],
)
async def test_what_puts_nothing_at_risk_or_is_of_no_known_type_is_kept_and_told_on(tmp_path, changes):
    async with gateway(tmp_path, partner(), settings=system_keys()) as house:
        await shipped(house)
        await tell(house, event(**changes))
        assert await events(house, "supply.risk") == []
        assert [each["reference"] for each in await events(house, "system.event")] == ["1"]


async def test_an_event_comes_once_under_its_source_and_id(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        first, again, other = [(await tell(house, body))[0] for body in (event(), event(), event(source="/plant/2"))]
        assert (again["duplicate"], again["id"], other["duplicate"]) == (True, first["id"], False)
        assert (await post(house, "events", event(subject="x"), key_of("events"), ONE)).status == 409
        assert len(await events(house, "system.event")) == 2


async def test_a_batch_is_cut_into_its_events_each_as_it_came(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        parts = [json.dumps(event(str(number)), indent=number) for number in range(3)]
        data = ("[ " + " ,\n".join(parts) + "\n]").encode()
        taken = await tell(house, data, BATCH)
        for part, each in zip(parts, taken, strict=True):
            kept = await house.house.database.load(Transmission, each["id"])
            assert await house.house.world.vault.read(kept.digest) == part.encode()
        assert await tell(house, b"[]", BATCH) == []


async def test_of_a_batch_with_a_fault_nothing_is_taken(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        response = await post(house, "events", [event("1"), event("2", specversion="0.3")], key_of("events"), BATCH)
        assert response.status == 422
        assert await events(house, "system.event") == []


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"[1, 2]", BATCH, 422),
        (b'{"a": 1}', BATCH, 422),
        (b"[" * 100_000, BATCH, 422),
        (b"\xff\xfe", BATCH, 422),
        (b"", ONE, 422),
        (json.dumps(event(Upper=1)).encode(), ONE, 422),
        (json.dumps(event(data_base64="aGk=")).encode(), ONE, 422),
        (json.dumps(event(time="noon")).encode(), ONE, 422),
        (json.dumps(event(id="a\u0000b")).encode(), ONE, 422),
        (json.dumps(event()).encode(), "application/json", 415),
    ],
)
async def test_what_is_no_cloudevent_is_refused_in_words(tmp_path, data, content_type, status):
    async with gateway(tmp_path, settings=system_keys()) as house:
        response = await post(house, "events", data, key_of("events"), content_type)
        assert response.status == status
        assert (await response.json())["detail"]


async def test_texts_that_a_database_can_not_hold_do_no_harm(tmp_path):
    with fresh_database() as url:
        async with gateway(tmp_path, settings=system_keys(), database_url=url) as house:
            await tell(house, event(data={"item": "a\u0000b", "nul\u0000": "x", "fine": "y"}))
            assert [each["values"] for each in await events(house, "system.event")] == [{"fine": "y"}]


@pytest.mark.parametrize("key", ["wms", "erp", "operator"])
async def test_a_key_at_the_door_of_another_system_is_refused_with_one_case(tmp_path, key):
    keys = {"wms": key_of("wms"), "erp": ERP_KEY, "operator": OPERATOR_KEY}
    async with gateway(tmp_path, settings=system_keys()) as house:
        answers = await asyncio.gather(*(post(house, "quality/holds", {}, keys[key]) for _ in range(5)))
        assert {each.status for each in answers} == {403}
        assert (await answers[0].json())["type"] == "urn:gateway:problem:wrong-system"
        assert await cases(house) == [("wrong-system", "technical")]
        await post(house, "tms/milestones", {}, keys[key])
        assert len(await cases(house)) == 2
        case = await house.house.database.load(Case, f"key-{key}-at-qms:wrong-system")
        assert f"the key {key}, which is for {key}" in case.detail


async def test_a_partners_key_is_for_partners_and_an_unknown_one_for_nobody(tmp_path):
    async with gateway(tmp_path, settings=system_keys()) as house:
        assert (await post(house, "wms/receipts", receipt(), SUPPLIER_KEY)).status == 403
        assert (await post(house, "wms/receipts", receipt(), "guess")).status == 401
        assert await cases(house) == []


async def test_on_postgresql_no_receipt_misses_the_order_that_comes_at_the_same_time(tmp_path):
    with fresh_database() as url:
        async with gateway(tmp_path, partner(), settings=system_keys(), database_url=url) as house:
            await _race(house, [f"PO-{number}" for number in range(20)])


async def test_on_postgresql_the_same_receipt_sent_many_times_at_once_counts_once(tmp_path):
    with fresh_database() as url:
        async with gateway(tmp_path, partner(), settings=system_keys(), database_url=url) as house:
            await shipped(house)
            body = receipt(shipment_number="SHP2", lot="L1") | {"id": "r-1"}
            answers = await asyncio.gather(*(post(house, "wms/receipts", body, key_of("wms")) for _ in range(8)))
            assert {each.status for each in answers} == {202}
            assert len({(await each.json())["id"] for each in answers}) == 1
            assert len(await events(house, "goods.received")) == 1
