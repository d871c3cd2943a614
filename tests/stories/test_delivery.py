"""The way to the ERP: tried again, parked, replayed, in order where that was agreed; never lost, never twice."""

import asyncio
import json

import pytest

from gateway.pipeline.oversight.replay import replay
from tests.support.erp import Erp
from tests.support.house import gateway, supplier
from tests.support.x12 import acknowledgment, invoice, ship_notice

QUICK = {"retry": {"first": "1s", "longest": "1s", "attempts": 4}}


async def _replay(house, subject):
    world = house.house.world

    # As the command line does it, from another process: the sweep finds the step.
    await world.ledger.tx(lambda uow: replay(uow, world, subject, "the cause was put right", recompute=False))
    await house.until(lambda: _begun(house, subject))


async def _begun(house, subject):
    due = await house.house.database.due(house.house.world.clock(), 100)
    return not house.house.worker.busy and all(task.subject != subject for task in due)


async def _documents(house, **query):
    more = "&".join(f"{name}={value}" for name, value in query.items())
    return (await house.get(f"/api/v1/documents?{more}"))["items"]


async def _delivered(house, count):
    await house.until(lambda: len(house.erp.messages) == count)
    await house.settle()


@pytest.mark.parametrize("status", [500, 503, 429, 404, 400])
async def test_an_erp_that_fails_is_asked_again(tmp_path, status):
    async with gateway(tmp_path, supplier(defaults=QUICK)) as house:
        house.erp.answers.extend([status, status])
        await house.send(invoice())
        await _delivered(house, 1)
        assert len(house.erp.requests) == 3
        assert len({key for key, _headers, _body in house.erp.requests}) == 1, "always under the same key"
        assert len({body for _key, _headers, body in house.erp.requests}) == 1, "and the same bytes"
        [document] = await _documents(house)
        assert document["state"] == "delivered"
        timeline = (await house.get(f"/api/v1/documents/{document['id']}"))["timeline"]
        assert [event["type"] for event in timeline].count("step.retried") == 2


async def test_an_answer_lost_on_the_way_posts_nothing_twice(tmp_path):
    async with gateway(tmp_path, supplier(defaults=QUICK)) as house:
        house.erp.answers.append(599)
        await house.send(invoice())
        await _delivered(house, 1)
        await house.until(lambda: len(house.erp.requests) == 2)
        await house.settle()
        [document] = await _documents(house)
        assert document["state"] == "delivered"
        assert len(house.erp.messages) == 1


@pytest.mark.parametrize("status", [409, 422])
async def test_a_refusal_is_parked_for_a_person_and_can_be_replayed(tmp_path, status):
    async with gateway(tmp_path) as house:
        house.erp.answers.append(status)
        await house.send(invoice())
        await house.settle()
        [document] = await _documents(house)
        assert document["state"] == "parked"
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert (case["cause"], case["subject"]) == ("erp-rejected", document["id"])
        assert str(status) in case["detail"]
        assert len(house.erp.requests) == 1, "a refusal is not tried again by itself"
        await _replay(house, document["id"])
        await house.settle()
        assert [body["invoice_number"] for body in house.erp.bodies("invoice")] == ["INV1"]
        assert (await house.get("/api/v1/cases"))["items"] == []
        assert (await _documents(house))[0]["state"] == "delivered"


async def test_after_the_agreed_tries_it_waits_for_a_person(tmp_path):
    terms = {"retry": {"first": "1s", "longest": "1s", "attempts": 2}}
    async with gateway(tmp_path, supplier(defaults=terms)) as house:
        house.erp.answers.extend([500] * 10)
        await house.send(invoice())
        await house.until(lambda: len(house.erp.requests) == 2)
        await house.settle()
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "delivery-exhausted"
        assert case["detail"].endswith("(2 tries)")
        house.erp.answers.clear()
        await _replay(house, case["subject"])
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_documents_wait_while_the_erp_is_away_and_the_partner_notices_nothing(tmp_path):
    erp = Erp()
    await erp.start()
    port = int(erp.address.rpartition(":")[2])
    await erp.stop()
    patient = {"retry": {"first": "1s", "longest": "1s", "attempts": 100}}
    async with gateway(tmp_path, supplier(defaults=patient), erp=erp) as house:
        for number in range(1, 6):
            assert (await house.send(invoice(number))).status == 202
        await house.until(lambda: _all_tried(house))
        assert {d["state"] for d in await _documents(house)} == {"translated"}
        again = Erp()
        await again.start(port)
        try:
            await house.until(lambda: len(again.messages) == 5)
        finally:
            await again.stop()


async def _all_tried(house):
    found = [await house.get(f"/api/v1/documents/{d['id']}") for d in await _documents(house)]
    return len(found) == 5 and all("step.retried" in [e["type"] for e in each["timeline"]] for each in found)


async def test_what_was_agreed_to_be_in_order_stays_in_order(tmp_path):
    """Documents of one purchase order go to the ERP one after the other; those of another order are not held up."""
    terms = QUICK | {"ordered_by": "order"}
    async with gateway(tmp_path, supplier(defaults=terms)) as house:
        house.erp.judge = lambda body: 503 if b'"POA"' in body and len(house.erp.messages) == 0 else 0
        await house.send(acknowledgment(1, "POA"))
        await house.until(lambda: len(house.erp.requests) == 1)
        await house.send(ship_notice(2, "POA"))
        await house.send(invoice(3, "POA"))
        await house.send(invoice(4, "POB"))
        await _delivered(house, 4)
        kinds = [json.loads(body)["header"]["type"] for body in house.erp.messages.values() if b'"POA"' in body]
        assert kinds == ["order_acknowledgment", "ship_notice", "invoice"]
        assert b'"POB"' in next(iter(house.erp.messages.values())), (
            "the other order did not wait for the retries of this one"
        )


async def test_a_parked_document_holds_its_lane_until_somebody_has_decided(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"ordered_by": "partner"})) as house:
        house.erp.answers.append(422)
        for number in (1, 2, 3):
            await house.send(invoice(number))
        await house.until(lambda: _states(house, ["parked", "translated", "translated"]))
        await asyncio.sleep(0.3)
        assert len(house.erp.requests) == 1
        [case] = (await house.get("/api/v1/cases"))["items"]
        await _replay(house, case["subject"])
        await _delivered(house, 3)
        assert [body["invoice_number"] for body in house.erp.bodies("invoice")] == ["INV1", "INV2", "INV3"]


async def _states(house, wanted):
    return [d["state"] for d in await _documents(house)] == wanted


async def test_one_tracking_id_goes_from_the_request_to_the_erp(tmp_path):
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with gateway(tmp_path) as house:
        response = await house.send(invoice(), traceparent=f"00-{trace_id}-00f067aa0ba902b7-01")
        assert response.headers["X-Correlation-Id"] == trace_id
        await house.settle()
        [(_key, headers, body)] = house.erp.requests
        version, passed_on, span, _flags = headers["traceparent"].split("-")
        assert (version, passed_on) == ("00", trace_id)
        assert span != "00f067aa0ba902b7"
        assert trace_id in body.decode()
